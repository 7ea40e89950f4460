"""Composing a draft: choose patterns by what the figures say, and fill them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from service.report.drafting.conditions import holds
from service.report.drafting.draft import Literal, Paragraph, Section, Sentence, Span
from service.report.drafting.patterns import Block, Pattern, load_patterns
from service.report.drafting.slots import Filler
from service.report.drafting.tables import build_table2, build_table3, build_table4
from service.report.figures.entered import EnteredText

_COUNTED = ("t3.", "sum.corporate")
_ORDER = "一二三四五六七八九十"
_TABLES = {2: build_table2, 3: build_table3, 4: build_table4}


def compose(
    filler: Filler, texts: Sequence[EnteredText]
) -> tuple[tuple[Paragraph, ...], tuple[Section, ...], list[str]]:
    """Preamble, six sections, and what the person is asked for.

    Parameters
    ----------
    filler : Filler
    texts : sequence of EnteredText
        The person's own sentences.
    """
    needs: list[str] = []
    blocks = load_patterns().blocks
    preamble = tuple(
        Paragraph(tuple(_sentences(block, filler, texts))) for block in blocks if block.section == 0
    )
    sections = []
    for form in filler.form.sections:
        paragraphs = _section(form.number, filler, texts, needs)
        build = _TABLES.get(form.number)
        grid = build(filler.form, filler.book) if build else None
        sections.append(Section(form.number, form.title, tuple(paragraphs), grid))
    return preamble, tuple(sections), [*needs, *_left_out(blocks, filler)]


def _left_out(blocks: Sequence[Block], filler: Filler) -> Iterator[str]:
    """Say which claims of absence were not made because cases are set aside."""
    for block in blocks:
        for pattern in block.patterns:
            if _fits(pattern, filler) and _is_unsure(pattern, filler):
                words = filler.sentence(pattern.id, pattern.text).text
                yield f"有{filler.n_set_aside}件申请待核，没有写入“{words}”，核定后再起草"


def _is_unsure(pattern: Pattern, filler: Filler) -> bool:
    """Whether a case set aside could contradict the sentence, which says there are none of a kind.

    Reviews, suits and fees are entered by a person, not counted from cases.
    """
    return filler.n_set_aside > 0 and any(
        claim.startswith(_COUNTED) and claim.endswith("== 0") for claim in pattern.claims
    )


def _fits(pattern: Pattern, filler: Filler) -> bool:
    return all(_holds(condition, filler) for condition in pattern.when)


def _section(
    number: int, filler: Filler, texts: Sequence[EnteredText], needs: list[str]
) -> list[Paragraph]:
    if number == 5:
        return _problems(filler, texts)
    paragraphs: list[Paragraph] = []
    n_headings = 0
    for block in load_patterns().blocks:
        if block.section != number:
            continue
        if block.matters:
            paragraphs += _lines(block, filler)
            continue
        sentences = tuple(_sentences(block, filler, texts))
        if not sentences:
            needs += [f"没有填写{block.needs}"] if block.needs else []
            continue
        if block.heading:
            heading = Literal(f"（{_ORDER[n_headings]}）{block.heading}")
            paragraphs.append(Paragraph((Sentence("heading", (heading,)),), 2))
            n_headings += 1
        paragraphs.append(Paragraph(sentences))
    if not paragraphs and number in (1, 6):
        nothing = "没有其他需要报告的事项。" if number == 6 else "总体情况待填写。"
        paragraphs.append(Paragraph((Sentence("nothing", (Literal(nothing),)),)))
    return paragraphs


def _lines(block: Block, filler: Filler) -> Iterator[Paragraph]:
    """A paragraph for each business line with matters, those of no line at the end."""
    matters = filler.hot
    lines = sorted({m.line for m in matters}, key=lambda code: (not code, -_size(filler, code)))
    for line in lines:
        sentences = [
            filler.sentence(p.id, p.text, p.claims)
            for p in (pattern.about(line) for pattern in block.patterns)
            if line and all(_holds(condition, filler) for condition in p.when)
        ]
        for matter in (m for m in matters if m.line == line):
            chosen = [p.about(line, matter.rank) for p in block.matters]
            parts = [
                filler.sentence(p.id, p.text, p.claims)
                for p in chosen
                if all(_holds(condition, filler) for condition in p.when)
            ]
            spans = tuple(span for part in parts for span in part.spans)
            claims = tuple(claim for part in parts for claim in part.claims)
            sentences.append(Sentence(f"matter.{matter.rank}", (*spans, Literal("。")), claims))
        yield Paragraph(tuple(sentences))


def _size(filler: Filler, line: str) -> Decimal:
    return filler.book.value(f"requests.topic.{line}") or Decimal()


def _sentences(block: Block, filler: Filler, texts: Sequence[EnteredText]) -> Iterator[Sentence]:
    for pattern in block.patterns:
        if _fits(pattern, filler) and not _is_unsure(pattern, filler):
            yield filler.sentence(pattern.id, pattern.text, pattern.claims)
    own = [text for text in texts if text.kind in block.texts]
    yield from _numbered(own, filler)


def _holds(condition: str, filler: Filler) -> bool:
    if condition.startswith("about."):
        return bool(filler.about.get(condition.removeprefix("about.")))
    return holds(condition, filler.book)


def _numbered(own: Sequence[EnteredText], filler: Filler) -> list[Sentence]:
    """`一是…；二是…。`; one text alone stands as it is."""
    filled = [filler.sentence(t.id, t.text.strip().rstrip("。；"), place=t.cell) for t in own]
    return _enumerated(filled)


def _enumerated(sentences: Sequence[Sentence]) -> list[Sentence]:
    if len(sentences) == 1:
        return [_with(sentences[0], "", "。")]
    last = len(sentences) - 1
    return [
        _with(sentence, f"{_ordinal(index)}是", "。" if index == last else "；")
        for index, sentence in enumerate(sentences)
    ]


def _ordinal(index: int) -> str:
    return _ORDER[index] if index < len(_ORDER) else f"十{_ORDER[index - 10]}"


def _with(sentence: Sentence, before: str, after: str) -> Sentence:
    spans: list[Span] = [Literal(before)] if before else []
    return Sentence(sentence.id, (*spans, *sentence.spans, Literal(after)), sentence.claims)


def _problems(filler: Filler, texts: Sequence[EnteredText]) -> list[Paragraph]:
    """Problems and improvements, paired one to one: the person's, else what the figures suggest."""
    book = load_patterns()
    remedies = {t.pair: t for t in texts if t.kind == "改进" and t.pair}
    own = [(t, remedies[t.id]) for t in texts if t.kind == "问题" and t.id in remedies]
    if own:
        pairs = [(filler.sentence(p.id, p.text.rstrip("。；"), place=p.cell),
                  filler.sentence(r.id, r.text.rstrip("。；"), place=r.cell)) for p, r in own]  # fmt: skip  # noqa: E501
    else:
        chosen = [s for s in book.suggested if all(holds(c, filler.book) for c in s.when)]
        pairs = [
            (filler.sentence(f"problem.{s.id}", s.problem, s.when),
             filler.sentence(f"remedy.{s.id}", s.remedy))
            for s in chosen[: book.most]
        ]  # fmt: skip
    lead = filler.sentence("problems", book.lead)
    following = filler.sentence("improvements", book.next)
    return [
        Paragraph((lead, *_enumerated([p for p, _ in pairs]))),
        Paragraph((following, *_enumerated([r for _, r in pairs]))),
    ]


def unpaired(texts: Sequence[EnteredText]) -> list[str]:
    """Remarks on problems without an improvement and improvements without a problem."""
    problems = {t.id for t in texts if t.kind == "问题"}
    answered = {t.pair for t in texts if t.kind == "改进"}
    remarks = [f"问题“{id}”没有对应的改进，没有写入报告" for id in sorted(problems - answered)]
    lost = [t.id for t in texts if t.kind == "改进" and t.pair not in problems]
    return remarks + [f"改进“{id}”没有对应的问题，没有写入报告" for id in lost]
