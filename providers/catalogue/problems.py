"""What may be wrong with an outside file: with one of its cells or rows, or with all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Protocol, TypeVar

WHAT_OF_ROW = {True: "taken, except for this", False: "left out", None: "not recorded"}
"""What became of a row in which something is wrong."""


class HasLine(Protocol):
    """A row that a reader found, by the line in which it begins."""

    @property
    def line(self) -> int: ...


Line = TypeVar("Line", bound=HasLine)


class Loss(Enum):
    """How much of a file a problem costs."""

    NONE = "nothing: an exact double or a line that closes the file"
    ONE = "a row, or a cell of it"
    MANY = "a whole column or many rows, which is said in plain sight"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row, or one cell of it, does not count. Lines count from 1, the header included. `urn` is the school's
    whose row it is, where the row tells. `row_taken` says whether anything of the row counts all the same; None
    until that is known, when all rows are taken in. Of a column it says that the rows count without it."""

    line: int
    column: str
    value: str
    reason: str
    loss: Loss = Loss.ONE
    urn: int | None = field(default=None, compare=False)
    row_taken: bool | None = field(default=None, compare=False)


@dataclass(slots=True, kw_only=True)
class Sorted:
    """What a reader found, row by row. `problems` are what does not count; `passed_over` counts exact doubles and
    closing lines; `counting` how much of each line counts."""

    passed_over: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    counting: Counter[int] = field(default_factory=Counter, compare=False)

    def sort_out(self, found: Iterable[Line | RowProblem]) -> list[Line]:
        """The rows among what was found; the rest is counted, or kept as a problem."""
        rows: list[Line] = []
        for each in found:
            if not isinstance(each, RowProblem):
                rows.append(each)
            elif each.loss is Loss.NONE:
                self.passed_over += 1
            else:
                self.problems.append(each)
        self.counting.update(row.line for row in rows)
        return rows

    def leave_out(self, line: int) -> None:
        """What was found in this line does not count after all."""
        self.counting[line] -= 1

    def settle(self) -> None:
        """Put the problems in the order of their lines, and say of each whether its row was taken."""
        self.problems = [
            replace(each, row_taken=self.counting[each.line] > 0) if each.row_taken is None else each
            for each in sorted(self.problems, key=lambda problem: problem.line)
        ]


class WrongFile(Exception):
    """The file is not what the reader reads; nothing of it counts. `missing` names the columns it lacks."""

    what = "a file that can be read here"

    def __init__(self, path: Path, reason: str, missing: Sequence[str] = ()) -> None:
        super().__init__(f"{path.name} is not {self.what}: {reason}")
        self.path = path
        self.missing = tuple(missing)
