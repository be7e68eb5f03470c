"""Where a question is asked, so that nobody is shown less than they themselves have done.

Pages and programs are answered from a replica, where there is one, and from views that may be a moment behind. So
whoever has saved something carries its position in the log: a browser in a cookie for some seconds, a program in the
headers `Position` and `Min-Position`. What they ask next is answered from where that position has been reached.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from time import monotonic, sleep

import sqlalchemy as sa
from flask import Flask, Response, g, has_request_context, request
from werkzeug.exceptions import BadRequest

from projections.database import Database, one_statement
from projections.follower import Follower
from projections.standing import is_behind
from web.headers import is_secure

COOKIE = "sis_since"
TELLS, ASKS = "Position", "Min-Position"
"""The headers of the API: where the program's own change stands, and what a reading must not be behind."""

KEPT_SECONDS = 10
"""How long a browser carries the position: far longer than views and replicas lag."""

PATIENCE, POLL = 2.0, 0.002
"""Seconds until the answer is given with what there is, and between two looks."""

GIVEN_UP_SECONDS = 10
"""After somebody has waited in vain, nobody waits for so long: nothing seems to bring the views on."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})

POSITION = re.compile(r"[0-9]{1,18}")


@dataclass
class Since:
    """How far a request must see: `asked` by who sends it, `saved` by itself; `reached` is how far it sees."""

    asked: int = 0
    saved: int = 0
    reached: int = 0
    leaves_replica: bool = False

    @property
    def wanted(self) -> int:
        return max(self.asked, self.saved)


class Readings:
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
            since = _since()
            since.saved = max(since.saved, position)

    def engine(self) -> sa.Engine:
        """Where the present request asks: on the primary whenever it may change something."""
        if not has_request_context():
            return self.present
        since, changes = _since(), request.method not in READING
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


def add_own_acts(app: Flask) -> None:
    """Take and tell with each request the position that the person or program has saved something at."""

    @app.before_request
    def take() -> None:
        _since()

    @app.after_request
    def tell(response: Response) -> Response:
        since: Since | None = g.get("since")
        if since is None or not since.saved:
            return response
        if _is_api():
            response.headers[TELLS] = str(since.saved)
        else:
            response.set_cookie(
                COOKIE,
                str(since.saved),
                max_age=KEPT_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=is_secure(),
            )
        return response


def _since() -> Since:
    if "since" not in g:
        g.since = Since(asked=_asked())
    found: Since = g.since
    return found


def _asked() -> int:
    """Raises BadRequest."""
    told = request.headers.get(ASKS, "") if _is_api() else ""
    if told and not POSITION.fullmatch(told):
        raise BadRequest(f"{ASKS} is a position as {TELLS} told it, like 1234")
    carried = request.cookies.get(COOKIE, "")
    return max(int(told or 0), int(carried) if POSITION.fullmatch(carried) else 0)


def _is_api() -> bool:
    return request.path.startswith("/api/")
