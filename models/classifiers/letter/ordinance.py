"""Which row an article of 《条例》 leads to: today's text, and the text of 2007 in older letters.

Today's come from `data/labels/outcomes.toml`, where each row names its articles. An article that
leads to several rows (第十四条, 第三十条) only leans; the words must decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from models.classifiers.letter.articles import Citation, parse_articles
from models.classifiers.letter.text import prepare
from models.labels import PROCEDURAL, outcomes

DECIDES, LEANS = 4.0, 1.5
_WEAK = frozenset({2, 10, 13, 30, 42})
"""Articles that are cited for other reasons too."""

_ACCORDING_TO_2007: dict[tuple[int, int], tuple[tuple[str, float], ...]] = {
    (21, 1): (("granted", 3.5),),
    (21, 2): (("refused", 2.0),),
    (21, 3): (("unavailable.not_held", 3.5),),
    (21, 4): ((f"{PROCEDURAL}correction", 3.0),),
    (22, 0): (("partial", 1.5),),
    (23, 0): (("refused.third_party", 3.0),),
    (14, 0): (("refused.state_secret", 1.0), ("refused.third_party", 1.0)),
}


def rows_of(citation: Citation, *, is_old_law: bool) -> tuple[tuple[str, float], ...]:
    """Outcomes that a cited article speaks for, with points; none for other laws.

    Parameters
    ----------
    citation : Citation
    is_old_law : bool
        Whether the letter applies the text of 2007, whose numbers mean something else.
    """
    if not citation.is_ordinance:
        return ()
    if is_old_law:
        whole = _ACCORDING_TO_2007.get((citation.article, 0), ())
        return _ACCORDING_TO_2007.get((citation.article, citation.item), whole)
    for key in _keys(citation):
        if key in _today():
            return _today()[key]
    return ()


def cites_2007(citations: list[Citation]) -> bool:
    """Whether an item of 第二十一条 is cited, which only the text of 2007 has."""
    return any(c.is_ordinance and c.article == 21 and 1 <= c.item <= 4 for c in citations)


def _keys(citation: Citation) -> Iterator[tuple[int, int, int]]:
    article, paragraph, item = citation.key
    yield article, paragraph, item
    if article == 36:
        # 第三十六条 has items and no paragraphs: 第（四）款 means 第（四）项.
        yield article, 0, item or paragraph
        if paragraph:
            yield article, 0, paragraph
    elif article == 39 and item and not paragraph:
        yield article, item, 0
    elif article != 36:
        yield article, paragraph, 0
        yield article, item, 0
        yield article, 0, 0


@cache
def _today() -> dict[tuple[int, int, int], tuple[tuple[str, float], ...]]:
    codes: dict[tuple[int, int, int], list[str]] = {}
    for outcome in outcomes().outcomes:
        for article in outcome.articles:
            (citation,) = parse_articles(prepare(article).text)
            codes.setdefault(citation.key, []).append(outcome.code)
    table = {}
    for key, rows in codes.items():
        points = DECIDES
        if len(rows) > 1 or key[0] in _WEAK or rows == ["refused"]:
            points = LEANS
        table[key] = tuple((code, points) for code in rows)
    table[16, 0, 0] = tuple((f"refused.{c}", LEANS / 2) for c in ("internal", "process"))
    return table
