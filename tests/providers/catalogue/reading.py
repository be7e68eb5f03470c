"""Sorting what a reader yields into rows and problems."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from providers.catalogue.source import Problem

R = TypeVar("R")


def read(found: Iterable[R | Problem]) -> tuple[list[R], list[Problem]]:
    rows: list[R] = []
    problems: list[Problem] = []
    for one in found:
        if isinstance(one, Problem):
            problems.append(one)
        else:
            rows.append(one)
    return rows, problems


def rows(found: Iterable[R | Problem]) -> list[R]:
    """The rows of a source that has no problem."""
    good, problems = read(found)
    assert problems == []
    return good


def problem(found: Iterable[R | Problem]) -> Problem:
    """The one problem of a source."""
    problems = read(found)[1]
    assert len(problems) == 1, problems
    return problems[0]
