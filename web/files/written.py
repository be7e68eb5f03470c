"""Files that are letters alone: text, tables as text, and Rich Text Format."""

from __future__ import annotations

import re
from collections.abc import Callable

from web.runtime.refused_files import ContentIsOtherwise, IsActive

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\f\r\x1a")
RTF = b"{\\rtf"

PAGE = re.compile(
    r"\s*+(?:<!--(?:-?>|(?:(?!--!?>).)*+--!?>)\s*+)*+<(?:!doctype|html|head|body|svg|script|iframe|\?xml)\b",
    re.I | re.S,
)
"""How a web page or a picture of vectors begins. No run of it is ever tried in a second way, here and below: what
somebody sends may be any length of the same."""

PROGRAM = re.compile(
    r"<(?:[a-z][\w.-]*+:)?(?:script|iframe|frame|frameset|object|embed|applet|svg)(?![\w.:-])"
    r"|<meta[\s/][^<>]*http-equiv|=[\s\"']*+javascript:",
    re.I,
)
TAG, HANDLER = re.compile(r"<[a-z][a-z0-9-]*+[\s/]", re.I), re.compile(r"[\s/\"']on[a-z]{3,}+\s*+=", re.I)
"""What makes a text a web page wherever it stands: a program or a way to one; what is done at an event of a tag."""

FORMULA = re.compile(r"(?:^|[,;\t\n\r])[\"' ]*+[=+\-@]([^\n\r]*+)", re.MULTILINE)
"""The rest of a line from a formula on. One of Excel that runs a command (DDE) names it before a | and a !."""


def _rtf(letter: str) -> str:
    """A letter as Rich Text Format may write it: as it is, or by its number in the code page or in Unicode."""
    small, large = ord(letter.lower()), ord(letter)
    return rf"(?:{letter}|\\'(?:{small:x}|{large:x})|\\u(?:{small}|{large})(?!\d) ?(?:\?|\\'..)?)"


RTF_MARKS = r"(?:[\s{}]|\\\*|\\(?!u\d|fldinst)[a-z]++(?:-?\d++)? ?)*+"
RTF_ACTIVE = re.compile(
    rb"\\(?:objdata|objupdate|objocx|objemb|objlink|objautlink|objhtml|objclass|template)(?![a-z])|DDEAUTO"
)
RTF_COMMAND = re.compile(rf"\\fldinst(?![a-z]){RTF_MARKS}{RTF_MARKS.join(map(_rtf, 'DDE'))}".encode(), re.I)
"""A field that runs a command (DDE), whatever groups and marks its letters are parted by."""

BEFORE_FIELD = r"(?:[\s{}]|\\\*|\\(?!u\d|fldinst|fldrslt|field(?![a-z]))[a-z]++(?:-?\d++)? ?)*+"
RTF_COMPOSED = re.compile(
    rf"\\fldinst(?![a-z]){BEFORE_FIELD}{''.join(f'(?:{_rtf(each)}{BEFORE_FIELD})?+' for each in 'DDEAUTO')}"
    r"\\field(?![a-z])".encode(),
    re.I,
)
"""A field within the instruction of another, where the two together may spell the name of that command."""

RTF_INCLUDES = re.compile(rb"INCLUDE(?:TEXT|PICTURE)([^{}]{0,2000})", re.I)
RTF_ELSEWHERE = re.compile(rb"\w{2}:|//|(?<![:\w\\])\\\\\\\\")
"""A field that puts in what stands elsewhere, and an address that is not of this machine."""

Check = Callable[[str, bytes], None]


def is_text(content: bytes) -> bool:
    """Whether bytes are text in one of the usual letters."""
    if content.startswith(UTF_16):
        try:
            content.decode("utf-16")
        except UnicodeDecodeError:
            return False
        return True
    plain = len(content.translate(None, CONTROLS)) == len(content)
    return plain and not content.lstrip().startswith((RTF, b"%PDF-"))


def is_rtf(content: bytes) -> bool:
    """Whether bytes are a document in Rich Text Format."""
    return content.startswith(RTF)


def check_text(ending: str, content: bytes, _: Check) -> None:
    """Raises ContentIsOtherwise for a web page, or a text with a part of one that does something by itself."""
    letters = _letters(content)
    tag = TAG.search(letters)
    if PAGE.match(letters) or PROGRAM.search(letters) or (tag and HANDLER.search(letters, tag.end() - 1)):
        raise ContentIsOtherwise(
            f"The content of this file is a web page or picture, not that of a {ending[1:].upper()} file. "
            "Choose another."
        )


def check_csv(ending: str, content: bytes, within: Check) -> None:
    """Raises ContentIsOtherwise for a web page, IsActive for a table with a formula that runs a command."""
    check_text(ending, content, within)
    formulas = (found[1].partition("|") for found in FORMULA.finditer(_letters(content)))
    if any("!" in after for _, _, after in formulas):
        raise IsActive("has a formula in it that runs a command")


def check_rtf(_: str, content: bytes, __: Check) -> None:
    """Raises IsActive for a document with objects in it, or one that fetches something."""
    includes = any(RTF_ELSEWHERE.search(found[1]) for found in RTF_INCLUDES.finditer(content))
    if includes or any(each.search(content) for each in (RTF_ACTIVE, RTF_COMMAND, RTF_COMPOSED)):
        raise IsActive("has another file or program embedded in it, or fetches one")


def _letters(content: bytes) -> str:
    if content.startswith(UTF_16):
        return content[: len(content) & ~1].decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace")
