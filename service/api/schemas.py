"""Requests and answers over HTTP, as the design fixes them, with Chinese examples."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

_EXAMPLE = (
    "我们小区2019年交房，开发商一直没办首次登记，房产证到现在办不下来，孩子上学急用，请帮忙协调。"
)


class DocumentIn(BaseModel):
    """One text."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Annotated[str, Field(max_length=200, description="调用方的编号，原样返回")] = ""
    text: Annotated[str, Field(description="正文", examples=[_EXAMPLE])]


class ClassifyIn(BaseModel):
    """Texts to classify."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"documents": [{"id": "2020-0117", "text": _EXAMPLE}]}]},
    )

    documents: Annotated[list[DocumentIn], Field(min_length=1, description="1 至 1000 条")]
    evidence: Annotated[bool, Field(description="是否给出依据（原文片段）")] = True


class CandidateOut(BaseModel):
    """A label with its calibrated probability."""

    label: str
    name: str
    probability: float


class EvidenceOut(BaseModel):
    """A span of the text as sent; offsets count code points, `end` exclusive."""

    text: str
    start: int
    end: int
    weight: float


class AnswerOut(BaseModel):
    """One head's answer."""

    label: Annotated[str, Field(examples=["registration"])]
    name: Annotated[str, Field(examples=["不动产登记"])]
    probability: Annotated[float, Field(ge=0, le=1, description="经校准的概率")]
    decision: Annotated[Literal["accept", "review"], Field(description="采纳或转人工复核")]
    candidates: list[CandidateOut]
    evidence: list[EvidenceOut]


class ResultOut(BaseModel):
    """Answers for one text."""

    id: str
    topic: AnswerOut
    subtopic: AnswerOut
    intent: AnswerOut


class ClassifyOut(BaseModel):
    """Answers in the order of the texts."""

    model_id: Annotated[str, Field(examples=["yangguang-linear@1"])]
    results: list[ResultOut]


class LabelOut(BaseModel):
    """A label of a set."""

    code: str
    name: str
    parent: str | None
    agency: str | None
    terms: list[str]
    neighbours: list[str]


class LabelSetOut(BaseModel):
    """A label set."""

    name: str
    version: str
    title: str
    labels: list[LabelOut]


class LabelsOut(BaseModel):
    """All label sets."""

    label_sets: list[LabelSetOut]
