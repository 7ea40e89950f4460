"""Arguments of a job, checked before it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from service.jobs.errors import JobError


class Arguments(BaseModel):
    """Base of the arguments of a kind; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", str_max_length=200)


A = TypeVar("A", bound=Arguments)


def checker(kind: type[A]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A function that gives arguments in their stored form, or refuses them in Chinese."""

    def check(given: dict[str, Any]) -> dict[str, Any]:
        try:
            return kind.model_validate(given).model_dump(mode="json")
        except ValidationError as error:
            names = "、".join(
                sorted({str(e["loc"][0]) if e["loc"] else "" for e in error.errors()})
            )
            known = "、".join(kind.model_fields)
            raise JobError(f"作业选项有误：{names[:200]}。可用的选项：{known or '无'}。") from error

    return check


def uploaded(arguments: dict[str, Any], role: str) -> dict[str, Any] | None:
    """Name and place of an upload: `name` as people gave it, `path` inside the input folder."""
    found: dict[str, Any] | None = arguments["files"].get(role)
    return found
