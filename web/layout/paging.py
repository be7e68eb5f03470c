"""Walks a list page by page: the addresses of its pages, and how much of it stands on one."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from itertools import dropwhile, islice
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from flask import request

from web import formats

T = TypeVar("T")

PAGE = 50
"""Rows of a list, or entries of a history, on one page."""

_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHORT = re.compile(r"~([\w-]{22})(?![\w-])", re.ASCII)

Counted = tuple[str, str]
"""What the rows of a list are called, one of them and several."""


def shortened(place: str) -> str:
    """A place in a list as it stands in addresses: each id in it in 23 characters."""
    return _ID.sub(lambda found: "~" + urlsafe_b64encode(UUID(found[0]).bytes)[:22].decode(), place)


def place_asked(query: Mapping[str, str] | None = None) -> str | None:
    """The place behind which the page that is asked for begins; none at the beginning of a list."""
    after = (request.args if query is None else query).get("after")
    return _SHORT.sub(lambda found: str(UUID(bytes=urlsafe_b64decode(found[1] + "=="))), after) if after else None


def page_after(rows: Sequence[T], cursor: Callable[[T], str], after: str | None, limit: int) -> list[T]:
    """Of a list that is worked out as a whole at most so many rows, behind the one whose cursor is `after`. Raises
    ValueError where there is none."""
    if after is None:
        return list(islice(rows, limit))
    there = list(dropwhile(lambda row: cursor(row) != after, rows))
    if not there:
        raise ValueError(after)
    return there[1 : limit + 1]


def page_links(following: object) -> dict[str, str]:
    """The addresses of the next page of a list, which goes on behind `following`, and of the first; empty where this
    is the last, or the first."""
    return {
        "next_href": with_query(after=shortened(str(following))) if following else "",
        "first_href": with_query(after=None) if request.args.get("after") else "",
    }


def with_query(**changes: Any) -> str:
    """The present address with some of its query changed; None takes a name away."""
    query = {**request.args.to_dict(flat=False), **changes}
    left = urlencode({name: value for name, value in query.items() if value}, doseq=True)
    return f"{request.path}?{left}" if left else request.path


def in_all(counted: Counted, first: int | None, shown: int, total: int | None, counted_to: int) -> str:
    """Which rows of a list stand on a page, and how many there are, as `51 to 100 of 143 visits`. `total` is None
    where there are more than `counted_to`, `first` where these come after so many."""
    of_all = f"more than {counted_to:,} {counted[1]}" if total is None else formats.counted(total, *counted)
    if shown == total or not shown:
        return of_all
    if first is None:
        return f"{formats.counted(shown, *counted)} after the first {counted_to:,}"
    last = f" to {first + shown - 1:,}" if shown > 1 else ""
    return f"{first:,}{last} of {of_all}"


def shown_of_list(number: int, following: object) -> str:
    """How many entries of a history stand on a page, and whether there are more."""
    if request.args.get("after"):
        return f"{'Next' if following else 'Last'} {number} shown"
    return f"{'First ' if following else ''}{number} shown"
