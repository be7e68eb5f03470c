"""How values of the domain stand in the columns of tables, on every database."""

from __future__ import annotations

import types
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Union, get_args, get_origin
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine

from domain.vocabulary import LabelledEnum


class Utc(TypeDecorator[datetime]):
    """An aware time, stored in UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value


class Hundredths(TypeDecorator[Decimal]):
    """Money or days of support with two decimals, stored as whole hundredths so that sums are exact."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> int | None:
        if value is None:
            return None
        if value * 100 % 1:
            raise ValueError(f"{value} has more than two decimals")
        return int(value * 100)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


class OneWord(TypeDecorator[LabelledEnum]):
    """A word of a closed list, stored as its value."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, words: type[LabelledEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: LabelledEnum | str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> LabelledEnum | None:
        return None if value is None else self.words(value)


class Packed(TypeDecorator[Any]):
    """A list or mapping, stored as JSON text and read back with its type."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, hint: Any) -> None:
        super().__init__()
        self.hint = hint

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else msgspec.json.decode(value, type=self.hint)


def _whole_number() -> TypeEngine[int]:
    """In SQLite an INTEGER key is the place of the row itself, where a BIGINT one needs an index beside it."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


_PLAIN: dict[type, Callable[[], TypeEngine[Any]]] = {
    UUID: sa.Uuid,
    bool: sa.Boolean,
    int: _whole_number,
    str: sa.Text,
    datetime: Utc,
    date: sa.Date,
    time: sa.Time,
    Decimal: Hundredths,
}


def column_type(hint: Any) -> tuple[TypeEngine[Any], bool]:
    """The column type for an annotation, and whether the column may be empty."""
    if get_origin(hint) in {Union, types.UnionType}:
        inner = [part for part in get_args(hint) if part is not type(None)]
        if len(inner) != 1:
            raise TypeError(f"a column has one type: {hint}")
        return column_type(inner[0])[0], True
    if isinstance(hint, type):
        if issubclass(hint, LabelledEnum):
            return OneWord(hint), False
        if hint in _PLAIN:
            return _PLAIN[hint](), False
    return Packed(hint), False
