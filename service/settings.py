"""Settings of the service: environment variables `YANGGUANG_*`, each with its unit and range.

The names here are the names of the variables and the headings of `docs/settings.md`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.errors import InputError
from service.refusals import why_refused


class Settings(BaseSettings):
    """All settings; an unknown or malformed value stops the start with a message."""

    model_config = SettingsConfigDict(env_prefix="YANGGUANG_", frozen=True)

    host: str = Field("127.0.0.1", description="监听地址；默认只限本机")
    port: Annotated[int, Field(ge=1, le=65535, description="端口")] = 8737
    model_path: Path | None = Field(None, description="模型文件夹；不给则用随程序附带的模型")
    reply_model_path: Path | None = Field(
        None, description="读答复书的模型文件夹；不给则用随程序附带的模型"
    )
    max_documents: Annotated[int, Field(ge=1, le=10_000, description="一次请求最多几条文本")] = 1000
    max_text_characters: Annotated[int, Field(ge=1, description="一条文本最多几个字")] = 100_000
    max_body_bytes: Annotated[int, Field(ge=1024, description="请求正文最多几个字节")] = 16 * 2**20
    max_upload_bytes: Annotated[int, Field(ge=1024, description="上传文件最多几个字节")] = (
        64 * 2**20
    )
    max_batch: Annotated[int, Field(ge=1, le=4096, description="并发请求合成一批时最多几条")] = 256
    data_dir: Path = Field(Path("yangguang-data"), description="存放数据库、作业文件和备份的文件夹")
    database_url: str | None = Field(
        None, description="数据库地址；不给则用数据文件夹中的 yangguang.db"
    )
    text_keys: str = Field(
        "", repr=False, description="加密库中文字的密钥，新的在前，逗号隔开；不给则不加密"
    )
    accounts: Literal["on", "off"] = Field(
        "on", description="是否要求登录；off 只能用于只限本机的地址"
    )
    session_idle_minutes: Annotated[
        int, Field(ge=1, le=1440, description="多少分钟不操作就要重新登录")
    ] = 60
    session_hours: Annotated[int, Field(ge=1, le=168, description="登录最长有效几小时")] = 12
    workers: Annotated[
        int, Field(ge=0, le=8, description="服务中同时做几项作业；0 不做，另用 yangguang work")
    ] = 1
    processes: Annotated[int, Field(ge=1, le=64, description="服务由几个进程一起回答")] = 1
    job_days: Annotated[int, Field(ge=1, le=3650, description="作业结束后，作业和文件保留几天")] = (
        30
    )
    tls_certificate: Path | None = Field(None, description="HTTPS 证书文件（PEM，含中间证书）")
    tls_key: Path | None = Field(None, description="HTTPS 证书的私钥文件（PEM）")
    trusted_proxies: str = Field(
        "", description="前置代理的地址，逗号隔开；只采信它们转告的来访地址"
    )
    generator: str | None = Field(
        None, description="生成模型：文件夹，或内网服务地址 http://主机:端口/v1#模型；不给则不用"
    )
    generator_key: str = Field("", repr=False, description="内网生成服务的密钥")
    generator_seconds: Annotated[
        float, Field(gt=0, le=600, description="生成一处文字最多几秒，排队在内")
    ] = 30.0
    count_start_day: bool = Field(False, description="收到申请当日是否计入期限；默认不计入")
    count_items: bool = Field(False, description="拆成几项的申请在年报中是否按项计件；默认按一件计")

    @property
    def database_address(self) -> str:
        """Address of the database that is in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'yangguang.db'}"

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of `text_keys`, the newest first."""
        return tuple(key.strip() for key in self.text_keys.split(",") if key.strip())


def read_settings(**overrides: object) -> Settings:
    """Read settings from the environment; arguments that are not None win.

    Raises
    ------
    InputError
        If a value is malformed; the message names the variable.
    """
    given = {key: value for key, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        names = "、".join(
            f"YANGGUANG_{'_'.join(map(str, e['loc'])).upper()}"
            f"（{why_refused(e['type'], e.get('ctx'))}）"
            for e in error.errors()
        )
        raise InputError(f"设置有误：{names}。") from error
