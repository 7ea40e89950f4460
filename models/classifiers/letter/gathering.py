"""Which parts of a letter speak of which item.

A number may come twice: 3. …不予公开 and, below, 第3项依据第十五条. Lists may stand in lists:
二、逐项答复 （一）… （二）…. And one sentence may answer several: 第1至3项…, 以上两项均….
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.classifiers.letter.items import HEADING, Part
from models.classifiers.letter.numerals import parse_numeral

_COUNTED = re.compile(
    r"(?<!第)(?P<count>[两二三四五六七八九]|[2-9])项"
    r"(?:政府)?(?:信息|材料|文件|内容|申请|请求|事项)?(?:[^,。;第]{0,10})"
    r"(?:均|都|皆|全部|一并|有一个共同)"
)
"""Only 项 counts items: 三份文件 may be what one item asks for."""


@dataclass(frozen=True, slots=True)
class Group:
    """What is said of one item.

    Parameters
    ----------
    key : int
    parts : tuple of Part
        The item's own part first.
    """

    key: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Nested:
    """An item of the outer list with those of a list within it."""

    outer: Group
    inner: tuple[Group, ...]


def gather(parts: Sequence[Part]) -> list[Nested]:
    """Bring numbered parts together by item, in order of their first mention."""
    headings = _headings(parts)
    listed = [
        p
        for p in parts
        if p.role == "item" and p.keys and p.family != "named" and p not in headings
    ]
    named = [p for p in parts if p.role == "item" and p.family == "named"]
    if headings and not listed:
        return _under_headings(parts, headings)
    nested: list[Nested] = []
    outer_family = listed[0].family if listed else ""
    for part in listed:
        groups = [Group(key, (part,)) for key in part.keys]
        if part.family == outer_family or not nested:
            nested += [Nested(group, ()) for group in groups]
        else:
            nested[-1] = Nested(nested[-1].outer, (*nested[-1].inner, *groups))
    for part in named:
        for key in part.keys:
            _mention(nested, key, part)
    return sorted(nested, key=lambda n: n.outer.key) if not listed else nested


def _headings(parts: Sequence[Part]) -> list[Part]:
    """一、予以公开的信息 第1项…: list entries that only head answers numbered by the request."""
    found = []
    differs = False
    for part, following in pairwise(parts):
        is_entry = part.role == "item" and part.keys and part.family != "named"
        if is_entry and following.family == "named" and part.end - part.start < HEADING:
            found.append(part)
            differs |= following.keys != part.keys
    return found if differs else []


def _under_headings(parts: Sequence[Part], headings: list[Part]) -> list[Nested]:
    """Items of the request, each with the heading under which it is answered."""
    nested: list[Nested] = []
    heading: Part | None = None
    for part in parts:
        if part in headings:
            heading = part
        elif part.role == "item" and part.family == "named":
            spans = (part, heading) if heading else (part,)
            nested += [Nested(Group(key, spans), ()) for key in part.keys]
    return sorted(nested, key=lambda n: n.outer.key)


def counted(text: str) -> int:
    """Number of things that are answered at once (三项均不存在); 1 if none is given."""
    match = _COUNTED.search(text)
    return (parse_numeral(match["count"]) or 1) if match else 1


def _mention(nested: list[Nested], key: int, part: Part) -> None:
    """Add a part to the item that it names; a new one if no list has the number."""
    for i in reversed(range(len(nested))):
        node = nested[i]
        for j, group in enumerate(node.inner):
            if group.key == key:
                inner = list(node.inner)
                inner[j] = Group(key, (*group.parts, part))
                nested[i] = Nested(node.outer, tuple(inner))
                return
    for i, node in enumerate(nested):
        if node.outer.key == key:
            nested[i] = Nested(Group(key, (*node.outer.parts, part)), node.inner)
            return
    only = nested[0].outer.parts[0] if len(nested) == 1 else None
    if only is not None and only.family != "named" and only.start < part.start:
        # 四、答复 第一、三项…，第二项…
        nested[0] = Nested(nested[0].outer, (*nested[0].inner, Group(key, (part,))))
    else:
        nested.append(Nested(Group(key, (part,)), ()))
