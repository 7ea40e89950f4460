"""Who may do what. An endpoint names the right it needs; a role is a set of rights."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    """What an endpoint or a page asks for; also the scopes of API keys."""

    CLASSIFY = "classify"
    """Classify texts, check reports: nothing stored is read."""
    READ = "read"
    """See cases, figures, drafts, statistics."""
    WRITE = "write"
    """Register and import cases, enter figures, run jobs."""
    REVIEW = "review"
    """Accept and correct labels."""
    APPROVE = "approve"
    """Settle figures, finish a draft, second reading."""
    EXPORT_PLAIN = "export_plain"
    """Export texts without redaction."""
    ADMIN = "admin"
    """People, keys, models, backup, audit."""


class Role(StrEnum):
    """经办 / 审核 / 管理."""

    CLERK = "clerk"
    REVIEWER = "reviewer"
    ADMIN = "admin"


ROLE_NAMES = {Role.CLERK: "经办", Role.REVIEWER: "审核", Role.ADMIN: "管理"}
RIGHT_NAMES = {
    Right.CLASSIFY: "分类与核对",
    Right.READ: "查看",
    Right.WRITE: "登记与导入",
    Right.REVIEW: "复核",
    Right.APPROVE: "审定",
    Right.EXPORT_PLAIN: "导出原文",
    Right.ADMIN: "系统管理",
}
_CLERK = frozenset({Right.CLASSIFY, Right.READ, Right.WRITE, Right.REVIEW})
_REVIEWER = _CLERK | {Right.APPROVE, Right.EXPORT_PLAIN}
RIGHTS = {
    Role.CLERK: _CLERK,
    Role.REVIEWER: _REVIEWER,
    Role.ADMIN: frozenset(Right),
}
