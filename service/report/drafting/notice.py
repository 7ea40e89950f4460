"""What stands on the first page until a person has settled it."""

from __future__ import annotations

from itertools import islice

from service.report.drafting.draft import Draft
from service.report.figures.cases import CaseIssue

NOTICE_TITLE = "草稿：以下事项核实前不得发布"
DECIDED_TITLE = "已核定事项（发布前删去本框，或用 --final 出定稿）"
_MOST_LINES = 12
MOST_CASES, _MOST_ON_PAGE = 20, 5
"""Cases named of each kind: to a person at the screen, and in the box on the first page."""


def notice_title(draft: Draft) -> str:
    """Heading of the box on the first page."""
    return DECIDED_TITLE if draft.is_settled else NOTICE_TITLE


def notice_lines(draft: Draft) -> list[str]:
    """Lines of the box on the first page: what is open, then what was decided, by whom and when.

    Empty if nothing is open and nothing was decided, and for the final report.
    """
    if draft.is_final:
        return []
    return [*open_lines(draft, _MOST_ON_PAGE), *decided_lines(draft)]


def open_lines(draft: Draft, most: int = MOST_CASES) -> list[str]:
    """What awaits a person, naming at most so many cases of each kind; empty if nothing does."""
    lines = [question.message for question in draft.open_questions]
    kinds: dict[tuple[str, bool], list[CaseIssue]] = {}
    for issue in draft.cases.issues:
        if issue.kind != "outside":
            kinds.setdefault((issue.message, issue.is_counted), []).append(issue)
    for (message, is_counted), issues in sorted(kinds.items(), key=lambda item: -len(item[1])):
        how = "已计入各表" if is_counted else "未计入各表"
        has_lines = draft.cases.register.has_lines
        shown = "、".join(_named(issue, has_lines=has_lines) for issue in islice(issues, most))
        if len(issues) > most:
            shown += "等，逐件见核定表或随附的 JSON 文件"
        lines.append(f"登记表中{message}的记录（{len(issues)}）：{shown}，{how}")
    return _limited([*lines, *draft.remarks])


def _named(issue: CaseIssue, *, has_lines: bool) -> str:
    """A case by its id and, where that helps, the row in which to look for it."""
    row = f"第{issue.line}行"
    if not issue.case_id or issue.case_id == row:
        return row
    return f"{issue.case_id}（{row}）" if has_lines and issue.line else issue.case_id


def decided_lines(draft: Draft) -> list[str]:
    """What people decided."""
    return _limited([f"已核定：{decided.words}" for decided in draft.decisions])


def worded_lines(draft: Draft) -> list[str]:
    """How many texts a generator worded and how many of its proposals were refused."""
    texts = [text.to_json() for text in draft.worded]
    if not texts:
        return []
    taken = sum(text["generated"] for text in texts)
    refused = sum(bool(text["reasons"]) for text in texts)
    return [
        f"生成模型改写 {taken} 处，拒用 {refused} 处，其余原样；"
        "逐处见 JSON 的 generated，发布前请核对。"
    ]


def _limited(lines: list[str]) -> list[str]:
    if len(lines) > _MOST_LINES:
        return [*lines[:_MOST_LINES], "其余事项见随附的 JSON 文件"]
    return lines
