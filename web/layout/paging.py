"""Walks a list that is worked out as a whole, page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import dropwhile, islice
from typing import TypeVar

T = TypeVar("T")


def page_after(rows: Sequence[T], cursor: Callable[[T], str], after: str | None, limit: int) -> list[T]:
    """The rows behind the one whose cursor is `after`, at most so many. Raises ValueError where there is none."""
    if after is None:
        return list(islice(rows, limit))
    there = list(dropwhile(lambda row: cursor(row) != after, rows))
    if not there:
        raise ValueError(after)
    return there[1 : limit + 1]
