"""`yangguang deadline`: the deadlines of a request, each day accounted for."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from models.clock import beijing_day
from models.errors import InputError, YangguangError

if TYPE_CHECKING:
    from service.casework.facts import CaseFacts, Consultation, ConsultationKind, Correction
    from service.casework.milestone import Clock
    from service.casework.receipt import Channel

deadline_app = typer.Typer(add_completion=False)

DEADLINE_HELP = """算一件依申请公开的各项期限，逐日写明计入与不计入的理由。

日期写成 2025-09-25。收到日期按第三十一条的渠道推定；不给渠道则以 --received 为收到之日。
退出码：0 期限内；1 有逾期或需要核对的事项；2 日期不对，或没有该年的工作日历。

例：yangguang deadline --received 2025-09-25 --channel online --confirmed 2025-09-26"""

_FOUND_PROBLEMS = 1
_UNUSABLE = 2


@deadline_app.command("deadline", help=DEADLINE_HELP)
def deadline_cli(
    received: str = typer.Option(..., "--received", help="收到（提交、签收、到达）日期。"),
    channel: str | None = typer.Option(
        None,
        "--channel",
        help="counter 当面、mail 邮寄签收、letter 平信、online 互联网、fax 传真。",
    ),
    confirmed: str | None = typer.Option(
        None, "--confirmed", help="与申请人确认的日期（letter、online、fax 需要）。"
    ),
    correction_notified: list[str] = typer.Option(
        [], "--correction-notified", help="告知补正的日期。"
    ),
    correction_due: str | None = typer.Option(None, "--correction-due", help="补正期限。"),
    correction_received: str | None = typer.Option(
        None, "--correction-received", help="收到补正的申请的日期。"
    ),
    extended: str | None = typer.Option(None, "--extended", help="告知延期的日期。"),
    extension_days: int = typer.Option(20, "--extension-days", help="延长几个工作日，最多 20。"),
    third_party: list[str] = typer.Option(
        [], "--third-party", help="征求第三方意见：发出[,送达[,收到意见]]，可多次。"
    ),
    agency: list[str] = typer.Option([], "--agency", help="征求其他机关意见：写法同上，可多次。"),
    fee_notice: str | None = typer.Option(None, "--fee-notice", help="申请人收到收费通知的日期。"),
    replied: str | None = typer.Option(None, "--replied", help="答复日期；邮寄的为交邮之日。"),
    count_start_day: bool | None = typer.Option(
        None,
        "--count-start-day/--skip-start-day",
        help="收到当日计入期限；不计入用 --skip-start-day。默认按设置。",
    ),
    today: str | None = typer.Option(None, "--today", help="按哪一天算剩余天数；默认今天。"),
    calendar: Path | None = typer.Option(
        None, "--calendar", help="另放工作日历（如 2027.toml）的文件夹。"
    ),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，供其他程序读取。"),
) -> None:
    """Parse the arguments of `deadline`."""
    try:
        facts = _facts(
            received=received,
            channel=channel,
            confirmed=confirmed,
            corrections=(correction_notified, correction_due, correction_received),
            extension=(extended, extension_days),
            consultations=(third_party, agency),
            fee_notice=fee_notice,
            replied=replied,
        )
        now = _date(today, "--today") or beijing_day()
        first = _counts_start_day() if count_start_day is None else count_start_day
        clock = deadline(facts, now, calendar=calendar, count_start_day=first)
    except YangguangError as error:
        typer.echo(f"错误：{error}", err=True)
        raise typer.Exit(_UNUSABLE) from error
    if as_json:
        typer.echo(json.dumps(clock.to_json(), ensure_ascii=False, indent=2))
    else:
        typer.echo(render_clock(clock))
    raise typer.Exit(_FOUND_PROBLEMS if clock.warnings else 0)


def deadline(
    facts: CaseFacts, today: dt.date, *, calendar: Path | None = None, count_start_day: bool = False
) -> Clock:
    """Work out the deadlines, with a further folder of calendar files if given.

    Raises
    ------
    InputError
        If the dates contradict each other or a year has no calendar.
    """
    from service.casework.calendar import WorkingCalendar
    from service.casework.clock import reckon

    if calendar is not None and not calendar.is_dir():
        raise InputError(f"没有文件夹 {calendar}，请检查 --calendar。")
    days = WorkingCalendar(calendar)
    return reckon(facts, today, calendar=days, count_start_day=count_start_day)


def render_clock(clock: Clock) -> str:
    """Text for a terminal: standing, deadlines, the days one by one, what to look at."""
    from service.casework.presenting import STATUS_NAMES, show_day, show_milestone

    receipt = clock.receipt
    basis = (
        f"（{receipt.article}：{receipt.reason}）" if receipt.article else f"（{receipt.reason}）"
    )
    lines = [
        f"收到日期：{receipt.on}{basis}",
        f"状态（{clock.today}）：{STATUS_NAMES[clock.status]}",
    ]
    if clock.reply is not None:
        left = clock.remaining_days or 0
        state = f"还剩 {left} 个工作日" if left >= 0 else f"超出 {-left} 个工作日"
        if "replied" not in clock.status.value:
            lines[1] += f"，{state}"
        lines.append(f"答复期限：{show_day(clock.reply.due_on)}")
    lines += ["", "各项期限：", *(f"  {show_milestone(m)}" for m in clock.milestones)]
    if clock.reply is not None:
        lines += ["", "逐日推算："]
        for day in clock.reply.days:
            number = f"第{day.number}日" if day.number else "－"
            lines.append(f"  {show_day(day.day.on)}  {number}  {day.reason}")
    for title, sentences in (("请核对", clock.warnings), ("说明", clock.notes)):
        if sentences:
            lines += ["", f"{title}：", *(f"  - {sentence}" for sentence in sentences)]
    return "\n".join(lines)


def _counts_start_day() -> bool:
    from service.settings import read_settings

    return read_settings().count_start_day


def _facts(
    *,
    received: str,
    channel: str | None,
    confirmed: str | None,
    corrections: tuple[list[str], str | None, str | None],
    extension: tuple[str | None, int],
    consultations: tuple[list[str], list[str]],
    fee_notice: str | None,
    replied: str | None,
) -> CaseFacts:
    from service.casework.facts import CaseFacts, ConsultationKind, Extension

    arrived_on = _date(received, "--received")
    assert arrived_on is not None
    extended_on = _date(extension[0], "--extended")
    asked = [
        _consultation(kind, text, option)
        for kind, texts, option in (
            (ConsultationKind.THIRD_PARTY, consultations[0], "--third-party"),
            (ConsultationKind.AGENCY, consultations[1], "--agency"),
        )
        for text in texts
    ]
    return CaseFacts(
        arrived_on,
        _channel(channel),
        _date(confirmed, "--confirmed"),
        _corrections(*corrections),
        Extension(extended_on, extension[1]) if extended_on else None,
        tuple(asked),
        _date(fee_notice, "--fee-notice"),
        _date(replied, "--replied"),
    )


def _corrections(told: list[str], due: str | None, received: str | None) -> tuple[Correction, ...]:
    from service.casework.facts import Correction

    if not told and (due or received):
        raise InputError(
            "给了补正期限或收到补正的日期，还要给告知补正的日期 --correction-notified。"
        )
    due_on, received_on = _date(due, "--correction-due"), _date(received, "--correction-received")
    days = (_date(text, "--correction-notified") for text in told)
    return tuple(Correction(on, due_on, received_on) for on in days if on is not None)


def _channel(name: str | None) -> Channel | None:
    from service.casework.receipt import CHANNEL_NAMES, Channel

    if name is None:
        return None
    names = {channel.value: channel for channel in Channel}
    names |= {CHANNEL_NAMES[channel]: channel for channel in Channel}
    if name not in names:
        listed = "、".join(f"{c.value}（{CHANNEL_NAMES[c]}）" for c in Channel)
        raise InputError(f"不认识渠道“{name}”，可用：{listed}。")
    return names[name]


def _consultation(kind: ConsultationKind, text: str, option: str) -> Consultation:
    from service.casework.facts import Consultation

    parts = text.replace("，", ",").split(",")
    sent_on, *others = [_date(part or None, option) for part in parts[:3]]
    if len(parts) > 3 or sent_on is None:
        raise InputError(f"{option} 写成“发出,送达,收到意见”三个日期，后两个可省。")
    return Consultation(kind, sent_on, *others)


def _date(text: str | None, option: str) -> dt.date | None:
    if text is None:
        return None
    from service.intake.days import read_date

    found = read_date(text)
    if found is None:
        raise InputError(f"{option} 的“{text}”不是日期，请写成 2025-09-25。")
    return found
