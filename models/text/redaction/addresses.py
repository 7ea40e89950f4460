"""Home addresses: the house and what follows, kept down to district or township.

A street and number alone may be a parcel or a public building, whose name is public; it is taken
for a home only with a flat, or after words of living somewhere.
"""

from __future__ import annotations

import heapq
import re
from functools import cache

from models.text.redaction.lexicon import any_of, lexicon
from models.text.redaction.scan import Confidence, Scan

_ROAD_END = "路街巷道弄里村屯组社园苑区庄城厦寨沟院坊"
_NUMBER = r"(?:[0-9]{1,5}|[一二三四五六七八九十百]{1,4}|[甲乙丙丁A-Za-z])"
_HOUSE = re.compile(
    rf"(?<![0-9第])[0-9A-Za-z一二三四五六七八九十][0-9\-]{{0,9}}(?:号楼|号院|号|栋|幢|座|单元|楼)"
    rf"(?:[ ,]?{_NUMBER}(?:-[0-9]{{1,4}})*(?:号楼|号院|号|栋|幢|座|单元|室|门|层|楼|户))*"
    r"(?:[ ]?[0-9]{2,4}(?![0-9年月日]))?"
)
_SPELLED = re.compile(rf"[{_ROAD_END}][一二三四五六七八九十]")
_DASHED = re.compile(
    r"(?<=[区苑园城院里庄])[0-9]{1,3}#?-(?:[0-9]{1,3}-[0-9]{2,4}|[0-9]{3,4})(?:室|号(?!楼))?(?![0-9年])"
)
_FLAT = re.compile(r"单元|室|户|(?:号楼|栋|幢|座).*[0-9]{3,4}$")
_KEPT = re.compile(r"省|市(?!民)|(?<!小)区(?!$|域)|县|镇(?!政)|乡|街道")
_REACH = 30


@cache
def _residence() -> re.Pattern[str]:
    return re.compile(any_of(lexicon().context["residence"]))


@cache
def _public() -> re.Pattern[str]:
    return re.compile(rf"[^，,。；;\n]{{0,4}}{any_of(lexicon().context['public_place'])}")


def find_addresses(scan: Scan) -> None:
    """Report house numbers with the road before them."""
    text = scan.text
    spelled = (match.end() - 1 for match in _SPELLED.finditer(text))
    for at in heapq.merge(scan.word_runs(1, 6), spelled):
        if not at or text[at - 1] not in _ROAD_END:
            continue
        dashed = _DASHED.match(text, at)
        if dashed:
            scan.hit(*dashed.span(), "address", Confidence.MEDIUM, "address_flat")
        match = _HOUSE.match(text, at)
        if match:
            _house(scan, match)


def _house(scan: Scan, match: re.Match[str]) -> None:
    before = scan.before(match.start(), _REACH)
    flat = _FLAT.search(match.group()) is not None
    lived = _residence().search(before) is not None
    if not (flat or lived) or _public().match(scan.text, match.end()):
        return
    start = match.start() - len(_road(before))
    sure = Confidence.HIGH if flat and lived else Confidence.MEDIUM
    if not scan.hit(start, match.end(), "address", sure, "address_house"):
        scan.hit(*match.span(), "address", sure, "address_house")


def _road(before: str) -> str:
    """Part of the words before a house number that is below district and township."""
    run = re.search(r"[\u4e00-\u9fff0-9]+$", before)
    words = run.group() if run else ""
    lived = max((m.end() for m in _residence().finditer(words)), default=0)
    last = max((m.end() for m in _KEPT.finditer(words)), default=0)
    if not last:  # no district named: the road's name alone says too little to take it along
        return ""
    return words[max(last, lived) :]
