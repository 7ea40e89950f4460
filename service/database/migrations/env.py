"""What Alembic runs: the steps, over a connection that is handed in, in one transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator


def _plain(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write the stored type, not our decorator: a step must not change when the decorator does."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{type(item.impl_instance).__name__}()"
    return False


def _run() -> None:
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        target_metadata=attributes.get("metadata"),
        render_as_batch=True,
        render_item=_plain,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_run()
