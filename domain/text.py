"""Text as it is kept: what a person can see, spelt in one way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import UUID

LINE_ENDS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")

BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]")
"""Characters that look like a space (the last but one is a pattern of Braille without dots)."""


def _flag(place: str) -> str:
    return "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in place) + "\U000e007f"


FLAGS = re.compile(f"({'|'.join(map(_flag, ('gbeng', 'gbsct', 'gbwls')))})")
"""The flags of England, Scotland and Wales: a black flag and tags. Any other tags are hidden text."""

UNSEEN_MARKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufffc")
"""Fillers and the like, which take part in no word and are drawn as nothing."""

SEEN_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Format characters that are drawn, as the sign before a number in Arabic."""

JOINERS, EMOJI_STYLES, KEYCAP = "\u200c\u200d\u180e", "\ufe0e\ufe0f", "\u20e3"
MONGOLIAN_SELECTORS = "\u180b\u180c\u180d\u180f"
TAKE_A_STYLE = frozenset("\u203c\u2049\u2139\u3030")
JOINED = ("ARABIC", "SYRIAC", "MANDAIC", "NKO", "MONGOLIAN", "PHAGS-PA", "ADLAM", "HANIFI")
"""Scripts whose letters join, so that a joiner changes how they are drawn."""

NOT_JOINED = frozenset("ءآأؤإاةدذرزوٱڈڑژۀۃۆۇۈۋےۓ")
"""Letters of Arabic that do not join the next one: a joiner after them would show nothing."""

WITHOUT_TEXT = frozenset({type(None), bool, int, Decimal, date, datetime, UUID})

MOST_MARKS = 30
"""Marks upon one letter: as many as the stream-safe text of Unicode has (UAX 15), more than any language needs. To
put them in order costs the square of their number."""

MAYBE_MARKS = re.compile("[\u0300-\U0010ffff]" * (MOST_MARKS + 1))
"""Where there could be more marks than that."""

VIRAMA = 9
"""The combining class of the signs of Indian scripts that join two consonants."""


def plain(text: str) -> str:
    """Text as it is kept: without what cannot be seen, every blank and line end of one kind, composed (NFC), nothing
    around it; "" where nothing is left to be seen."""
    kept = visible(text).strip()
    return kept if kept.isascii() or any(unicodedata.category(each)[0] in "LNPS" for each in kept) else ""


def line(text: str) -> str:
    """The same on a single line, with single spaces."""
    return " ".join(plain(text).split())


def visible(text: str) -> str:
    """The text without what cannot be seen: control characters but for tab and line end, marks of direction, what
    has no width or no meaning. Joiners stay where the script is drawn otherwise without them, selectors of a style
    behind what has several."""
    if text.isascii() and text.isprintable():
        return text
    text = BLANKS.sub(" ", LINE_ENDS.sub("\n", unicodedata.normalize("NFC", _with_few_marks(text))))
    parts = FLAGS.split(text)
    parts[::2] = map(_without_unseen, parts[::2])
    return unicodedata.normalize("NFC", "".join(parts))


def visible_within(value: Any) -> Any:
    """The same value with every text in it as it can be seen; the very same where there is nothing to take out."""
    kind = type(value)
    if kind is str:
        seen = visible(value)
        return value if seen == value else seen
    if kind is dict:
        if all(map(_is_seen, value)) and all(map(_is_seen, value.values())):
            return value
        pairs = {visible_within(key): visible_within(item) for key, item in value.items()}
        return value if pairs == value else pairs
    if kind in (tuple, list):
        each = [item if _is_seen(item) else visible_within(item) for item in value]
        return value if all(new is old for new, old in zip(each, value, strict=True)) else kind(each)
    if _texts_of(kind):
        changed = changed_texts(value)
        return replace(value, **changed) if changed else value
    return value


def changed_texts(value: Any) -> dict[str, Any]:
    """The fields of a dataclass in which there is something to take out, as they are without it."""
    held = ((name, getattr(value, name)) for name in _texts_of(type(value)))
    return {name: seen for name, text in held if not _is_seen(text) and (seen := visible_within(text)) is not text}


def _is_seen(value: Any) -> bool:
    """Whether there is nothing to take out of a value, where that is seen at once."""
    kind = type(value)
    return value.isascii() and value.isprintable() if kind is str else kind in WITHOUT_TEXT


def _texts_of(kind: type[Any]) -> tuple[str, ...]:
    """The names of the fields of a dataclass, none of any other type."""
    if kind not in _TEXTS_OF:
        _TEXTS_OF[kind] = tuple(field.name for field in fields(kind) if field.init) if is_dataclass(kind) else ()
    return _TEXTS_OF[kind]


_TEXTS_OF: dict[type[Any], tuple[str, ...]] = {}


def _with_few_marks(text: str) -> str:
    if not MAYBE_MARKS.search(text):
        return text
    kept, marks = list[str](), 0
    for char in text:
        apart = unicodedata.normalize("NFKD", char)
        if unicodedata.combining(apart[0]):
            marks += len(apart)
            if marks > MOST_MARKS:
                continue
        elif not (char in JOINERS or _is_selector(char) or _is_unseen(char)):
            marks = 0
        kept.append(char)
    return "".join(kept)


def _without_unseen(text: str) -> str:
    kept: list[str] = []
    seen = [char for char in text if char in JOINERS or _is_selector(char) or not _is_unseen(char)]
    for place, char in enumerate(seen):
        if char in JOINERS:
            if not _joins(kept, seen[place + 1 : place + 2]):
                continue
        elif _is_selector(char) and not _selects(kept, char, seen[place + 1 : place + 2]):
            continue
        kept.append(char)
    return "".join(kept)


@lru_cache(maxsize=4096)
def _is_unseen(char: str) -> bool:
    category = unicodedata.category(char)
    if category == "Cn":
        return not _is_pictogram(char)
    return char in UNSEEN_MARKS or (category[0] == "C" and char not in "\n\t" and char not in SEEN_FORMATS)


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" or char in MONGOLIAN_SELECTORS


def _is_pictogram(char: str) -> bool:
    """Whether it is an emoji or other sign, also one of a later Unicode: these planes are kept for them."""
    return "\U0001f000" <= char <= "\U0001fffd" or (char > "\x7f" and unicodedata.category(char) in ("So", "Sm"))


def _joins(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether a joiner between these changes what is drawn."""
    if not before or not after:
        return False
    last, following = before[-1], after[0]
    if unicodedata.combining(last) == VIRAMA or unicodedata.combining(following) == VIRAMA:
        return script_of(last) == script_of(following)
    if _is_pictogram(following):
        return _is_pictogram(last) or last in EMOJI_STYLES
    letters = (each for each in islice(reversed(before), MOST_MARKS + 1) if not unicodedata.combining(each))
    letter = next(letters, "")
    return script_of(letter) in JOINED and script_of(letter) == script_of(following) and letter not in NOT_JOINED


def _selects(before: Sequence[str], selector: str, after: Sequence[str]) -> bool:
    """Whether there is a choice of drawings of what stands before: of emoji, ideographs and Mongolian letters."""
    if not before:
        return False
    last = before[-1]
    if selector in MONGOLIAN_SELECTORS:
        return script_of(last) == "MONGOLIAN"
    if selector in EMOJI_STYLES and (_is_pictogram(last) or last in TAKE_A_STYLE or KEYCAP in after):
        return True
    return script_of(last) == "CJK" and selector not in EMOJI_STYLES


@lru_cache(maxsize=4096)
def script_of(char: str) -> str:
    """The script of a letter or mark by the first word of its name, as LATIN; "" where there is none."""
    return unicodedata.name(char, "").partition(" ")[0] if char else ""


def counted(number: int | Decimal, one: str, several: str = "") -> str:
    """A number with what it counts: "1 row", "2,000 rows"; `several` where that is not `one` with an s."""
    written = f"{number.normalize():,f}" if isinstance(number, Decimal) else f"{number:,}"
    return f"{written} {one if number == 1 else several or f'{one}s'}"


def either(words: Iterable[str]) -> str:
    """Words of which one is meant: "a, b or c"."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def day_in_words(day: date) -> str:
    """A day as sentences write it: "3 November 2026"."""
    return f"{day.day} {day:%B %Y}"


APOSTROPHES = "'\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}."
"""What people leave out when they type a name; the full stop of "St." among them."""


def folded(text: str) -> str:
    """Text as it is sought: without case, accents and apostrophes, other punctuation as blanks."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (letter for letter in plain if not unicodedata.combining(letter) and letter not in APOSTROPHES)
    return " ".join("".join(letter if letter.isalnum() else " " for letter in kept).split())
