"""Several questions in one statement: what a page needs of several views, each about the record in hand.

BESIDE = Together(notes=Question(notes.notes, notes.standing_on(RECORD), order=notes.LATEST), ...)
BESIDE.rows(connection, record=visit.id)["notes"]

It is built once and asked with parameters; building it anew for each page would cost more than it saves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.util import ClauseAdapter
from sqlalchemy.types import TypeDecorator, TypeEngine

from projections.view import ViewTable

Slot = tuple[str, int]
"""A place in the rows of the statement: the name of a type of storage, and the how manyeth of that type."""


@dataclass(frozen=True)
class RowQuery:
    """Which rows of a sheet are asked for, in which order, and how many at most."""

    sheet: ViewTable[Any]
    where: sa.ColumnElement[bool]
    order: Sequence[sa.ColumnElement[Any]] = ()
    limit: int | sa.BindParameter[int] | None = None


class BatchQuery:
    """Questions that are asked in one statement; their conditions may hold parameters, shared by name."""

    def __init__(self, **questions: RowQuery) -> None:
        self.questions = questions
        self._slots = {name: _slots(question.sheet) for name, question in questions.items()}
        storage = {
            slot: _storage(column.type)
            for name, question in questions.items()
            for slot, column in zip(self._slots[name], question.sheet.table.c, strict=True)
        }
        self._readers = {
            name: list(
                zip(question.sheet.columns, _places(self._slots[name], storage), _readers(question), strict=True)
            )
            for name, question in questions.items()
        }
        parts = [self._part(name, storage) for name in questions]
        statement = sa.union_all(*parts) if len(parts) > 1 else parts[0]
        self._statement = statement.order_by(sa.text("1"), sa.text("2"))

    def with_(self, **more: RowQuery) -> BatchQuery:
        """These questions and more."""
        return BatchQuery(**self.questions, **more)

    def rows(self, connection: sa.Connection, **parameters: Any) -> Mapping[str, list[Any]]:
        """The rows that answer each question, by its name."""
        found: dict[str, list[Any]] = {name: [] for name in self.questions}
        for row in connection.execute(self._statement, parameters):
            sheet, columns = self.questions[row[0]].sheet, self._readers[row[0]]
            found[row[0]].append(sheet.row(**{column: read(row[place]) for column, place, read in columns}))
        return found

    def _part(self, name: str, storage: Mapping[Slot, TypeEngine[Any]]) -> sa.Select[Any]:
        """One question as a part of the statement: its name, the place of each row, the columns in their slots."""
        question, slots = self.questions[name], self._slots[name]
        asked = question.sheet.table.select().where(question.where).order_by(*question.order)
        found = asked.limit(question.limit).subquery()
        # Only those found are numbered: to number all that could be found would mean to read them all.
        order = [ClauseAdapter(found).traverse(each) for each in question.order]
        number = sa.func.row_number().over(order_by=order or None)
        columns = dict(zip(slots, found.c, strict=True))
        filled = (
            sa.type_coerce(columns[slot], kind) if slot in columns else sa.cast(sa.null(), kind)
            for slot, kind in storage.items()
        )
        return sa.select(sa.literal(name, sa.Text, literal_execute=True), number, *filled)


def _slots(sheet: ViewTable[Any]) -> list[Slot]:
    """Where the columns of a sheet stand: columns of one type of storage in a row, so that sheets share places."""
    seen: Counter[str] = Counter()
    slots = []
    for column in sheet.table.c:
        kind = type(_storage(column.type)).__name__
        slots.append((kind, seen[kind]))
        seen[kind] += 1
    return slots


def _places(slots: Sequence[Slot], storage: Mapping[Slot, TypeEngine[Any]]) -> list[int]:
    """Where in a row of the statement these slots stand, behind the name and the place."""
    order = {slot: number for number, slot in enumerate(storage, 2)}
    return [order[slot] for slot in slots]


def _storage(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """How values of a type are stored, so that columns of several types can stand in one place."""
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _readers(question: RowQuery) -> list[Callable[[Any], Any]]:
    return [_reader(column.type) for column in question.sheet.table.c]


def _reader(kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    """From a value as stored to the value of a column's own type."""
    if isinstance(kind, TypeDecorator):
        return lambda value: kind.process_result_value(value, _ANY_DIALECT)
    return lambda value: value


_ANY_DIALECT = sa.engine.default.DefaultDialect()
"""The types of columns are read alike whatever the database."""
