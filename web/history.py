"""What happened to one record, as programs read it: told as on the record's page, to its beginning."""

from __future__ import annotations

from itertools import dropwhile, islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from web.disclosure import Disclosure
from web.doing import Found
from web.identity import signed_in
from web.noun import Listing, Noun, Shelf, Values
from web.timeline import HistoryEntry, as_row, entries


def _told(
    connection: sa.Connection, found: Found[Any], _: Values, after: str | None, limit: int
) -> list[HistoryEntry]:
    """The entries behind one, the latest first."""
    asking = signed_in()
    disclosure = Disclosure(connection, asking, found.events)
    latest_first = reversed(found.events)
    behind = latest_first if after is None else _behind(latest_first, UUID(after))
    told = list(islice((event for event in behind if disclosure.tells(event)), limit))
    return [as_row(entry, HistoryEntry) for entry in entries(connection, told, asking, disclosure)]


def _behind(events: Any, id: UUID) -> Any:
    there = dropwhile(lambda event: event.meta.event_id != id, events)
    if next(there, None) is None:
        raise ValueError(id)
    return there


HISTORY = Listing(HistoryEntry, _told, lambda row: str(row.id), place=UUID, inside=("position",))
"""Goes on behind an entry's id: a place in the log would tell how much happens elsewhere."""


def history_of(noun: Noun[Any]) -> Shelf:
    """The history of each record of a kind, for whoever may read the record."""
    return Shelf("history", noun.read, HISTORY, f"The history of a {noun.one}, the latest first")
