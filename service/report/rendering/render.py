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
    draft: Draft, suffix: str, *, template_path: Path | None = None, annotate: bool = False
) -> bytes:
    """Content of the report in the kind that a file suffix names.

    Raises
    ------
    DraftError
        If the suffix is none of .docx, .html, .md.
    """
    kind = suffix.lower()
    if kind == ".docx":
        from service.report.rendering.word import render_word

        return render_word(draft, template_path=template_path, annotate=annotate)
    if kind == ".html":
        from service.report.rendering.page import render_draft_page

        return render_draft_page(draft).encode()
    if kind == ".md":
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
