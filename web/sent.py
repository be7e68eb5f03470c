"""The forms that somebody has sent: which answers each came with, so that a form is carried out once and never with
answers other than its own, and nobody begins the same record twice unawares.

What a form is known by is the id of its command, made with the page. The same table keeps the keys of the API.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from flask import request
from sqlalchemy.dialects.postgresql import insert

from projections.columns import Utc
from web.accounts.tables import IDEMPOTENCY_KEYS as KEYS
from web.forms import Form
from web.office import Office

FORM = "form"
"""Stands in the table in place of the API's route."""

KEPT = timedelta(days=2)
SWEPT_EVERY = timedelta(hours=1)

JUST_NOW = timedelta(minutes=15)
"""So long after a record was begun, another one begun by the very same answers is likely to be a mistake."""

_EARLIER = KEYS.alias("earlier")
_ALIKE = (
    sa.select(_EARLIER.c.key)
    .where(
        _EARLIER.c.person == sa.bindparam("by", type_=sa.Uuid),
        _EARLIER.c.route == FORM,
        _EARLIER.c.key != sa.bindparam("own"),
        _EARLIER.c.fingerprint == sa.bindparam("same"),
        _EARLIER.c.created_at > sa.bindparam("just_now", type_=Utc),
    )
    .order_by(_EARLIER.c.created_at.desc())
    .limit(1)
    .scalar_subquery()
)
_TAKE = insert(KEYS).on_conflict_do_nothing().returning(_ALIKE.label("alike"))  # SQLite has the same clauses


@dataclass(frozen=True)
class Taken:
    """A command that may be carried out. `alike` is the last one that the same person gave just now by the same form
    with the same answers; none where this very one was sent before."""

    alike: UUID | None = None


@dataclass(frozen=True)
class Sent:
    """One form as it is sent by a person."""

    office: Office
    person: UUID
    command: UUID
    form: Form

    @cached_property
    def fingerprint(self) -> str:
        """What tells these answers from others: where they were sent, each as it is kept, and the bytes of files."""
        told = hashlib.sha256(f"{request.path}\n".encode())
        for name, value in self.form.tidy_answers():
            told.update(f"{name}={len(value)}:{value}\n".encode(errors="surrogatepass"))
        for name, file in self.form.files():
            told.update(f"{name}={file.filename}\n".encode(errors="surrogatepass"))
            told.update(file.stream.read())
            file.stream.seek(0)
        return told.hexdigest()

    def take(self) -> Taken | None:
        """Take the command for these answers; None where it came with others before."""
        now = self.office.now()
        row = {
            "person": self.person,
            "route": FORM,
            "key": str(self.command),
            "fingerprint": self.fingerprint,
            "created_at": now,
        }
        alike = {"by": self.person, "own": row["key"], "same": self.fingerprint, "just_now": now - JUST_NOW}
        with self.office.write() as connection:
            if _is_time_to_sweep(self.office, now):
                connection.execute(KEYS.delete().where(KEYS.c.route == FORM, KEYS.c.created_at < now - KEPT))
            taken = connection.execute(_TAKE, {**row, **alike}).first()
        if taken is not None:
            return Taken(UUID(taken.alike) if taken.alike else None)
        return None if self.came_with_others() else Taken()

    def came_with_others(self) -> bool:
        """Whether the command came before, with other answers."""
        with self.office.read_present() as connection:
            known = connection.execute(sa.select(KEYS.c.fingerprint).where(self._own)).scalar()
        return known is not None and known != self.fingerprint

    def give_back(self) -> None:
        """Let the command come with other answers, because it was refused with these."""
        with self.office.write() as connection:
            connection.execute(KEYS.delete().where(self._own))

    @property
    def _own(self) -> sa.ColumnElement[bool]:
        return sa.and_(KEYS.c.person == self.person, KEYS.c.route == FORM, KEYS.c.key == str(self.command))


_swept: WeakKeyDictionary[Office, datetime] = WeakKeyDictionary()


def _is_time_to_sweep(office: Office, now: datetime) -> bool:
    """Whether old rows are thrown away with this form: with one in an hour, by each process."""
    if office in _swept and abs(now - _swept[office]) < SWEPT_EVERY:
        return False
    _swept[office] = now
    return True
