"""The files of one labelling run: what is written, how far it is, and how it is put into place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from models.errors import InputError
from service.classification.answer import Answered
from service.classification.duplicates import count_duplicates
from service.classification.output.appended import AppendedFile
from service.classification.output.choose import open_output
from service.classification.output.target import Output
from service.classification.rejects import HEADER
from service.classification.tally import Tally
from service.classification.workdir import WorkDirectory
from service.intake.format import Format
from service.intake.reader import OpenedInput


def rejects_path(output_path: Path) -> Path:
    """Where the rows without an answer go."""
    return output_path.with_name(output_path.name + ".rejects.csv")


class ResultFiles:
    """The files of one run and how far they are."""

    def __init__(
        self,
        work: WorkDirectory,
        opened: OpenedInput,
        format: Format,
        added: Sequence[str],
        text_column: str,
        existing: list[str],
    ) -> None:
        self.n_chunks, self.tally = 0, Tally()
        self._work = work
        names = [*existing, *added]
        self.output: Output = open_output(
            work.path, format, opened, names=names, answers=added, text_column=text_column
        )
        self._rejects = AppendedFile(work.path / "rejects", HEADER)
        self._ids = AppendedFile(work.path / "ids")
        state = work.state
        if state and self._resume(state["positions"]):
            self.n_chunks, self.tally = state["n_chunks"], Tally.from_json(state["tally"])
        else:
            self._resume([0, 0, 0])

    @property
    def n_rows(self) -> int:
        """Rows taken so far."""
        return self.tally.n_labelled + self.tally.n_rejected

    def take(self, answered: Answered) -> None:
        """Add one chunk's answers and record that it is done."""
        self.tally.add(answered.tally)
        limit = self.output.max_rows
        if limit is not None and self.tally.n_labelled > limit:
            raise InputError(
                f"结果超过 Excel 一个工作表的 {limit:,} 行上限。"
                "请改用 .csv 或 .parquet 作结果文件。"
            )
        positions = [
            self.output.append(answered.rows),
            self._rejects.append(answered.rejects),
            self._ids.append(answered.ids),
        ]
        self.n_chunks += 1
        self._work.save(
            {"n_chunks": self.n_chunks, "positions": positions, "tally": asdict(self.tally)}
        )

    def finish(self, output_path: Path) -> int:
        """Put the result and the rejects into place; return the number of duplicate ids.

        If one of them cannot be (it is open in Excel), nothing done is lost.
        """
        self._ids.close()
        n_duplicates = count_duplicates(self._work.path / "ids")
        if self.tally.n_rejected:
            self._rejects.copy_to(rejects_path(output_path))
        self.output.finish(output_path)
        if not self.tally.n_rejected:
            rejects_path(output_path).unlink(missing_ok=True)
        self.close()
        self._work.remove()
        return n_duplicates

    def copy_to(self, path: Path) -> None:
        """Put a copy of the rows done so far, and of the rejects, at a path."""
        self.output.copy_to(path)
        if self.tally.n_rejected:
            self._rejects.copy_to(rejects_path(path))

    def close(self) -> None:
        """Let go of all files."""
        for file in (self.output, self._rejects, self._ids):
            file.close()

    def _resume(self, positions: list[int]) -> bool:
        """Cut every file back to its position; False if one of them is not that long."""
        rows, rejects, ids = positions
        there = [self.output.resume(rows), self._rejects.resume(rejects), self._ids.resume(ids)]
        return all(there)
