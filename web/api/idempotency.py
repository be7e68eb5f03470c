"""Idempotency keys: a POST that is sent again under its key is answered as the first time, and not carried out again.

A key is kept in the transaction that saves what the request did. So it is free while nothing is saved, whether the
request was refused or its worker has died; and once something is saved it says with what it was answered: with the
record at a version, which is told again from its events.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from flask import Request, Response
from sqlalchemy.dialects.postgresql import insert
from werkzeug.exceptions import UnprocessableEntity

from domain.aggregate import Aggregate, Event
from domain.service import is_of
from projections.event_log import EVENTS, Alongside
from web.runtime.services import Services
from web.runtime.tables import IDEMPOTENCY_KEYS as KEYS

KEPT = timedelta(days=30)

_INSERT = insert(KEYS)  # SQLite has the same clauses
_NEW = {name: _INSERT.excluded[name] for name in ("fingerprint", "created_at", "status", "record", "version")}
_KEEP = _INSERT.on_conflict_do_update(
    index_elements=[KEYS.c.person, KEYS.c.route, KEYS.c.key],
    set_=_NEW,
    where=sa.and_(KEYS.c.record.is_(None), KEYS.c.body.is_(None), KEYS.c.fingerprint == _NEW["fingerprint"]),
).returning(KEYS.c.key)

_LAST = sa.select(sa.func.max(EVENTS.c.version)).where(EVENTS.c.stream_id == sa.bindparam("of", type_=sa.Uuid))


class KeyUsedForAnother(UnprocessableEntity):
    """The key came before with another request."""


class KeyTaken(Exception):
    """The same key was used at this moment; what it was used for is kept."""


def too_old(now: datetime) -> list[sa.Delete]:
    """What throws away the keys that are kept no longer."""
    return [KEYS.delete().where(KEYS.c.created_at < now - KEPT)]


def fingerprint(asked: Request, at: int | None) -> str:
    """What tells one request from another: its body and the version it was decided on. A file counts by its bytes,
    because each sending of a form bounds its parts anew."""
    told = hashlib.sha256(f"{at}\n".encode())
    if asked.mimetype != "multipart/form-data":
        told.update(asked.get_data(cache=True))
        return told.hexdigest()
    for name, value in sorted(asked.form.items(multi=True)):
        told.update(f"{name}={value}\n".encode())
    for name, file in sorted(asked.files.items(multi=True), key=lambda each: each[0]):
        told.update(f"{name}={file.filename}\n".encode())
        told.update(file.stream.read())
        file.stream.seek(0)
    return told.hexdigest()


@dataclass
class Key(Alongside):
    """A key that a person has sent with a request, told by its fingerprint.

    `record` is the one that the request changes, if it does not begin it; `is_of_one` that one record answers it,
    `begins` is the kind of the one that it begins.
    """

    services: Services
    person: UUID
    route: str
    key: str
    fingerprint: str
    status: int
    is_of_one: bool = True
    begins: type[Aggregate] | None = None
    record: UUID | None = None
    version: int | None = None

    def kept(self) -> sa.Row[tuple[object, ...]] | None:
        """What the key was used for, None where it is free. Raises KeyUsedForAnother."""
        with self.services.read_present() as connection:
            found = connection.execute(KEYS.select().where(self._own)).first()
        if found is not None and found.fingerprint != self.fingerprint:
            raise KeyUsedForAnother("This Idempotency-Key came with another request before. Use a new one.")
        return None if found is None or found.record is found.body is None else found

    def write(self, connection: sa.Connection, events: Sequence[Event]) -> None:
        if not self.is_of_one:
            self._write(connection)
            return
        first = [event for event in events if event.meta.version == 1]
        wanted = (event for event in first if self.begins is not None and is_of(self.begins, event))
        begun = next(wanted, next(iter(first), events[0]))
        record = self.record or begun.meta.stream
        versions = [event.meta.version for event in events if event.meta.stream == record]
        self._write(
            connection, record, max(versions) if versions else connection.execute(_LAST, {"of": record}).scalar()
        )

    def keep(self, record: UUID, version: int) -> None:
        """Keep the key of a request that changed nothing. Raises KeyTaken."""
        self.services.log.commit(lambda connection: self._write(connection, record, version))

    def keep_last(self, version: int) -> None:
        """Keep the version at which the record stands after all that one request has saved, where that was more than
        its first transaction."""
        if version != self.version:
            self.version = version
            self.services.log.commit(
                lambda connection: connection.execute(KEYS.update().where(self._own).values(version=version))
            )

    def keep_answer(self, answer: Response) -> None:
        """Keep the answer itself."""
        with self.services.write() as connection:
            self._write(connection)
            told = {"body": answer.get_data(), "content_type": answer.content_type}
            connection.execute(KEYS.update().where(self._own).values(told))

    def _write(self, connection: sa.Connection, record: UUID | None = None, version: int | None = None) -> None:
        now, self.version = self.services.now(), version
        row = {
            "person": self.person,
            "route": self.route,
            "key": self.key,
            "fingerprint": self.fingerprint,
            "created_at": now,
            "status": self.status,
            "record": record,
            "version": version,
        }
        if connection.execute(_KEEP, row).first() is None:
            raise KeyTaken(self.key)

    @property
    def _own(self) -> sa.ColumnElement[bool]:
        return sa.and_(KEYS.c.person == self.person, KEYS.c.route == self.route, KEYS.c.key == self.key)
