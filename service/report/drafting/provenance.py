"""The JSON beside a report: every printed number with its place, figure and source."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from service.report.drafting.draft import Cited, Draft, Quoted
from service.report.figures.errors import DraftError
from service.report.figures.figure import Cases, Figure, FigureSource, Formula

FORM = "yangguang-draft/1"
_MOST_IDS_OF_WORDS = 20


def draft_json(draft: Draft) -> dict[str, Any]:
    """A draft as plain data: sentences, tables, printed numbers, figures, open matters."""
    return {**_without_figures(draft), "figures": [f.to_json() for f in _shown(draft)]}


def write_provenance(file: TextIO, draft: Draft) -> None:
    """Write what `draft_json` returns, figure by figure: ids are never in memory all at once."""
    head = json.dumps(_without_figures(draft), ensure_ascii=False, indent=1)
    file.write(head.rstrip().removesuffix("}").rstrip() + ',\n "figures": [')
    for number, figure in enumerate(_shown(draft)):
        file.write(
            (",\n  " if number else "\n  ") + json.dumps(figure.to_json(), ensure_ascii=False)
        )
    file.write("\n ]\n}\n")


def _shown(draft: Draft) -> list[Figure]:
    """Figures that are printed, that formulas need, or that a question or decision is about."""
    cited = {entry["figure"] for entry in (*_in_sentences(draft), *_in_tables(draft))}
    cited |= {id for decided in draft.decisions for id in decided.figures}
    cited |= {
        i for f in draft.figures if isinstance(f.source, Formula) for i in f.source.inputs
    } | {side.id for q in draft.questions for side in (q.left, q.right)}
    return [f for f in draft.figures if f.id in cited]


def _without_figures(draft: Draft) -> dict[str, Any]:
    printed = [*_in_sentences(draft), *_in_tables(draft)]
    return {
        "form": FORM,
        "title": draft.title,
        "year": draft.year,
        "format": draft.form.id,
        "settled": draft.is_settled,
        "decisions": [decided.to_json() for decided in draft.decisions],
        "questions": [question.to_json() for question in draft.questions],
        "remarks": list(draft.remarks),
        "cases": {
            "file": draft.cases.file,
            "rows": draft.cases.n_rows,
            "counted": draft.cases.frame.height,
            "set_aside": draft.cases.n_set_aside,
            "outside": draft.cases.n_outside,
            "struck": draft.cases.n_struck,
            "added": draft.cases.n_added,
            "totals": list(draft.cases.totals),
            "issues": [
                {"case": i.case_id, "line": i.line, "kind": i.kind, "message": i.message,
                 "counted": i.is_counted}
                for i in draft.cases.issues
            ],
        },
        "sections": [
            {"number": s.number, "title": s.title, "paragraphs": [p.text for p in s.paragraphs]}
            for s in draft.sections
        ],
        "hot_topics": [matter.to_json() for matter in draft.hot_topics],
        "generated": [text.to_json() for text in draft.worded],
        "printed": printed,
        "quoted": list(_quoted(draft)),
    }  # fmt: skip


def _in_sentences(draft: Draft) -> Iterator[dict[str, Any]]:
    for place, sentence in draft.sentences():
        for span in sentence.spans:
            if isinstance(span, Cited):
                yield {"text": span.text, "figure": span.figure_id, "place": place,
                       "sentence": sentence.text}  # fmt: skip


def _in_tables(draft: Draft) -> Iterator[dict[str, Any]]:
    for section in draft.sections:
        for cell in section.grid.cells if section.grid else ():
            if cell.figure_id and cell.text:
                name = draft.figures[cell.figure_id].name
                place = f"表{'二三四'[section.number - 2]} {name}"
                yield {"text": cell.text, "figure": cell.figure_id, "place": place}


def _quoted(draft: Draft) -> Iterator[dict[str, Any]]:
    for place, sentence in draft.sentences():
        for span in sentence.spans:
            if isinstance(span, Quoted):
                yield {"text": span.text, "place": place, "source": _short(span.source)}


def _short(source: FigureSource) -> dict[str, Any]:
    """A source of words; of many cases the first ones and how many there are."""
    if isinstance(source, Cases) and len(source.ids) > _MOST_IDS_OF_WORDS:
        first = list(source.ids[:_MOST_IDS_OF_WORDS])
        return {"kind": "cases", "cases": first, "n_cases": len(source.ids)}
    return source.to_json()


def read_provenance(path: Path) -> dict[str, Any]:
    """Read the JSON beside a report.

    Raises
    ------
    DraftError
        If it is not such a file.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DraftError(f"{path} 读不出，应当是起草时用 --json 写出的文件。") from error
    if not isinstance(data, dict) or data.get("form") != FORM:
        raise DraftError(f"{path} 不是起草时用 --json 写出的文件。")
    return data


def trace(data: Mapping[str, Any], number: str) -> list[str]:
    """Lines that say where a printed number comes from, down to case ids; empty if not printed.

    Parameters
    ----------
    data : mapping
        What `draft_json` returns.
    number : str
        As printed, with or without its unit, or the id of a figure.
    """
    figures = {f["id"]: f for f in data["figures"]}
    wanted = re.sub(r"\s", "", number)
    places: dict[str, list[str]] = {}
    for entry in data["printed"]:
        digits = re.match(r"-?[\d.]+", entry["text"])
        if wanted in (entry["text"], entry["figure"], digits[0] if digits else ""):
            places.setdefault(entry["figure"], []).append(entry["place"])
    lines: list[str] = []
    for id, where in places.items():
        figure = figures[id]
        lines.append(f"{figure['name']} = {_number(figure)}（{id}）")
        lines.append(f"  印在：{'；'.join(dict.fromkeys(where))}")
        lines += [f"  {line}" for line in _source(figure, figures, 0)]
        lines += [f"  核定：{line}" for line in _decisions(figure, data.get("decisions", ()))]
    return lines


def _decisions(figure: Mapping[str, Any], decisions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What people decided about a figure or about cases it counts."""
    ids = set(figure["source"].get("cases", ()))
    for made in decisions:
        if figure["id"] in made["figures"] or (made["case"] and made["case"] in ids):
            when = f"（{made['on']}）" if made["on"] else ""
            reason = f"，理由：{made['reason']}" if made["reason"] else ""
            yield f"{made['what']}：{made['choice']}，{made['by']}{when}决定{reason}"


def _number(figure: Mapping[str, Any]) -> str:
    value = figure["value"]
    return f"{value:g}" if value != int(value) else str(int(value)) + figure["unit"]


def _source(
    figure: Mapping[str, Any], figures: Mapping[str, Mapping[str, Any]], depth: int
) -> list[str]:
    source = figure["source"]
    if source["kind"] == "cases":
        ids = source["cases"]
        return [f"来源：登记表中的 {len(ids)} 件申请", *([f"  {'、'.join(ids)}"] if ids else [])]
    if source["kind"] == "entered":
        who = "，".join(part for part in (source["by"], source["on"]) if part)
        return [f"来源：{source['file']} {source['cell']} 填报{f'（{who}）' if who else ''}"]
    if source["kind"] == "table_cell":
        return [f"来源：{source['file']} {source['cell']}"]
    lines = [f"来源：{source['formula']}"]
    for id in source["inputs"] if depth < 4 else ():
        if id in figures:
            lines.append(f"  {figures[id]['name']} = {_number(figures[id])}（{id}）")
            lines += [f"    {line}" for line in _source(figures[id], figures, depth + 1)]
    return lines
