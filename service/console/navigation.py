"""The pages of the console, in the order of a clerk's work, each with the right it needs."""

from __future__ import annotations

from dataclasses import dataclass

from service.accounts.principal import Principal
from service.accounts.roles import Right


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu; `section` is also the name of its icon."""

    section: str
    title: str
    href: str
    right: Right


ENTRIES = (
    Entry("desk", "工作台", "/console/", Right.READ),
    Entry("import", "登记与导入", "/console/import", Right.WRITE),
    Entry("review", "复核", "/console/review", Right.REVIEW),
    Entry("cases", "案件", "/console/cases", Right.READ),
    Entry("statistics", "统计", "/console/statistics", Right.READ),
    Entry("report", "年报", "/console/report", Right.READ),
    Entry("check", "核查", "/console/check", Right.CLASSIFY),
    Entry("work", "作业", "/console/work", Right.WRITE),
    Entry("model", "模型", "/console/model", Right.CLASSIFY),
    Entry("system", "系统", "/console/system", Right.ADMIN),
)


def navigation_for(person: Principal) -> tuple[Entry, ...]:
    """Lines that a person may open."""
    return tuple(entry for entry in ENTRIES if person.may(entry.right))
