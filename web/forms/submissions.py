"""The forms that were carried out: with which answers each came, so that a form is carried out once and never with
answers other than its own, and nobody begins the same record twice unawares.

What a form is known by is its key, made with the page. It is kept in the transaction that saves what
the form did, in the table that holds the keys of the API too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from flask import request
from sqlalchemy.dialects.postgresql import insert

from domain.aggregate import Event
from projections.event_log import Alongside
from web.forms import Form
from web.runtime.services import Services
from web.runtime.tables import IDEMPOTENCY_KEYS as KEYS

FORM = "form"
"""Stands in the table in place of the API's route."""

KEPT = timedelta(days=2)
SWEPT_EVERY = timedelta(hours=1)

JUST_NOW = timedelta(minutes=15)
"""So long after a record was begun, another one begun by the very same answers is likely to be a mistake."""

_KEEP = insert(KEYS).on_conflict_do_nothing()  # SQLite has the same clauses


@dataclass(frozen=True)
class EarlierSubmission:
    """What was carried out before: this very form with other answers, or another one, the last that the same
    person gave just now by the same form with the same answers."""

    came_with_others: bool = False
    alike: UUID | None = None


@dataclass
class Submissions(Alongside):
    """One form as it is sent by a person."""

    services: Services
    person: UUID
    key: UUID
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

    def earlier(self) -> EarlierSubmission:
        """What was carried out before."""
        same = sa.and_(KEYS.c.fingerprint == self.fingerprint, KEYS.c.created_at > self.services.now() - JUST_NOW)
        query = (
            sa.select(KEYS.c.key, KEYS.c.fingerprint)
            .where(KEYS.c.person == self.person, KEYS.c.route == FORM, sa.or_(KEYS.c.key == str(self.key), same))
            .order_by(KEYS.c.created_at)
        )
        with self.services.read_present() as connection:
            found = {UUID(key): fingerprint for key, fingerprint in connection.execute(query)}
        if self.key in found:
            return EarlierSubmission(came_with_others=found[self.key] != self.fingerprint)
        return EarlierSubmission(alike=next(reversed(found), None))

    def write(self, connection: sa.Connection, events: Sequence[Event]) -> None:
        now = self.services.now()
        if _is_time_to_sweep(self.services, now):
            connection.execute(KEYS.delete().where(KEYS.c.route == FORM, KEYS.c.created_at < now - KEPT))
        row = {"person": self.person, "route": FORM, "key": str(self.key), "fingerprint": self.fingerprint}
        connection.execute(_KEEP, {**row, "created_at": now})


_swept: WeakKeyDictionary[Services, datetime] = WeakKeyDictionary()


def _is_time_to_sweep(services: Services, now: datetime) -> bool:
    """Whether old rows are thrown away with this form: with one in an hour, by each process."""
    if services in _swept and abs(now - _swept[services]) < SWEPT_EVERY:
        return False
    _swept[services] = now
    return True
