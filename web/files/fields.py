"""Fields of texts: instructions that Word carries out, in documents old and new."""

from __future__ import annotations

import re

COMMAND = re.compile(r"\A\W*DDE(?:AUTO)?\b|\bDDEAUTO\b", re.IGNORECASE)
BEGINS_COMMAND = re.compile(r"\A[^\w=]*(?:D(?:D(?:E(?:A(?:U(?:TO?)?)?)?)?)?)?\Z", re.IGNORECASE)
"""What stands before a field within a field, where the two together may spell the name of a command."""

INCLUDES = re.compile(r"\A\W*(?:INCLUDE(?:TEXT|PICTURE)?|IMPORT|LINK|RD|DATABASE)\b", re.IGNORECASE)
ELSEWHERE = re.compile(r"\w{2}:|//|(?<![:\w\\])\\\\")
"""A field that puts in what stands elsewhere, and an address that is not of this machine: `C:\\\\letters` is."""


class _Field:
    """A field whose end has not come: what its instruction says itself, and whether that is still being said."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.is_instruction = True

    @property
    def instruction(self) -> str:
        return "".join(self.said)


class Fields:
    """The fields of a text, told in their order; whether one runs a command by an old way of Windows (DDE), or
    fetches something from elsewhere.

    A field within an instruction puts its own result there, however that is worked out (QUOTE, REF, numbers of
    letters): what then may be a command, or include what the result names, is taken for one.
    """

    def __init__(self) -> None:
        self.has_command = False
        self._open: list[_Field] = [_Field()]

    def begin(self) -> None:
        """A field begins: within the instruction of another one, it may be a part of a command."""
        self._judge_around()
        self._open.append(_Field())

    def say(self, text: str) -> None:
        """A piece of the innermost instruction."""
        self._open[-1].said.append(text)

    def separate(self) -> None:
        """The instruction is over, the result follows."""
        self._open[-1].is_instruction = False

    @property
    def is_in_instruction(self) -> bool:
        return len(self._open) > 1 and self._open[-1].is_instruction

    def end(self) -> None:
        """The innermost field is over."""
        self._judge(self._open[-1].instruction)
        self._open[-1].said.clear()
        if len(self._open) > 1:
            self._open.pop()

    def simple(self, instruction: str) -> None:
        """A field in one piece."""
        self._judge_around()
        self._judge(instruction)

    def close(self) -> None:
        """The text is over; fields may be open still."""
        for each in self._open:
            self._judge(each.instruction)

    def _judge(self, instruction: str) -> None:
        if COMMAND.search(instruction) or (INCLUDES.match(instruction) and ELSEWHERE.search(instruction)):
            self.has_command = True

    def _judge_around(self) -> None:
        around = self._open[-1]
        if len(self._open) > 1 and around.is_instruction:
            said = around.instruction
            self.has_command |= bool(BEGINS_COMMAND.match(said) or INCLUDES.match(said))
