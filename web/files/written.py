"""Files that are letters alone: text, tables as text, and Rich Text Format."""

from __future__ import annotations

import re
from collections.abc import Callable

from web.files.refusals import ContentIsOtherwise, IsActive

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\f\r\x1a")
RTF = b"{\\rtf"

PAGE = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype|html|head|body|svg|script|iframe|\?xml)\b", re.I | re.S)
"""How a web page or a picture of vectors begins, which may bring a program with it."""

COMMAND = re.compile(r"(?:^|[,;\t\n\r])[\"' ]*[=+\-@][^\n\r]*\|[^\n\r]*!", re.MULTILINE)
"""A formula of Excel that runs a command (DDE)."""

RTF_ACTIVE = re.compile(
    rb"\\(?:objdata|objupdate|objocx|objemb|objlink|objautlink|objhtml|objclass|template)(?![a-z])"
    rb"|DDEAUTO|\\fldinst[^{}\\]*(?:\{[^{}]*)?\s*DDE\b"
)

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
    """Raises ContentIsOtherwise for a web page."""
    if PAGE.match(_letters(content[:4096])):
        raise ContentIsOtherwise(
            f"The content of this file is a web page or picture, not that of a {ending[1:].upper()} file. "
            "Choose another."
        )


def check_csv(ending: str, content: bytes, within: Check) -> None:
    """Raises ContentIsOtherwise for a web page, IsActive for a table with a formula that runs a command."""
    check_text(ending, content, within)
    if COMMAND.search(_letters(content)):
        raise IsActive("has a formula in it that runs a command")


def check_rtf(_: str, content: bytes, __: Check) -> None:
    """Raises IsActive for a document with objects in it, or one that fetches something."""
    if RTF_ACTIVE.search(content):
        raise IsActive("has another file or program embedded in it, or fetches one")


def _letters(content: bytes) -> str:
    if content.startswith(UTF_16):
        return content[: len(content) & ~1].decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace")
