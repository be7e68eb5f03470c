"""How often a program may ask: so many times a minute by one token, and twice that one person by all tokens and
browsers together, whichever worker answers.

The workers share a table of what has been taken of the minute. A worker takes a few requests at a time, a twentieth
of the limit at most and ever fewer towards its end, and counts those in its memory: so one request in twenty writes.
What it has taken and is not asked for is missed until the minute is over. No request waits for somebody else's
writing: meanwhile a worker counts by itself, within the limit, and tells the others afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from uuid import UUID
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from flask import Flask, current_app, request
from sqlalchemy.dialects.postgresql import insert
from werkzeug.exceptions import TooManyRequests

from projections.database import unless_busy
from projections.event_log.faults import FAULTS
from web.access.context import RequestContext, handed
from web.api.smorest import API_PREFIX
from web.open_routes import OPEN_ROUTES
from web.runtime.services import Services
from web.runtime.settings import current_settings
from web.runtime.tables import REQUEST_COUNTS

MINUTE = 60

OF_A_PERSON = 2
"""Times the limit of a token: one program that runs wild does not stop a person's others, and more tokens do not give
more."""

AT_ONCE = 20
"""A worker takes one in so many of the limit, at most."""

_NEW = insert(REQUEST_COUNTS)  # SQLite has the same clauses
_IS_LATER = _NEW.excluded.minute > REQUEST_COUNTS.c.minute
_TAKE = _NEW.on_conflict_do_update(
    index_elements=[REQUEST_COUNTS.c.key],
    set_={
        "used": sa.case((_IS_LATER, _NEW.excluded.used), else_=REQUEST_COUNTS.c.used + _NEW.excluded.used),
        "minute": sa.case((_IS_LATER, _NEW.excluded.minute), else_=REQUEST_COUNTS.c.minute),
    },
).returning(REQUEST_COUNTS.c.used)


@dataclass
class _Taken:
    """What a worker has of one token or person in this minute: `left` to be answered, `used` as it knows of all
    workers, and `owed`, which it has answered and not told yet."""

    left: int = 0
    used: int = 0
    owed: int = 0


@dataclass
class Counts:
    """What this worker has taken in the present minute, by token and person."""

    minute: int = 0
    taken: dict[UUID, _Taken] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def is_within(self, services: Services, limits: Mapping[UUID, int], now: datetime) -> bool:
        """Count one request for each of these; whether it is within the limit of all."""
        minute = int(now.timestamp()) // MINUTE
        with self.lock:
            if minute > self.minute:
                self.minute, self.taken = minute, {}
            mine = {key: self.taken.setdefault(key, _Taken()) for key in limits}
            for key, taken in mine.items():
                if not taken.left:
                    self._take(services, key, taken, limits[key])
            if not all(taken.left for taken in mine.values()):
                return False
            for taken in mine.values():
                taken.left -= 1
            return True

    def _take(self, services: Services, key: UUID, taken: _Taken, limit: int) -> None:
        """Take some more, if there is more; while somebody else writes, one that is told later."""
        if taken.used >= limit:
            return
        more = max(1, min(limit // AT_ONCE, (limit - taken.used) // 4))
        try:
            with unless_busy(services.log.primary) as connection:
                if connection is not None:
                    asked = {"key": key, "minute": self.minute, "used": more + taken.owed}
                    taken.used, taken.owed = connection.execute(_TAKE, asked).scalar_one(), 0
                    taken.left = max(0, min(more, limit - (taken.used - more)))
                    return
        except FAULTS:
            pass
        taken.left, taken.used, taken.owed = 1, taken.used + 1, taken.owed + 1


_COUNTS: WeakKeyDictionary[Services, Counts] = WeakKeyDictionary()


def add_limit(app: Flask) -> None:
    """Answer 429 to who asks the API too often. Comes after it is known who asks."""

    @app.before_request
    @handed
    def count(context: RequestContext) -> None:
        if not request.path.startswith(f"{API_PREFIX}/") or request.endpoint in OPEN_ROUTES:
            return
        user, limit = context.user_or_none, current_settings().api_limit
        if user is None or not current_app.config["RATELIMIT_ENABLED"]:
            return
        limits = {user.person: limit * OF_A_PERSON}
        if (token := context.token) is not None:
            limits[token.id] = limit
        here = context.services
        now = here.now()
        if not _COUNTS.setdefault(here, Counts()).is_within(here, limits, now):
            raise TooManyRequests(
                f"{limit} requests a minute are answered for a token, and {limit * OF_A_PERSON} for a person",
                retry_after=MINUTE - int(now.timestamp()) % MINUTE,
            )
