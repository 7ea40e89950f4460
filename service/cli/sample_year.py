"""The shipped sample as a year in a database of its own: what `yangguang serve --demo` opens."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from models.clock import beijing_day

if TYPE_CHECKING:
    from service.database.engine import Database
    from service.settings import Settings

FOLDER = Path("yangguang-demo") / "data"
YEAR = 2020
ACTOR = "cli:demo"
_FILES = ("requests_2020.csv", "messages.csv")
_FIGURES = "figures_2020.xlsx"
_NEW = (
    ("请问孩子上学要用的不动产登记证明，去哪里开、要带什么材料？", "message", 2),
    ("申请公开青禾区柳湾村2024年征地批复和补偿安置方案，请以电子邮件答复。", "disclosure", 6),
    ("河口新区规划展示馆什么时候对外开放？", "message", 12),
    ("申请公开槐荫花园小区规划核实合格证。", "disclosure", 33),
)  # days ago


def load_sample_year(database: Database, settings: Settings) -> bool:
    """Fill an empty database with the sample; False if it holds cases already.

    The rows are stored at once; the model reads them as a job once the service runs, which the
    desk shows.
    """
    from sqlalchemy import select

    from models.resources import data_path
    from service.cases.importing.run import preview_file, run_import, start_import
    from service.cases.tables import Case
    from service.drafts.figures import enter_workbook

    with database.reading() as session:
        if session.scalar(select(Case.id).limit(1)) is not None:
            return False
    for name in _FILES:
        path = data_path("samples", name)
        with database.session() as session:
            mapping = preview_file(session, path).mapping
            found = start_import(session, ACTOR, path, mapping)
        run_import(database, found.id, path)
        _submit(database, settings, found.id, path)
    with database.session() as session:
        enter_workbook(session, ACTOR, YEAR, data_path("samples", _FIGURES))
    _register_new(database)
    return True


def _submit(database: Database, settings: Settings, import_id: int, path: Path) -> None:
    """Queue the reading of what was imported."""
    from service.cases.importing.job import CODE
    from service.jobs import files, queue

    root, id = settings.data_dir / "jobs", queue.new_id()
    with files.staged(root) as folder:
        copy = folder / "input" / f"file{path.suffix}"
        shutil.copyfile(path, copy)
        stored = {"name": path.name, "path": copy.name, "n_bytes": copy.stat().st_size}
        files.settle(folder, root, id)
    with database.session() as session:
        arguments = {"options": {"import_id": import_id}, "files": {"file": stored}}
        queue.submit(session, id, CODE, ACTOR, arguments)


def _register_new(database: Database) -> None:
    """A few cases of these weeks, so that the desk has due dates to show."""
    import models
    from models.document import Document
    from service.cases.labelling import append_predictions
    from service.cases.registering import NewCase, register_case

    model = models.load()
    answers = model.predict([Document(text) for text, _, _ in _NEW])
    today = beijing_day()
    with database.session() as session:
        for (text, kind, days), answer in zip(_NEW, answers, strict=True):
            on = today - dt.timedelta(days=days)
            due_on = on + dt.timedelta(days=15) if kind == "message" else None
            new = NewCase(kind, on, text, due_on=due_on, channel="network",
                          applicant_type="natural")  # fmt: skip
            case = register_case(session, ACTOR, new)
            append_predictions(session, {case.id: answer.heads}, model.model_id)
