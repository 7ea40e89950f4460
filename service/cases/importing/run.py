"""Importing a file in batches: each row once, however often the work is cut off and taken up.

A batch is one unit of work: its cases, its rejects and how far the file is read are stored
together or not at all. Whoever takes the import up goes on after the last line stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from service.accounts.audit import record
from service.cases.errors import CaseError
from service.cases.importing.mapping import (
    ColumnMapping,
    guess_mapping,
    header_key,
    remembered_mapping,
)
from service.cases.importing.rows import read_rows
from service.cases.importing.storing import store_batch
from service.cases.tables import Import, ImportRemark
from service.database.base import now
from service.database.engine import Database
from service.intake.batch import Batch, pieces
from service.intake.reader import open_input

BATCH_ROWS = 5000
MAX_CHARACTERS = 100_000
SAMPLE_ROWS = 5
_CHUNK = 1 << 20


class ImportConflict(CaseError):
    """Another program imports the same file at the same time."""

    code = "import_conflict"
    status = 409


@dataclass(frozen=True, slots=True)
class Preview:
    """What a person sees before a file is imported.

    Parameters
    ----------
    sha256 : str
        Of the file.
    columns : tuple of str
    sample : DataFrame
        First rows.
    mapping : ColumnMapping
        Remembered from a file with the same header, else guessed.
    is_remembered : bool
    notices : tuple of str
        Chinese: what the reader found out about the file.
    earlier : Import or None
        The same file was imported before, or the import was cut off.
    """

    sha256: str
    columns: tuple[str, ...]
    sample: pl.DataFrame
    mapping: ColumnMapping
    is_remembered: bool
    notices: tuple[str, ...]
    earlier: Import | None


def preview_file(session: Session, path: Path, sheet: str | None = None) -> Preview:
    """Look at a file; nothing is stored.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    opened = open_input(path, sheet=sheet)
    columns = tuple(opened.source.schema)
    sample = opened.source.sample()
    remembered = remembered_mapping(session, columns)
    mapping = remembered or guess_mapping(sample)
    sha256 = file_sha256(path)
    return Preview(
        sha256,
        columns,
        sample.head(SAMPLE_ROWS),
        mapping,
        remembered is not None,
        (*opened.notices, *mapping.notices),
        import_of_file(session, sha256),
    )


def start_import(
    session: Session,
    actor: str,
    path: Path,
    mapping: ColumnMapping,
    *,
    name: str | None = None,
    sheet: str | None = None,
) -> Import:
    """Note that a file is to be imported; the same file again gives the same import.

    A file that gave no case yet may be read with another mapping.

    Parameters
    ----------
    name : str, optional
        What the user calls the file, where `path` is a copy.

    Raises
    ------
    InputError
        If the file cannot be read or the mapping does not fit it.
    """
    opened = open_input(path, sheet=sheet)
    columns = tuple(opened.source.schema)
    mapping.check(columns)
    sha256, stored = file_sha256(path), {**mapping.to_json(), "sheet": sheet}
    found = import_of_file(session, sha256)
    if found is not None and (found.n_cases or found.mapping == stored):
        return found
    if found is not None:
        return _start_anew(session, actor, found, stored)
    shown = Path(name or path.name).name[:255]
    moment = now()
    started = Import(
        file_name=shown,
        sha256=sha256,
        header_key=header_key(columns),
        mapping=stored,
        imported_by=actor,
        imported_at=moment,
    )
    session.add(started)
    session.flush()
    record(session, actor, "import.start", f"import:{started.id}", file=shown)
    return started


def _start_anew(session: Session, actor: str, found: Import, mapping: dict[str, Any]) -> Import:
    """Read a file in another way that gave no case the way it was read before."""
    session.execute(delete(ImportRemark).where(ImportRemark.import_id == found.id))
    found.mapping, found.state, found.last_line = mapping, "running", 0
    found.n_rows = found.n_rejects = 0
    found.imported_by, found.imported_at = actor, now()
    session.flush()
    record(session, actor, "import.restart", f"import:{found.id}")
    return found


def import_of_file(session: Session, sha256: str) -> Import | None:
    """The import of a file with this content, finished or cut off."""
    query = select(Import).where(Import.sha256 == sha256).order_by(Import.id).limit(1)
    return session.execute(query).scalar_one_or_none()


def run_import(
    database: Database,
    import_id: int,
    path: Path,
    *,
    progress: Callable[[int, int, Import], None] = lambda position, total, found: None,
    is_stopped: Callable[[], bool] = lambda: False,
    max_characters: int = MAX_CHARACTERS,
    batch_rows: int = BATCH_ROWS,
) -> Import:
    """Import a file, or go on where an import of it stopped.

    Parameters
    ----------
    progress : callable(position, total, import)
        Told after each batch how far the file is read (bytes or rows) and what it gave so far.
    is_stopped : callable
        Asked after each batch; what was stored stays, and the import can be taken up again.

    Raises
    ------
    InputError
        If the file cannot be read or is another one.
    ImportConflict
        If another program imports it too.
    """
    with database.reading() as session:
        found = session.get_one(Import, import_id)
    if found.state == "done":
        return found
    if file_sha256(path) != found.sha256:
        raise CaseError(f"{found.file_name} 与开始导入时不是同一份文件，请重新上传原来的文件。")
    mapping = ColumnMapping.from_json(found.mapping)
    source = open_input(path, sheet=found.mapping.get("sheet")).source
    for piece in pieces(source.chunks(), batch_rows):
        batch = _after(piece.parse(), found.last_line)
        if not batch.frame.height and not batch.rejects:
            continue
        rows, refused = read_rows(batch, mapping, max_characters)
        last_line = max(
            (int(batch.lines[-1]) if len(batch.lines) else 0),
            *(reject.line for reject in batch.rejects),
            0,
        )
        with database.session() as session:
            n_cases, n_rejects = store_batch(session, found, rows, refused)
            found = _advance(session, found, last_line, n_cases, n_rejects)
        progress(piece.position, source.total, found)
        if is_stopped():
            return found
    return _finish(database, found)


def _after(batch: Batch, last_line: int) -> Batch:
    """Rows of a batch that are not stored yet."""
    fresh = batch.lines > last_line
    rejects = tuple(reject for reject in batch.rejects if reject.line > last_line)
    if fresh.all():
        return Batch(batch.frame, batch.lines, rejects)
    return Batch(batch.frame.filter(pl.Series(fresh)), batch.lines[fresh], rejects)


def _advance(
    session: Session, found: Import, last_line: int, n_cases: int, n_rejects: int
) -> Import:
    """Note how far the file is stored, unless somebody else went on from the same line."""
    session.flush()
    table = Import.__table__
    changed: Any = session.connection().execute(
        update(Import)
        .where(table.c.id == found.id, table.c.last_line == found.last_line)
        .values(
            last_line=last_line,
            n_rows=table.c.n_rows + n_cases + n_rejects,
            n_cases=table.c.n_cases + n_cases,
            n_rejects=table.c.n_rejects + n_rejects,
        )
    )
    if changed.rowcount != 1:
        raise ImportConflict(f"{found.file_name} 正由另一个程序导入，这一边已停下，没有重复登记。")
    return session.get_one(Import, found.id, populate_existing=True)


def _finish(database: Database, found: Import) -> Import:
    with database.session() as session:
        done = session.get_one(Import, found.id)
        if done.state != "done":
            done.state = "done"
            record(
                session,
                done.imported_by,
                "import.finish",
                f"import:{done.id}",
                n_cases=done.n_cases,
                n_rejects=done.n_rejects,
            )
    if database.is_sqlite:  # the planner chooses among the indexes by how rare a value is
        with database.session() as session:
            session.execute(text("PRAGMA optimize"))
    return done


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            digest.update(part)
    return digest.hexdigest()
