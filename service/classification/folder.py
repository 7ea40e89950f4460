"""Label every file of a folder: one result for each, and a word about those that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import InputError

if TYPE_CHECKING:
    from service.classification.answer import Classifier, LetterReader
    from service.classification.label import LabelOptions
    from service.classification.titling import Titler

READABLE = {
    ".csv": ".csv", ".tsv": ".tsv", ".txt": ".csv", ".xlsx": ".xlsx", ".xls": ".xlsx",
    ".jsonl": ".jsonl", ".parquet": ".parquet",
}  # fmt: skip
"""Suffix of an input and that of its result."""
_KINDS = "、".join(suffix[1:] for suffix in READABLE)
_SYSTEM = {"thumbs.db", "desktop.ini"}
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file; `fault` says in Chinese why it could not be used."""

    input: str
    output: str
    n_labelled: int = 0
    n_rejected: int = 0
    seconds: float = 0.0
    fault: str = ""

    def to_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> FileResult:
        """The result of `to_json`."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class FolderSummary:
    """What became of a folder.

    Parameters
    ----------
    files : tuple of FileResult
    seconds : float
    skipped : tuple of str
        Names of what lies in the folder and was not read, such as documents; a subfolder ends in /.
    """

    files: tuple[FileResult, ...]
    seconds: float
    skipped: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every row of every file was labelled."""
        return not any(f.fault or f.n_rejected for f in self.files)

    def to_json(self) -> dict[str, Any]:
        """The summary as plain data."""
        return {
            "n_files": len(self.files),
            "n_unusable": sum(bool(f.fault) for f in self.files),
            "n_labelled": sum(f.n_labelled for f in self.files),
            "n_rejected": sum(f.n_rejected for f in self.files),
            "seconds": round(self.seconds, 3),
            "files": [f.to_json() for f in self.files],
            "skipped": list(self.skipped),
        }

    def to_text(self) -> str:
        """The summary for people."""
        totals = self.to_json()
        lines = [
            f"共 {totals['n_files']} 个文件，标注 {totals['n_labelled']} 行，"
            f"用时 {self.seconds:.1f} 秒。"
        ]
        for file in self.files:
            name = Path(file.input).name
            if file.fault:
                lines.append(f"  {name}：没有标注。{file.fault}")
            elif file.n_rejected:
                rejects = f"{Path(file.output).name}.rejects.csv"
                lines.append(f"  {name}：{file.n_rejected} 行不能标注，见 {rejects}")
        if self.skipped:
            lines.append(self._left_unread())
        return "\n".join(lines)

    def _left_unread(self) -> str:
        """Name what was not read; of very many the first ones, all of them are in the JSON."""
        named = "、".join(self.skipped[:_MOST_NAMED])
        more = "等" if len(self.skipped) > _MOST_NAMED else ""
        return (
            f"没有读的有 {len(self.skipped)} 个：{named}{more}。"
            f"只读表格文件（{_KINDS}），子文件夹不读；要标注请另存为表格后放在同一层。"
        )


def _is_clutter(path: Path) -> bool:
    """Whether a system or an office program left it: hidden files and locks are no letters."""
    return path.name.startswith((".", "~$")) or path.name.lower() in _SYSTEM


def _is_readable(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in READABLE and not _is_clutter(path)


def skipped_names(inputs: Path, outputs: Path) -> tuple[str, ...]:
    """Names of what `pair_files` leaves out of a folder, in order; a subfolder ends in /.

    The folder of results and what a system leaves behind are not named.
    """
    return tuple(
        path.name + ("/" if path.is_dir() else "")
        for path in sorted(inputs.iterdir())
        if not (_is_readable(path) or _is_clutter(path) or path.resolve() == outputs.resolve())
    )


def pair_files(inputs: Path, outputs: Path) -> list[tuple[Path, Path]]:
    """Each usable file of a folder with the place of its result; hidden ones are left out.

    Raises
    ------
    InputError
        If there is none, the folders are the same, or two files would share one result.
    """
    if inputs.resolve() == outputs.resolve():
        raise InputError("结果文件夹与输入文件夹是同一个，会覆盖原始数据。请换一个结果文件夹。")
    if outputs.exists() and not outputs.is_dir():
        raise InputError(f"输入是文件夹，结果也应是文件夹，而 {outputs.name} 是文件。")
    found = sorted(path for path in inputs.iterdir() if _is_readable(path))
    if not found:
        raise InputError(f"文件夹 {inputs.name} 中没有可以标注的文件（{_KINDS}）。")
    pairs = [(path, outputs / (path.stem + READABLE[path.suffix.lower()])) for path in found]
    seen: dict[Path, Path] = {}
    for source, target in pairs:
        if target in seen:
            raise InputError(
                f"{seen[target].name} 与 {source.name} 的结果都会是 {target.name}，"
                "请改其中一个的名字。"
            )
        seen[target] = source
    outputs.mkdir(parents=True, exist_ok=True)
    return pairs


def label_one(
    source: Path,
    target: Path,
    classifier: Classifier,
    options: LabelOptions,
    reader: LetterReader | None = None,
    titler: Titler | None = None,
) -> FileResult:
    """Label one file of many; one that cannot be used is told and does not stop the others."""
    from service.classification.label import label_file

    try:
        summary = label_file(source, target, classifier, options, reader=reader, titler=titler)
    except InputError as error:
        return FileResult(str(source), str(target), fault=error.message)
    return FileResult(
        str(source), str(target), summary.tally.n_labelled, summary.tally.n_rejected,
        summary.seconds,
    )  # fmt: skip


def label_here(
    pairs: Iterable[tuple[Path, Path]],
    classifier: Classifier,
    options: LabelOptions,
    reader: LetterReader | None = None,
    titler: Titler | None = None,
) -> Iterator[FileResult]:
    """Label files one after the other on this machine, each on all cores."""
    for source, target in pairs:
        yield label_one(source, target, classifier, options, reader, titler)
