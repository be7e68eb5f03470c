"""Whether the service can do its work, and what is wrong where it cannot.

What everybody may know is whether it is ready. The causes, and what is only to be warned of, are for administrators,
`sis views status` and the log.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from domain.service import Unavailable, Unreadable
from projections.checking import broken_views
from projections.codec import StoredRecord, sorted_out
from projections.database import unless_busy
from projections.event_log import EVENTS, Tail
from projections.event_log.faults import FAULTS, first_line, meant
from projections.tables import CHECKS
from projections.view_status import ViewStatus, behind_since, view_statuses
from web import formats
from web.runtime.migrate import of_move
from web.runtime.services import Services

AHEAD = timedelta(minutes=1)
"""So far the last time of the log may be ahead of the clock: clocks of several machines differ a little."""

LAG = timedelta(minutes=1)
"""So far a view that follows may be behind the log without a warning: it lags by milliseconds while `sis follow`
runs."""

AT_ONCE = 1000
"""Events read in one look, of those that were not read before."""

ROOM = 32 * 1024
"""Bytes that must find room: as much as the events of one command."""

LEAST_FREE = 1024 * 1024
"""Bytes free on a disk below which it counts as full where nothing may be written to try it."""

SAVING, CHECKED = "saving", "log"
"""What the table of checks holds: whether something could be saved, and whether the views were what the log says."""

FAILED, REFILLED = "failed:", "refilled:"
"""What stands there before the name of a view that failed the last check, and of one that was refilled since."""

MAIL = "This service sends no email, so nobody hears by email about work they need to do"

_INSERT = insert(CHECKS)  # SQLite has the same clauses
_NOTE = _INSERT.on_conflict_do_update(
    index_elements=[CHECKS.c.name], set_={"checked_at": _INSERT.excluded.checked_at, "said": _INSERT.excluded.said}
)


@dataclass(frozen=True, slots=True)
class Health:
    """`causes` keep the service from being ready, `warnings` do not, of which one may be of the `clock`; `checked` is
    when the log was last checked, and what was found; `unproven` are the views that failed that check and were not
    refilled since. Each is a sentence. `of_views` are the causes that lie with a
    view, by its name."""

    causes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    clock: str = ""
    checked: str = ""
    unproven: tuple[str, ...] = ()
    of_views: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        return not self.causes


@dataclass
class _Reading:
    """How far the log was read, and the first event that could not be."""

    tail: Tail
    fault: Unreadable | None = None
    lock: Lock = field(default_factory=Lock)

    def go_on(self) -> str:
        with self.lock:
            if self.fault is not None:
                self.fault = self._still(self.fault)
                if self.fault is None:
                    # Another log is in the place of the one that was read.
                    self.tail = self.tail.log.tail()
            if self.fault is None:
                self.fault = _first_unreadable(self.tail.next(AT_ONCE))
            return str(self.fault or "")

    def _still(self, fault: Unreadable) -> Unreadable | None:
        with self.tail.log.primary.connect() as connection:
            return _first_unreadable(self.tail.log.select_positions(connection, [fault.position]))


def _first_unreadable(records: Iterable[StoredRecord]) -> Unreadable | None:
    _, unreadable = sorted_out(records)
    return unreadable[0] if unreadable else None


_READ: WeakKeyDictionary[Services, _Reading] = WeakKeyDictionary()


def health_of(services: Services, *, may_write: bool = True) -> Health:
    """How the services is: its views, the events saved since the last look, and whether more can be saved. That is
    tried where it `may_write`; else only the disk of a file is looked at."""
    try:
        with services.log.snapshot.connect() as connection:
            if move := of_move(connection):
                return Health((move,))
            known = view_statuses(connection)
            clock = _of_time(connection, services.now())
            warnings = [MAIL, *([clock] if clock else []), *_of_following(known)]
            warnings += _of_lag(behind_since(connection), services.now())
            checked, unproven = _of_last_check(connection)
        of_views = _of_views(services, known)
        unread = _READ.setdefault(services, _Reading(services.log.tail())).go_on()
        causes = [*of_views.values(), *([unread] if unread else [])]
        if may_write:
            _save(services)
        elif lack := _of_disk(services):
            causes.append(lack)
    except (Unavailable, *FAULTS) as error:
        told = meant(error)
        says = told.says if isinstance(told, Unavailable) else ""
        return Health((says or f"The database does not answer: {first_line(error)}",))
    return Health(tuple(causes), tuple(warnings), clock, checked, unproven, of_views)


def note_check(services: Services, found: str, failed: Collection[str] = ()) -> None:
    """Write down that the log was checked just now, what was found, and which views failed."""
    names = [CHECKED, *(f"{FAILED}{name}" for name in sorted(failed))]
    with services.write() as connection:
        connection.execute(
            CHECKS.delete().where(CHECKS.c.name.startswith(FAILED) | CHECKS.c.name.startswith(REFILLED))
        )
        connection.execute(_NOTE, [{"name": name, "checked_at": services.now(), "said": found} for name in names])


def note_refilled(services: Services, name: str) -> None:
    """Write down that a view was refilled just now, where it had failed the last check."""
    failed, values = CHECKS.c.name == f"{FAILED}{name}", {"name": f"{REFILLED}{name}", "checked_at": services.now()}
    with services.write() as connection:
        connection.execute(CHECKS.update().where(failed).values(values))


def _of_last_check(connection: sa.Connection) -> tuple[str, tuple[str, ...]]:
    rows = {row.name: row for row in connection.execute(CHECKS.select().order_by(CHECKS.c.name))}
    last = rows.get(CHECKED)
    if last is None:
        return "The log has not been checked yet. Run `sis views check --record` every night", ()
    refilled = "".join(
        f". {name.removeprefix(REFILLED)} was refilled from the log on {formats.datetime(row.checked_at)}"
        for name, row in rows.items()
        if name.startswith(REFILLED)
    )
    failed = [name.removeprefix(FAILED) for name in rows if name.startswith(FAILED)]
    return f"The log was last checked on {formats.datetime(last.checked_at)}: {last.said}{refilled}", tuple(
        f"The view {name} failed the last check: run `sis views rebuild {name}`" for name in failed
    )


def _of_time(connection: sa.Connection, now: datetime) -> str:
    last = connection.execute(sa.select(EVENTS.c.recorded_at).order_by(EVENTS.c.position.desc()).limit(1)).scalar()
    if last is None or last <= now + AHEAD:
        return ""
    return (
        f"The most recent change is dated {formats.datetime(last)}, which is ahead of this machine's clock "
        f"({formats.datetime(now)}). Correct the clock and keep it correct: until it has passed that time, "
        "everything recorded is given the time of that change"
    )


def _of_following(known: dict[str, ViewStatus]) -> list[str]:
    return [
        f"The view {each.name} is stopped at event {each.stopped_at:,}: {each.error}"
        for each in known.values()
        if each.stopped_at is not None and each.follows
    ]


def _of_lag(behind: Mapping[str, datetime], now: datetime) -> list[str]:
    return [
        f"The view {name} is behind: anything recorded since {formats.datetime(since)} is not shown yet. Check "
        "that `sis follow` runs"
        for name, since in behind.items()
        if since < now - LAG
    ]


def _of_views(services: Services, known: dict[str, ViewStatus]) -> dict[str, str]:
    causes = {}
    broken = broken_views(services.log, [view for view in services.follower.views if view.name in known])
    for view in services.follower.views:
        status = known.get(view.name)
        if status is None or not status.is_of(view):
            causes[view.name] = (
                f"The view {view.name} must be rebuilt: restart the service, or run `sis views rebuild {view.name}`"
            )
        elif status.stopped_at is not None and not status.follows:
            causes[view.name] = f"The view {view.name} is stopped at event {status.stopped_at:,}: {status.error}"
        elif view.name in broken:
            causes[view.name] = str(broken[view.name])
    return causes


def _of_disk(services: Services) -> str:
    """What the disk of a file tells without being written to; nothing is known of a server's."""
    address = services.writer.url
    if address.get_backend_name() != "sqlite":
        return ""
    disk = os.statvfs(Path(address.database or "").parent)
    if disk.f_flag & os.ST_RDONLY:
        return "The disk of the database is set to read only: nothing can be saved"
    free = disk.f_bavail * disk.f_frsize
    if free < LEAST_FREE:
        left = formats.counted(free, "byte")
        return f"The disk of the database has {left} free: free some space, because nothing can be saved"
    return ""


def _save(services: Services) -> None:
    """Save something, as a command does, unless somebody else is saving just now. Raises what stands against it."""
    row = {"name": SAVING, "checked_at": services.now(), "said": "x" * ROOM}
    with unless_busy(services.log.primary) as connection:
        if connection is not None:
            connection.execute(_NOTE, row)
            connection.execute(_NOTE, {**row, "said": "Something was saved"})
