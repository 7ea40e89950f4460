"""Numbers that are public and must never be altered: claimed before anything else looks.

A number is protected together with the words that make it so: since neither is altered, a second
run protects it again.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import chain

from stdnum.cn import uscc

from models.text.redaction.identity import is_identity
from models.text.redaction.lexicon import any_of, lexicon
from models.text.redaction.scan import Scan

_YEAR = r"(?:19|20)\d\d"
_DOCUMENT = re.compile(rf"[〔\[(【]{_YEAR}[〕\])】] ?(?:第 ?)?\d{{1,6}} ?号")
_PERMIT = re.compile(r"字 ?(?:第 ?[0-9A-Za-z\-]{3,30}(?: ?号)?|[0-9A-Za-z\-]{3,30} ?号)")
_DEED_BEFORE = re.compile(r"(?:房权证|房产证|房证|国用|集用|不动产)[^第\n]{0,12}$")
_DATE = re.compile(
    rf"(?<![\d.])(?<!\d[ \-]){_YEAR} ?[年\-/.] ?\d{{1,2}}(?: ?[月\-/.] ?\d{{1,2}} ?日?)?"
    r"(?: ?月)?(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?(?![\d])(?![ \-]\d)"
)
_COMPACT_DATE = re.compile(
    rf"(?<![\d.])(?<!\d[ \-]){_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)(?![ \-.]\d)"
)
_MONEY = re.compile(
    r"(?<![\d.])(?<!\d,)\d(?:\d{0,12}|\d{0,2}(?:,\d{3}){1,5})(?:\.\d+)?"
    r" ?[十百千万亿]{0,3}元(?!旦)"
)
_PARCEL = re.compile(r"(?<!\d)\d{6} ?\d{3} ?\d{3} ?[GJZ][A-Z] ?\d{5}(?: ?[FLQW] ?\d{8})?(?!\d)")
_CREDIT_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Y]{2}\d{6}[0-9A-Y]{10}(?![0-9A-Za-z])")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_IN_VALUE = re.compile(r"\d{17}[\dXx]|(?<!\d)1[3-9]\d{9}(?!\d)")
_SOLE_TRADER = "92"
_PERSONAL_LABELS = ("证件编号", "证件号", "证编号")


_VALUE = re.compile(r"[0-9A-Za-z][0-9A-Za-z\-_/.〔〕()\[\]]{1,60}")
_LONGEST_LABEL = 16


@cache
def _counted() -> re.Pattern[str]:
    units = any_of(lexicon().units)
    return re.compile(
        rf"(?<![\d.])(?<!\d[ ,\-])\d{{1,9}}(?:\.\d{{1,6}})? ?[十百千万亿]{{0,2}}{units}"
    )


@cache
def _decimal() -> re.Pattern[str]:
    units = any_of(lexicon().units)
    return re.compile(rf"(?<![\d.])(?<!\d[,\-])\d{{1,3}}\.\d{{4,8}} ?[十百千万亿]{{0,2}}{units}")


@cache
def _token() -> re.Pattern[str]:
    return re.compile(rf"【{any_of(tuple(lexicon().kinds.values()))}\d*】")


def protect(scan: Scan) -> None:
    """Claim our own tokens, then every public number."""
    text = scan.text
    for match in _token().finditer(text):
        scan.protect(*match.span())
    for shortest, longest, pattern in _at_digits():
        for start in scan.digit_runs(shortest, longest):
            found = pattern.match(text, start)
            if found:
                scan.protect(*found.span())
    for match in chain(_DOCUMENT.finditer(text), _PERMIT.finditer(text)):
        if not _DEED_BEFORE.search(scan.before(match.start(), 20)):
            scan.protect(*match.span())
    _labelled(scan)
    for run in scan.digit_runs(6):
        for start in range(max(run - 2, 0), run + 1):
            code = _CREDIT_CODE.match(text, start)
            if code and is_public_credit_code(code.group()):
                scan.protect(*code.span())


def _labelled(scan: Scan) -> None:
    """Claim what follows a label such as 索引号, together with the label."""
    labels = lexicon().labels
    for start in scan.word_runs(1):
        before = scan.text[max(0, start - _LONGEST_LABEL) : start].rstrip(" :是为")
        if not before.endswith(labels) or before.endswith(_PERSONAL_LABELS):
            continue
        value = _VALUE.match(scan.text, start)
        if value and not _is_personal(value.group()):
            label = next(word for word in labels if before.endswith(word))
            scan.protect(scan.text.rfind(label, 0, start), value.end())


@cache
def _at_digits() -> tuple[tuple[int, int, re.Pattern[str]], ...]:
    """Patterns that start with a digit, with the lengths of the first run of digits.

    Counts and sums of fewer digits need no protection: nothing shorter looks personal.
    """
    return (
        (6, 12, _PARCEL),
        (4, 13, _MONEY),
        (4, 4, _DATE),
        (8, 8, _COMPACT_DATE),
        (4, 9, _counted()),
        (1, 3, _decimal()),
    )


def is_public_credit_code(code: str) -> bool:
    """Whether a code is an organisation's (GB 32100) rather than a sole trader's or a person's."""
    if code.startswith(_SOLE_TRADER) or not uscc.is_valid(code):
        return False
    return not is_identity(code)


def _is_personal(value: str) -> bool:
    """Whether a labelled value holds a valid identity number or a mobile number."""
    return any(
        len(found) == 11 or is_identity(found) or found.startswith(_SOLE_TRADER)
        for found in _IN_VALUE.findall(value)
    )
