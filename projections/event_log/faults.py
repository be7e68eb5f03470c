"""What the errors of the database mean to the service."""

from __future__ import annotations

import sqlalchemy as sa
from eventsourcing.persistence import IntegrityError

from domain.service import Damaged, DiskFault, Displaced, MovedAway, NoRoom, OutcomeUnknown, ReadOnly, Unavailable
from projections.database import FileDisplaced

OUT_OF_REACH = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
"""Raised where the database is down, full, locked, or was lost on the way; nothing of the kind is a fault of ours."""

FAULTS = (sa.exc.DBAPIError, sa.exc.TimeoutError)
"""Every error of a database."""

_CONFLICTS = frozenset({"40P01", "40001"})
"""Deadlock and serialisation failure: decided again on fresh state, like any other conflict."""

_CAUSES: dict[type[Unavailable], frozenset[str]] = {
    NoRoom: frozenset({"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "53100"}),
    DiskFault: frozenset({"SQLITE_IOERR", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_READ", "SQLITE_IOERR_FSYNC", "58030"}),
    Damaged: frozenset({"SQLITE_CORRUPT", "SQLITE_CORRUPT_INDEX", "SQLITE_NOTADB", "XX001", "XX002"}),
    Displaced: frozenset({"SQLITE_CANTOPEN", "SQLITE_READONLY_DBMOVED"}),
    ReadOnly: frozenset({"SQLITE_READONLY", "SQLITE_READONLY_DIRECTORY", "SQLITE_READONLY_CANTINIT", "25006"}),
}
"""Faults whose cause can be told, by SQLite's names and PostgreSQL's codes. A file that the service has made and that
cannot be opened is no longer there."""

MOVED = "the authority has moved to another place"
"""What a place says that an authority has left, to whoever would write there."""

_MOVED_IN_SILENCE = "malformed JSON"
"""What SQLite says instead in files that were left to an older release: its triggers read JSON that is none. No
statement that writes reads JSON itself."""

_HELD_UP = "55P03"
"""Somebody else held for too long what was needed."""


def meant(error: Exception) -> Exception:
    """The service's own word for an error of the database: the error itself where it is a fault of the program."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    if state in _CONFLICTS:
        return IntegrityError(str(error))
    if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
        return OutcomeUnknown(first_line(error))
    if _tells_of_a_move(error):
        return MovedAway(MOVED)
    for kind, names in _CAUSES.items():
        if {state, getattr(getattr(error, "orig", None), "sqlite_errorname", None)} & names:
            return kind(first_line(error))
    if isinstance(error, sa.exc.DBAPIError) and isinstance(error.orig, FileDisplaced):
        return Displaced(first_line(error))
    if state == _HELD_UP:
        return Unavailable("others have been reading or writing for too long; nothing was changed: try again")
    if isinstance(error, OUT_OF_REACH):
        return Unavailable(first_line(error))
    return error


def _tells_of_a_move(error: Exception) -> bool:
    said = first_line(error)
    writes = str(getattr(error, "statement", None) or "").lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
    return said == MOVED or (writes and said == _MOVED_IN_SILENCE)


def lacks_a_table(error: sa.exc.DBAPIError) -> bool:
    """Whether a statement names a table or column that is not there."""
    said = first_line(error)
    return (
        getattr(error.orig, "sqlstate", None) in {"42P01", "42703"}
        or "no such table" in said
        or "no such column" in said
    )


def first_line(error: Exception) -> str:
    """What the database itself said, in one line."""
    return (str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__])[0]
