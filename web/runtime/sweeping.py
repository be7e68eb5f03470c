"""When what is kept for a time is thrown away: with one request in an hour, by each process."""

from __future__ import annotations

from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from web.runtime.services import Services

SWEPT_EVERY = timedelta(hours=1)


class Hourly:
    """Says once in an hour, for each authority, that it is time."""

    def __init__(self) -> None:
        self._swept: WeakKeyDictionary[Services, datetime] = WeakKeyDictionary()

    def is_due(self, services: Services, now: datetime) -> bool:
        """Whether it is time, which is then over."""
        if services in self._swept and abs(now - self._swept[services]) < SWEPT_EVERY:
            return False
        self._swept[services] = now
        return True
