"""Pages of lists: the place behind which a page begins, as it stands in its address; and lists that are worked out
as a whole, page by page."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from itertools import dropwhile, islice
from typing import TypeVar
from uuid import UUID

from flask import request

T = TypeVar("T")

_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHORT = re.compile(r"~([\w-]{22})(?![\w-])", re.ASCII)


def shortened(place: str) -> str:
    """A place in a list as it stands in addresses: each id in it in 23 characters."""
    return _ID.sub(lambda found: "~" + urlsafe_b64encode(UUID(found[0]).bytes)[:22].decode(), place)


def place_asked(query: Mapping[str, str] | None = None) -> str | None:
    """The place behind which the page that is asked for begins; none at the beginning of a list."""
    after = (request.args if query is None else query).get("after")
    return _SHORT.sub(lambda found: str(UUID(bytes=urlsafe_b64decode(found[1] + "=="))), after) if after else None


def page_after(rows: Sequence[T], cursor: Callable[[T], str], after: str | None, limit: int) -> list[T]:
    """The rows behind the one whose cursor is `after`, at most so many. Raises ValueError where there is none."""
    if after is None:
        return list(islice(rows, limit))
    there = list(dropwhile(lambda row: cursor(row) != after, rows))
    if not there:
        raise ValueError(after)
    return there[1 : limit + 1]
