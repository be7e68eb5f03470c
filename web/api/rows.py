"""Marshmallow schemas for the rows of views, made from their annotations, so that a row is described once."""

from __future__ import annotations

import types
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from marshmallow import Schema, fields

from domain.vocabulary import Word

_FIELDS: dict[type, type[fields.Field[Any]]] = {
    str: fields.String,
    int: fields.Integer,
    bool: fields.Boolean,
    UUID: fields.UUID,
    datetime: fields.AwareDateTime,
    date: fields.Date,
    time: fields.Time,
}


@cache
def schema_of(row: type[msgspec.Struct]) -> type[Schema]:
    """The schema of a row: one field per column, in order, sums and days as text with two decimals."""
    hints = get_type_hints(row)
    return Schema.from_dict({name: field_of(hints[name]) for name in row.__struct_fields__}, name=row.__name__)


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
        if issubclass(hint, msgspec.Struct):
            return fields.Nested(schema_of(hint), **options)
        if issubclass(hint, Word):
            return fields.Enum(hint, by_value=True, **options)
        if hint is Decimal:
            return fields.Decimal(as_string=True, places=2, **options)
        if hint in _FIELDS:
            return _FIELDS[hint](**options)
    return fields.Raw(**options)
