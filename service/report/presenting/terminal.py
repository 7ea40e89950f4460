"""Findings as a list on the terminal: worst first, in colour, with the place."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from service.report.checking.check import CheckResult
from service.report.checking.finding import Finding, Severity, Status
from service.report.checking.wording import describe
from service.report.formats import load_format
from service.report.model import Cell, CellState, Report
from service.report.reading.glyphs import squash

_KINDS = {
    (Status.FAILS, Severity.ERROR): ("错误", "bold red"),
    (Status.FAILS, Severity.WARNING): ("警告", "yellow"),
    (Status.FAILS, Severity.INFO): ("提示", "cyan"),
}
_OPEN = ("待核", "magenta")


def print_result(result: CheckResult, console: Console, *, every: bool = False) -> None:
    """Print a check; `every` lists what holds as well."""
    report = result.report
    year = f"{report.year} 年" if report.year else "年度不明"
    console.print(
        Text.assemble(
            (report.title or report.name, "bold"),
            f"\n{report.agency or '机关不明'} · {year} · {report.format.document}",
        )
    )
    for finding in result.findings:
        if finding.status is not Status.HOLDS or every:
            _print(finding, result, console)
    holding = [f for f in result.findings if f.status is Status.HOLDS]
    if holding and not every:
        console.print(Text(f"通过 {len(holding)} 项核对（加 --all 逐项列出）", style="green"))
    errors = result.count(Status.FAILS, Severity.ERROR)
    warnings = result.count(Status.FAILS, Severity.WARNING)
    remarks = result.count(Status.FAILS, Severity.INFO)
    unknown = result.count(Status.UNKNOWN)
    style = "bold red" if errors else "yellow" if warnings else "bold green"
    console.print(
        Text(
            f"合计：错误 {errors}，警告 {warnings}，提示 {remarks}，待核 {unknown}，"
            f"通过 {len(holding)}",
            style=style,
        )
    )


def _print(finding: Finding, result: CheckResult, console: Console) -> None:
    if finding.status is Status.HOLDS:
        label, style = "通过", "green"
    elif finding.status is Status.UNKNOWN:
        label, style = _OPEN
    else:
        label, style = _KINDS[finding.status, finding.severity]
    console.print(
        Text.assemble((f"[{label}] ", style), finding.message, (f"  {finding.rule}", "dim"))
    )
    if finding.where and finding.status is not Status.HOLDS:
        place = finding.where[0]
        at = describe(place, result.report.format)
        quote = squash(place.text) if place.table is None else ""
        if at:
            console.print(Text(f"       {at}{f'：…{quote[:60]}' if quote else ''}", style="dim"))


def print_tables(report: Report, console: Console) -> None:
    """Print tables 2-4 as read; `?` marks a cell that holds no number."""
    for number in (2, 3, 4):
        table = report.tables.get(number)
        name = f"表{'一二三四'[number - 1]}"
        if table is None:
            console.print(Text(f"{name}：没有读到", style="yellow"))
            continue
        form = load_format(table.format_id)
        console.print(Text(f"{name}（{form.document}）", style="bold"))
        for row in dict.fromkeys(row for row, _ in table.cells):
            figures = "  ".join(_shown(c) for (r, _), c in table.cells.items() if r == row)
            console.print(f"  {form.row_label(number, row)}：{figures}")
        for unplaced in table.unplaced:
            console.print(Text(f"  读不出位置：{unplaced.text}", style="magenta"))


def _shown(cell: Cell) -> str:
    if cell.state is CellState.BLANK:
        return "（空）"
    return squash(cell.raw) if cell.state is not CellState.UNREAD else f"?{squash(cell.raw)}"
