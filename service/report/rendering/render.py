"""One door for all kinds of output, and the last check of what was made."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from service.report import check_bytes
from service.report.drafting.draft import Draft
from service.report.errors import ReportOutputError
from service.report.figures.errors import DraftError, UnbackedSentenceError

_KINDS = (".docx", ".html", ".md")


def render(
    draft: Draft,
    suffix: str,
    *,
    template_path: Path | None = None,
    annotate: bool = False,
    pictures: bool = False,
) -> bytes:
    """Content of the report in the kind that a file suffix names.

    Parameters
    ----------
    draft : Draft
        Guarded.
    suffix : str
        .docx, .html or .md; Markdown holds no pictures.
    template_path : Path, optional
        Of the DOCX.
    annotate : bool, default=False
        Sources as comments of the DOCX.
    pictures : bool, default=False
        Charts and a map of table 3 at the end.

    Raises
    ------
    DraftError
        If the suffix is none of .docx, .html, .md.
    """
    kind = suffix.lower()
    if kind == ".docx":
        from service.report.rendering.word import render_word

        return render_word(draft, template_path=template_path, annotate=annotate, pictures=pictures)
    if kind == ".html":
        from service.report.rendering.page import render_draft_page

        return render_draft_page(draft, pictures=pictures).encode()
    if kind == ".md":
        if pictures:
            raise DraftError("Markdown 文件不带图示，请写 .docx 或 .html，或去掉 --pictures。")
        from service.report.rendering.markdown import render_markdown

        return render_markdown(draft).encode()
    raise DraftError(f"不能写“{suffix}”文件，报告可以是 {'、'.join(_KINDS)}。")


def checked(content: bytes, name: str) -> list[str]:
    """Check a finished report with `report check`; returns its warnings.

    Raises
    ------
    UnbackedSentenceError
        If the check finds an error: such a report is not handed out.
    """
    result = check_bytes((content, name))
    failed = [f for f in result.findings if f.status.value == "fails"]
    errors = [f.message for f in failed if f.severity.value == "error"]
    if errors:
        raise UnbackedSentenceError(f"起草的报告没有通过核对：{errors[0]}。")
    return [f.message for f in failed if f.severity.value == "warning"]


def save_bytes(path: Path, content: bytes) -> None:
    """Write beside the target, then rename.

    Raises
    ------
    ReportOutputError
        If the folder is missing or cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary = Path(name)
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise ReportOutputError(f"写不出“{path}”，请检查文件夹是否存在、是否可写。") from error
