"""Idempotency keys: the answer to a POST is kept, so that the same POST sent again is answered alike.

The command itself is safe to send twice without this table (its id follows from the key); the table adds that
a key is never used for two different requests, and that a repetition gets the first answer to the letter.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from flask import Request, Response
from sqlalchemy.dialects.postgresql import insert
from werkzeug.exceptions import Conflict, UnprocessableEntity

from web.accounts.tables import IDEMPOTENCY_KEYS as KEYS
from web.office import Office

KEPT = timedelta(days=30)
SWEPT_EVERY = timedelta(hours=1)
RUNNING = timedelta(minutes=1)
"""After so long an unanswered request counts as broken off, and its repetition is carried out."""


_TAKE = insert(KEYS).on_conflict_do_nothing().returning(KEYS.c.key)  # SQLite has the same clauses


class KeyUsedForAnother(UnprocessableEntity):
    """The key came before with another request."""


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


def claim(office: Office, person: UUID, route: str, key: str, fingerprint: str) -> Response | None:
    """Take a key for a request; returns the kept answer if the request was answered before.

    Raises Conflict while the first one is being carried out, KeyUsedForAnother if it was a different request.
    """
    now = office.now()
    with office.write() as connection:
        if _is_time_to_sweep(office, now):
            connection.execute(KEYS.delete().where(KEYS.c.created_at < now - KEPT))
        known = None
        while known is None:  # as it is where the first request gives the key back just now
            taken = {"person": person, "route": route, "key": key, "fingerprint": fingerprint, "created_at": now}
            if connection.execute(_TAKE, taken).first():
                return None
            known = connection.execute(KEYS.select().where(_is(person, route, key))).first()
    if known.fingerprint != fingerprint:
        raise KeyUsedForAnother("This Idempotency-Key came with another request before. Use a new one.")
    if known.status is None:
        if now - known.created_at < RUNNING:
            raise Conflict("The first request with this Idempotency-Key is still being carried out")
        return None
    return Response(known.body, known.status, known.headers or {}, content_type=known.content_type)


_swept: WeakKeyDictionary[Office, datetime] = WeakKeyDictionary()


def _is_time_to_sweep(office: Office, now: datetime) -> bool:
    """Whether old keys are thrown away with this request: with one in an hour, by each process."""
    if office in _swept and abs(now - _swept[office]) < SWEPT_EVERY:
        return False
    _swept[office] = now
    return True


def remember(office: Office, person: UUID, route: str, key: str, answer: Response) -> None:
    """Keep the answer to a request."""
    headers = {name: answer.headers[name] for name in ("ETag", "Location") if name in answer.headers}
    with office.write() as connection:
        connection.execute(
            KEYS.update()
            .where(_is(person, route, key))
            .values(
                status=answer.status_code,
                body=answer.get_data(),
                content_type=answer.content_type,
                headers=headers,
            )
        )


def release(office: Office, person: UUID, route: str, key: str) -> None:
    """Give a key back whose request was refused: corrected, it may be sent again under the same key."""
    with office.write() as connection:
        connection.execute(KEYS.delete().where(_is(person, route, key), KEYS.c.status.is_(None)))


def _is(person: UUID, route: str, key: str) -> sa.ColumnElement[bool]:
    return sa.and_(KEYS.c.person == person, KEYS.c.route == route, KEYS.c.key == key)
