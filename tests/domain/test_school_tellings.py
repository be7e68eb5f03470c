"""Details of a school are dated each on their own: files come in any order, and each fills in what it alone tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.school import Details, School, Source
from domain.school.tellings import day_of
from tests.randomness import FUZZING
from tests.scenario import signed

APRIL, JULY, OCTOBER = (Source(f"register_{month}.csv", date(2026, month, 25)) for month in (4, 7, 10))


@dataclass(frozen=True)
class File:
    """What a register of a day tells of one school; a layout that does not tell heads has `tells_head` false."""

    day: int
    name: str
    details: Details = field(default_factory=dict)
    tells_head: bool = False
    head: str | None = None

    @property
    def source(self) -> Source:
        return Source(f"register-{self.day}.csv", date(2020, 1, 1) + timedelta(days=self.day))


def taken_in(files: Sequence[File]) -> School:
    """The school after these files, in this order."""
    with signed():
        first, *later = files
        school = School.register(
            105900,
            name=first.name,
            details=first.details,
            head=first.head,
            source=first.source,
            tells_head=first.tells_head,
        )
        for file in later:
            told = {"name": file.name, **file.details}
            school.take_in(told, head=file.head, tells_head=file.tells_head, source=file.source)
    return school


def take_in(school: School, told: Details, source: Source) -> None:
    with signed():
        school.take_in(told, head=None, tells_head=False, source=source)


# Readers refuse an empty status: a layout tells it or has no column for it.
VALUES: dict[str, list[str | None]] = {
    "town": ["Salford", "Eccles", None],
    "telephone": ["0161 496 0000", None],
    "status": ["Open", "Closed"],
    "closed": ["2020-01-03", "2031-08-31", None],
    "la_name": ["Salford", "Bolton", None],
    "la_code": ["355", "350", None],
}


@st.composite
def files_in_some_order(draw: st.DrawFn) -> list[File]:
    days = draw(st.lists(st.integers(0, 9), min_size=2, max_size=5, unique=True))
    files = []
    for day in days:
        told = draw(st.sets(st.sampled_from(sorted(VALUES))))
        files.append(
            File(
                day,
                draw(st.sampled_from(["Lark Hill", "Lark Hill Academy"])),
                {name: draw(st.sampled_from(VALUES[name])) for name in sorted(told)},
                tells_head := draw(st.booleans()),
                draw(st.sampled_from(["Ms J Okafor", "Mr T Ashworth", None])) if tells_head else None,
            )
        )
    return files


def known_of(school: School) -> tuple[object, ...]:
    return school.name, school.details, school.head and school.head.value, school.dated


@settings(max_examples=200 * FUZZING)
@given(files_in_some_order())
def test_files_in_any_order_tell_what_they_tell_in_the_order_of_their_days(files: list[File]) -> None:
    assert known_of(taken_in(files)) == known_of(taken_in(sorted(files, key=lambda file: file.day)))


@settings(max_examples=100 * FUZZING)
@given(files_in_some_order())
def test_a_file_taken_in_again_records_nothing(files: list[File]) -> None:
    assert taken_in([*files, files[-1]]).version == taken_in(files).version


@pytest.fixture
def school() -> School:
    with signed():
        return School.register(
            105900, name="Lark Hill", details={"status": "Open", "town": None}, head=None, source=OCTOBER
        )


def test_an_older_file_fills_in_what_no_newer_one_told_and_changes_nothing_else(school: School) -> None:
    take_in(school, {"name": "Lark Hill School", "status": "Closed", "telephone": "0161 496 0000"}, APRIL)

    assert school.name == "Lark Hill"
    assert school.details == {"status": "Open", "telephone": "0161 496 0000"}
    assert [day_of(school.tellings, each) for each in ("status", "telephone")] == [OCTOBER.dated, APRIL.dated]
    assert school.dated == OCTOBER.dated


def test_that_there_is_none_is_told_and_no_older_file_fills_it(school: School) -> None:
    take_in(school, {"town": "Salford"}, APRIL)
    assert "town" not in school.details


def test_what_a_newer_file_confirms_is_dated_by_it(school: School) -> None:
    take_in(school, {"telephone": "0161 496 0000"}, APRIL)
    take_in(school, {"telephone": "0161 496 0000"}, OCTOBER)
    take_in(school, {"telephone": "0161 496 9999"}, JULY)
    assert school.details["telephone"] == "0161 496 0000"


def test_a_file_that_is_forced_counts_whatever_is_newer(school: School) -> None:
    with signed():
        school.refresh({"status": "Closed"}, source=APRIL, force=True)
    assert (school.is_closed, school.dated) == (True, OCTOBER.dated)


def test_an_older_file_says_nothing_of_where_a_school_is_today(school: School) -> None:
    with signed():
        school.refresh({"la_name": "Salford"}, source=JULY)
        school.move_to(la_name="Bolton", la_code="350", source=APRIL)
        assert school.left_on is None
        school.move_to(la_name="Bolton", la_code="350", source=OCTOBER)
        school.come_back(source=JULY)
        assert school.left_on == OCTOBER.dated


def test_an_older_file_neither_misses_nor_finds_a_school(school: School) -> None:
    with signed():
        school.miss(source=JULY)
        assert school.absence is None
        school.miss(source=OCTOBER)
        school.be_found(source=JULY)
        assert school.absence is not None
