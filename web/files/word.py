"""The text of Word before 2007 (MS-DOC), as far as its fields are told from it."""

from __future__ import annotations

import re
import struct

from web.files.fields import ELSEWHERE, Fields, does_something
from web.runtime.refused_files import ContentIsOtherwise

WORD_97 = 0x00C1
"""The first version (nFib) whose text may lie in pieces, of which a table tells (MS-DOC 2.5.1)."""

FLAGS, SECOND_TABLE = 0x0A, 0x0200
TEXT, NAMES, TABLE = 0x18, 0x019A, 0x01A2
"""Places in the head of the document: of the text in older versions; of the names of other files and the table of
pieces in its stream."""

TEMPLATE, SOURCES = 1, (8, 9)
"""Which of those names are a template, and data to be merged."""

PIECES, COMPRESSED = 0x02, 0x40000000
BEGIN, SEPARATE, END = "\x13", "\x14", "\x15"
MARKS = re.compile("([\x13\x14\x15])")
UNPLACED = re.compile("\x13([^\x13\x14\x15]{1,1000})")


def table_named(document: bytes) -> str:
    """The stream in which the table of pieces stands."""
    return "1Table" if _number("<H", document, FLAGS) & SECOND_TABLE else "0Table"


def has_command(document: bytes, table: bytes) -> bool:
    """Whether a field of the text runs a command or fetches something from elsewhere.

    It is looked at as a whole too, in both ways in which letters are written: another program may find other pieces.
    """
    return _runs(_text(document, table)) or _runs_anywhere(document)


def names_elsewhere(document: bytes, table: bytes) -> bool:
    """Whether the document is made from a template, or merged with data, that stands elsewhere."""
    names = _names(document, table)
    return any(ELSEWHERE.search(names[number]) for number in (TEMPLATE, *SOURCES) if number < len(names))


def _names(document: bytes, table: bytes) -> list[str]:
    """The names of other files (SttbfAssoc), none where their place cannot be told."""
    try:
        start, length = struct.unpack_from("<II", document, NAMES)
    except struct.error:
        return []
    told, at, names = table[start : start + length], 6, list[str]()
    while at + 2 <= len(told):
        size = 2 * _number("<H", told, at)
        names.append(told[at + 2 : at + 2 + size].decode("utf-16-le", "replace"))
        at += 2 + size
    return names


def _runs_anywhere(document: bytes) -> bool:
    wide = (document[start:].decode("utf-16-le", "replace") for start in (0, 1))
    texts = (document.decode("latin-1"), *wide)
    return any(does_something(found[1]) for text in texts for found in UNPLACED.finditer(text))


def _runs(text: str) -> bool:
    fields = Fields()
    for piece in MARKS.split(text):
        if piece == BEGIN:
            fields.begin()
        elif piece == SEPARATE:
            fields.separate()
        elif piece == END:
            fields.end()
        elif fields.is_within:
            fields.say(piece)
    fields.close()
    return fields.has_command


def _text(document: bytes, table: bytes) -> str:
    """The text in its order, empty where its place cannot be told. Raises ContentIsOtherwise for pieces that are more
    than the document: none of it stands in two."""
    try:
        if _number("<H", document, 2) < WORD_97:
            first, last = struct.unpack_from("<II", document, TEXT)
            return document[first:last].decode("cp1252", "replace")
        return "".join(_pieces(document, table))
    except (struct.error, ValueError, IndexError):
        return ""


def _pieces(document: bytes, table: bytes) -> list[str]:
    start, length = struct.unpack_from("<II", document, TABLE)
    told, at = table[start : start + length], 0
    while told[at] != PIECES:
        at += 3 + _number("<H", told, at + 1)
        if at >= len(told):
            raise ValueError
    size = _number("<I", told, at + 1)
    number = (size - 4) // 12
    ends = struct.unpack_from(f"<{number + 1}I", told, at + 5)
    if number and ends[-1] > len(document):
        raise ContentIsOtherwise("The document is damaged. Save it again and choose it again.")
    found = []
    for place in range(number):
        where = _number("<I", told, at + 5 + 4 * (number + 1) + 8 * place + 2)
        letters = ends[place + 1] - ends[place]
        if letters < 0:
            raise ValueError
        if where & COMPRESSED:
            begins = (where & ~COMPRESSED) // 2
            found.append(document[begins : begins + letters].decode("cp1252", "replace"))
        else:
            found.append(document[where : where + 2 * letters].decode("utf-16-le", "replace"))
    return found


def _number(shape: str, content: bytes, at: int) -> int:
    return int(struct.unpack_from(shape, content, at)[0])
