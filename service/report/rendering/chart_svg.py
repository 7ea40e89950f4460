"""Pictures of a page: drawings whose words are text, set in whatever type the reader has."""

from __future__ import annotations

from html import escape

from service.report.rendering.pictures import Chart, HeatMap

_WIDTH, _ROW, _LABEL, _HEIGHT = 720, 26, 190, 230
_BAR = "#4a7ba6"


def chart_svg(chart: Chart) -> str:
    """Months as standing bars, everything else as lying ones."""
    draw = _standing if chart.is_time else _lying
    body, height = draw(chart)
    return (
        f'<figure><figcaption>{escape(chart.title)}</figcaption><svg viewBox="0 0 {_WIDTH} {height}" role="img" '  # noqa: E501
        f'aria-label="{escape(chart.words)}">{body}</svg></figure>'
    )


def heat_map_html(heat: HeatMap) -> str:
    """A shaded table: its cells can be read and copied."""
    head = "".join(f"<th>{escape(column)}</th>" for column in heat.columns)
    rows = []
    for label, values in zip(heat.rows, heat.values, strict=True):
        cells = "".join(
            f'<td style="background:rgba(74,123,166,{0.75 * heat.shade(value):.2f})">{value}</td>'
            for value in values
        )
        rows.append(f"<tr><th>{escape(label)}</th>{cells}</tr>")
    return (
        f'<figure><figcaption>{escape(heat.title)}</figcaption><table class="heat"><tr><th></th>{head}</tr>'  # noqa: E501
        f"{''.join(rows)}</table></figure>"
    )


def _lying(chart: Chart) -> tuple[str, int]:
    most = float(max(chart.values)) or 1.0
    parts = []
    for row, (label, value) in enumerate(zip(chart.labels, chart.values, strict=True)):
        y = row * _ROW
        width = float(value) / most * (_WIDTH - _LABEL - 70)
        parts.append(
            f'<text x="{_LABEL - 8}" y="{y + 18}" text-anchor="end">{escape(label)}</text>'
            f'<rect x="{_LABEL}" y="{y + 5}" width="{width:.1f}" height="16" fill="{_BAR}"/>'
            f'<text x="{_LABEL + width + 6:.1f}" y="{y + 18}">{value}</text>'
        )
    return "".join(parts), len(chart.values) * _ROW + 6


def _standing(chart: Chart) -> tuple[str, int]:
    most = float(max(chart.values)) or 1.0
    step = _WIDTH / max(len(chart.values), 1)
    base = _HEIGHT - 28
    parts = [f'<line x1="0" y1="{base}" x2="{_WIDTH}" y2="{base}" stroke="#888"/>']
    for place, (label, value) in enumerate(zip(chart.labels, chart.values, strict=True)):
        height = float(value) / most * (base - 24)
        x = place * step
        middle = x + step / 2
        parts.append(
            f'<rect x="{x + step * 0.2:.1f}" y="{base - height:.1f}" width="{step * 0.6:.1f}" '
            f'height="{height:.1f}" fill="{_BAR}"/>'
            f'<text x="{middle:.1f}" y="{base - height - 6:.1f}" text-anchor="middle">{value}</text>'  # noqa: E501
            f'<text x="{middle:.1f}" y="{base + 20}" text-anchor="middle">{escape(label)}</text>'
        )
    return "".join(parts), _HEIGHT
