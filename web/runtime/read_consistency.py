"""Where a question is asked, so that nobody is shown less than they themselves have done.

Pages and programs are answered from a replica, where there is one, and from views that may be a moment behind. So
whoever has saved something carries its position in the log: a browser in a cookie for some seconds, a program in the
headers `Position` and `Min-Position` (web.runtime.log_position). What they ask next is answered from where that
position has been reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic, sleep

import sqlalchemy as sa
from flask import has_request_context, request

from projections.database import Database, one_statement
from projections.follower import Follower
from projections.view_status import is_behind
from web.runtime.request_scope import request_scope

PATIENCE, POLL = 2.0, 0.002
"""Seconds until the answer is given with what there is, and between two looks."""

GIVEN_UP_SECONDS = 10
"""After somebody has waited in vain, nobody waits for so long: nothing seems to bring the views on."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass
class SeenUpTo:
    """How far a request must see: `asked` by who sends it, `saved` by itself; `reached` is how far it sees."""

    asked: int = 0
    saved: int = 0
    reached: int = 0
    leaves_replica: bool = False

    @property
    def wanted(self) -> int:
        return max(self.asked, self.saved)


class ReadConsistency:
    """The engines for questions about one database: `present` is never behind what was saved."""

    def __init__(self, database: Database, follower: Follower, *, has_replica: bool) -> None:
        self._follower = follower
        self._replica = database.reader if has_replica else None
        self.present = database.snapshot if has_replica else database.reader
        self._primary = database.primary
        self._given_up_until = 0.0

    def saved(self, position: int) -> None:
        """Remember for the present request where it has saved something, if what is read may be behind it."""
        if (self._replica or self._follower.following) and has_request_context():
            since = since_of_request()
            since.saved = max(since.saved, position)

    def engine(self) -> sa.Engine:
        """Where the present request asks: on the primary whenever it may change something."""
        if not has_request_context():
            return self.present
        since, changes = since_of_request(), request.method not in READING
        replica = None if changes or since.leaves_replica else self._replica
        if since.reached < since.wanted:
            if replica is not None and self._has_reached(replica, since.wanted):
                since.reached = since.wanted
            elif replica is not None:
                since.leaves_replica, replica = True, None
        if replica is not None:
            return replica
        if changes and self._follower.following:
            self.wait(None)
        elif since.reached < since.wanted:
            self.wait(since.wanted)
        since.reached = since.wanted
        return self.present

    def _has_reached(self, replica: sa.Engine, position: int) -> bool:
        with one_statement(replica).connect() as connection:
            return is_behind(connection, position) is False

    def wait(self, position: int | None) -> None:
        """Wait until the views that follow have what was saved up to a position, or all of it; PATIENCE at most."""
        until = monotonic() + PATIENCE
        with self._primary.connect() as connection:
            while is_behind(connection, position):
                if monotonic() < self._given_up_until:
                    return
                if monotonic() > until:
                    self._given_up_until = monotonic() + GIVEN_UP_SECONDS
                    return
                sleep(POLL)


def since_of_request() -> SeenUpTo:
    """How far the present request must see."""
    return request_scope().kept(SeenUpTo)
