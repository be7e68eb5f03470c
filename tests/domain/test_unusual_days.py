"""Days that are seldom meant are asked about; which they are, and what is kept of the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.calendar import default_terms
from domain.unusual import NotConfirmedAsRight, Oddity, Unusual, must_be_confirmed
from domain.unusual_days import questions_about

TODAY = date(2026, 11, 2)
CHRISTMAS = date(2026, 12, 25)
TERMS = [term for year in (2024, 2025, 2026, 2027) for term in default_terms(year)]


def unusual(day: date) -> list[Unusual]:
    return [each.unusual for each in questions_about(day, TODAY, terms=TERMS, bank_holidays={CHRISTMAS})]


@pytest.mark.parametrize(
    ("day", "asked"),
    [
        (date(2026, 11, 10), []),
        (date(2026, 11, 14), [Unusual.WEEKEND]),
        (CHRISTMAS, [Unusual.BANK_HOLIDAY]),
        (date(2027, 8, 11), [Unusual.SCHOOL_HOLIDAY]),
        (date(2025, 11, 3), []),
        (date(2025, 10, 24), [Unusual.LONG_AGO]),
        (date(2026, 10, 26), [Unusual.SCHOOL_HOLIDAY]),
        (date(2026, 10, 30), [Unusual.SCHOOL_HOLIDAY]),
        (date(2027, 2, 17), [Unusual.SCHOOL_HOLIDAY]),
        (date(2027, 6, 4), [Unusual.SCHOOL_HOLIDAY]),
        (date(2027, 11, 3), []),
        (date(2027, 11, 4), [Unusual.FAR_AHEAD]),
        (date(2019, 8, 3), [Unusual.WEEKEND, Unusual.LONG_AGO]),
    ],
)
def test_a_day_is_asked_about_by_what_is_unusual_of_it(day: date, asked: list[Unusual]) -> None:
    assert unusual(day) == asked


def test_a_half_term_is_where_the_authority_sets_it() -> None:
    autumn = replace(TERMS[6], half_term_begins=date(2026, 10, 19), half_term_ends=date(2026, 10, 23))
    asked = {
        day: [each.unusual for each in questions_about(day, TODAY, terms=[autumn], bank_holidays=())]
        for day in (date(2026, 10, 21), date(2026, 10, 28))
    }
    assert asked == {date(2026, 10, 21): [Unusual.SCHOOL_HOLIDAY], date(2026, 10, 28): []}


def test_all_that_is_unusual_is_confirmed_with_a_reason_or_refused_by_what_it_is() -> None:
    asked = [Oddity(Unusual.WEEKEND, "3 August 2019 is a Saturday"), Oddity(Unusual.LONG_AGO, "It is old")]
    for confirmed, why in (([], ""), ([Unusual.WEEKEND], "Open day"), ([*Unusual], "")):
        with pytest.raises(NotConfirmedAsRight, match=r"^3 August 2019 is a Saturday\. It is old\. If") as refused:
            must_be_confirmed(asked, confirmed, why, field="why")
        assert [each.unusual for each in refused.value.questions] == [Unusual.WEEKEND, Unusual.LONG_AGO]
    kept = must_be_confirmed(asked, [Unusual.LONG_AGO, Unusual.WEEKEND], "Open day", field="why")
    assert kept == "3 August 2019 is a Saturday. It is old. Confirmed as right: Open day"


def test_what_was_not_unusual_leaves_no_remark() -> None:
    assert must_be_confirmed([], [Unusual.WEEKEND], "Open day", field="why") == ""
