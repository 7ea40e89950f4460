"""The configuration of a training run; unknown keys fail."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.errors import InputError

_RECIPES = Path(__file__).parent / "recipes"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EncoderConfig(_Strict):
    """How text becomes features."""

    orders: tuple[int, ...] = (1, 2)
    n_bits: int = Field(20, ge=8, le=20)
    min_df: int = Field(2, ge=1)
    idf_power: float = Field(1.0, ge=0, le=3)
    ratio_power: float = Field(1.0, ge=0, le=3)


class CalibrationConfig(_Strict):
    """How scores become probabilities and probabilities decisions."""

    n_folds: int = Field(5, ge=2, le=20)
    target_precision: float = Field(0.95, gt=0.5, lt=1)
    delta: float = Field(0.1, gt=0, lt=1)


class HeadConfig(_Strict):
    """One classifier: which field it learns, from which label set, how strongly regularised.

    `weighting` names the head whose labels weigh the features; by default its own. `solver`
    `exact` minimises the squared hinge to its end instead of walking at random (`sgd`): slower, and
    a new seed changes nothing.
    """

    name: str
    field: str
    weighting: str | None = None
    label_set: Literal["topic", "subtopic", "intent", "outcome"] | None = None
    parent: str | None = None
    solver: Literal["sgd", "exact"] = "sgd"
    loss: Literal["modified_huber", "log_loss", "hinge", "squared_hinge"] = "modified_huber"
    alpha: float = Field(1e-4, gt=0)
    max_iter: int = Field(30, ge=1)
    class_weight: Literal["balanced"] | None = None
    max_features: int = Field(0, ge=0)
    blend: float = Field(0.0, ge=0, le=1)

    @model_validator(mode="after")
    def _exact_is_squared_hinge(self) -> HeadConfig:
        if self.solver == "exact" and self.loss != "squared_hinge":
            raise ValueError("solver exact: loss must be squared_hinge")
        return self


class RunConfig(_Strict):
    """What every training run settles, whatever the kind of model."""

    name: str
    version: str
    seed: int = 0
    calibration: CalibrationConfig = CalibrationConfig()
    heads: tuple[HeadConfig, ...] = Field(min_length=1)

    @property
    def model_id(self) -> str:
        """`name@version`."""
        return f"{self.name}@{self.version}"


class TrainConfig(RunConfig):
    """A whole training run of a linear model."""

    encoder: EncoderConfig = EncoderConfig()


class NetworkConfig(_Strict):
    """How a network reads texts and is fine-tuned; lengths in tokens, sizes in texts.

    `patience` is how many epochs without a lower loss on the texts set aside for it are waited
    for. With `cross_fit` every fold is scored by a network that has not seen it, at the price of
    one fine-tuning a fold; without, one fold is, and the network kept has not seen it either.
    """

    max_tokens: int = Field(256, ge=8, le=8192)
    long_texts: Literal["head_tail", "windows"] = "head_tail"
    max_windows: int = Field(4, ge=2, le=64)
    pooling: Literal["mean", "first"] = "mean"
    epochs: int = Field(6, ge=1)
    patience: int = Field(2, ge=1)
    batch_size: int = Field(16, ge=1)
    learning_rate: float = Field(5e-5, gt=0)
    head_learning_rate: float = Field(1e-3, gt=0)
    weight_decay: float = Field(0.01, ge=0)
    dropout: float = Field(0.1, ge=0, lt=1)
    cross_fit: bool = False
    save_every: int = Field(500, ge=1)
    device: Literal["auto", "cpu", "cuda"] = "auto"


_LINEAR_ONLY = {"solver", "loss", "alpha", "max_iter", "max_features", "weighting"}


class TransformerConfig(RunConfig):
    """A whole training run of a model with a network inside."""

    network: NetworkConfig

    @model_validator(mode="after")
    def _no_setting_without_effect(self) -> TransformerConfig:
        for head in self.heads:
            if idle := _LINEAR_ONLY & head.model_fields_set:
                raise ValueError(f"heads.{head.name}: {', '.join(sorted(idle))}: linear only")
        return self


class BlendConfig(_Strict):
    """A linear model and a network together: which recipes they are made by."""

    name: str
    version: str
    linear: str
    network: str

    @property
    def model_id(self) -> str:
        """`name@version`."""
        return f"{self.name}@{self.version}"


_Run = TypeVar("_Run", bound=RunConfig)
_Recipe = TypeVar("_Recipe", bound=_Strict)


def read_recipe(path: str | Path) -> TrainConfig | TransformerConfig | BlendConfig:
    """Read a recipe of any kind by name (`linear`, `transformer`, `blend`) or path.

    Raises
    ------
    InputError
        As `read_config`.
    """
    content = _toml(path)
    if isinstance(content.get("network"), str):
        return _read(path, BlendConfig)
    if "network" in content:
        return _read(path, TransformerConfig)
    return _read(path, TrainConfig)


def read_config(path: str | Path = "linear") -> TrainConfig:
    """Read a recipe of a linear model by name (`linear`) or path.

    Raises
    ------
    InputError
        If the file is missing, not TOML, or holds an unknown key or a value out of range.
    """
    return _read(path, TrainConfig)


def _file(path: str | Path) -> Path:
    return Path(path) if Path(path).suffix else _RECIPES / f"{path}.toml"


def _toml(path: str | Path) -> dict[str, Any]:
    file = _file(path)
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"找不到训练配置 {file}。") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"训练配置 {file} 不是正确的 TOML：{error}") from error


def _read(path: str | Path, kind: type[_Recipe]) -> _Recipe:
    content = _toml(path)
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(f"训练配置 {_file(path)}：{where} 有误（{first['msg']}）。") from error


def single_head(config: _Run, field: str) -> _Run:
    """The same recipe for somebody else's labels: one flat head named after their field.

    The first head's settings are used; label codes are the values found in the data.
    """
    head = config.heads[0].model_copy(
        update={
            "name": field,
            "field": field,
            "label_set": None,
            "parent": None,
            "blend": 0.0,
            "weighting": None,
        }
    )
    return config.model_copy(update={"heads": (head,), "name": field})
