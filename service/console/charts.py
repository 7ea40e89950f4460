"""Bar charts as inline SVG made by the server; every bar is a link to the cases it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape


@dataclass(frozen=True, slots=True)
class Bar:
    """A name, a number, and the address of the cases behind it."""

    name: str
    value: int
    href: str


def columns(bars: Sequence[Bar], title: str, *, unit: str = "件") -> Markup:
    """Upright bars, for what has an order such as months; scales with the page."""
    width, height, foot, head = 720, 228, 26, 26
    step = width / max(1, len(bars))
    most = max((bar.value for bar in bars), default=0) or 1
    pieces = [_open(width, height, title)]
    for index, bar in enumerate(bars):
        tall = (height - foot - head) * bar.value / most
        x, y = index * step, height - foot - tall
        middle = x + step / 2
        wide = min(46.0, step * 0.68)
        pieces.append(
            f'<a href="{escape(bar.href)}" aria-label="{escape(bar.name)} {bar.value} {unit}">'
            f'<rect class="hit" x="{x:.1f}" y="0" width="{step:.1f}" height="{height}"/>'
            f'<rect class="bar" x="{middle - wide / 2:.1f}" y="{y:.1f}" '
            f'width="{wide:.1f}" height="{tall:.1f}" rx="3"/>'
            f'<text class="value" x="{middle:.1f}" y="{y - 5:.1f}">{bar.value}</text>'
            f'<text class="name" x="{middle:.1f}" y="{height - 8}">{escape(bar.name)}</text></a>'
        )
    return Markup("".join([*pieces, "</svg>"]))


def rows(bars: Sequence[Bar], title: str, *, unit: str = "件") -> Markup:
    """Lying bars, for names of any length, the longest bar first as given."""
    width, line, left, right = 720, 32, 250, 70
    most = max((bar.value for bar in bars), default=0) or 1
    pieces = [_open(width, line * max(1, len(bars)), title)]
    for index, bar in enumerate(bars):
        top = index * line
        wide = (width - left - right) * bar.value / most
        name = bar.name if len(bar.name) <= 15 else f"{bar.name[:14]}…"
        pieces.append(
            f'<a href="{escape(bar.href)}" aria-label="{escape(bar.name)} {bar.value} {unit}">'
            f'<rect class="hit" x="0" y="{top}" width="{width}" height="{line}"/>'
            f'<text class="label" x="{left - 10}" y="{top + 21}">{escape(name)}</text>'
            f'<rect class="bar" x="{left}" y="{top + 6}" width="{wide:.1f}" height="{line - 12}" '
            f'rx="3"/><text class="number" x="{left + wide + 8:.1f}" y="{top + 21}">'
            f"{bar.value}</text>"
            f"<title>{escape(bar.name)}：{bar.value} {unit}</title></a>"
        )
    return Markup("".join([*pieces, "</svg>"]))


def _open(width: int, height: int, title: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="group" '
        f'aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">'
    )
