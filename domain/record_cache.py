"""Long records kept ready, so that what has happened to them need not be read from the beginning each time.

Whoever asks gets a copy of their own, brought forward by the events saved since it was kept: by this process or
by another, so that a kept record is never out of date.
"""

from __future__ import annotations

import pickle
from typing import Any
from uuid import UUID

from eventsourcing.application import Cache, LRUCache

from domain.aggregate import Aggregate

KEPT_FROM_VERSION = 50
"""Events from which on a record is kept: shorter ones are read as fast from the log."""

KEPT_ANEW = 20
"""Events since a record was kept, after which it is kept as it is now."""

MOST_KEPT = 200


class KeptRecords(Cache[UUID, Any]):
    """The cache that the library's repository asks, holding records as bytes that nobody can change."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: LRUCache[UUID, tuple[int, bytes]] = LRUCache(MOST_KEPT)

    def get(self, key: UUID, *, evict: bool = False) -> Aggregate:
        """A copy of the record as it was kept. Raises KeyError."""
        record: Aggregate = pickle.loads(self._kept.get(key, evict=evict)[1])  # noqa: S301  # made below, in memory
        return record

    def put(self, key: UUID, value: Aggregate | None) -> None:
        """Keep a record that was just read, if it is long enough."""
        if value is not None and value.version >= KEPT_FROM_VERSION:
            self._kept.put(key, (value.version, pickle.dumps(value, pickle.HIGHEST_PROTOCOL)))

    def renew(self, record: Aggregate) -> None:
        """Keep a record that was just read as it is now, if much has happened since."""
        try:
            version, _ = self._kept.get(record.id)
        except KeyError:
            return
        if record.version - version >= KEPT_ANEW:
            self.put(record.id, record)
