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
    reply: Annotated[
        str | None, Field(description="答复书全文；给出则从中读出办理结果（表三的哪一行）")
    ] = None


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


class ItemOut(BaseModel):
    """Outcome of one item of a reply letter."""

    number: Annotated[str, Field(description="答复书中的编号，没有则为空")]
    label: str | None
    name: str
    probability: float
    decision: Literal["accept", "review"]
    candidates: list[CandidateOut]
    evidence: list[EvidenceOut]


class ToVerifyOut(BaseModel):
    """An outcome that a request lets one suspect; nothing is decided."""

    label: str
    name: str
    article: Annotated[str, Field(description="《条例》的条文；没有专门条文则为空")]
    why: str
    verify: Annotated[str, Field(description="作决定之前要核实什么")]
    agency: str | None
    evidence: list[EvidenceOut]


class OutcomeOut(BaseModel):
    """Row of table 3: read from the reply letter, or suspicions from the request alone."""

    basis: Annotated[Literal["reply", "request"], Field(description="依据答复书，或只有申请")]
    label: Annotated[str | None, Field(examples=["unavailable.not_held"])]
    name: str
    probability: float | None
    decision: Literal["accept", "review"]
    candidates: list[CandidateOut]
    evidence: Annotated[list[EvidenceOut], Field(description="答复书原文的片段")]
    procedural: Annotated[
        str | None, Field(description="程序性文书的种类；它不是办理结果", examples=["correction"])
    ]
    old_law: Annotated[bool, Field(description="答复书适用2007年《条例》")]
    items: list[ItemOut]
    notices: list[str]
    to_verify: list[ToVerifyOut]
    reminders: list[str]


class ResultOut(BaseModel):
    """Answers for one text."""

    id: str
    topic: AnswerOut
    subtopic: AnswerOut
    intent: AnswerOut
    outcome: OutcomeOut


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
