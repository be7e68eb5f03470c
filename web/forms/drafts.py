"""Working copies of long forms: what somebody has typed so far, kept until it is sent. They are never events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from werkzeug.datastructures import MultiDict

from web.runtime.services import Services
from web.runtime.tables import DRAFTS

OF_THE_PAGE = frozenset({"csrf_token", "whose", "command", "version", "draft", "change", "confirmed", "another"})
"""What a form sends beside the answers."""


@dataclass(frozen=True)
class Draft:
    """Answers as typed. `version` is that of the record they were written about, None where there is none yet."""

    saved_at: datetime
    version: int | None
    answers: MultiDict[str, str]


def find(connection: sa.Connection, person: UUID, form_key: str) -> Draft | None:
    """Somebody's working copy of a form."""
    row = connection.execute(DRAFTS.select().where(_is(person, form_key))).first()
    if row is None:
        return None
    return Draft(row.saved_at, row.answers["version"], MultiDict(map(tuple, row.answers["typed"])))


def keep(services: Services, person: UUID, form_key: str, sent: MultiDict[str, str], version: int | None) -> None:
    """Keep what was typed, in place of what was kept before."""
    typed = [(name, value) for name, value in sent.items(multi=True) if name not in OF_THE_PAGE and value]
    kept = {"saved_at": services.now(), "answers": {"version": version, "typed": typed}}
    with services.write() as connection:
        connection.execute(_KEEP, {"person": person, "form_key": form_key, **kept})


def discard(services: Services, person: UUID, form_key: str) -> None:
    """Throw a working copy away, because it was sent or is not wanted any more."""
    with services.write() as connection:
        connection.execute(DRAFTS.delete().where(_is(person, form_key)))


def _over() -> sa.Insert:
    put = insert(DRAFTS)  # SQLite has the same clause
    return put.on_conflict_do_update(
        index_elements=[DRAFTS.c.person, DRAFTS.c.form_key],
        set_={"saved_at": put.excluded.saved_at, "answers": put.excluded.answers},
    )


_KEEP = _over()


def _is(person: UUID, form_key: str) -> sa.ColumnElement[bool]:
    return sa.and_(DRAFTS.c.person == person, DRAFTS.c.form_key == form_key)
