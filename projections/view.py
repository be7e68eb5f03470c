"""View: what follows from the events, kept ready to be asked. Tables, pure folds and queries in one file each.

A fold takes a row (None where there is none yet) and an event and gives the row as it is afterwards (None where
there shall be none). It looks at nothing else, so that the same function serves saving, rebuilding and checking.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from types import ModuleType
from typing import (
    Any,
    Generic,
    TypeAlias,
    TypeVar,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
    overload,
)

import msgspec
import sqlalchemy as sa

from domain.aggregate import EVENTS, Event
from domain.correction import Correction
from domain.school import School
from domain.vocabulary import SchoolId
from projections.columns import column_type

Key = tuple[Any, ...]
R = TypeVar("R", bound=msgspec.Struct)
E = TypeVar("E", bound=Event)
F = TypeVar("F", bound=Callable[..., Any])

Fold: TypeAlias = Callable[[R | None, E], R | None]
FoldOfKey: TypeAlias = Callable[[R | None, E, Key], R | None]
Declare: TypeAlias = Callable[[F], F]

VIEW_TABLES = sa.MetaData()
"""The tables of all views: made, thrown away and refilled by the views, never migrated."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row of a view's table. Change it by `replace(row, field=value)`."""


replace = msgspec.structs.replace

S = TypeVar("S", bound=Row)


def restate(row: S, event: Correction) -> S:
    """The row with what a correction restates of it, and the day on which it did."""
    values = {each.field: each.now for each in event.restated if each.field in row.__struct_fields__}
    return replace(row, **values, restated_on=event.meta.occurred_on)


def by_stream(event: Event) -> Key:
    """The usual key: the record that the event belongs to."""
    return (event.meta.stream,)


def names_schools(hint: Any) -> bool:
    """Whether a type is that of a school, or holds some."""
    return bool(hint == SchoolId) or any(map(names_schools, get_args(hint)))


def having(field: str) -> Callable[[type[Event]], bool]:
    """Finds the classes of events that have a field of that name."""
    return lambda kind: any(each.name == field for each in dataclasses.fields(kind))  # type: ignore[arg-type]  # made so in __init_subclass__


def _own(event: Event) -> Iterable[Key]:
    return ((event.meta.stream,),)


class _Fold(msgspec.Struct, frozen=True):
    keys: Callable[[Any], Iterable[Key]]
    fold: Callable[[Any, Any, Key], Any]
    of_own: bool
    """Whether it makes the row of the event's own record, and no other."""

    of_class: Callable[[type[Event]], bool] | None
    """Of a fold for every event: for which classes it is, where not for all."""


class ViewTable(Generic[R]):
    """One table of a view, with the folds that fill it.

    `journal=True` says that every event makes rows of its own, so that none need be looked up before.
    """

    def __init__(
        self,
        name: str,
        row: type[R],
        *,
        key: Sequence[str],
        indexes: Iterable[Sequence[str]] = (),
        journal: bool = False,
    ) -> None:
        self.row = row
        self.key = tuple(key)
        self._key_in = attrgetter(*self.key)
        self.journal = journal
        self.modules = {row.__module__}
        self.columns = tuple(row.__struct_fields__)
        hints = get_type_hints(row)
        self.hints = get_type_hints(row, include_extras=True)
        self.schools, self.lists_of_schools = self._naming_schools()
        self.table = sa.Table(name, VIEW_TABLES, *(self._column(field, hints[field]) for field in self.columns))
        for columns in indexes:
            sa.Index(f"{name}_by_{'_'.join(columns)}", *(self.table.c[column] for column in columns))
        self._folds: dict[type[Event], list[_Fold]] = {}
        self._of_class: dict[type[Event], Sequence[_Fold]] = {}
        self._of_key = self.table.select().where(*(self.table.c[column] == sa.bindparam(column) for column in key))

    def _naming_schools(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The columns that name a school, and those that name several. Raises TypeError for one in the key: rows of
        schools that become one would stand in each other's way."""
        found = {name: hint for name in self.columns if names_schools(hint := self.hints[name])}
        if in_key := [name for name in self.key if name in found]:
            raise TypeError(f"a row is not known by the school that it is of: {', '.join(in_key)}")
        several = tuple(name for name, hint in found.items() if get_origin(hint) is tuple)
        return tuple(name for name in found if name not in several), several

    def shadow_name(self, suffix: str) -> str:
        """What the table is called while it is filled anew."""
        return f"{self.table.name[:50]}__{suffix}"

    @property
    def is_shared(self) -> bool:
        """Whether events of several records make the same row, so that their order has to be kept."""
        return not self.journal and any(not fold.of_own for folds in self._folds.values() for fold in folds)

    def _column(self, field: str, hint: Any) -> sa.Column[Any]:
        kind, nullable = column_type(hint)
        return sa.Column(field, kind, primary_key=field in self.key, nullable=nullable, autoincrement=False)

    @overload
    def on(self, event: type[E], /, *, key: Callable[[E], Key] = by_stream) -> Declare[Fold[R, E]]: ...

    @overload
    def on(self, *events: type[Event], key: Callable[[Any], Key] = by_stream) -> Declare[Fold[R, Any]]: ...

    def on(self, *events: type[Event], key: Callable[[Any], Key] = by_stream) -> Declare[Fold[R, Any]]:
        """Declare a fold of one row per event. `@view_table.on(Event)` folds every event there is."""

        def declare(fold: Fold[R, Any]) -> Fold[R, Any]:
            for event in events:
                self._add(
                    event,
                    _own if key is by_stream else lambda happened: (key(happened),),
                    lambda row, happened, _: fold(row, happened),
                    of_own=key is by_stream,
                )
            self.modules.add(fold.__module__)
            return fold

        return declare

    @overload
    def on_each(self, event: type[E], /, *, keys: Callable[[E], Iterable[Key]]) -> Declare[FoldOfKey[R, E]]: ...

    @overload
    def on_each(
        self,
        *events: type[Event],
        keys: Callable[[Any], Iterable[Key]],
        of_class: Callable[[type[Event]], bool] | None = None,
    ) -> Declare[FoldOfKey[R, Any]]: ...

    def on_each(
        self,
        *events: type[Event],
        keys: Callable[[Any], Iterable[Key]],
        of_class: Callable[[type[Event]], bool] | None = None,
    ) -> Declare[FoldOfKey[R, Any]]:
        """Declare a fold of several rows per event; it is told the key of the row in hand.

        `@view_table.on_each(Event, of_class=...)` folds every event whose class that function finds.
        """

        def declare(fold: FoldOfKey[R, Any]) -> FoldOfKey[R, Any]:
            for event in events:
                self._add(event, keys, fold, of_class=of_class)
            self.modules.add(fold.__module__)
            return fold

        return declare

    def _add(
        self,
        event: type[Event],
        keys: Callable[[Any], Iterable[Key]],
        fold: Callable[[Any, Any, Key], Any],
        *,
        of_own: bool = False,
        of_class: Callable[[type[Event]], bool] | None = None,
    ) -> None:
        self._folds.setdefault(event, []).append(_Fold(keys, fold, of_own, of_class))
        self._of_class.clear()

    def folds(self, event: type[Event]) -> Sequence[_Fold]:
        """The folds for one class of event, those for every event last."""
        found = self._of_class.get(event)
        if found is None:
            every = (fold for fold in self._folds.get(Event, ()) if fold.of_class is None or fold.of_class(event))
            found = self._of_class[event] = (*self._folds.get(event, ()), *every)
        return found

    def reads(self, topic: str) -> bool:
        """Whether there is a fold for events of a topic; of one that no class has, those for every event."""
        kind = EVENTS.get(topic)
        is_handed_on = kind is School.MergedInto and bool(self.schools or self.lists_of_schools)
        return is_handed_on or bool(self._for_every() if kind is None else self.folds(kind))

    def _for_every(self) -> Sequence[_Fold]:
        return [fold for fold in self._folds.get(Event, ()) if fold.of_class is None]

    def filled_by(self, events: Iterable[Event]) -> dict[Key, R]:
        """The rows that some events alone would make, by key."""
        found: dict[Key, R] = {}
        for event in events:
            for each in self.folds(type(event)):
                for key in each.keys(event):
                    row = each.fold(found.pop(key, None), event, key)
                    found |= {} if row is None else {key: row}
        return found

    def key_of(self, row: R) -> Key:
        found: Any = self._key_in(row)
        return found if len(self.key) > 1 else (found,)

    def has_key_of(self, row: R, other: R) -> bool:
        """Whether two rows share the objects of their key: surely the same key if so, perhaps another if not."""
        return len(self.key) == 1 and self._key_in(row) is self._key_in(other)

    def rows(
        self,
        connection: sa.Connection,
        query: sa.Select[Any] | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> list[R]:
        """The rows that a query on this table's own columns finds; all of them without one."""
        found = connection.execute(self.table.select() if query is None else query, parameters)
        columns = tuple(found.keys())
        return [self.row(**dict(zip(columns, row, strict=True))) for row in found]

    def get(self, connection: sa.Connection, *key: Any) -> R | None:
        """The row of that key."""
        found = connection.execute(self._of_key, dict(zip(self.key, key, strict=True))).first()
        return None if found is None else self.row(**dict(zip(self.columns, found, strict=True)))


class View:
    """A named group of sheets that are filled, thrown away and checked together.

    `told_in` names files on which its rows and folds rest beside the files in which they stand.
    """

    def __init__(self, name: str, *tables: ViewTable[Any], told_in: Iterable[ModuleType] = ()) -> None:
        self.name = name
        self.tables = tables
        self._told_in = {module.__name__ for module in told_in}

    def reads(self, topic: str) -> bool:
        """Whether events of a topic change its rows, so that it cannot go on past one that cannot be read."""
        return any(view_table.reads(topic) for view_table in self.tables)

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever one of the view's files does, so that stale tables are noticed and refilled."""
        modules = self._told_in.union(*(view_table.modules for view_table in self.tables))
        sources = "".join(inspect.getsource(sys.modules[module]) for module in sorted(modules))
        return hashlib.sha256(sources.encode()).hexdigest()
