"""The XML in documents that are packages: read as XML, however it is written, and no more of it than is taken."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

from web.files import formulas
from web.files.fields import ELSEWHERE, Field, Fields
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

ACTIVE = re.compile(rb"[iI]nstrText|fldSimple|ddeLink|connectString|\bsrc\b|:link\b|refreshOnLoad|\binterval\b")
"""Names in elements that may do something; a name cannot be written in another way."""

FORMULAS = frozenset({"f", "definedName", "formula", "formula1", "formula2", "oldFormula", "calculatedColumnFormula"})
FORMULA = re.compile(rb"[<:](?:%s)[\s>]" % "|".join(FORMULAS).encode())
MAY_FETCH = re.compile(rb"\||&#|<!|%s" % "|".join(formulas.FETCHING).encode(), re.IGNORECASE)
"""What a formula that fetches has in it, or what it may be hidden by."""

WEB_PAGE = re.compile(
    rb"(?:<\?xml[^>]*+>\s*+|<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s++html|html|head|body|script|iframe|frameset)\b",
    re.IGNORECASE | re.DOTALL,
)
LONGEST_HEAD = 4096
BEFORE_XML = b"\0\xfe\xff\xef\xbb\xbf \t\r\n"

Attributes = dict[str, str]


class ElementLimit:
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

    def __init__(self, count: ElementLimit, found: Callable[[str, Attributes], object]) -> None:
        self._count, self._found = count, found

    def doctype(self, *_: str | None) -> None:
        """A definition may name other files, or grow without bounds."""
        raise _damaged()

    def start(self, tag: str, attributes: Attributes) -> None:
        self._count.take()
        self._found(tag, attributes)

    def close(self) -> None:
        """Nothing is built."""


class _Active(_Reader):
    """Finds what fetches or runs something: fields, of which an instruction may have several parts; formulas; links
    to elsewhere."""

    def __init__(self, count: ElementLimit) -> None:
        super().__init__(count, self._look)
        self.has_command = False
        self._fields = Fields()
        self._simple = list[Field]()
        self._formula = list[str]()
        self._said: Callable[[str], object] | None = None

    def _look(self, tag: str, attributes: Attributes) -> None:
        name = tag.rpartition("}")[2]
        told = {each.rpartition("}")[2]: value for each, value in attributes.items()}
        self.has_command |= (
            name in ("ddeLink", "connectString")
            or bool(ELSEWHERE.search(told.get("src", "")))
            or (name == "blip" and bool(told.get("link")))
            or (name in ("connection", "queryTable") and told.get("refreshOnLoad") in ("1", "true", "on"))
            or (name == "connection" and told.get("interval", "0") != "0")
        )
        self._said = self._formula.append if name in FORMULAS else None
        if tag.startswith(WORDS):
            self._look_at_field(name, told)

    def _look_at_field(self, name: str, told: Attributes) -> None:
        if name in ("instrText", "delInstrText"):
            self._said = self._fields.say
        if name == "fldSimple":
            self._simple.append(self._fields.begin(told.get("instr", "")))
        elif name == "fldChar" and told.get("fldCharType") == "begin":
            self._fields.begin()
        elif name == "fldChar" and told.get("fldCharType") == "separate":
            self._fields.separate()
        elif name == "fldChar" and told.get("fldCharType") == "end":
            self._fields.end()

    def end(self, tag: str) -> None:
        if self._formula:
            self.has_command |= formulas.fetches("".join(self._formula))
            self._formula.clear()
        self._said = None
        if tag.startswith(WORDS) and tag.endswith("}fldSimple"):
            self._fields.end(self._simple.pop())

    def data(self, text: str) -> None:
        if self._said:
            self._said(text)

    def close(self) -> None:
        self._fields.close()
        self.has_command |= self._fields.has_command


def is_xml(part: bytes) -> bool:
    """Whether a part begins as XML does."""
    return part.lstrip(BEFORE_XML).startswith(b"<")


def is_web_page(part: bytes) -> bool:
    """Whether a part begins as HTML does."""
    return bool(WEB_PAGE.match(part[:LONGEST_HEAD].replace(b"\0", b"").lstrip(BEFORE_XML)))


def has_command(part: bytes, count: ElementLimit) -> bool:
    """Whether a part runs a command by an old way of Windows (DDE), as a link or formula of a workbook or a field of
    a text, or has a field, formula or picture that fetches something from elsewhere.
    The name of an element cannot be written in another way, so that most parts need not be read."""
    if not is_xml(part):
        return False
    _check_letters(part)
    plain = part.replace(b"\0", b"")
    if not (ACTIVE.search(plain) or (FORMULA.search(plain) and MAY_FETCH.search(plain))):
        return False
    active = _Active(count)
    _read(part, active)
    return active.has_command


def read(part: bytes, count: ElementLimit, found: Callable[[str, Attributes], object]) -> None:
    """Hands on each element of a part. Raises ContentIsOtherwise where it is no XML, or defines a type of document;
    HoldsMore."""
    _read(part, _Reader(count, found))


def _damaged() -> ContentIsOtherwise:
    """What stands against a part that cannot be read."""
    return ContentIsOtherwise("The document is damaged. Save it again and choose it again.")


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
