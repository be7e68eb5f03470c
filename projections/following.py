"""Keeps in step the views that follow the log: in a process of their own, a batch of events at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from domain.aggregate import Event
from projections.codec import event_of
from projections.database import alone
from projections.event_log.recorder import SqlLog, Tail
from projections.follower import CannotFold, Follower, changes_by
from projections.standing import moved, resume, set_following, standings, stop
from projections.view import View

TOGETHER = 500
"""Events folded in one transaction."""

LISTEN_SECONDS = 1.0
"""The log is read again after this time, also when nobody has called."""

LOCK = "following"


class NotInStep(RuntimeError):
    """Another process brought a view forward at the same time; what was folded here is dropped."""


class IsStopped(RuntimeError):
    """An event that the view cannot take keeps it from reaching the end of the log."""


class Following:
    """The views that follow, brought forward step by step."""

    def __init__(self, log: SqlLog, follower: Follower) -> None:
        self.log = log
        self.follower = follower
        self._tail: Tail | None = None

    def run(self, goes_on: Callable[[], bool]) -> None:
        """Follow until told to end. Whatever stopped a view before is tried again first."""
        with alone(self.log.writer, LOCK), self.log.listening() as wait:
            self.log.commit(self._try_again)
            while goes_on():
                if not self.step():
                    wait(LISTEN_SECONDS)

    def step(self) -> int:
        """Bring every following view forward by one batch; returns how many events there were."""
        with self.log.primary.connect() as connection:
            self.follower.learn(connection)
            known = standings(connection)
        views = {view: known[view.name].position for view in self.follower.following}
        if not views:
            return 0
        start = min(views.values())
        if self._tail is None or self._tail.after != start:
            self._tail = self.log.tail(start)
        events = [event_of(record) for record in self._tail.next(TOGETHER)]
        if events:
            self.log.commit(lambda connection: self._fold(connection, views, events))
        return len(events)

    def _try_again(self, connection: sa.Connection) -> None:
        for view in self.follower.views:
            standing = standings(connection).get(view.name)
            if standing and standing.follows and standing.stopped_at is not None:
                resume(connection, view.name)

    def _fold(self, connection: sa.Connection, views: dict[View, int], events: Sequence[Event]) -> None:
        for view, position in views.items():
            new = [event for event in events if _position(event) > position]
            if new:
                self._bring_forward(connection, view, position, new)

    def _bring_forward(self, connection: sa.Connection, view: View, position: int, events: Sequence[Event]) -> None:
        failed = None
        try:
            changes = changes_by(connection, view, events)
        except CannotFold as error:
            failed = error
            events = [event for event in events if _position(event) < error.position]
            changes = changes_by(connection, view, events)
        for change in changes:
            change.write(connection)
        if events and not moved(connection, view.name, position, _position(events[-1])):
            raise NotInStep(view.name)
        if failed:
            stop(connection, view.name, failed.position, str(failed))


def let_follow(log: SqlLog, view: View) -> None:
    """From now on a view follows the log, in place of being kept in step by every command."""

    def begin(connection: sa.Connection) -> None:
        log.hold_still(connection)
        if not standings(connection)[view.name].follows:
            set_following(connection, view.name, True, log.last_position(connection))

    log.commit(begin)


def keep_inline(log: SqlLog, follower: Follower, view: View) -> None:
    """From now on every command keeps a view in step; it is brought to the end of the log first. Raises IsStopped."""
    following = Following(log, follower)

    def end(connection: sa.Connection) -> bool:
        log.hold_still(connection)
        standing = standings(connection)[view.name]
        if standing.stopped_at is not None:
            raise IsStopped(f"{view.name} is stopped at event {standing.stopped_at}: {standing.error}")
        if standing.follows and standing.position < log.last_position(connection):
            return False
        if standing.follows:
            set_following(connection, view.name, False, standing.position)
        return True

    while following.step() or not log.commit(end):
        pass


def _position(event: Event) -> int:
    return event.meta.position or 0
