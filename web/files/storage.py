"""The bytes of files, kept once for each content under its hash; which record has which file stands in the log."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from domain.aggregate import Event
from projections.event_log import Alongside
from web.runtime.services import Services
from web.runtime.tables import UPLOADS

_KEEP = insert(UPLOADS).on_conflict_do_nothing()  # SQLite has the same clause


@dataclass
class Bytes(Alongside):
    """The bytes of a file that is being added: they are saved with what records it, or not at all."""

    content: bytes
    media_type: str
    at: datetime

    @property
    def sha256(self) -> str:
        """Their SHA-256 in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()

    def write(self, connection: sa.Connection, events: Sequence[Event]) -> None:
        row = {"sha256": self.sha256, "bytes": self.content, "size": len(self.content)}
        connection.execute(_KEEP, {**row, "media_type": self.media_type, "stored_at": self.at})


def bytes_of(services: Services, sha256: str) -> bytes | None:
    """The bytes under a hash, None if there are none."""
    with services.read_present() as connection:
        found = connection.execute(sa.select(UPLOADS.c.bytes).where(UPLOADS.c.sha256 == sha256)).scalar()
    return None if found is None else bytes(found)
