"""The files of a form while its answers are checked: no page can carry them on to the next, so they wait here.

They wait for one person, and of the form that this person sent last; they are thrown away once it is carried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, cast
from uuid import UUID

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from web.accounts.tables import WAITING_FILES
from web.office import Office

LASTS = timedelta(hours=12)

PIECE = 1024 * 1024
"""Bytes that are saved at once: nobody else waits long for their turn."""


def keep(office: Office, person: UUID, form: UUID, files: Iterable[tuple[str, FileStorage]]) -> None:
    """Keep the files of a form, by the names of their fields; those of other forms of this person are thrown away."""
    columns, now = WAITING_FILES.c, office.now()
    chosen = dict(files)
    with office.write() as connection:
        replaced = sa.and_(columns.person == person, columns.field.in_(chosen))
        other = sa.and_(columns.person == person, columns.form != form)
        connection.execute(WAITING_FILES.delete().where(sa.or_(replaced, other, columns.kept_at <= now - LASTS)))
    for field, file in chosen.items():
        row = {"person": person, "form": form, "field": field, "file_name": file.filename, "kept_at": now}
        for number, piece in enumerate(_pieces(file.stream)):
            with office.write() as connection:
                connection.execute(WAITING_FILES.insert().values(**row, number=number, bytes=piece))
        file.stream.seek(0)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file in pieces, one of them where it is empty."""
    yield stream.read(PIECE)
    yield from iter(partial(stream.read, PIECE), b"")


def find(office: Office, person: UUID, form: UUID) -> dict[str, FileStorage]:
    """The files that wait for a form, by the names of their fields."""
    columns = WAITING_FILES.c
    is_of_form = sa.and_(columns.person == person, columns.form == form)
    of_form = WAITING_FILES.select().where(is_of_form, columns.kept_at > office.now() - LASTS)
    found: dict[str, FileStorage] = {}
    with office.read_present() as connection:
        for row in connection.execute(of_form.order_by(columns.field, columns.number)):
            if row.field not in found:
                stream = cast("IO[bytes]", SpooledTemporaryFile(PIECE))  # noqa: SIM115  # closed with the request
                found[row.field] = FileStorage(stream, row.file_name, row.field)
            found[row.field].stream.write(row.bytes)
    for file in found.values():
        file.stream.seek(0)
    return found


def discard(office: Office, person: UUID, form: UUID) -> None:
    """Throw away the files of a form."""
    columns = WAITING_FILES.c
    with office.write() as connection:
        connection.execute(WAITING_FILES.delete().where(columns.person == person, columns.form == form))
