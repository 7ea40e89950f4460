"""What heads and decisions are called before people."""

from __future__ import annotations

HEADINGS = {"topic": "主题", "subtopic": "二级主题", "intent": "诉求类型", "outcome": "办理结果"}
HEADLINE, HEADLINE_HEADING = "headline", "拟标题"
TITLE_SOURCE, TITLE_SOURCE_HEADING = "headline_source", "标题来源"
DECISIONS = {True: "采纳", False: "复核"}
