"""Marshmallow schemas for the rows of views, made from their annotations, so that a row is described once.

A row knows records by their ids; programs are told references, and the URN of a school.
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
import sqlalchemy as sa
from marshmallow import Schema, fields

from domain.vocabulary import LabelledEnum
from web.access.name_cache import ids_within, references_of
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

REFERENCE = "A reference, like SR-2026-0001; of a school its URN"


@cache
def _columns(row: Any) -> Mapping[str, Any]:
    """What a row tells: its columns in order and then its properties, each with its annotation."""
    hints = get_type_hints(row)
    names = row.__struct_fields__ if issubclass(row, msgspec.Struct) else [f.name for f in dataclasses.fields(row)]
    worked_out = {name: each for name, each in vars(row).items() if isinstance(each, property)}
    returned = {name: get_type_hints(each.fget)["return"] for name, each in worked_out.items()}
    return {name: hints[name] for name in names} | returned


def page_of(listing: Listing) -> type[Schema]:
    """The schema of a page of a list."""
    return _page(listing.row, frozenset(listing.inside))


@cache
def _page(row: Any, inside: frozenset[str]) -> type[Schema]:
    items = fields.List(fields.Nested(_schema(row, inside)))
    return Schema.from_dict({"items": items, "next": fields.String(allow_none=True)}, name=f"{row.__name__}Page")


def told(
    connection: sa.Connection, listing: Listing, rows: Iterable[Any], kept_back: Values
) -> Sequence[dict[str, Any]]:
    """Rows as their schema tells them, all that they name looked up at once; `kept_back` stands in place of columns
    that are not for the person who asks."""
    names = [name for name in _columns(listing.row) if name not in listing.inside]
    plain = [{name: _plain(name, getattr(row, name)) for name in names} | dict(kept_back) for row in rows]
    called = references_of(connection, set(ids_within(plain)))
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
def _schema(row: Any, inside: frozenset[str] = frozenset()) -> type[Schema]:
    """One field for each column and property that is told, sums and days as text with two decimals."""
    told = {name: hint for name, hint in _columns(row).items() if name not in inside}
    return Schema.from_dict(
        {name: fields.UUID(dump_only=True) if name == OWN else field_of(hint) for name, hint in told.items()},
        name=row.__name__,
    )


def field_of(hint: Any, *, nullable: bool = False) -> fields.Field[Any]:
    """The field for an annotation."""
    options: dict[str, Any] = {"dump_only": True, "allow_none": nullable}
    if get_origin(hint) in {Union, types.UnionType}:
        inner = next(part for part in get_args(hint) if part is not type(None))
        return field_of(inner, nullable=True)
    if get_origin(hint) is tuple:
        return fields.List(field_of(get_args(hint)[0]), **options)
    if get_origin(hint) is dict:
        return fields.Dict(keys=fields.String(), **options)
    if isinstance(hint, type):
        if hint is UUID:
            return fields.String(metadata={"description": REFERENCE}, **options)
        if issubclass(hint, msgspec.Struct) or dataclasses.is_dataclass(hint):
            return fields.Nested(_schema(hint), **options)
        if issubclass(hint, LabelledEnum):
            return fields.Enum(hint, by_value=True, **options)
        if hint is Decimal:
            return fields.Decimal(as_string=True, places=2, **options)
        if hint in _FIELDS:
            return _FIELDS[hint](**options)
    return fields.Raw(**options)
