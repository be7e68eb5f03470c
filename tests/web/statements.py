"""The statements that reach a database, as a test counts them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from web.runtime.services import Services

ASIDE = re.compile(r"\s*(BEGIN|PRAGMA|SAVEPOINT|RELEASE|--)")
"""What surrounds statements, and what triggers run by themselves."""

END = re.compile(r"\s*(COMMIT|ROLLBACK)")
SAVED = re.compile(r"\s*INSERT INTO events\b")
WRITTEN = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")


@dataclass
class Heard:
    """Statements in order: those `of_views` keep views in step in the transaction that saves events."""

    asked: list[str] = field(default_factory=list)
    of_views: list[str] = field(default_factory=list)

    @property
    def has_saved(self) -> bool:
        return any(SAVED.match(each) for each in self.asked)

    def __str__(self) -> str:
        return "\n".join(f"  {' '.join(each.split())[:300]}" for each in self.asked)


class Statements:
    """Hears each statement that is run on services's SQLite file, also those handed to the driver itself."""

    def __init__(self, services: Services) -> None:
        self._heard = Heard()
        self._is_saving = False
        self._last = ""
        for engine in (services.writer, services.reader):
            sa.event.listen(engine, "checkout", self._listen)

    def _listen(self, connection: Any, *_: object) -> None:
        connection.set_trace_callback(self._note)

    def _note(self, statement: str) -> None:
        if END.match(statement):
            self._is_saving = False
        elif not ASIDE.match(statement) and not self._goes_on(statement):
            (self._heard.of_views if self._is_saving else self._heard.asked).append(statement)
            self._is_saving = self._is_saving or SAVED.match(statement) is not None
            self._last = statement

    def _goes_on(self, statement: str) -> bool:
        """Whether this is one more row of the statement before: the driver is told several rows in one call."""
        before, now = WRITTEN.match(self._last), WRITTEN.match(statement)
        return before is not None and now is not None and before.groups() == now.groups()

    @contextmanager
    def heard(self) -> Iterator[Heard]:
        """Those that are run in this block."""
        self._heard, self._last = Heard(), ""
        yield self._heard
