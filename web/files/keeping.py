"""The bytes of files, kept once for each content under its hash; which record has which file stands in the log."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from web.accounts.tables import UPLOADS
from web.office import Office


def keep(office: Office, content: bytes, media_type: str) -> str:
    """Keep bytes; returns their SHA-256 in hexadecimal digits."""
    sha256 = hashlib.sha256(content).hexdigest()
    with office.write() as connection:
        connection.execute(
            insert(UPLOADS)  # SQLite has the same clause
            .values(sha256=sha256, bytes=content, size=len(content), media_type=media_type, stored_at=office.now())
            .on_conflict_do_nothing()
        )
    return sha256


def bytes_of(office: Office, sha256: str) -> bytes | None:
    """The bytes under a hash, None if there are none."""
    with office.read_present() as connection:
        found = connection.execute(sa.select(UPLOADS.c.bytes).where(UPLOADS.c.sha256 == sha256)).scalar()
    return None if found is None else bytes(found)
