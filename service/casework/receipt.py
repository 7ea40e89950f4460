"""The day a request counts as received, by the way it came (第三十一条)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from service.casework.errors import CaseFactError


class Channel(StrEnum):
    """How a request reached the office."""

    COUNTER = "counter"
    MAIL = "mail"
    LETTER = "letter"
    ONLINE = "online"
    FAX = "fax"


CHANNEL_NAMES = {
    Channel.COUNTER: "当面提交",
    Channel.MAIL: "邮寄（签收）",
    Channel.LETTER: "平常信函（无需签收）",
    Channel.ONLINE: "互联网渠道",
    Channel.FAX: "传真",
}
_RULES = {
    Channel.COUNTER: ("第三十一条第（一）项", "以提交之日为收到之日"),
    Channel.MAIL: ("第三十一条第（二）项", "以行政机关签收之日为收到之日"),
    Channel.LETTER: ("第三十一条第（二）项", "收到当日与申请人确认，以确认之日为收到之日"),
    Channel.ONLINE: ("第三十一条第（三）项", "以双方确认之日为收到之日"),
    Channel.FAX: ("第三十一条第（三）项", "以双方确认之日为收到之日"),
}
_NEEDS_CONFIRMATION = frozenset({Channel.LETTER, Channel.ONLINE, Channel.FAX})


@dataclass(frozen=True, slots=True)
class Receipt:
    """The day of receipt with the rule that gives it.

    Parameters
    ----------
    on : date
        收到申请之日.
    article : str
        Article of the regulation; empty where the date was given as it stands.
    reason : str
        Chinese, one clause.
    warnings : tuple of str
        Chinese: what a person should look into.
    """

    on: dt.date
    article: str
    reason: str
    warnings: tuple[str, ...] = ()


def receipt(
    arrived_on: dt.date, channel: Channel | None = None, confirmed_on: dt.date | None = None
) -> Receipt:
    """Determine the day of receipt (第三十一条).

    Parameters
    ----------
    arrived_on : date
        Day of submission, signature or arrival. Without a channel: the day of receipt itself.
    channel : Channel, optional
    confirmed_on : date, optional
        Day on which applicant and office confirmed; needed for plain letters, internet and fax.

    Raises
    ------
    CaseFactError
        If a confirmation is missing, superfluous or earlier than the arrival.
    """
    if channel is None:
        if confirmed_on is not None:
            raise CaseFactError(
                "给了确认日期，还要用 --channel 说明是哪种渠道（letter、online、fax）。"
            )
        return Receipt(arrived_on, "", "收到日期由使用者给出，未按渠道推定")
    article, rule = _RULES[channel]
    name = CHANNEL_NAMES[channel]
    if channel not in _NEEDS_CONFIRMATION:
        if confirmed_on is not None:
            raise CaseFactError(f"{name}{rule}，不需要确认日期，请去掉 --confirmed。")
        return Receipt(arrived_on, article, f"{name}，{rule}")
    if confirmed_on is None:
        raise CaseFactError(f"{name}{rule}（{article}），请用 --confirmed 给出与申请人确认的日期。")
    if confirmed_on < arrived_on:
        raise CaseFactError(f"确认日期 {confirmed_on} 早于到达日期 {arrived_on}，请核对。")
    warnings: tuple[str, ...] = ()
    if channel is Channel.LETTER and confirmed_on > arrived_on:
        warnings = (
            f"平常信函应于收到当日与申请人确认（{article}）；"
            f"本件 {arrived_on} 到达、{confirmed_on} 才确认，请核对。",
        )
    return Receipt(confirmed_on, article, f"{name}，{rule}", warnings)
