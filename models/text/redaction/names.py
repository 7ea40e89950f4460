"""Names of private people: a surname and one or two characters, where words announce a person.

Officials in office are named in public; the words that announce them are no triggers. A name once
found is taken wherever else the same text has it.
"""

from __future__ import annotations

import re
from functools import cache

from models.text.redaction.lexicon import any_of, lexicon
from models.text.redaction.scan import SEPARATOR, Confidence, Scan
from models.text.segment import default_segmenter

_WINDOW = 12
_GAP = re.compile(
    r"(?:的?姓名|名字)?(?: ?[(（][^()（）\n\x1e]{1,8}[)）])?( ?[:：]? ?)(?:[叫是为]|名叫)?"
)
_HAN = r"[\u3400-\u9fff]"
_FIELD = re.compile(rf"{_HAN}{{2,4}}(?![\u3400-\u9fff])")
_DOTTED = re.compile(rf"{_HAN}{{1,8}}[·•・]{_HAN}{{1,10}}")
_NEXT = re.compile(r" ?(?:[、,，;；/和及与]| ) ?")
_MASKED = re.compile(r"[某×*○ＸX]")
_NO_TRIGGER_AFTER = ("被", "非", "【")
"""被申请人 is the agency; 【 opens one of our tokens."""
_MOST_IN_A_LIST = 200


@cache
def _trigger() -> re.Pattern[str]:
    return re.compile(any_of(lexicon().triggers))


@cache
def _ends() -> tuple[tuple[str, ...], tuple[str, ...]]:
    return lexicon().titles, lexicon().organisations


def find_names(scan: Scan) -> None:
    """Report announced names, then every further mention of them in the same text."""
    found: dict[int, set[str]] = {}
    text = scan.text
    for trigger in _trigger().finditer(text):
        if text[trigger.start() - 1 : trigger.start()] in _NO_TRIGGER_AFTER:
            continue
        gap = _GAP.match(text, trigger.end())
        at = gap.end() if gap else trigger.end()
        field = bool(gap and gap.group(1).strip())
        for _ in range(_MOST_IN_A_LIST):
            name = _name_at(text, at, field=field)
            if not name:
                break
            sure = Confidence.HIGH if field else Confidence.MEDIUM
            scan.hit(at, at + len(name), "name", sure, "name_context")
            found.setdefault(_text_at(text, at), set()).add(name)
            following = _NEXT.match(text, at + len(name))
            if not following:
                break
            at = following.end()
    for start, names in found.items():
        end = text.find(SEPARATOR, start)
        _mentions(scan, names, start, len(text) if end < 0 else end)


def _text_at(text: str, at: int) -> int:
    return text.rfind(SEPARATOR, 0, at) + 1


def _mentions(scan: Scan, names: set[str], start: int, end: int) -> None:
    for name in sorted(names, key=len, reverse=True):
        if len(name) < 3 and default_segmenter().has_word(name):
            continue
        for match in re.compile(re.escape(name)).finditer(scan.text, start, end):
            scan.hit(*match.span(), "name", Confidence.MEDIUM, "name_mention")


def _name_at(text: str, at: int, *, field: bool) -> str:
    """Name that starts at a place, or nothing.

    Where a colon announces a field, a run of two to four characters that starts with a surname and
    ends the field is a name. Elsewhere jieba's cut decides where the name ends.
    """
    window = text[at : at + _WINDOW]
    window = re.split(r"[\n\x1e【]", window)[0]
    if not window:
        return ""
    dotted = _DOTTED.match(window)
    if dotted and field:
        return dotted.group()
    whole = _FIELD.match(window)
    if field and whole and _is_name(whole.group(), window):
        return whole.group()
    return _cut_name(window)


def _cut_name(window: str) -> str:
    """Name at the start of a window by jieba's words: one of tag `nr`, or surname and given."""
    words = default_segmenter().tag(window)
    if not words:
        return ""
    first, tag = words[0]
    second = words[1][0] if len(words) > 1 else ""
    candidates = []
    if tag.startswith("nr"):
        candidates.append(first)
    if first in lexicon().surnames and 1 <= len(second) <= 2:
        candidates.append(first + second)
    if len(first) == 2 and len(second) == 1 and words[1][1].startswith("nr"):
        candidates.insert(0, first + second)
    return next((name for name in candidates if _is_name(name, window)), "")


def _is_name(name: str, window: str) -> bool:
    """Whether a run has a name's shape and is no title, organisation or common word."""
    words = lexicon()
    titles, organisations = _ends()
    surname = name[:2] if name[:2] in words.surnames else name[:1]
    if surname not in words.surnames or not len(surname) < len(name) <= len(surname) + 2:
        return False
    if not all("\u3400" <= character <= "\u9fff" for character in name):
        return False
    if _MASKED.search(name) or _MASKED.match(window[len(name) : len(name) + 1]):
        return False
    if any(word in name for word in words.stop) or name[len(surname) :] in titles:
        return False
    after = window[len(name) :]
    return not (name.endswith(organisations) or after.startswith((*titles, *organisations)))
