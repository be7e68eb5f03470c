"""Answers kept for somebody who was not signed in any more when they sent them, until they have signed in again.

Whoever holds the key gets nothing by it: the answers go back to the person who typed them, and to the form that they
were typed into. Anybody else who comes with the key makes them disappear. They are encrypted with the key, of which
the database has a hash alone: a password may be among them, and no backup shall hold it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from cryptography.fernet import Fernet
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from web.runtime.tables import KEPT_ANSWERS, fingerprint

LASTS = timedelta(hours=12)

MOST_BYTES = 1024 * 1024
"""Of the answers of one form: several times the longest record."""

MOST_FIELDS = 1000
"""Of one form that is read after it was kept."""

MOST_OF_PERSON = 10
"""So many forms are kept for one person, the latest."""


@dataclass(frozen=True)
class KeptAnswers:
    """What was sent, as typed. `had_files` says that files were among it, which are not kept; `signed_out` that its
    sender was signed out, `for_proof` that they had to prove who they are; else they had signed in anew since it was
    opened."""

    key: str
    sent: MultiDict[str, str]
    had_files: bool
    signed_out: bool = False
    for_proof: bool = False

    @property
    def version(self) -> int | None:
        """The version of the record that the answers were written about, if they were about one."""
        told = self.sent.get("version", "")
        return int(told) if told.isdecimal() and len(told) < 10 else None


def keep(
    connection: sa.Connection,
    person: UUID,
    path: str,
    sent: MultiDict[str, str],
    now: datetime,
    *,
    had_files: bool,
    for_proof: bool = False,
) -> str | None:
    """Keep what was sent to a form; returns the key, None where it is more than is kept. Sweeps old ones away."""
    typed = list(sent.items(multi=True))
    if sum(len(name.encode()) + len(value.encode()) for name, value in typed) > MOST_BYTES:
        return None
    return _keep(connection, person, path, {"typed": typed, "had_files": had_files, "for_proof": for_proof}, now)


def keep_unread(
    connection: sa.Connection, person: UUID, path: str, now: datetime, *, body: bytes, content_type: str
) -> str | None:
    """Keep a form as it came, to be read once its writer has signed in again; returns the key, None where it is more
    than is kept. Sweeps old ones away."""
    if len(body) > MOST_BYTES:
        return None
    unread = {"body": base64.b64encode(body).decode("ascii"), "content_type": content_type}
    return _keep(connection, person, path, unread, now)


def _keep(connection: sa.Connection, person: UUID, path: str, answers: dict[str, Any], now: datetime) -> str:
    key = secrets.token_urlsafe(32)
    _sweep(connection, person, now)
    connection.execute(
        KEPT_ANSWERS.insert().values(
            key_hash=fingerprint(key), person=person, kept_at=now, path=path, answers={"sealed": _seal(key, answers)}
        )
    )
    return key


def _seal(key: str, answers: dict[str, Any]) -> str:
    return _box(key).encrypt(json.dumps(answers).encode()).decode("ascii")


def _open(key: str, answers: dict[str, Any]) -> dict[str, Any]:
    """What was sealed; an earlier release kept it open."""
    if "sealed" not in answers:
        return answers
    found: dict[str, Any] = json.loads(_box(key).decrypt(answers["sealed"].encode()))
    return found


def _box(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"kept answers of " + key.encode()).digest()))


def _read(body: bytes, content_type: str) -> tuple[list[tuple[str, str]], bool]:
    """The answers of a form as it came, and whether files were among them. What is no form has none."""
    mimetype, options = parse_options_header(content_type)
    parser = FormDataParser(max_form_memory_size=MOST_BYTES, max_form_parts=MOST_FIELDS)
    try:
        _, form, files = parser.parse(io.BytesIO(body), mimetype, len(body), options)
    except RequestEntityTooLarge:
        return [], False
    had_files = any(file.filename for file in files.values())
    for file in files.values():
        file.close()
    return list(form.items(multi=True)), had_files


class NotForThem(Exception):
    """What is behind a key was typed by somebody else, into another form, or too long ago."""


def find(connection: sa.Connection, key: str, person: UUID, path: str, now: datetime) -> KeptAnswers | None:
    """The answers behind a key, None where there are none. Raises NotForThem."""
    row = connection.execute(KEPT_ANSWERS.select().where(_is(key))).first()
    if row is None:
        return None
    if (row.person, row.path) != (person, path) or now >= row.kept_at + LASTS:
        raise NotForThem
    answers = _open(key, row.answers)
    if "body" in answers:
        typed, had_files = _read(base64.b64decode(answers["body"]), answers["content_type"])
        return KeptAnswers(key, MultiDict(typed), had_files, signed_out=True)
    typed = list(map(tuple, answers["typed"]))
    return KeptAnswers(key, MultiDict(typed), answers["had_files"], for_proof=answers.get("for_proof", False))


def discard(connection: sa.Connection, key: str) -> None:
    """Throw away what is behind a key, because it was sent or somebody else came with it."""
    connection.execute(KEPT_ANSWERS.delete().where(_is(key)))


def _sweep(connection: sa.Connection, person: UUID, now: datetime) -> None:
    """Throw away what is too old, and of this person all but the latest, so that there is room for one more."""
    kept = KEPT_ANSWERS.c
    latest = sa.select(kept.key_hash).where(kept.person == person).order_by(kept.kept_at.desc())
    connection.execute(KEPT_ANSWERS.delete().where(kept.kept_at <= now - LASTS))
    connection.execute(KEPT_ANSWERS.delete().where(kept.key_hash.in_(latest.offset(MOST_OF_PERSON - 1))))


def _is(key: str) -> sa.ColumnElement[bool]:
    return KEPT_ANSWERS.c.key_hash == fingerprint(key)
