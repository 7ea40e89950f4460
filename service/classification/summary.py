"""What a labelling run tells its user at the end: for people in Chinese, for machines as JSON."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from models.labels import letter_kinds
from service.classification.headings import HEADINGS
from service.classification.tally import Tally

_NO_OUTCOME = {"unread": "没有读出", "no_reply": "没有答复"}
_WRAPPED = (
    "行号按文件的行数计：文件中有的来信自带换行、占几行，以其第一行为准，"
    "因此与用 Excel 打开时的行号不同。"
)
OUT_OF_SCOPE = "out_of_scope"
"""Topic of what concerns other offices; doubtful rows of one's own lines come first."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A finished run.

    Parameters
    ----------
    output, rejects : str
        Paths written; `rejects` is None when every row was labelled.
    model_id : str
    text_column : str
    added_columns : tuple of str
    n_duplicate_ids : int
        Rows whose id occurred before; they were kept.
    n_resumed : int
        Rows taken over from an interrupted run.
    seconds : float
        Time of this run.
    notices : tuple of str
    tally : Tally
    """

    output: str
    rejects: str | None
    model_id: str
    text_column: str
    added_columns: tuple[str, ...]
    n_duplicate_ids: int
    n_resumed: int
    seconds: float
    notices: tuple[str, ...]
    tally: Tally

    @property
    def n_rows(self) -> int:
        """Rows of the input."""
        return self.tally.n_labelled + self.tally.n_rejected

    @property
    def rate(self) -> float:
        """Rows a second in this run."""
        return (self.n_rows - self.n_resumed) / self.seconds if self.seconds else 0.0

    def to_json(self) -> dict[str, Any]:
        """Everything, under stable names."""
        counts = asdict(self.tally)
        counts["uncertain"] = [{"probability": p, "line": line} for p, line in self.tally.uncertain]
        fields = asdict(self) | {"n_rows": self.n_rows, "rows_per_second": round(self.rate, 1)}
        fields["seconds"] = round(self.seconds, 3)
        del fields["tally"]
        return fields | counts

    def to_text(self) -> str:
        """Summary as a few Chinese lines."""
        tally = self.tally
        lines = [f"提示：{notice}" for notice in self.notices]
        lines.append(
            f"共 {self.n_rows:,} 行：已标注 {tally.n_labelled:,} 行，"
            f"未能标注 {tally.n_rejected:,} 行。"
            f"用时 {self.seconds:.1f} 秒（每秒 {self.rate:,.0f} 行）。正文列：{self.text_column}。"
        )
        if self.n_resumed:
            lines.append(f"其中 {self.n_resumed:,} 行是上次中断前已完成的。")
        if self.n_duplicate_ids:
            lines.append(f"有 {self.n_duplicate_ids:,} 行的编号与前面的行重复，均已保留。")
        if tally.n_labelled:
            table = _crossed(tally) if tally.crossed else _by_label(tally)
            lines += ["", *table, "", *_first(tally)]
        if tally.n_wrapped and (tally.uncertain or self.rejects):
            lines += ["", _WRAPPED]
        if tally.outcomes:
            lines += ["", _outcomes(tally)]
        if tally.titles:
            lines += ["", *_titles(tally)]
        lines += ["", f"结果：{self.output}"]
        if self.rejects:
            lines.append(f"未能标注的行（行号、原因、原文）：{self.rejects}")
            lines += [
                f"  {reason}：{n:,} 行"
                for reason, n in sorted(tally.reasons.items(), key=lambda item: -item[1])[:5]
            ]
            lines.append("因此退出码为 1：只表示有行放在一边，其余都已完成，不是出错。")
        return "\n".join(lines)


def _outcomes(tally: Tally) -> str:
    """Rows by outcome, in the order of table 3."""
    names = {label.code: label.name for label in letter_kinds()} | _NO_OUTCOME
    parts = [
        f"{name} {tally.outcomes[code]:,}" for code, name in names.items() if code in tally.outcomes
    ]
    return f"办理结果（读自答复）：{'、'.join(parts)}。"


def _titles(tally: Tally) -> list[str]:
    """What became of the generated titles, and why some were not finished."""
    n = {fate: tally.titles.get(fate, 0) for fate in ("generated", "refused", "unfinished")}
    faults = sorted(tally.title_faults.items(), key=lambda item: -item[1])[:3]
    return [
        f"标题：采用生成的 {n['generated']:,} 行；生成的与原文核对不上而改用摘取的 "
        f"{n['refused']:,} 行；没有生成的 {n['unfinished']:,} 行。逐行原因见“标题来源”列。",
        *(f"  没有生成：{fault}，{count:,} 行" for fault, count in faults),
    ]


def _crossed(tally: Tally) -> list[str]:
    """Table of rows by topic and intent."""
    intents = {
        code: name
        for code, name in tally.names["intent"].items()
        if any(code in counts for counts in tally.crossed.values())
    }
    table = [["主题", *intents.values(), "合计", "主题待复核"]]
    for code, counts in sorted(tally.crossed.items(), key=lambda item: -sum(item[1].values())):
        total = sum(counts.values())
        review = tally.review_by_topic.get(code, 0)
        cells = [f"{counts.get(intent, 0):,}" for intent in intents]
        table.append([tally.names["topic"][code], *cells, f"{total:,}", f"{review / total:.0%}"])
    return _aligned(table)


def _by_label(tally: Tally) -> list[str]:
    """Rows by label, one table a head, for models with heads of their own."""
    lines: list[str] = []
    for head, counts in tally.by_label.items():
        table = [[HEADINGS.get(head, head), "行数", "占比"]]
        for code, n in sorted(counts.items(), key=lambda item: -item[1]):
            name = tally.names[head][code]
            table.append([name, f"{n:,}", f"{n / tally.n_labelled:.0%}"])
        lines += [*([""] if lines else []), *_aligned(table)]
    return lines


def _aligned(table: list[list[str]]) -> list[str]:
    widths = [max(_width(row[i]) for row in table) for i in range(len(table[0]))]
    return [
        "  ".join(
            _pad(cell, width, left=i == 0)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in table
    ]


def _first(tally: Tally) -> list[str]:
    """What to open first."""
    n_sure = tally.n_labelled - tally.n_to_review
    shares = [
        f"{HEADINGS.get(head, head)} {n:,} 行（{n / tally.n_labelled:.1%}）"
        for head, n in tally.review_by_head.items()
        if n
    ]
    if not shares:
        return ["没有需要复核的行。"]
    decisive = "主题和诉求类型" if tally.crossed else "各项"
    lines = [
        f"待复核：{'、'.join(shares)}。",
        f"{decisive}都可采纳的有 {n_sure:,} 行（{n_sure / tally.n_labelled:.1%}）。",
    ]
    doubtful = {c: n for c, n in tally.review_by_topic.items() if c != OUT_OF_SCOPE}
    if doubtful:
        code, n = max(doubtful.items(), key=lambda item: item[1])
        name = tally.names["topic"][code]
        lines.append(f"建议先看：主题判为“{name}”而待复核的 {n:,} 行。")
    if tally.uncertain:
        listed = "、".join(str(line) for _, line in tally.uncertain)
        lead = "topic" if "topic" in tally.names else next(iter(tally.names), "topic")
        lines.append(f"{HEADINGS.get(lead, lead)}最拿不准的行（输入文件中的行号）：{listed}。")
    return lines


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int, *, left: bool) -> str:
    space = " " * (width - _width(text))
    return text + space if left else space + text
