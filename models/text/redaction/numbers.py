"""Numbers of a known shape: identity, telephone, card, account, and what is left over."""

from __future__ import annotations

import re
from functools import cache

from stdnum import luhn

from models.text.redaction.identity import (
    is_identity,
    looks_like_identity,
    looks_like_old_identity,
)
from models.text.redaction.lexicon import any_of, lexicon
from models.text.redaction.scan import Confidence, Scan

HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW

_WINDOW = re.compile(r"[0-9][0-9 \-()]{4,}[0-9][Xx]?")
"""Where a long number may be: digits with blanks, dashes and brackets between."""
_IDENTITY = re.compile(r"(?<!\d)[1-9](?:[ \-]?\d){16}[ \-]?[\dXx](?!\d)")
_OLD_IDENTITY = re.compile(r"(?<!\d)[1-9]\d{14}(?!\d)")
_GROUPED = re.compile(r"\d{6}[ \-]\d{8}[ \-]?[\dXx]{4}|\d{4}(?:[ \-]\d{4}){3}[ \-][\dXx]{2}")
_MOBILE = re.compile(
    r"(?<!\d)(?:\+?86[ \-]?|0)?(1[3-9]\d(?:[ \-]?\d{4}[ \-]?\d{4}|[ \-]?\d{3}[ \-]\d{5}))(?!\d)"
)
_TELEPHONE = re.compile(
    r"(?<!\d)(?:\(0(?:10|2\d|[3-9]\d\d)\)|0(?:10|2\d|[3-9]\d\d))[ \-]?[2-9]\d{2,3}[ \-]?\d{4}"
    r"(?:-\d{1,6})?(?!\d)"
)
_LOCAL = re.compile(r"(?<![\d\-])[2-9]\d{2,3}[ \-]?\d{4}(?!\d)")
_CARD = re.compile(r"(?<!\d)\d{4}(?:[ \-]?\d{4}){2,3}(?:[ \-]?\d{1,4})?(?!\d)")
_LONG = re.compile(r"(?<![\d.])\d{14,}[Xx]?(?!\d)")
_SOLE_TRADER = re.compile(r"(?<![0-9A-Za-z])92\d{6}[0-9A-Y]{10}(?![0-9A-Za-z])")
_DECIMAL_POINT = re.compile(r"\d\.$")
_SENTENCE_END = re.compile(r"[。；;！!？?]")
_NEAR = 16


@cache
def _words(key: str) -> re.Pattern[str]:
    return re.compile(any_of(lexicon().context[key]))


@cache
def _account() -> re.Pattern[str]:
    return re.compile(r"(?<!\d)\d{9,30}(?!\d)")


def find_numbers(scan: Scan) -> None:
    """Report numbers by shape and check digit, the surest first."""
    for run in scan.digit_runs(8):
        code = _SOLE_TRADER.match(scan.text, run)
        if code and not is_identity(code.group()):
            scan.hit(*code.span(), "sole_trader", LOW, "credit_code_92")
    end = 0
    for run in scan.digit_runs(1):
        window = _WINDOW.match(scan.text, run) if run >= end else None
        if window is None:
            continue
        start, end = window.span()
        for find in (_identities, _mobiles, _telephones, _cards):
            find(scan, start, end)


def find_left_over(scan: Scan) -> None:
    """Report long digit runs that nothing else explains: better one too many than one too few."""
    for run in scan.digit_runs(14):
        match = _LONG.match(scan.text, run)
        if match:
            scan.hit(*match.span(), "long_number", LOW, "long_number")


def _identities(scan: Scan, start: int, end: int) -> None:
    if end - start < 15:
        return
    for match in _IDENTITY.finditer(scan.text, start, end):
        shown = match.group()
        number = re.sub(r"[ \-]", "", shown)
        if not looks_like_identity(number):
            if is_near(scan, match.start(), "identity"):
                scan.hit(*match.span(), "identity", LOW, "identity_context")
        elif is_identity(number):
            scan.hit(*match.span(), "identity", HIGH, "identity_checksum")
        elif len(shown) == 18 or _GROUPED.fullmatch(shown):
            scan.hit(*match.span(), "identity", LOW, "identity_shape")
    for match in _OLD_IDENTITY.finditer(scan.text, start, end):
        near = is_near(scan, match.start(), "identity")
        if near or looks_like_old_identity(match.group()):
            sure = MEDIUM if near and looks_like_old_identity(match.group()) else LOW
            scan.hit(*match.span(), "identity", sure, "identity_15")


def _mobiles(scan: Scan, start: int, end: int) -> None:
    start = max(start - 2, 0)  # +86 begins before its digits
    for match in _MOBILE.finditer(scan.text, start, end):
        if _DECIMAL_POINT.search(scan.before(match.start(), 2)):
            continue  # decimals of a longer number
        scan.hit(*match.span(), "mobile", HIGH, "mobile_shape")


def _telephones(scan: Scan, start: int, end: int) -> None:
    for match in _TELEPHONE.finditer(scan.text, max(start - 2, 0), end):
        if not _is_office(scan, match.start()):
            scan.hit(*match.span(), "telephone", MEDIUM, "telephone_area_code")
    for match in _LOCAL.finditer(scan.text, start, end):
        if is_near(scan, match.start(), "telephone", 8) and not _is_office(scan, match.start()):
            scan.hit(*match.span(), "telephone", MEDIUM, "telephone_context")


def _is_office(scan: Scan, start: int) -> bool:
    """Whether the words before a telephone number make it an office's, which is public."""
    before = _SENTENCE_END.split(scan.before(start, 30))[-1]
    offices = [match.end() for match in _words("office").finditer(before)]
    people = [match.end() for match in _words("person").finditer(before)]
    return bool(offices) and max(offices) > max(people, default=-1)


def _cards(scan: Scan, start: int, end: int) -> None:
    if end - start < 9:
        return
    near = is_near(scan, start, "account", 12)
    for match in _CARD.finditer(scan.text, start, end):
        digits = re.sub(r"[ \-]", "", match.group())
        if not 16 <= len(digits) <= 19:
            continue
        if luhn.is_valid(digits) and digits[0] != "0":
            scan.hit(*match.span(), "bank_card", HIGH if near else MEDIUM, "bank_card_luhn")
    if near:
        for match in _account().finditer(scan.text, start, end):
            scan.hit(*match.span(), "bank_card", LOW, "account_context")


def is_near(scan: Scan, start: int, key: str, n_characters: int = _NEAR) -> bool:
    """Whether a word that hints at a kind stands shortly before a place."""
    return _words(key).search(scan.before(start, n_characters)) is not None
