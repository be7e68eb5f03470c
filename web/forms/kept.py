"""What is kept of a form, in one table: that it was carried out, a working copy, what came from somebody signed out.

SENT: a form that was carried out, known by the key that is made with its page, and with which answers it came. So it
is carried out once and never with answers other than its own, and nobody begins the same record twice unawares. It is
kept in the transaction that saves what the form did.

DRAFT: what somebody has typed so far into a long form, by the form's address, until it is sent. It is never an event.

ANSWERS: what was sent by somebody who was not signed in any more, or had to prove first who they are. Whoever holds
the key gets nothing by it: the answers go back to the person who typed them, and to the form that they were typed
into. Anybody else who comes with the key makes them disappear. They are encrypted with the key, of which the database
has a hash alone: a password may be among them, and no backup shall hold it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask import request
from sqlalchemy.dialects.postgresql import insert
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from domain.aggregate import Event
from projections.event_log import Alongside
from web.forms.form import Form
from web.runtime.services import Services
from web.runtime.tables import KEPT_FORMS, fingerprint


class KeptAs(StrEnum):
    """For what something is kept of a form; stands in the table."""

    SENT = "sent"
    DRAFT = "draft"
    ANSWERS = "answers"


SENT_LASTS = timedelta(days=2)

LASTS = timedelta(hours=12)
"""So long the answers of somebody who was signed out are kept."""

JUST_NOW = timedelta(minutes=15)
"""So long after a record was begun, another one begun by the very same answers is likely to be a mistake."""

MOST_BYTES = 1024 * 1024
"""Of the answers of one form: several times the longest record."""

MOST_FIELDS = 1000
"""Of one form that is read after it was kept."""

MOST_OF_PERSON = 10
"""So many forms are kept for one person who was signed out, the latest."""

OF_THE_PAGE = frozenset({"csrf_token", "whose", "command", "version", "draft", "change", "confirmed", "another"})
"""What a form sends beside the answers."""

_columns = KEPT_FORMS.c
_INSERT = insert(KEPT_FORMS)  # SQLite has the same clauses
_ONCE = _INSERT.on_conflict_do_nothing()
_OVER = _INSERT.on_conflict_do_update(
    index_elements=[_columns.person, _columns.kept_as, _columns.key],
    set_={"kept_at": _INSERT.excluded.kept_at, "answers": _INSERT.excluded.answers},
)


@dataclass(frozen=True)
class KeptForm:
    """Answers as typed. `version` is that of the record they were written about, None where there is none yet.

    `had_files` says that files were among them, which are not kept; `signed_out` that their sender was signed out,
    `for_proof` that they had to prove who they are. A draft is none of these; what else is, was sent by somebody who
    had signed in anew since it was opened.
    """

    key: str
    kept_at: datetime
    sent: MultiDict[str, str]
    version: int | None
    had_files: bool = False
    signed_out: bool = False
    for_proof: bool = False


def _rows(kept_as: KeptAs, person: UUID | None = None, key: str | None = None) -> sa.ColumnElement[bool]:
    """The condition of what is kept for one purpose, of one person, by one key."""
    asked = {_columns.kept_as: kept_as, _columns.person: person, _columns.key: key}
    return sa.and_(*(column == value for column, value in asked.items() if value is not None))


def too_old(now: datetime) -> list[sa.Delete]:
    """What throws away that which is kept no longer; a draft stays until it is sent."""
    lasting = ((KeptAs.SENT, SENT_LASTS), (KeptAs.ANSWERS, LASTS))
    return [KEPT_FORMS.delete().where(_rows(kept_as), _columns.kept_at <= now - lasts) for kept_as, lasts in lasting]


# Carried out


@dataclass(frozen=True)
class EarlierSubmission:
    """What was carried out before: this very form with other answers, or another one, the last that the same
    person gave just now by the same form with the same answers."""

    came_with_others: bool = False
    alike: UUID | None = None


@dataclass
class Submission(Alongside):
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
        same = sa.and_(_columns.fingerprint == self.fingerprint, _columns.kept_at > self.services.now() - JUST_NOW)
        query = (
            sa.select(_columns.key, _columns.fingerprint)
            .where(_rows(KeptAs.SENT, self.person), sa.or_(_columns.key == str(self.key), same))
            .order_by(_columns.kept_at)
        )
        with self.services.read_present() as connection:
            found = {UUID(key): fingerprint for key, fingerprint in connection.execute(query)}
        if self.key in found:
            return EarlierSubmission(came_with_others=found[self.key] != self.fingerprint)
        return EarlierSubmission(alike=next(reversed(found), None))

    def write(self, connection: sa.Connection, events: Sequence[Event]) -> None:
        row = {"person": self.person, "kept_as": KeptAs.SENT, "key": str(self.key), "fingerprint": self.fingerprint}
        connection.execute(_ONCE, {**row, "kept_at": self.services.now()})


# Working copies


def find_draft(connection: sa.Connection, person: UUID, address: str) -> KeptForm | None:
    """Somebody's working copy of the form at an address."""
    row = connection.execute(KEPT_FORMS.select().where(_rows(KeptAs.DRAFT, person, address))).first()
    if row is None:
        return None
    return KeptForm(address, row.kept_at, MultiDict(map(tuple, row.answers["typed"])), row.answers["version"])


def keep_draft(
    services: Services, person: UUID, address: str, sent: MultiDict[str, str], version: int | None
) -> None:
    """Keep what was typed, in place of what was kept before."""
    typed = [(name, value) for name, value in sent.items(multi=True) if name not in OF_THE_PAGE and value]
    row = {"person": person, "kept_as": KeptAs.DRAFT, "key": address, "kept_at": services.now()}
    with services.write() as connection:
        connection.execute(_OVER, {**row, "answers": {"version": version, "typed": typed}})


def discard_draft(services: Services, person: UUID, address: str) -> None:
    """Throw a working copy away, because it was sent or is not wanted any more."""
    with services.write() as connection:
        connection.execute(KEPT_FORMS.delete().where(_rows(KeptAs.DRAFT, person, address)))


# Sent by somebody signed out


class NotForThem(Exception):
    """What is behind a key was typed by somebody else, into another form, or too long ago."""


def keep_answers(
    connection: sa.Connection,
    person: UUID,
    path: str,
    sent: MultiDict[str, str],
    now: datetime,
    *,
    had_files: bool,
    for_proof: bool = False,
) -> str | None:
    """Keep what was sent to a form; returns the key, None where it is more than is kept."""
    typed = list(sent.items(multi=True))
    if sum(len(name.encode()) + len(value.encode()) for name, value in typed) > MOST_BYTES:
        return None
    return _keep(connection, person, path, {"typed": typed, "had_files": had_files, "for_proof": for_proof}, now)


def keep_unread(
    connection: sa.Connection, person: UUID, path: str, now: datetime, *, body: bytes, content_type: str
) -> str | None:
    """Keep a form as it came, to be read once its writer has signed in again; returns the key, None where it is more
    than is kept."""
    if len(body) > MOST_BYTES:
        return None
    unread = {"body": base64.b64encode(body).decode("ascii"), "content_type": content_type}
    return _keep(connection, person, path, unread, now)


def _keep(connection: sa.Connection, person: UUID, path: str, answers: dict[str, Any], now: datetime) -> str:
    """Keep answers under a key of their own, with what is too old, or too much of this person, swept away."""
    for sweep in too_old(now):
        connection.execute(sweep)
    of_person = sa.select(_columns.key).where(_rows(KeptAs.ANSWERS, person)).order_by(_columns.kept_at.desc())
    too_many = _columns.key.in_(of_person.offset(MOST_OF_PERSON - 1))
    connection.execute(KEPT_FORMS.delete().where(_rows(KeptAs.ANSWERS, person), too_many))
    key = secrets.token_urlsafe(32)
    sealed = {"sealed": _box(key).encrypt(json.dumps(answers).encode()).decode("ascii")}
    row = {"person": person, "kept_as": KeptAs.ANSWERS, "key": fingerprint(key), "kept_at": now}
    connection.execute(_INSERT, {**row, "path": path, "answers": sealed})
    return key


def find_answers(connection: sa.Connection, key: str, person: UUID, path: str, now: datetime) -> KeptForm | None:
    """The answers behind a key, None where there are none. Raises NotForThem."""
    row = connection.execute(KEPT_FORMS.select().where(_rows(KeptAs.ANSWERS, key=fingerprint(key)))).first()
    if row is None:
        return None
    if (row.person, row.path) != (person, path) or now >= row.kept_at + LASTS:
        raise NotForThem
    answers = _unsealed(key, row.answers)
    typed, had_files = answers.get("typed", ()), answers.get("had_files", False)
    if signed_out := "body" in answers:
        typed, had_files = _read(base64.b64decode(answers["body"]), answers["content_type"])
    sent: MultiDict[str, str] = MultiDict(map(tuple, typed))
    told = sent.get("version", "")
    version = int(told) if told.isdecimal() and len(told) < 10 else None
    return KeptForm(key, row.kept_at, sent, version, had_files, signed_out, answers.get("for_proof", False))


def _unsealed(key: str, answers: dict[str, Any]) -> dict[str, Any]:
    """What was sealed; an earlier release kept it open."""
    if "sealed" not in answers:
        return answers
    found: dict[str, Any] = json.loads(_box(key).decrypt(answers["sealed"].encode()))
    return found


def discard_answers(connection: sa.Connection, key: str) -> None:
    """Throw away what is behind a key, because it was sent or somebody else came with it."""
    connection.execute(KEPT_FORMS.delete().where(_rows(KeptAs.ANSWERS, key=fingerprint(key))))


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
