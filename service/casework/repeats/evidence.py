"""What a person is shown about a possible repeat. Nothing here says what to decide."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import asdict, dataclass

from rapidfuzz.distance import Indel

_MOST_DIFFERENCES = 6
_NUMBERS = re.compile(
    r"\d+|[零〇一二三四五六七八九十百]+(?=[组号期批次村社队栋幢座区届项]|单元|标段)|[a-z](?=[号区地座])"
)


@dataclass(frozen=True, slots=True)
class Match:
    """An earlier request like the new one.

    Parameters
    ----------
    row : int
        In the register, from 0.
    similarity : float
        0..1: share of characters in common order, statutory opening and punctuation left out.
    differences : tuple of (str, str)
        What the earlier one has, what the new one has instead; at most six.
    numbers_differ : bool
        Years, document or parcel numbers are not the same: perhaps another object.
    basis : str
        Chinese: how the applicants were compared; blank where they were not.
    """

    row: int
    case_id: str
    received_on: dt.date | None
    replied_on: dt.date | None
    similarity: float
    differences: tuple[tuple[str, str], ...]
    numbers_differ: bool
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Pack for a person to judge.

    Parameters
    ----------
    same_applicant : tuple of Match
        Earlier requests of the same applicant, the most similar first; at most 20.
    n_same_applicant : int
        How many of the applicant's newest 2,000 requests are like it.
    similar : tuple of Match
        Requests like it from anyone, the most similar first; at most 20.
    n_similar, n_similar_applicants : int
        How many there are in all, and from how many named applicants.
    n_in_month : int or None
        Requests of the applicant in the calendar month, the new one included.
    fee_by_items : int or None
        Yuan for that number by the bands, were a fee to be charged.
    to_verify, notices : tuple of str
        Chinese: what must be established before anyone decides, and what could not be compared.
    """

    same_applicant: tuple[Match, ...]
    n_same_applicant: int
    similar: tuple[Match, ...]
    n_similar: int
    n_similar_applicants: int
    n_in_month: int | None
    fee_by_items: int | None
    to_verify: tuple[str, ...]
    notices: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Return a plain form; dates are ISO strings."""
        plain: dict[str, object] = asdict(self)
        for key in ("same_applicant", "similar"):
            for match in plain[key]:  # type: ignore[attr-defined]
                for name in ("received_on", "replied_on"):
                    match[name] = match[name].isoformat() if match[name] else None
        return plain


def differences(earlier: str, new: str) -> tuple[tuple[str, str], ...]:
    """Return what differs between two comparable texts, in order; at most six pairs."""
    found = [
        (earlier[op.src_start : op.src_end], new[op.dest_start : op.dest_end])
        for op in Indel.opcodes(earlier, new)
        if op.tag != "equal"
    ]
    joined: list[tuple[str, str]] = []
    for old, fresh in found:
        if joined and not (joined[-1][0] and old) and not (joined[-1][1] and fresh):
            joined[-1] = (joined[-1][0] + old, joined[-1][1] + fresh)
        else:
            joined.append((old, fresh))
    return tuple(joined[:_MOST_DIFFERENCES])


def numbers_differ(earlier: str, new: str) -> bool:
    """Whether years, document, parcel or group numbers of two texts are not the same."""
    return numbers_of(earlier) != numbers_of(new)


def numbers_of(text: str) -> tuple[str, ...]:
    """Numbers of a comparable text, sorted: digits, and 三 of 三组 or 第三批."""
    return tuple(sorted(_NUMBERS.findall(text)))


def what_to_verify(
    same_applicant: tuple[Match, ...], n_similar_applicants: int, n_in_month: int | None, free: int
) -> tuple[str, ...]:
    """Sentences about what a person must establish, with the article each belongs to."""
    asked = []
    if same_applicant:
        asked.append(
            "第三十六条第（六）项以“已就该申请作出答复”为前提：请核对此前各件是否已经答复、"
            "所要的是否同一信息、申请人是否同一人。"
        )
        if any(match.replied_on is None for match in same_applicant):
            asked.append("此前有的申请没有答复日期：尚未答复的，不是重复申请。")
        if any(match.numbers_differ for match in same_applicant):
            asked.append("年份、文号或编号等数字与此前不同的，可能不是同一信息。")
    if n_similar_applicants > 1:
        asked.append(
            f"{n_similar_applicants} 个申请人提出过相同或相近的申请：可以公开的，"
            "可考虑纳入主动公开的范围（第四十四条第一款）。"
        )
    if n_in_month is not None and n_in_month > free:
        asked.append(
            f"该申请人当月共 {n_in_month} 件。是否“数量、频次明显超过合理范围”由人判断，"
            "可以要求说明理由（第三十五条）；收费按第四十二条和国办函〔2020〕109号。"
        )
    return tuple(asked)
