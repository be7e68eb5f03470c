"""What a page asks of several views, each about the record in hand.

QUERIES = RowQueries(notes=RowQuery(notes.notes, notes.notes_on(RECORD), notes.LATEST_NOTES), ...)
QUERIES.rows(connection, record=visit.id)["notes"]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from projections.view import ViewTable


@dataclass(frozen=True)
class RowQuery:
    """Which rows of a view's table are asked for, in which order, and how many at most."""

    view_table: ViewTable[Any]
    where: sa.ColumnElement[bool]
    order: Sequence[sa.ColumnElement[Any]] = ()
    limit: int | sa.BindParameter[int] | None = None

    @cached_property
    def statement(self) -> sa.Select[Any]:
        return self.view_table.table.select().where(self.where).order_by(*self.order).limit(self.limit)


class RowQueries:
    """Queries by name; their conditions may hold parameters, shared by name."""

    def __init__(self, **queries: RowQuery) -> None:
        self._queries = queries

    def with_(self, **more: RowQuery) -> RowQueries:
        """These queries and more."""
        return RowQueries(**self._queries, **more)

    def rows(self, connection: sa.Connection, **parameters: Any) -> Mapping[str, list[Any]]:
        """The rows that each query finds, by its name; parameters that it does not hold are passed over."""
        return {
            name: query.view_table.rows(connection, query.statement, parameters)
            for name, query in self._queries.items()
        }
