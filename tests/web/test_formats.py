"""Days, times and sums are written the way a reader in England expects."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from markupsafe import Markup

from web import formats

NOON = datetime(2026, 7, 1, 11, tzinfo=UTC)
"""Midday in London, where summer time holds."""


def test_a_day_is_written_out() -> None:
    assert formats.date(date(2024, 3, 27)) == "27 March 2024"


def test_a_day_in_a_table_is_written_short() -> None:
    assert formats.short_date(date(2026, 10, 26)) == "26 Oct 2026"
    assert formats.short_date(datetime(2024, 6, 30, 23, 30, tzinfo=UTC)) == "1 Jul 2024"
    assert formats.short_date(None) == ""


def test_a_moment_is_written_on_londons_clock() -> None:
    assert formats.datetime(datetime(2024, 3, 27, 16, 10, tzinfo=UTC)) == "27 March 2024, 4:10pm"
    assert formats.datetime(datetime(2024, 6, 30, 23, 30, tzinfo=UTC)) == "1 July 2024, 12:30am"
    assert formats.datetime(date(2024, 3, 27)) == "27 March 2024"


def test_a_moment_to_turn_up_at_names_the_weekday() -> None:
    assert formats.day_and_time(datetime(2024, 3, 27, 16, 10, tzinfo=UTC)) == "Wednesday 27 March 2024 at 4:10pm"
    assert formats.day_and_time(date(2024, 3, 27)) == "Wednesday 27 March 2024"


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (time(16, 10), "4:10pm"),
        (time(9), "9am"),
        (time(0), "midnight"),
        (time(12), "midday"),
        (time(0, 5), "12:05am"),
        (time(12, 1), "12:01pm"),
    ],
)
def test_a_time_is_written_by_the_twelve_hour_clock(at: time, written: str) -> None:
    assert formats.time(at) == written


@pytest.mark.parametrize(
    ("pounds", "written"),
    [(Decimal(1200), "£1,200"), (Decimal("-3.5"), "-£3.50"), (0, "£0"), (Decimal("0.05"), "£0.05")],
)
def test_money_has_its_pound_sign_and_pence_where_there_are_some(pounds: Decimal | int, written: str) -> None:
    assert formats.money(pounds) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [("20", "20"), ("20.00", "20"), ("17.50", "17.5"), ("100", "100"), ("0.00", "0"), ("0.05", "0.05")],
)
def test_a_number_is_written_alike_however_it_was_stored(value: str, written: str) -> None:
    assert formats.number(Decimal(value)) == written


@pytest.mark.parametrize(
    ("count", "written"),
    [(Decimal(1), "1 day"), (Decimal("2.5"), "2.5 days"), (Decimal("0.5"), "0.5 days"), (10, "10 days")],
)
def test_days_of_support_are_counted_in_halves(count: Decimal | int, written: str) -> None:
    assert formats.days(count) == written


@pytest.mark.parametrize(
    ("apart", "written"),
    [
        (timedelta(days=3), "in 3 days"),
        (timedelta(days=-2), "2 days ago"),
        (timedelta(days=1), "tomorrow"),
        (timedelta(days=-1), "yesterday"),
        (timedelta(0), "today"),
        (timedelta(days=-92), "3 months ago"),
        (timedelta(days=800), "in 2 years"),
    ],
)
def test_a_day_is_told_from_today(apart: timedelta, written: str) -> None:
    assert formats.relative(NOON.date() + apart, NOON) == written


@pytest.mark.parametrize(
    ("apart", "written"),
    [
        (timedelta(hours=-2), "2 hours ago"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(seconds=-5), "just now"),
        (timedelta(hours=3), "in 3 hours"),
        (timedelta(hours=-13), "yesterday"),
        (timedelta(hours=13), "tomorrow"),
    ],
)
def test_a_moment_of_today_is_told_by_the_clock(apart: timedelta, written: str) -> None:
    assert formats.relative(NOON + apart, NOON) == written


def test_today_ends_at_midnight_in_london() -> None:
    just_after = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert formats.relative(date(2026, 7, 1), just_after) == "today"


def test_nothing_is_written_for_what_is_not_known() -> None:
    filters = formats.filters(lambda: NOON)
    one_of_what = {"counted": ("school",)}
    assert {write(None, *one_of_what.get(name, ())) for name, write in filters.items()} == {""}


@pytest.mark.parametrize("cell", ["x" * 31, {"text": "A " + "x" * 31}, {"tag": "open", "hint": "x" * 31}])
def test_a_cell_with_a_long_word_may_break_it(cell: object) -> None:
    assert formats.breaking(cell) == " app-breaks"


@pytest.mark.parametrize("cell", ["x" * 30, "ten words " * 10, {"text": "x", "href": "y" * 31}, Markup("y" * 31), 7])
def test_a_cell_of_usual_words_keeps_them_whole(cell: object) -> None:
    assert formats.breaking(cell) == ""


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        formats.datetime(datetime(2026, 7, 1, 12))  # noqa: DTZ001  a naive moment is what is refused


def test_the_commands_of_a_sentence_are_set_as_code_and_nothing_in_it_becomes_markup() -> None:
    assert (
        formats.with_code("Run `sis views check` <b>now</b>")
        == "Run <code>sis views check</code> &lt;b&gt;now&lt;/b&gt;"
    )
    assert formats.with_code("Run nothing") == "Run nothing"
