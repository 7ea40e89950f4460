"""A progress bar with rate and time left, for those who watch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.classification.label import Progress


@contextmanager
def progress_bar(name: str, *, is_shown: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Show a bar on stderr while the block runs; yields what to call with each step, or None."""
    if not is_shown:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("标注 {task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[n_rows]:,} 行，每秒 {task.fields[rate]:,.0f} 行，剩余"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name.replace("[", r"\["), total=None, n_rows=0, rate=0.0)
        first: list[Progress] = []

        def report(step: Progress) -> None:
            first[1:] = []
            first.append(step)
            elapsed = bar.tasks[0].elapsed or 0.0
            rate = (step.n_rows - first[0].n_rows) / elapsed if elapsed else 0.0
            bar.update(
                task, total=step.total, completed=step.position, n_rows=step.n_rows, rate=rate
            )

        yield report
