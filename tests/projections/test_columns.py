"""Values of the domain in columns and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from domain.vocabulary import Personal, Purpose
from projections.columns import column_type
from projections.database import open_database


@dataclass(frozen=True)
class Step:
    on: date
    who: UUID | None


WHO = UUID("5b6f1b0e-6a57-4a64-9f0c-8d2f0b7c1a11")
OWN_TYPES = (UUID, datetime, date, time)
"""What PostgreSQL keeps as what it is, and SQLite as text."""

HALF_PAST_SIX = datetime(2026, 11, 2, 18, 30, tzinfo=timezone(timedelta(hours=2)))


@pytest.fixture
def connection(each_database: str) -> Iterator[sa.Connection]:
    with closing(open_database(each_database)) as database, database.writer.begin() as connection:
        yield connection


def there_and_back(connection: sa.Connection, hint: Any, value: Any) -> tuple[Any, Any]:
    """What is read, and what stands in the table."""
    kind, nullable = column_type(hint)
    table = sa.Table("kept", sa.MetaData(), sa.Column("value", kind, nullable=nullable))
    table.create(connection)
    connection.execute(table.insert(), [{"value": value}])
    return (
        connection.execute(table.select()).scalar_one(),
        connection.exec_driver_sql("SELECT value FROM kept").scalar_one(),
    )


@pytest.mark.parametrize(
    ("hint", "value", "kept"),
    [
        (UUID, WHO, WHO.hex),
        (bool, True, 1),
        (int, 2**40, 2**40),
        (str, "Lark Hill", "Lark Hill"),
        (datetime, HALF_PAST_SIX, "2026-11-02 16:30:00.000000"),
        (date, date(2026, 11, 2), "2026-11-02"),
        (time, time(9, 30), "09:30:00.000000"),
        (Decimal, Decimal("12.34"), 1234),
        (Decimal, Decimal("-0.5"), -50),
        (Purpose, Purpose.CHALLENGE, "challenge"),
        (str | None, None, None),
        (Decimal | None, None, None),
        (Purpose | None, None, None),
        (datetime | None, None, None),
        (tuple[str, ...] | None, None, None),
        (tuple[str, ...], ("a", "b"), '["a","b"]'),
        (tuple[Purpose, ...], (Purpose.SUPPORT,), '["support"]'),
        (Step, Step(date(2026, 11, 2), None), '{"on":"2026-11-02","who":null}'),
        (dict[str, int], {"a": 1}, '{"a":1}'),
        (Personal, Personal(WHO, "Dr Hill"), f'{{"person":"{WHO}","value":"Dr Hill"}}'),
    ],
)
def test_a_value_is_read_as_it_was_kept(connection: sa.Connection, hint: Any, value: Any, kept: Any) -> None:
    read, stands = there_and_back(connection, hint, value)
    assert read == value
    assert type(read) is type(value)
    has_own_type = connection.dialect.name == "postgresql" and isinstance(value, OWN_TYPES)
    assert stands == (value if has_own_type else kept)


def test_times_are_read_in_utc(connection: sa.Connection) -> None:
    read, _ = there_and_back(connection, datetime, HALF_PAST_SIX)
    assert read.tzinfo is UTC


def test_sums_in_the_database_are_exact(connection: sa.Connection) -> None:
    kind, _ = column_type(Decimal)
    table = sa.Table("sums", sa.MetaData(), sa.Column("value", kind))
    table.create(connection)
    connection.execute(table.insert(), [{"value": Decimal("0.10")}] * 3)
    assert connection.execute(sa.select(sa.func.sum(table.c.value))).scalar_one() == Decimal("0.30")


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (Decimal, Decimal("0.125")),
        (datetime, datetime.fromisoformat("2026-11-02 16:30:00")),
        (Purpose, "party"),
    ],
)
def test_what_would_be_kept_otherwise_than_it_is_is_refused(connection: sa.Connection, hint: Any, value: Any) -> None:
    with pytest.raises((sa.exc.StatementError, ValueError)):
        there_and_back(connection, hint, value)


def test_a_column_has_one_type() -> None:
    with pytest.raises(TypeError):
        column_type(int | str)


@pytest.mark.parametrize(("hint", "nullable"), [(int, False), (int | None, True), (tuple[int, ...], False)])
def test_only_what_may_be_absent_may_be_empty(hint: Any, nullable: bool) -> None:
    assert column_type(hint)[1] is nullable
