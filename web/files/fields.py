"""Fields of a text: what one does when the document is opened, however a format spells its instruction."""

from __future__ import annotations

import re

INCLUDING = ("INCLUDE", "INCLUDETEXT", "INCLUDEPICTURE", "IMPORT", "LINK", "RD", "DATABASE")
COMMANDS = ("DDE", "DDEAUTO", *INCLUDING)
COMMAND = re.compile(r"\A[\W_]*DDE|\bDDEAUTO\b", re.IGNORECASE)
INCLUDES = re.compile(rf"\A[\W_]*(?:{'|'.join(INCLUDING)})", re.IGNORECASE)
BEGINS = frozenset(command[:size] for command in COMMANDS for size in range(len(command) + 1))
"""What may stand before a field within a field, where the two together may spell the name of a command."""

BEFORE, LONGEST = re.compile(r"\A(?:[^\w=]|_)++"), max(map(len, COMMANDS))

ELSEWHERE = re.compile(r"\w{2}:|//|(?<![:\w\\/])[\\/]{2}")
"""An address that is not of this machine: `C:\\\\letters` is."""


class Field:
    """A field whose end has not come: what its instruction says itself, and whether that is still being said."""

    def __init__(self) -> None:
        self.said, self.head = list[str](), ""
        self.is_instruction, self.is_over = True, False

    def say(self, text: str) -> None:
        """A piece of the instruction; of it what can be seen."""
        seen = text if text.isprintable() else "".join(each for each in text if each.isprintable() or each.isspace())
        self.said.append(seen)
        if len(self.head) <= LONGEST:
            self.head += (seen if self.head else BEFORE.sub("", seen))[: LONGEST + 1]

    @property
    def may_become_command(self) -> bool:
        """Whether it is one, or is one together with what follows."""
        return self.head.upper() in BEGINS or bool(INCLUDES.match(self.head))


class Fields:
    """Takes the instructions of a text piece by piece, and tells whether one runs a command by an old way of Windows
    (DDE) or fetches something from elsewhere.

    A field within an instruction puts its own result there, however that is worked out (QUOTE, REF, numbers of
    letters): what then may be a command, or include what the result names, is taken for one.
    """

    def __init__(self) -> None:
        self.has_command = False
        self._open = [Field()]

    @property
    def is_within(self) -> bool:
        """Whether a field has begun whose end has not come."""
        return len(self._open) > 1

    def begin(self, instruction: str = "") -> Field:
        """A field begins, maybe within the instruction of another."""
        self.within()
        begun = Field()
        begun.say(instruction)
        self._open.append(begun)
        return begun

    def say(self, text: str) -> None:
        """A piece of the instruction."""
        if self._open[-1].is_instruction:
            self._open[-1].say(text)

    def separate(self) -> None:
        """The result begins."""
        self._open[-1].is_instruction = False

    def within(self) -> None:
        """Something stands here that may say a part of the instruction."""
        around = self._open[-1]
        self.has_command |= self.is_within and around.is_instruction and around.may_become_command

    def end(self, field: Field | None = None) -> None:
        """The innermost field ends, or that one."""
        over = field or self._open[-1]
        self._judge(over)
        over.said.clear()
        over.head = ""
        over.is_over = over is not self._open[0]
        while self._open[-1].is_over:
            self._open.pop()

    def close(self) -> None:
        """The text is at its end."""
        for each in self._open:
            self._judge(each)

    def _judge(self, field: Field) -> None:
        self.has_command |= does_something("".join(field.said))


def does_something(instruction: str) -> bool:
    """Whether an instruction runs a command or fetches from elsewhere."""
    return bool(COMMAND.search(instruction) or (INCLUDES.match(instruction) and ELSEWHERE.search(instruction)))
