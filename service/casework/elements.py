"""Whether a request has the three elements of 第二十九条第二款, and what to ask for if not.

A purpose is not among them and is never asked for. What is missing is a candidate for 补正
(第三十条); people decide.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_PLACEHOLDERS = frozenset(
    ["无", "没有", "不详", "未填", "未填写", "空", "暂无", "略", "null", "none", "nan", "n/a", "na"]
)


@dataclass(frozen=True, slots=True)
class RequestForm:
    """What the applicant filled in; blank where nothing was.

    Parameters
    ----------
    applicant, identity, contact : str
        Name, proof of identity, way to be reached (第一项).
    description : str
        Name, document number or other features of the information (第二项).
    form, delivery : str
        Form of the information and the way of getting it (第三项).
    """

    applicant: str = ""
    identity: str = ""
    contact: str = ""
    description: str = ""
    form: str = ""
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class ElementCheck:
    """One element: what it is, and which of its parts are missing."""

    article: str
    name: str
    missing: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    @property
    def message(self) -> str:
        """Chinese, for the clerk."""
        if self.is_complete:
            return f"{self.name}：齐全。"
        return (
            f"{self.name}：缺{'、'.join(self.missing)}（{self.article}），可告知补正（第三十条）。"
        )


_ELEMENTS = (
    (
        "第二十九条第二款第（一）项",
        "申请人信息",
        (("applicant", "姓名或者名称"), ("identity", "身份证明"), ("contact", "联系方式")),
    ),
    (
        "第二十九条第二款第（二）项",
        "所需信息",
        (("description", "信息的名称、文号或者便于查询的其他特征性描述"),),
    ),
    (
        "第二十九条第二款第（三）项",
        "形式要求",
        (("form", "信息的形式"), ("delivery", "获取信息的方式、途径")),
    ),
)


def check_elements(request: RequestForm) -> tuple[ElementCheck, ...]:
    """Check the three elements in the order of the article.

    Placeholders such as 无, 不详 or dashes count as blank.
    """
    return tuple(
        ElementCheck(
            article,
            name,
            tuple(part for field, part in parts if is_blank(getattr(request, field))),
        )
        for article, name, parts in _ELEMENTS
    )


def is_blank(value: str) -> bool:
    """Whether a field says nothing: blank, punctuation only, or a placeholder."""
    folded = unicodedata.normalize("NFKC", value).strip().casefold()
    return folded in _PLACEHOLDERS or not any(character.isalnum() for character in folded)
