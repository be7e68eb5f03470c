"""Files that are letters alone: text, and tables as text."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Literal

from web.files import rtf
from web.files.formulas import cell_fetches
from web.runtime.refused_files import ContentIsOtherwise, IsActive

_LIMIT = Lock()

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\f\r\x1a")

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

QUOTING: tuple[Literal[0, 3], ...] = (csv.QUOTE_MINIMAL, csv.QUOTE_NONE)
"""With line breaks in quotes, and without: who reads a table may take either."""

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
    return plain and not content.lstrip().startswith((rtf.BEGINS, b"%PDF-"))


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
    letters = _letters(content)
    with _cells_of(len(letters)):
        for delimiter, quoting in itertools.product(",;\t", QUOTING):
            rows = csv.reader(io.StringIO(letters, newline=""), delimiter=delimiter, quoting=quoting)
            if any(cell_fetches(cell) for row in rows for cell in row):
                raise IsActive("has a formula in it that runs a command or fetches something")


@contextmanager
def _cells_of(most: int) -> Iterator[None]:
    """Let the library read cells of so many letters. Its limit is one for the whole process, where imports rest on
    it: it is put back."""
    with _LIMIT:
        before = csv.field_size_limit()
        csv.field_size_limit(max(before, most))
        try:
            yield
        finally:
            csv.field_size_limit(before)


def _letters(content: bytes) -> str:
    if content.startswith(UTF_16):
        return content[: len(content) & ~1].decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace")
