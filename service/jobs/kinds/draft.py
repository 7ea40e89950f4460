"""Draft an annual report from an uploaded register of requests and figures workbook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from service.jobs.context import JobContext
from service.jobs.kinds.arguments import Arguments, checker, uploaded
from service.jobs.registry import Kind


class DraftArguments(Arguments):
    """Options of `yangguang report draft`."""

    year: Annotated[int, Field(ge=2019, le=2100)]
    result: Literal["docx", "html", "md"] = "docx"
    annotate: bool = False


def draft_kind() -> Kind:
    """The kind."""
    uploads = {"requests": True, "figures": True, "previous": False, "previous_requests": False}
    return Kind("draft", "起草年报", _draft, uploads, checker(DraftArguments))


def _draft(context: JobContext) -> dict[str, Any]:
    from service.report.drafting.notice import notice_lines
    from service.report.drafting.prepare import draft_report
    from service.report.drafting.provenance import draft_json
    from service.report.presenting.saving import save_text
    from service.report.rendering.render import checked, render, save_bytes

    chosen = DraftArguments.model_validate(context.arguments["options"])
    paths: dict[str, Path] = {}
    for role in ("requests", "figures", "previous", "previous_requests"):
        upload = uploaded(context.arguments, role)
        if upload is not None:
            paths[role] = context.input / upload["path"]
    context.progress(0, 4)
    made = draft_report(
        chosen.year,
        paths["requests"],
        paths["figures"],
        paths.get("previous"),
        paths.get("previous_requests"),
    )
    context.progress(1, 4)
    name = f"{chosen.year}年度报告.{chosen.result}"
    content = render(made, f".{chosen.result}", annotate=chosen.annotate)
    context.progress(2, 4)
    problems = checked(content, name)
    context.progress(3, 4)
    save_bytes(context.output / name, content)
    provenance = json.dumps(draft_json(made), ensure_ascii=False, indent=1)
    save_text(context.output / f"{chosen.year}年度报告-依据.json", provenance)
    return {
        "is_settled": made.is_settled and not problems,
        "notices": [*notice_lines(made), *problems],
        "n_rows": made.cases.n_rows,
        "n_set_aside": made.cases.n_set_aside,
    }
