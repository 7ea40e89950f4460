"""What stands on the first page until a person has settled it."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from service.report.drafting.draft import Draft

NOTICE_TITLE = "草稿：以下事项核实前不得发布"
DECIDED_TITLE = "已核定事项（发布前删去本框，或用 --final 出定稿）"
_MOST_LINES = 12


def notice_title(draft: Draft) -> str:
    """Heading of the box on the first page."""
    return DECIDED_TITLE if draft.is_settled else NOTICE_TITLE


def notice_lines(draft: Draft) -> list[str]:
    """Lines of the box on the first page: what is open, then what was decided, by whom and when.

    Empty if nothing is open and nothing was decided, and for the final report.
    """
    if draft.is_final:
        return []
    return [*open_lines(draft), *decided_lines(draft)]


def open_lines(draft: Draft) -> list[str]:
    """What awaits a person; empty if nothing does."""
    lines = [question.message for question in draft.open_questions]
    kinds = Counter(
        (issue.message, issue.is_counted) for issue in draft.cases.issues if issue.kind != "outside"
    )
    for (message, is_counted), n in kinds.most_common():
        how = "已计入各表" if is_counted else "未计入各表"
        ids = (i.case_id or f"第{i.line}行" for i in draft.cases.issues if i.message == message)
        shown = "、".join(islice(ids, 3)) + ("等" if n > 3 else "")
        lines.append(f"登记表中{message}的记录（{n}）：{shown}，{how}")
    return _limited([*lines, *draft.remarks])


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
