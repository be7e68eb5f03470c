"""What may be wrong with an outside file: with one of its cells or rows, or with all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path


class Loss(Enum):
    """How much of a file a problem costs."""

    NONE = "nothing: an exact double or a line that closes the file"
    ONE = "a row, or a cell of it"
    MANY = "a whole column or many rows, which is said in plain sight"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row, or one cell of it, does not count. Lines count from 1, the header included. `urn` is the school's
    whose row it is, where the row tells. `row_taken` says whether the row counts all the same, without that cell;
    None where the problem is of no one row."""

    line: int
    column: str
    value: str
    reason: str
    loss: Loss = Loss.ONE
    urn: int | None = field(default=None, compare=False)
    row_taken: bool | None = field(default=None, compare=False)


def of_row(problems: Sequence[Problem], *, taken: bool) -> list[Problem]:
    """The problems of cells of one row that counts without them, or does not count."""
    return [replace(problem, row_taken=taken) for problem in problems]


class WrongFile(Exception):
    """The file is not what the reader reads; nothing of it counts. `missing` names the columns it lacks."""

    what = "a file that can be read here"

    def __init__(self, path: Path, reason: str, missing: Sequence[str] = ()) -> None:
        super().__init__(f"{path.name} is not {self.what}: {reason}")
        self.path = path
        self.missing = tuple(missing)
