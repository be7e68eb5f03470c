"""The files of a form while its answers are checked: no page can carry them on to the next, so they wait here.

They wait for one person, of the last forms that this person sent, as in two tabs of a browser; they are thrown away
once the form is carried out or the file refused, and when their time is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, cast
from uuid import UUID

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from web.runtime.services import Services
from web.runtime.tables import WAITING_FILES

LASTS = timedelta(hours=12)

MOST_FORMS = 4
"""Forms of one person whose files wait at a time."""

PIECE = 1024 * 1024
"""Bytes that are saved at once: nobody else waits long for their turn."""


def keep(here: Services, person: UUID, form: UUID, files: Iterable[tuple[str, FileStorage]]) -> None:
    """Keep the files of a form, by the names of their fields; of other forms of this person those of the last few are
    kept beside it."""
    columns, now = WAITING_FILES.c, here.now()
    chosen = dict(files)
    of_person = columns.person == person
    with here.write() as connection:
        replaced = sa.and_(of_person, columns.form == form, columns.field.in_(chosen))
        connection.execute(WAITING_FILES.delete().where(sa.or_(replaced, columns.kept_at <= now - LASTS)))
        others = sa.select(columns.form).where(of_person, columns.form != form).group_by(columns.form)
        too_many = others.order_by(sa.func.max(columns.kept_at).desc()).offset(MOST_FORMS - 1)
        for each in connection.execute(too_many).scalars().all():
            connection.execute(WAITING_FILES.delete().where(of_person, columns.form == each))
    for field, file in chosen.items():
        row = {"person": person, "form": form, "field": field, "file_name": file.filename, "kept_at": now}
        for number, piece in enumerate(_pieces(file.stream)):
            with here.write() as connection:
                connection.execute(WAITING_FILES.insert().values(**row, number=number, bytes=piece))
        file.stream.seek(0)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file in pieces, one of them where it is empty."""
    yield stream.read(PIECE)
    yield from iter(partial(stream.read, PIECE), b"")


def find(here: Services, person: UUID, form: UUID) -> dict[str, FileStorage]:
    """The files that wait for a form, by the names of their fields."""
    columns = WAITING_FILES.c
    is_of_form = sa.and_(columns.person == person, columns.form == form)
    of_form = WAITING_FILES.select().where(is_of_form, columns.kept_at > here.now() - LASTS)
    found: dict[str, FileStorage] = {}
    with here.read_present() as connection:
        for row in connection.execute(of_form.order_by(columns.field, columns.number)):
            if row.field not in found:
                stream = cast("IO[bytes]", SpooledTemporaryFile(PIECE))  # noqa: SIM115  # closed with the request
                found[row.field] = FileStorage(stream, row.file_name, row.field)
            found[row.field].stream.write(row.bytes)
    for file in found.values():
        file.stream.seek(0)
    return found


def discard(here: Services, person: UUID, form: UUID, field: str | None = None) -> None:
    """Throw away the files of a form, or the one of a field."""
    columns = WAITING_FILES.c
    of_form = WAITING_FILES.delete().where(columns.person == person, columns.form == form)
    with here.write() as connection:
        connection.execute(of_form if field is None else of_form.where(columns.field == field))


def too_old(now: datetime) -> list[sa.Delete]:
    """What throws away the files that nobody came back for."""
    return [WAITING_FILES.delete().where(WAITING_FILES.c.kept_at <= now - LASTS)]
