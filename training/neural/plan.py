"""Size of a small encoder and of the run that makes it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class PretrainConfig(BaseModel):
    """Size of the network and of the run.

    `objective`: guess hidden characters (`masked`), or find those that a narrower network put in
    their place (`replaced`, ELECTRA).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0
    objective: Literal["masked", "replaced"] = "masked"
    vocabulary: int = Field(8000, ge=100, le=30_000)
    layers: int = Field(4, ge=1, le=24)
    width: int = Field(256, ge=16, multiple_of=16)
    attention_heads: int = Field(4, ge=1)
    steps: int = Field(2000, ge=1)
    contrastive_steps: int = Field(0, ge=0)
    batch_rows: int = Field(8, ge=2)
    row_tokens: int = Field(128, ge=16, le=1024)
    hidden_share: float = Field(0.2, gt=0, lt=0.6)
    learning_rate: float = Field(1e-3, gt=0)
    save_every: int = Field(200, ge=1)
    device: str = "auto"
