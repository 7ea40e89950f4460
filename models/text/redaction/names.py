"""Names of private people: a surname and one or two characters, where words announce a person.

Officials in office are named in public; the words that announce them are no triggers. A name once
found is taken wherever else the same text has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from models.text.redaction.lexicon import any_of, lexicon
from models.text.redaction.scan import Confidence, Scan
from models.text.segment import default_segmenter

_WINDOW = 12
_GAP = re.compile(
    r"(?:的?姓名|名字)?(?: ?[(（][^()（）\n\x1e]{1,8}[)）])?( ?[:：]? ?)(?:[叫是为]|名叫)?"
)
_HAN = r"[\u3400-\u9fff]"
_FIELD = re.compile(rf"{_HAN}{{2,4}}(?![\u3400-\u9fff])")
_DOTTED = re.compile(rf"{_HAN}{{1,8}}[·•・]{_HAN}{{1,10}}")
_NEXT = re.compile(r" ?(?:[、,，;；/和及与]| ) ?")
_RUN = re.compile(rf"{_HAN}+")
_GIVEN_TAGS = frozenset(["nr", "nrt", "nrfg", "nz", "ns", "nt", "x", "ng", "zg"])
_DATE = r"\d{4} ?[年./-] ?\d{1,2} ?[月./-] ?\d{1,2} ?日?"
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
        if not _announces(text, trigger):
            continue
        gap = _GAP.match(text, trigger.end())
        at = gap.end() if gap else trigger.end()
        weak = trigger.group() in lexicon().weak_triggers
        field = bool(gap and gap.group(1).strip())
        for _ in range(_MOST_IN_A_LIST):
            name = _name_at(text, at, field=field, weak=weak)
            if not name:
                break
            sure = Confidence.HIGH if field else _sureness(text, at, name)
            scan.hit(at, at + len(name), "name", sure, "name_context")
            found.setdefault(scan.number_of(at), set()).add(name)
            following = _NEXT.match(text, at + len(name))
            if not following:
                break
            at = following.end()
    for start, name in _signed(scan):
        scan.hit(start, start + len(name), "name", Confidence.MEDIUM, "name_signed")
        found.setdefault(scan.number_of(start), set()).add(name)
    _mentions(scan, found)


def _signed(scan: Scan) -> Iterator[tuple[int, str]]:
    """Names that sign a letter: alone on their line below the closing, or above the date.

    Nothing announces them, so the run must be a name as a whole and no word of the dictionary.
    """
    for match in _signature(is_one=scan.is_one).finditer(scan.text):
        name = match[1] or match[2]
        is_sure = name[0] not in lexicon().weak_surnames and not _is_word(name)
        if is_sure and _is_name(name, name):
            yield match.start(1 if match[1] else 2), name


@cache
def _signature(*, is_one: bool) -> re.Pattern[str]:
    """Closing and name, or name and date; pieces of one text break like lines."""
    line = "[\n\x1e]" if is_one else "\n"
    name = rf"({_HAN}{{2,4}})"
    closing = any_of(lexicon().closings)
    return re.compile(
        rf"(?:{closing}[!.。~ ]{{0,3}}(?:{line} *){{1,2}}|敬礼[!.。~ ]{{1,3}}){name}"
        rf"(?= *(?:{line}|\x1e|\Z|{_DATE}))"
        rf"|(?:{line}|\A|\x1e) *{name} *{line} *(?={_DATE} *(?:{line}|\x1e|\Z))"
    )


def _sureness(text: str, at: int, name: str) -> Confidence:
    """How sure a name in running text is: two characters that run on may be any word."""
    after = text[at + len(name) : at + len(name) + 1]
    runs_on = _RUN.match(after) is not None
    return Confidence.LOW if runs_on and len(name) == 2 else Confidence.MEDIUM


def _announces(text: str, trigger: re.Match[str]) -> bool:
    before = text[trigger.start() - 1 : trigger.start()]
    if trigger.group() == "业主" and before and before in lexicon().not_before_owner:
        return False
    return before not in _NO_TRIGGER_AFTER


def _mentions(scan: Scan, found: dict[int, set[str]]) -> None:
    """Report the names of each text wherever else it has them; short ones only if no word."""
    segmenter = default_segmenter()
    names = {
        name
        for name in set().union(*found.values())
        if len(name) > 2 or not segmenter.has_word(name)
    }
    for start, name in scan.occurrences(names):
        if name in found.get(scan.number_of(start), ()):
            scan.hit(start, start + len(name), "name", Confidence.MEDIUM, "name_mention")


def _name_at(text: str, at: int, *, field: bool, weak: bool) -> str:
    """Name that starts at a place, or nothing.

    A run of two to four characters up to a sign that starts with a surname is a name. Where the
    run goes on, jieba's cut decides where the name ends.
    """
    window = re.split(r"[\n\x1e【]", text[at : at + _WINDOW])[0]
    if not window or (field and _is_organisation(window)):
        return ""
    dotted = _DOTTED.match(window)
    if dotted and field:
        return dotted.group()
    if not field and window[0] in lexicon().weak_surnames:
        return ""
    whole = _FIELD.match(window)
    if whole and _is_name(whole.group(), window) and (field or not _is_word(whole.group())):
        return whole.group()
    names = _cut_names(window, weak=weak)
    return next((name for name in names if _is_name(name, window)), "")


def _is_word(run: str) -> bool:
    """Whether a run is a plain word of the dictionary rather than a name."""
    segmenter = default_segmenter()
    return segmenter.has_word(run) and not segmenter.tag(run)[0][1].startswith(("nr", "ns", "nz"))


def _is_organisation(window: str) -> bool:
    """Whether the whole run of characters that a field starts with names an organisation."""
    run = _RUN.match(window)
    return run is not None and run.group().endswith(lexicon().organisations)


def _cut_names(window: str, *, weak: bool) -> Iterator[str]:
    """Candidates at the start of a window by jieba's words, the longer before the shorter.

    A person's name (`nr`), perhaps with the character after it; a surname with what jieba knows
    as no plain word; after a strong trigger also what jieba takes for a place or does not know.
    """
    words = default_segmenter().tag(window)
    first, tag = words[0]
    second, second_tag = words[1] if len(words) > 1 else ("", "x")
    third, third_tag = words[2] if len(words) > 2 else ("", "x")
    is_person = tag.startswith("nr") or (not weak and tag in _GIVEN_TAGS)
    if is_person and len(first) == 2 and len(second) == 1 and _is_given(second, second_tag):
        yield first + second
    if is_person:
        yield first
    if first not in lexicon().surnames:
        return
    if len(second) == len(third) == 1 and _is_given(second, "n") and _is_given(third, third_tag):
        yield first + second + third
    if len(second) <= 2 and (second_tag in _GIVEN_TAGS or (not weak and second_tag[0] in "naji")):
        yield first + second


def _is_given(character: str, tag: str) -> bool:
    """Whether a single character may be the last of a name."""
    return tag[0] in "najbxz" and character not in lexicon().not_given


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
    if name[-1] in words.not_last or any(word in name for word in words.stop):
        return False
    if name[len(surname) :] in titles:
        return False
    after = window[len(name) :]
    return not (name.endswith(organisations) or after.startswith((*titles, *organisations)))
