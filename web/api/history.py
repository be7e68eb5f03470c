"""What happened to one record, as programs read it: told as on the record's page, to its beginning."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from web.access.context import Snapshot
from web.commands.dispatch import LoadedRecord
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import Resource, Values
from web.history.timeline import OF_ENTRIES, HistoryEntry, as_row, timeline_of_record


def _told(
    snapshot: Snapshot, found: LoadedRecord[Any], _: Values, after: str | None, limit: int
) -> list[HistoryEntry]:
    """The entries behind one, the latest first."""
    told = timeline_of_record(snapshot, found.events, after=after, limit=limit)
    return [as_row(entry, HistoryEntry) for entry in told]


HISTORY = Listing(HistoryEntry, _told, lambda row: str(row.id), place=UUID, inside=("position",), names=OF_ENTRIES)


def history_of(resource: Resource[Any]) -> ListEndpoint:
    """The history of each record of a kind, for whoever may read the record."""
    return ListEndpoint("history", resource.read, HISTORY, f"The history of one {resource.one}, the latest first")
