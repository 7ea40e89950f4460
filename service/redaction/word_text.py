"""The text of WordprocessingML, passage by passage, with the way back into its runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_TEXT = frozenset({_W + "t", _W + "delText"})
_CODE = _W + "instrText"
_SIGNS = {
    _W + "tab": "\t",
    _W + "br": "\n",
    _W + "cr": "\n",
    _W + "noBreakHyphen": "-",
    _W + "softHyphen": "\u200b",
}
_LONGEST_LABEL = 10


@dataclass(slots=True)
class Passage:
    """A paragraph (or field code) as one text over the elements that hold it.

    Parameters
    ----------
    before : str
        Not in the document: what separates the passage from the one before, or the heading of its
        column, so that the search understands it.
    nodes : list of elements
        Text elements and signs, in order.
    """

    before: str
    nodes: list[Any]

    @property
    def text(self) -> str:
        """Characters of all nodes."""
        return "".join(map(_characters, self.nodes))

    def replace(self, start: int, end: int, new: str) -> None:
        """Put `new` in the place of a span: into its first run; the others lose their part.

        Caution: replace later spans first; places shift with each replacement.
        """
        lengths = [len(_characters(node)) for node in self.nodes]
        kept = []
        for node, stop in zip(self.nodes, accumulate(lengths), strict=True):
            begin = stop - len(_characters(node))
            left, right = max(start, begin), min(end, stop)
            if left >= right:
                kept.append(node)
            elif node.tag in _SIGNS:
                node.getparent().remove(node)
            else:
                text = node.text
                node.text = text[: left - begin] + new + text[right - begin :]
                node.set(_XML_SPACE, "preserve")
                new = ""
                kept.append(node)
        self.nodes = kept


def _characters(node: Any) -> str:
    return _SIGNS.get(node.tag) or str(node.text or "")


def passages(root: Any) -> Iterator[Passage]:
    """Paragraphs in order; in tables, with the heading of the column or the label to the left."""
    for paragraph in root.iter(_W + "p"):
        held = [
            node
            for node in paragraph.iter()
            if (node.tag in _TEXT or node.tag in _SIGNS or node.tag == _CODE)
            and node.getparent().tag == _W + "r"  # a tab elsewhere is a tab stop of the format
            and next(node.iterancestors(_W + "p")) is paragraph
        ]
        nodes = [node for node in held if node.tag != _CODE]
        codes = [node for node in held if node.tag == _CODE]
        yield Passage(_before(paragraph), nodes)
        for code in codes:
            yield Passage("\n", [code])


def _before(paragraph: Any) -> str:
    cell = next(paragraph.iterancestors(_W + "tc"), None)
    if cell is None or next(cell.iter(_W + "p")) is not paragraph:
        return "\n"
    label = _heading(cell)
    if not label:
        left = cell.getprevious()
        label = _shown(left) if left is not None and left.tag == cell.tag else ""
    return f"\n{label}：" if 0 < len(label) <= _LONGEST_LABEL else "\n"


def _heading(cell: Any) -> str:
    """Text of the first row's cell above, in a table whose first row is all short words."""
    row = cell.getparent()
    table = row.getparent()
    if row.tag != _W + "tr" or table is None:
        return ""
    first = table.find(_W + "tr")
    if first is None or first is row:
        return ""
    heads = first.findall(_W + "tc")
    texts: list[str] = [_shown(head) for head in heads]
    is_header = len(texts) > 2 and all(
        0 < len(text) <= _LONGEST_LABEL and not any(c.isdigit() for c in text) for text in texts
    )
    position = int(row.findall(_W + "tc").index(cell))
    if not is_header or position >= len(texts) or len(row.findall(_W + "tc")) != len(texts):
        return ""
    return texts[position]


def _shown(cell: Any) -> str:
    text = "".join(str(node.text or "") for node in cell.iter(_W + "t"))
    return text.strip(" ：:\u3000")
