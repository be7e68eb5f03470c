"""Taking in the register of schools: what is new, what differs, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.aggregate import OccurredInTheFuture
from domain.school import Change, School, Source
from domain.service import Service
from domain.signature import acting
from projections import schools
from projections.schools import by_urn
from providers.catalogue.register import Detail, SchoolRow
from providers.catalogue.source import RowProblem
from providers.intake.batches import AT_ONCE
from providers.intake.schools import ImportReport, import_schools
from tests.projections.conftest import Ask, rows_of
from tests.providers.intake.conftest import Lookup
from tests.scenario import TODAY, signed

APRIL = Source("register_2026-04.csv", date(2026, 4, 25))
OCTOBER = Source("register_2026-10.csv", date(2026, 10, 30))
HEAD = {"head_title": "Ms", "head_first_name": "Jane", "head_last_name": "Okafor"}

Told = Callable[[], list[Any]]
Import = Callable[..., ImportReport]


def row(urn: int, line: int = 2, name: str = "Lark Hill Primary School", **known: Detail) -> SchoolRow:
    return SchoolRow(line, urn, {"name": name, "status": "Open", "town": "Salford", **known})


@pytest.fixture
def take_in(service: Service, known: Lookup) -> Import:
    def taken_in(*rows: SchoolRow | RowProblem, source: Source = APRIL, **options: Any) -> ImportReport:
        with signed():
            return import_schools(service, rows, source=source, known=known, **options)

    return taken_in


def test_new_schools_are_registered_as_the_file_tells_them(take_in: Import, ask: Ask) -> None:
    report = take_in(
        row(105900, opened=date(1999, 9, 1), percent_fsm=Decimal("13.7"), pupils=210, website=None, **HEAD),
        row(105901, 3, "Cedar High School"),
    )

    assert (report.registered, report.refreshed, report.unchanged) == (2, 0, 0)
    school = ask(by_urn, 105900)
    assert school.details == {
        "status": "Open",
        "town": "Salford",
        "opened": "1999-09-01",
        "percent_fsm": "13.7",
        "pupils": 210,
    }
    assert (school.head_name, school.source, school.dated) == ("Ms Jane Okafor", APRIL.file, APRIL.dated)
    assert ask(by_urn, 105901).name == "Cedar High School"


def test_what_happened_is_dated_by_the_file(take_in: Import, told: Told) -> None:
    take_in(row(105900))

    assert [(event.meta.occurred, event.source) for event in told()] == [(APRIL.dated, APRIL)]


@pytest.mark.parametrize("source", [APRIL, OCTOBER])
def test_a_file_that_tells_nothing_new_changes_nothing_and_a_newer_one_confirms(
    take_in: Import, told: Told, source: Source
) -> None:
    rows = (row(105900, percent_fsm=Decimal("13.7"), closed=None, **HEAD), row(105901, 3, "Cedar High School"))
    take_in(*rows)
    before = len(told())

    report = take_in(*rows, source=source)

    assert (report.registered, report.refreshed, report.unchanged) == (0, 0, 2)
    confirmed = [] if source == APRIL else [School.DetailsConfirmed] * 2
    assert [type(event) for event in told()[before:]] == confirmed
    take_in(*rows, source=source)
    assert len(told()) == before + len(confirmed)


def test_a_newer_file_records_only_its_differences(take_in: Import, told: Told) -> None:
    take_in(row(105900, telephone="0161 496 0000"), row(105901, 3, "Cedar High School"))

    report = take_in(row(105900, telephone="0161 496 0001"), row(105901, 3, "Cedar High School"), source=OCTOBER)

    assert (report.refreshed, report.unchanged) == (1, 1)
    (last,) = (event for event in told() if isinstance(event, School.DetailsRefreshed))
    assert last.changes == (Change("telephone", "0161 496 0000", "0161 496 0001"),)
    assert last.source == OCTOBER


def test_a_new_head_is_named_and_no_head_is_told_apart_from_no_column(take_in: Import, ask: Ask) -> None:
    take_in(row(105900, **HEAD), row(105901, 3, **HEAD))

    take_in(
        row(105900, head_title=None, head_first_name=None, head_last_name=None),
        row(105901, 3),
        source=OCTOBER,
    )

    assert ask(by_urn, 105900).head_name is None
    assert ask(by_urn, 105901).head_name == "Ms Jane Okafor"


def test_a_column_that_the_file_lacks_says_nothing(take_in: Import, ask: Ask) -> None:
    take_in(row(105900, telephone="0161 496 0000"))

    report = take_in(row(105900), source=OCTOBER)

    assert report.unchanged == 1
    assert ask(by_urn, 105900).detail("telephone") == "0161 496 0000"


def test_an_older_file_fills_in_what_no_newer_one_told_and_registers_what_is_new(take_in: Import, ask: Ask) -> None:
    take_in(row(105900, town="Eccles", website=None), source=OCTOBER)
    older = row(105901, 2, "New"), row(105900, 3, telephone="0161 496 0000", website="https://old.example", **HEAD)

    report = take_in(*older, source=APRIL)

    assert (report.registered, report.refreshed, report.outdated) == (1, 1, 2)
    school = ask(by_urn, 105900)
    assert school.details == {"status": "Open", "town": "Eccles", "telephone": "0161 496 0000"}
    assert (school.head_name, school.dated) == ("Ms Jane Okafor", OCTOBER.dated)
    again = take_in(*older, source=APRIL)
    assert (again.registered, again.refreshed, again.unchanged) == (0, 0, 2)


def test_an_older_file_may_be_forced(take_in: Import, ask: Ask) -> None:
    take_in(row(105900, town="Eccles"), source=OCTOBER)

    report = take_in(row(105900), source=APRIL, force=True)

    assert report.refreshed == 1
    assert (ask(by_urn, 105900).detail("town"), ask(by_urn, 105900).dated) == ("Salford", OCTOBER.dated)


def test_an_older_file_of_other_schools_is_welcome(take_in: Import) -> None:
    take_in(row(105900), source=OCTOBER)

    assert take_in(row(116000, 2, "Itchen Abbas Primary School")).registered == 1


def test_a_file_dated_ahead_is_refused(take_in: Import, told: Told) -> None:
    with pytest.raises(OccurredInTheFuture):
        take_in(row(105900), source=Source("register.csv", date(2026, 11, 3)))

    assert told() == []


def test_problems_are_reported_and_the_good_rows_count(take_in: Import) -> None:
    problem = RowProblem(2, "URN", "abc", "is not a URN")

    report = take_in(problem, row(105900, 3))

    assert (report.registered, report.problems) == (1, [problem])


def test_a_reader_that_breaks_off_changes_nothing(service: Service, known: Lookup, told: Told) -> None:
    def broken() -> Iterator[SchoolRow]:
        yield from (row(105900 + number) for number in range(AT_ONCE + 1))
        raise OSError("the file is gone")

    with signed(), pytest.raises(OSError, match="gone"):
        import_schools(service, broken(), source=APRIL, known=known)

    assert told() == []


def test_a_row_of_a_former_urn_tells_nothing_of_the_school_today(
    take_in: Import, ask: Ask, change: Callable[..., None]
) -> None:
    def go_on(school: School) -> None:
        school.propose_succession(148001, kind="Successor", on=None, source=APRIL)
        school.go_on_as(
            148001, name="Lark Hill Academy", details={"status": "Open"}, head=None, dated=APRIL.dated, reason="Yes"
        )

    take_in(row(105900))
    change(105900, go_on)

    report = take_in(row(105900, status="Closed"), row(148001, 3, "Lark Hill Academy", town="Eccles"), source=OCTOBER)

    assert (report.registered, report.refreshed, report.unchanged) == (0, 1, 1)
    assert ask(by_urn, 105900).details == {"status": "Open", "town": "Eccles"}


def test_many_schools_are_saved_in_several_transactions_with_their_progress(take_in: Import, told: Told) -> None:
    saved = []

    take_in(*(row(200000 + number) for number in range(AT_ONCE + 5)), progress=lambda *done: saved.append(done))

    assert saved == [(AT_ONCE, AT_ONCE + 5), (AT_ONCE + 5, AT_ONCE + 5)]
    assert len({event.meta.signature.command for event in told()}) == 2


def test_the_same_command_sent_again_after_a_break_completes_the_import(
    service: Service, known: Lookup, told: Told
) -> None:
    rows = [row(200000 + number) for number in range(AT_ONCE + 5)]

    def interrupted(done: int, _: int) -> None:
        raise KeyboardInterrupt

    with signed() as signature, pytest.raises(KeyboardInterrupt):
        import_schools(service, rows, source=APRIL, known=known, progress=interrupted)
    assert len(told()) == AT_ONCE

    with acting(signature):
        report = import_schools(service, rows, source=APRIL, known=known)

    assert (report.registered, report.unchanged, len(told())) == (5, AT_ONCE, AT_ONCE + 5)


def test_an_import_that_was_killed_goes_on_when_it_is_begun_again(take_in: Import, told: Told) -> None:
    rows = [row(200000 + number) for number in range(AT_ONCE + 5)]

    def killed(done: int, _: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(*rows, progress=killed)

    report = take_in(*rows)

    assert (report.registered, report.unchanged, len(told())) == (5, AT_ONCE, AT_ONCE + 5)


def test_the_school_is_found_afterwards(take_in: Import, ask: Ask) -> None:
    take_in(row(105900, postcode="M5 4BJ"))

    assert [school.urn for school in ask(schools.search, "m54bj")] == [105900]
    assert [school.urn for school in ask(rows_of(schools.schools, schools.listed), today=TODAY, status="Open")] == [
        105900
    ]
