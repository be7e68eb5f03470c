"""Sorting what a reader yields into rows and problems."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from providers.catalogue.source import RowProblem

R = TypeVar("R")


def read(found: Iterable[R | RowProblem]) -> tuple[list[R], list[RowProblem]]:
    rows: list[R] = []
    problems: list[RowProblem] = []
    for one in found:
        if isinstance(one, RowProblem):
            problems.append(one)
        else:
            rows.append(one)
    return rows, problems


def rows(found: Iterable[R | RowProblem]) -> list[R]:
    """The rows of a source that has no problem."""
    good, problems = read(found)
    assert problems == []
    return good


def problem(found: Iterable[R | RowProblem]) -> RowProblem:
    """The one problem of a source."""
    problems = read(found)[1]
    assert len(problems) == 1, problems
    return problems[0]
