"""Rich Text Format (version 1.9.1), read token by token: whether a document does nothing by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from web.files.fields import ELSEWHERE, Fields
from web.runtime.refused_files import HoldsMore, IsActive

BEGINS = b"{\\rtf"
DEEPEST = 100_000
"""Groups within groups; programs stop at far fewer."""

TOKEN = re.compile(
    rb"\\'(?P<hex>[0-9A-Fa-f]{2})"
    rb"|\\(?P<word>[A-Za-z]++(?:[\r\n]++[A-Za-z]++)*+)(?P<number>-?[0-9]++)?+ ?"
    rb"|\\(?P<symbol>.)|(?P<open>\{)|(?P<close>\})|(?P<blank>[\r\n\0]++)|(?P<text>[^\\{}\r\n\0]++)",
    re.DOTALL,
)

ACTIVE = re.compile(r"obj(?!attph\Z)|template|filetbl|subdocument|nextfile|mmconnectstr|mmdatasource")
"""Words of objects, of templates and other files that are opened with the document, and of data merged into it; not
the mark for a file that came with a message."""

BREAKS = frozenset({"tab", "par", "line", "sect", "page", "column", "cell", "row", "sn", "sv"})
HIDE = frozenset({"fonttbl", "colortbl", "stylesheet", "info", "pict", "footnote", "header", "footer", "xe", "tc"})
"""What is within a group of these, or of one marked as known to some programs only (`\\*`), is no text to all."""

MARKS = frozenset({"bkmkstart", "bkmkend"})
STEER = frozenset({"field", "fldinst", "fldrslt", "u", "uc", "sp"})
KNOWN = STEER | HIDE | MARKS | {"bin"}
"""Words that are read also where the lines break within them."""


@dataclass(slots=True)
class _Group:
    """Where a group stands: within an instruction or the value of a shape; how many letters stand in for one that is
    told by its number; what is done when it ends."""

    instruction: bool = False
    value: list[str] | None = None
    stand_ins: int = 1
    at_end: list[Callable[[], None]] = field(default_factory=list)


class _Text:
    """The groups and fields of a document."""

    def __init__(self) -> None:
        self.fields = Fields()
        self._groups = [_Group()]
        self._skip = 0
        self._marked = False

    def check(self, content: bytes) -> None:
        """Raises IsActive, HoldsMore."""
        at = 0
        while found := TOKEN.match(content, at):
            at = found.end()
            kind = found.lastgroup
            if kind == "number":
                kind = "word"
            if kind == "open":
                self._begin()
            elif kind == "close":
                self._end()
            elif kind == "word":
                at = self._word(found, at)
            elif kind == "hex":
                self._say(bytes.fromhex(found["hex"].decode()).decode("cp1252", "replace"))
            elif kind == "symbol":
                self._symbol(found["symbol"])
            elif kind == "text":
                self._say(found["text"].decode("cp1252", "replace"))
            if kind in ("word", "close"):
                self._marked = False
        self.fields.close()

    def _begin(self) -> None:
        self._skip = 0
        if len(self._groups) > DEEPEST:
            raise HoldsMore
        around = self._groups[-1]
        self._groups.append(_Group(around.instruction, around.value, around.stand_ins))

    def _end(self) -> None:
        self._skip = 0
        for each in reversed(self._groups[-1].at_end):
            each()
        if len(self._groups) > 1:
            self._groups.pop()

    def _say(self, text: str) -> None:
        skipped = min(self._skip, len(text))
        self._skip -= skipped
        group = self._groups[-1]
        if group.instruction:
            self.fields.say(text[skipped:])
        if group.value is not None:
            group.value.append(text[skipped:])

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._marked = True
        else:
            self._say(" " if symbol in b"~\r\n\t" else symbol.decode("cp1252", "replace"))

    def _word(self, found: re.Match[bytes], at: int) -> int:
        """Where it goes on after a word."""
        whole = found["word"].decode()
        name, parted = whole.split("\n")[0].split("\r")[0].lower(), "".join(whole.split()).lower()
        number = int(found["number"][:9]) if found["number"] else None
        if ACTIVE.match(name) or ACTIVE.match(parted):
            raise IsActive("has another file or program embedded in it, or fetches one")
        if name != parted:
            if parted in KNOWN:
                name = parted
            else:
                number, at = None, found.start() + 1 + len(name)
        if name == "bin":
            return at + max(number or 0, 0)
        if self._skip and name not in STEER:
            self._skip -= 1
        elif name == "u" and number is not None:
            self._say(chr(number % 0x10000))
            self._skip = self._groups[-1].stand_ins
        elif name in BREAKS:
            self._say(" ")
        else:
            self._steer(name, number)
        return at

    def _steer(self, name: str, number: int | None) -> None:
        group = self._groups[-1]
        if name == "uc":
            group.stand_ins = max(number or 0, 0)
        elif name in ("field", "fldrslt"):
            group.instruction = False
        elif name == "fldinst":
            begun = self.fields.begin()
            group.instruction, group.value = True, None
            group.at_end.append(lambda: self.fields.end(begun))
        elif name == "sp":
            value = list[str]()
            group.value = value
            group.at_end.append(lambda: self._check_shape("".join(value)))
        elif group.instruction and name in MARKS:
            group.instruction = False
        elif group.instruction and (self._marked or name in HIDE):
            self.fields.within()

    def _check_shape(self, told: str) -> None:
        """A picture of a shape is named by the property pib."""
        if "pib" in told and ELSEWHERE.search(told):
            self.fields.has_command = True


def is_rtf(content: bytes) -> bool:
    """Whether bytes are a document in Rich Text Format."""
    return content.startswith(BEGINS)


def check_rtf(_: str, content: bytes, __: object) -> None:
    """Raises IsActive for a document with objects in it, or one that fetches something; HoldsMore."""
    text = _Text()
    text.check(content)
    if text.fields.has_command:
        raise IsActive("has another file or program embedded in it, or fetches one")
