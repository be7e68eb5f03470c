"""Keeps in step the views that follow the log: in a process of their own, a batch of events at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import sqlalchemy as sa

from domain.aggregate import Event
from projections.codec import StoredRecord, Successors
from projections.database import alone
from projections.event_log.recorder import SqlLog, Tail
from projections.follower import CannotFold, Follower, TableChange, changes_by, read_for
from projections.successors import hand_on, mergers, successors
from projections.view import View
from projections.view_status import hold, moved, resume, set_following, stop, view_statuses

TOGETHER = 500
"""Events folded in one transaction."""

LISTEN_SECONDS = 1.0
"""The log is read again after this time, also when nobody has called."""

HELD_UP_SECONDS = 0.01
"""And after this time where it is held up by a transaction that may be undone."""

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

    def run(self, goes_on: Callable[[], bool], busy: Callable[[], None] = lambda: None) -> None:
        """Follow until told to end. Whatever stopped a view before is tried again first.

        Where another process follows, `busy` is called, and this one takes over when that one ends.
        Raises Unavailable or the database's own error where it is lost, Superseded.
        """
        with alone(self.log.writer, LOCK, busy), self.log.listening() as wait:
            self.log.commit(self._try_again)
            while goes_on():
                if not self.step():
                    # Nobody calls when a transaction was undone.
                    is_held_up = self._tail is not None and self._tail.is_held_up
                    wait(HELD_UP_SECONDS if is_held_up else LISTEN_SECONDS)

    def step(self) -> int:
        """Bring every following view forward by one batch; returns how many events there were."""
        with self.log.primary.connect() as connection:
            self.follower.learn(connection)
            statuses = view_statuses(connection)
        views = {view: statuses[view.name].position for view in self.follower.following}
        if not views:
            return 0
        start = min(views.values())
        if self._tail is None or self._tail.after != start:
            self._tail = self.log.tail(start)
        records = self._tail.next(TOGETHER)
        if records:
            # Whoever was quicker has done it; what was folded here is dropped.
            known = self.follower.plan.successors
            with suppress(NotInStep):
                self.log.commit(lambda connection: _fold(connection, views, records, known))
        return len(records)

    def _try_again(self, connection: sa.Connection) -> None:
        for view in self.follower.views:
            status = view_statuses(connection).get(view.name)
            if status and status.follows and status.stopped_at is not None:
                resume(connection, view.name)


def _fold(
    connection: sa.Connection, views: dict[View, int], records: Sequence[StoredRecord], known: Successors
) -> None:
    for view, position in views.items():
        new = [record for record in records if _position(record) > position]
        if new:
            _bring_forward(connection, view, position, new, known)


def _bring_forward(
    connection: sa.Connection, view: View, position: int, records: Sequence[StoredRecord], known: Successors
) -> None:
    hold(connection, view.name)
    taken, last, failed = _as_far_as_it_goes(connection, view, records, known)
    if not moved(connection, view.name, position, last or position):
        raise NotInStep(view.name)
    _write(connection, view, *taken)
    if failed:
        stop(connection, view.name, failed.position, str(failed))


def _write(connection: sa.Connection, view: View, events: Sequence[Event], changes: Sequence[TableChange]) -> None:
    for change in changes:
        change.write(connection)
    hand_on(connection, view, mergers(events))


def _as_far_as_it_goes(
    connection: sa.Connection, view: View, records: Sequence[StoredRecord], known: Successors
) -> tuple[tuple[Sequence[Event], Sequence[TableChange]], int, CannotFold | None]:
    """The events up to the first that the view cannot take, with what they change, and the position of the last of
    these records, 0 where there is none."""
    failed = None
    while True:
        try:
            events = read_for(view, records, known)
            last = _position(records[-1]) if records else 0
            return (events, changes_by(connection, view, events)), last, failed
        except CannotFold as error:
            # Another of the view's sheets may have failed at an earlier one.
            failed = error
            records = [record for record in records if _position(record) < error.position]


def let_follow(log: SqlLog, view: View) -> None:
    """From now on a view follows the log, in place of being kept in step by every command."""

    def begin(connection: sa.Connection) -> None:
        log.hold_still(connection)
        if not view_statuses(connection)[view.name].follows:
            set_following(connection, view.name, True, log.last_position(connection))

    log.commit(begin)


def keep_inline(log: SqlLog, follower: Follower, view: View) -> None:
    """From now on every command keeps a view in step; it is brought to the end of the log first. Raises IsStopped."""
    following = Following(log, follower)
    is_inline = False
    while not is_inline:
        while following.step():
            pass
        # Where an event of the last moment stops the view, the next step says so.
        with suppress(CannotFold):
            is_inline = log.commit(lambda connection: _end(log, connection, view))


def _end(log: SqlLog, connection: sa.Connection, view: View) -> bool:
    """Take what was saved since, while nobody saves, and follow no more."""
    log.hold_still(connection)
    hold(connection, view.name)
    status = view_statuses(connection)[view.name]
    if status.stopped_at is not None:
        raise IsStopped(f"{view.name} is stopped at event {status.stopped_at}: {status.error}")
    if status.follows:
        tail, known = Tail(log, status.position), successors(connection)
        while page := tail.rest(connection):
            events = read_for(view, page, known)
            _write(connection, view, events, changes_by(connection, view, events))
        set_following(connection, view.name, False, tail.after)
    return True


def _position(record: StoredRecord) -> int:
    return record.position or 0
