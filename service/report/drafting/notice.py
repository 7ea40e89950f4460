"""What stands on the first page until a person has settled it."""

from __future__ import annotations

from collections import Counter

from service.report.drafting.draft import Draft

NOTICE_TITLE = "草稿：以下事项核实前不得发布"
_MOST_LINES = 12


def notice_lines(draft: Draft) -> list[str]:
    """Lines of the notice, numbered in Chinese; empty if nothing awaits a person."""
    lines = [question.message for question in draft.open_questions]
    kinds = Counter(
        (issue.message, issue.is_counted) for issue in draft.cases.issues if issue.kind != "outside"
    )
    for (message, is_counted), n in kinds.most_common():
        how = "已计入各表" if is_counted else "未计入各表"
        ids = [i.case_id or f"第{i.line}行" for i in draft.cases.issues if i.message == message]
        shown = "、".join(ids[:3]) + ("等" if n > 3 else "")
        lines.append(f"登记表中{message}的记录（{n}）：{shown}，{how}")
    lines += draft.remarks
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], "其余事项见随附的 JSON 文件"]
    return lines
