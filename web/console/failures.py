"""Tells what stands in the way of a command in one sentence, with what to do about it, for every command alike."""

from __future__ import annotations

import errno
from typing import Any

import click
import sqlalchemy as sa

from domain.aggregate import Refusal
from domain.service import Damaged, DiskFault, MovedAway, NoRoom, OutcomeUnknown, ReadOnly, Unavailable, Unreadable
from projections.database import NoDatabase, NotADatabase, UnsafeSqlite
from projections.event_log.faults import FAULTS, first_line, lacks_a_table, meant
from projections.follower import Superseded
from web.runtime.environment import BadSetting
from web.runtime.migrate import Unfit
from web.runtime.secret_key import BadSecretKey

ADDRESSES = "sqlite:////srv/sis/authority.sqlite or postgresql+psycopg://sis@db/authority"

NOT_ALLOWED = "42501"
"""PostgreSQL's code for what a role may not do."""

FAILURES = (
    Refusal,
    BadSecretKey,
    BadSetting,
    NoDatabase,
    NotADatabase,
    Unfit,
    UnsafeSqlite,
    OutcomeUnknown,
    Superseded,
    Unavailable,
    Unreadable,
    sa.exc.ArgumentError,
    *FAULTS,
    OSError,
)
"""What lies with the machine, the deployment, the database or what was asked for, and not with the program."""


_NAMED = (Damaged, NoRoom, DiskFault, ReadOnly, MovedAway)
"""Faults of a database that have a sentence of their own here."""


class CommandsInWords(click.Group):
    """A group whose commands fail with one sentence and status 1 where the fault is not the program's."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except FAILURES as failure:
            if isinstance(failure, OSError) and failure.errno == errno.EPIPE:
                raise
            raise click.ClickException(in_words(failure)) from failure


def in_words(failure: Exception) -> str:
    """The sentence for one of FAILURES."""
    match failure:
        case NoDatabase():
            return f"{failure}: give the name of one in SIS_DATABASE_URL, or start with `sis begin`"
        case NotADatabase() | sa.exc.ArgumentError():
            return f"The address of the database cannot be used ({failure}): give one as {ADDRESSES}"
        case UnsafeSqlite():
            return f"SQLite {failure} could damage the database: install the release that constraints.txt names"
        case Damaged():
            return (
                f"The database is damaged, or is not one ({failure}): check its address, then see docs/operate.md, "
                "When the log is damaged"
            )
        case NoRoom():
            return f"There is no room left on the disk ({failure}): free some space, then try again"
        case DiskFault():
            return (
                f"The disk of the database cannot be read or written to ({failure}): check the disk, then try again"
            )
        case ReadOnly():
            return (
                f"The database is read-only ({failure}): check that you can write to its file and folder, that its "
                "disk is not set to read-only, and that its server is not a standby"
            )
        case MovedAway():
            return "The authority has moved to another place: `sis views status` says which. Nothing was saved here"
        case OSError() if failure.errno == errno.ENOSPC:
            return in_words(NoRoom(f"{failure.filename}: {failure.strerror}" if failure.filename else str(failure)))
        case OSError():
            what = f"{failure.filename}: {failure.strerror}" if failure.filename else str(failure)
            return f"{what}. Check that the folder exists and that you can write to it"
        case sa.exc.SQLAlchemyError() if isinstance(told := meant(failure), _NAMED):
            return in_words(told)
        case sa.exc.DBAPIError() if lacks_a_table(failure):
            return (
                f"A table of the database is missing, or is not as this release makes it ({first_line(failure)}): if "
                "it is one of a view, `sis views rebuild` makes it again; `sis views status` says which are damaged"
            )
        case sa.exc.DBAPIError() if getattr(failure.orig, "sqlstate", None) == NOT_ALLOWED:
            return (
                f"The role of this address may not do this ({first_line(failure)}): use the address of the "
                "database's owner for this, and that of the role to serve"
            )
        case sa.exc.SQLAlchemyError():
            return (
                f"The database cannot be reached or used ({first_line(failure)}): check that its address is right, "
                "that its server is running, or that you can write to its file and folder"
            )
        case OutcomeUnknown() | Unavailable():
            return f"The database cannot be reached or used ({failure}): check that it is there, then try again"
        case _:
            return str(failure)
