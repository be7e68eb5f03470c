"""Marshmallow schemas for the rows of views, made from their annotations, so that a row is described once.

A row knows records by their ids; programs are told references, and the URN of a school. Which of its columns are
references their names say: see web.api.references.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from marshmallow import Schema, fields

from domain.vocabulary import LabelledEnum
from web.access.context import Snapshot
from web.access.name_cache import ids_within, references_of
from web.api.references import REFERS
from web.commands.listing import Listing
from web.commands.resource import Values

OWN = "id"
"""The column of a row's own id, which is told as it is, where it is told at all."""

_FIELDS: dict[type, type[fields.Field[Any]]] = {
    str: fields.String,
    int: fields.Integer,
    bool: fields.Boolean,
    datetime: fields.AwareDateTime,
    date: fields.Date,
    time: fields.Time,
}


@cache
def _columns(row: Any) -> Mapping[str, Any]:
    """What a row tells: its columns in order and then its properties, each with its annotation."""
    hints = get_type_hints(row)
    names = row.__struct_fields__ if issubclass(row, msgspec.Struct) else [f.name for f in dataclasses.fields(row)]
    worked_out = {
        name: each
        for kind in reversed(row.__mro__)
        for name, each in vars(kind).items()
        if isinstance(each, property)
    }
    returned = {name: get_type_hints(each.fget)["return"] for name, each in worked_out.items()}
    return {name: hints[name] for name in names} | returned


def page_of(listing: Listing) -> type[Schema]:
    """The schema of a page of a list."""
    return _page(listing.row, frozenset(listing.inside), frozenset(listing.names.items()))


@cache
def _page(row: Any, inside: frozenset[str], names: frozenset[tuple[str, str]]) -> type[Schema]:
    items = fields.List(fields.Nested(_schema(row, inside, names)))
    following = fields.String(allow_none=True, metadata={"description": "What to give as `after` for the next page"})
    return Schema.from_dict({"items": items, "next": following}, name=f"{row.__name__}Page")


def rows_as_json(
    snapshot: Snapshot, listing: Listing, rows: Iterable[Any], kept_back: Values
) -> Sequence[dict[str, Any]]:
    """Rows as their schema tells them, all that they name looked up at once; `kept_back` stands in place of columns
    that are not for the person who asks."""
    names = [name for name in _columns(listing.row) if name not in listing.inside]
    plain = [{name: _plain(name, getattr(row, name)) for name in names} | dict(kept_back) for row in rows]
    called = references_of(snapshot, set(ids_within(plain)))
    return [{name: _called(value, called) for name, value in row.items()} for row in plain]


def _plain(name: str, value: Any) -> Any:
    return str(value) if name == OWN else value


def _called(value: Any, called: Mapping[UUID, str]) -> Any:
    if isinstance(value, UUID):
        return called.get(value)
    if isinstance(value, tuple):
        return [_called(each, called) for each in value]
    if isinstance(value, msgspec.Struct):
        return {name: _called(getattr(value, name), called) for name in _columns(value.__class__)}
    return value


@cache
def _schema(row: Any, inside: frozenset[str], names: frozenset[tuple[str, str]]) -> type[Schema]:
    """One field for each column and property that is told, by the name that programs call it."""
    called = {name: dict(names).get(name, name) for name in _columns(row) if name not in inside}
    told = {
        called[name]: field_of(called[name], name, hint, names)
        for name, hint in _columns(row).items()
        if name in called
    }
    return Schema.from_dict(told, name=row.__name__)


def field_of(
    name: str, column: str, hint: Any, names: frozenset[tuple[str, str]], *, nullable: bool = False
) -> fields.Field[Any]:
    """The field of a name for a column. Raises TypeError for one of which programs could not be told what it is."""
    if get_origin(hint) in {Union, types.UnionType}:
        inner = next(part for part in get_args(hint) if part is not type(None))
        return field_of(name, column, inner, names, nullable=True)
    options: dict[str, Any] = {"attribute": column, "allow_none": nullable}
    if get_origin(hint) is tuple:
        return fields.List(field_of(name, column, get_args(hint)[0], names), **options)
    if hint is UUID and name == OWN:
        return fields.UUID(**options)
    if name in REFERS and hint in {UUID, str}:
        return fields.String(metadata={"refers_to": REFERS[name]}, **options)
    if isinstance(hint, type):
        if issubclass(hint, msgspec.Struct) or dataclasses.is_dataclass(hint):
            own = frozenset(each for each in names if each[0] in _columns(hint))  # one schema, whatever the list
            return fields.Nested(_schema(hint, frozenset(), own), **options)
        if issubclass(hint, LabelledEnum):
            return fields.Enum(hint, by_value=True, **options)
        if hint is Decimal:
            return fields.Decimal(as_string=True, places=2, **options)
        if hint in _FIELDS:
            return _FIELDS[hint](**options)
    raise TypeError(f"{name}: {hint} has no form in the API")
