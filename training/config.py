"""The configuration of a training run; unknown keys fail."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

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

    `weighting` names the head whose labels weigh the features; by default its own.
    """

    name: str
    field: str
    weighting: str | None = None
    label_set: Literal["topic", "subtopic", "intent", "outcome"] | None = None
    parent: str | None = None
    loss: Literal["modified_huber", "log_loss", "hinge", "squared_hinge"] = "modified_huber"
    alpha: float = Field(1e-4, gt=0)
    max_iter: int = Field(30, ge=1)
    class_weight: Literal["balanced"] | None = None
    max_features: int = Field(0, ge=0)
    blend: float = Field(0.0, ge=0, le=1)


class TrainConfig(_Strict):
    """A whole training run."""

    name: str
    version: str
    seed: int = 0
    encoder: EncoderConfig = EncoderConfig()
    calibration: CalibrationConfig = CalibrationConfig()
    heads: tuple[HeadConfig, ...] = Field(min_length=1)

    @property
    def model_id(self) -> str:
        """`name@version`."""
        return f"{self.name}@{self.version}"


def read_config(path: str | Path = "linear") -> TrainConfig:
    """Read a recipe by name (`linear`) or path.

    Raises
    ------
    InputError
        If the file is missing, not TOML, or holds an unknown key or a value out of range.
    """
    file = Path(path) if Path(path).suffix else _RECIPES / f"{path}.toml"
    try:
        return TrainConfig.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise InputError(f"找不到训练配置 {file}。") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"训练配置 {file} 不是正确的 TOML：{error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(f"训练配置 {file}：{where} 有误（{first['msg']}）。") from error


def single_head(config: TrainConfig, field: str) -> TrainConfig:
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
