"""Who stands behind a request."""

from __future__ import annotations

from dataclasses import dataclass

from service.accounts.roles import Right


@dataclass(frozen=True, slots=True)
class Principal:
    """A person, a program with a key, or whoever sits at this machine.

    Parameters
    ----------
    name : str
        The actor of the audit trail: a person's name or `key:<prefix>`.
    display_name : str
    rights : frozenset of Right
    is_key : bool
    user_id : int, optional
        The person; of a key, the person who made it. None without accounts.
    csrf_token : str
        What a page has to send with each write; blank where no cookie is involved.
    """

    name: str
    display_name: str
    rights: frozenset[Right]
    is_key: bool = False
    user_id: int | None = None
    csrf_token: str = ""

    def may(self, right: Right) -> bool:
        """Whether the right is held."""
        return right in self.rights


AT_THE_MACHINE = Principal("local", "本机", frozenset(Right))
"""Everybody, where accounts are switched off."""
GUEST = Principal("guest", "未登录", frozenset({Right.CLASSIFY}))
"""Whoever sits at this machine and is not signed in: may use what stores and reads nothing."""
