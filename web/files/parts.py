"""The XML in documents that are packages: read as XML, however it is written, and no more of it than is taken."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

from web.files.fields import Fields
from web.runtime.refused_files import ContentIsOtherwise, HoldsMore

MOST_ELEMENTS = 2_000_000
LETTERS = frozenset({b"utf-8", b"utf-16", b"us-ascii", b"iso-8859-1", b"windows-1252"})
"""Encodings in which names can be seen in the bytes; those of the format (ECMA-376-2) are the first two."""

ENCODING = re.compile(rb"<\?xml[^>]*?\sencoding\s*+=\s*+[\"']([^\"'>]*+)")

WORDS = (
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
)
"""Namespaces of a text's elements, of both editions of the standard."""

HOLDS_COMMANDS = re.compile(rb"[iI]nstrText|fldSimple|ddeLink")

Attributes = dict[str, str]


class Count:
    """How many elements a document may still have."""

    def __init__(self) -> None:
        self.left = MOST_ELEMENTS

    def take(self) -> None:
        """Raises HoldsMore."""
        self.left -= 1
        if self.left < 0:
            raise HoldsMore


class _Reader:
    """Hands on the elements of a part, by their names as {namespace}local."""

    def __init__(self, count: Count, found: Callable[[str, Attributes], object]) -> None:
        self._count, self._found = count, found

    def doctype(self, *_: str | None) -> None:
        """A definition may name other files, or grow without bounds."""
        raise _damaged()

    def start(self, tag: str, attributes: Attributes) -> None:
        self._count.take()
        self._found(tag, attributes)

    def close(self) -> None:
        """Nothing is built."""


class _FieldReader(_Reader):
    """Hands on the instructions too, of which a field may have several that are parted by whatever stands between."""

    def __init__(self, count: Count) -> None:
        super().__init__(count, self._look)
        self.fields = Fields()
        self.has_link = False
        self._within = False

    def _look(self, tag: str, attributes: Attributes) -> None:
        name = tag.rpartition("}")[2]
        if name == "ddeLink":
            self.has_link = True
        if not tag.startswith(WORDS):
            return
        self._within = name in ("instrText", "delInstrText")
        told = {each.rpartition("}")[2]: value for each, value in attributes.items()}
        if name == "fldSimple":
            self.fields.simple(told.get("instr", ""))
        elif name == "fldChar" and told.get("fldCharType") == "begin":
            self.fields.begin()
        elif name == "fldChar" and told.get("fldCharType") == "separate":
            self.fields.separate()
        elif name == "fldChar" and told.get("fldCharType") == "end":
            self.fields.end()

    def end(self, _: str) -> None:
        self._within = False

    def data(self, text: str) -> None:
        if self._within:
            self.fields.say(text)

    def close(self) -> None:
        self.fields.close()


def has_command(part: bytes, count: Count) -> bool:
    """Whether a part runs a command by an old way of Windows (DDE), as a link of a workbook or a field of a text, or
    has a field that fetches something from elsewhere.
    The name of an element cannot be written in another way, so that most parts need not be read."""
    _check_letters(part)
    if not HOLDS_COMMANDS.search(part.replace(b"\0", b"")):
        return False
    reader = _FieldReader(count)
    _read(part, reader)
    return reader.has_link or reader.fields.has_command


def read(part: bytes, count: Count, found: Callable[[str, Attributes], object]) -> None:
    """Hands on each element of a part. Raises ContentIsOtherwise where it is no XML, or defines a type of document;
    HoldsMore."""
    _read(part, _Reader(count, found))


def _damaged() -> ContentIsOtherwise:
    """What stands against a part that cannot be read."""
    return ContentIsOtherwise("The document is damaged. Save it anew and choose it again.")


def _check_letters(part: bytes) -> None:
    """Raises ContentIsOtherwise for XML in an encoding that hides the names in it."""
    declared = ENCODING.search(part[:1000].replace(b"\0", b""))
    if declared and declared[1].lower() not in LETTERS:
        raise _damaged()


def _read(part: bytes, reader: _Reader) -> None:
    _check_letters(part)
    parser = ElementTree.XMLParser(target=reader)  # noqa: S314  # takes no definitions, and is bounded
    try:
        parser.feed(part)
        parser.close()
    except ElementTree.ParseError:
        raise _damaged() from None
