"""Taking in links between schools: proposals, and what a person confirms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.aggregate import ReasonNeeded
from domain.school import School, Source
from domain.school.rules import HasMerged, NotProposed
from domain.service import Service, Stale
from projections import schools
from projections.schools import by_urn, looked_after, proposed_successions
from providers.catalogue.links import LinkRow, direction_of
from providers.catalogue.source import RowProblem
from providers.intake.links import LinksReport, NotThatSchool, confirm_merger, confirm_succession, import_links
from tests.grants import set_need_category
from tests.projections.conftest import Ask
from tests.providers.intake.conftest import Lookup
from tests.scenario import TODAY, signed

REGISTER = Source("register_2026-04.csv", date(2026, 4, 25))
LINKS = Source("links_2026-04-22.csv", date(2026, 4, 22))
SEPTEMBER = date(2025, 9, 1)
INFANT, JUNIOR, PRIMARY, ACADEMY = 105900, 105901, 148001, 149002
ANNA = uuid4()

Import = Callable[..., LinksReport]


def link(urn: int, linked: int, kind: str = "Successor", on: date | None = SEPTEMBER) -> LinkRow:
    return LinkRow(2, urn, linked, kind, direction_of(kind), None, on)


@pytest.fixture
def known_schools(service: Service) -> dict[int, UUID]:
    def register(urn: int, name: str) -> UUID:
        with signed():
            return service.add(
                lambda: School.register(urn, name=name, details={"status": "Open"}, head=None, source=REGISTER)
            ).id

    return {
        INFANT: register(INFANT, "Lark Hill Infant School"),
        JUNIOR: register(JUNIOR, "Lark Hill Junior School"),
        PRIMARY: register(PRIMARY, "Lark Hill Primary School"),
        ACADEMY: register(ACADEMY, "Lark Hill Academy"),
    }


@pytest.fixture
def take_in(service: Service, known: Lookup, known_schools: dict[int, UUID]) -> Import:
    def taken_in(*rows: LinkRow | RowProblem) -> LinksReport:
        with signed():
            return import_links(service, rows, source=LINKS, known=known)

    return taken_in


@pytest.fixture
def confirm(service: Service, known_schools: dict[int, UUID]) -> Callable[..., None]:
    def confirmed(earlier: int, later: int, reason: str = "Converted", **options: Any) -> None:
        with signed():
            confirm_succession(
                service, known_schools[earlier], later, later=known_schools[later], reason=reason, **options
            )

    return confirmed


def proposals(ask: Ask) -> list[tuple[UUID, int, str]]:
    return [(each.school, each.urn, each.kind) for each in ask(proposed_successions)]


def test_a_link_is_proposed_from_either_end_and_once_for_both(
    take_in: Import, ask: Ask, known_schools: dict[int, UUID]
) -> None:
    report = take_in(
        link(PRIMARY, INFANT, "Predecessor - merged", None),
        link(INFANT, PRIMARY, "Successor - merged"),
        link(PRIMARY, JUNIOR, "Predecessor - merged"),
    )

    assert (report.proposed, report.unchanged) == (2, 1)
    assert set(proposals(ask)) == {
        (known_schools[INFANT], PRIMARY, "Successor - merged"),
        (known_schools[JUNIOR], PRIMARY, "Predecessor - merged"),
    }
    assert by_urn_of(ask, INFANT).urn == INFANT


def by_urn_of(ask: Ask, urn: int) -> schools.KnownSchool:
    found: schools.KnownSchool = ask(by_urn, urn)
    return found


def test_the_same_links_again_propose_nothing(take_in: Import, told: Callable[[], list[Any]]) -> None:
    take_in(link(INFANT, PRIMARY))
    before = len(told())

    report = take_in(link(INFANT, PRIMARY))

    assert (report.proposed, report.unchanged, len(told())) == (0, 1, before)


def test_a_declined_link_is_not_proposed_again(take_in: Import, ask: Ask, change: Callable[..., None]) -> None:
    take_in(link(INFANT, PRIMARY))
    change(INFANT, lambda school: school.decline_succession(PRIMARY, reason="A new school"))

    assert take_in(link(INFANT, PRIMARY)).unchanged == 1
    assert proposals(ask) == []


def test_each_row_of_links_has_one_outcome(take_in: Import) -> None:
    rows = [link(INFANT, JUNIOR, "Closure")]
    for earlier, later in ((INFANT, PRIMARY), (JUNIOR, ACADEMY), (INFANT, 999999)):
        rows += (
            link(earlier, later),
            link(later, earlier, "Predecessor"),
            link(later, earlier, "Predecessor - merged"),
        )
    rows = [replace(row, line=line) for line, row in enumerate(rows, 2)]

    for _ in range(2):
        report = take_in(*rows)
        told = report.proposed, report.unchanged, report.unknown, report.other, len(report.problems)
        assert sum(told) == len(rows), told


def test_links_that_say_nothing_of_known_schools_are_counted(take_in: Import, ask: Ask) -> None:
    problem = RowProblem(5, "LinkURN", "x", "is not a URN")

    report = take_in(link(INFANT, 999999), link(INFANT, JUNIOR, "Sixth Form Centre Link"), problem)

    assert (report.proposed, report.unknown, report.other, report.problems) == (0, 1, 1, [problem])
    assert proposals(ask) == []


def test_a_confirmed_succession_makes_one_institution_of_two(
    take_in: Import, ask: Ask, confirm: Callable[..., None], known_schools: dict[int, UUID], service: Service
) -> None:
    take_in(link(PRIMARY, ACADEMY))

    confirm(PRIMARY, ACADEMY)

    school = by_urn_of(ask, ACADEMY)
    assert (school.id, school.urns, school.name) == (known_schools[PRIMARY], (PRIMARY, ACADEMY), "Lark Hill Academy")
    assert by_urn_of(ask, PRIMARY) == school
    assert service.find(School, known_schools[ACADEMY]).merged_into == known_schools[PRIMARY]
    assert by_urn_of(ask, INFANT).id == known_schools[INFANT]
    assert take_in(link(PRIMARY, ACADEMY)).unchanged == 1


def test_what_hung_on_the_later_record_stays_with_the_school(
    take_in: Import,
    ask: Ask,
    confirm: Callable[..., None],
    change: Callable[..., None],
    known_schools: dict[int, UUID],
) -> None:
    take_in(link(INFANT, PRIMARY), link(PRIMARY, ACADEMY))
    change(PRIMARY, lambda school: school.assign_link_officer(ANNA, from_=SEPTEMBER, reason="New"))
    change(
        PRIMARY,
        lambda school: set_need_category(
            school,
            "C",
            among=("C",),
            from_=SEPTEMBER,
            review_due=date(2027, 1, 1),
            rationale="Results",
            scheme="settings-1",
        ),
    )

    confirm(INFANT, PRIMARY)

    school = known_schools[INFANT]
    cared_for = ask(looked_after, [school], today=TODAY)[school]
    assert (cared_for.link_officer, cared_for.need_category, cared_for.need_from) == (ANNA, "C", SEPTEMBER)
    assert [each.id for each in ask(schools.of_officer, ANNA, today=TODAY)] == [school]
    assert proposals(ask) == [(school, ACADEMY, "Successor")]


def test_the_school_s_own_link_officer_stays(
    take_in: Import,
    ask: Ask,
    confirm: Callable[..., None],
    change: Callable[..., None],
    known_schools: dict[int, UUID],
) -> None:
    take_in(link(PRIMARY, ACADEMY))
    change(PRIMARY, lambda school: school.assign_link_officer(ANNA, from_=SEPTEMBER, reason="New"))
    change(ACADEMY, lambda school: school.assign_link_officer(uuid4(), from_=SEPTEMBER, reason="New"))

    confirm(PRIMARY, ACADEMY)

    school = known_schools[PRIMARY]
    assert ask(looked_after, [school], today=TODAY)[school].link_officer == ANNA


def test_two_schools_that_became_one_are_one_institution(
    take_in: Import, ask: Ask, confirm: Callable[..., None], known_schools: dict[int, UUID], service: Service
) -> None:
    take_in(link(INFANT, PRIMARY), link(JUNIOR, PRIMARY))
    confirm(INFANT, PRIMARY, "Amalgamated")

    with pytest.raises(HasMerged):
        confirm(JUNIOR, PRIMARY, "Amalgamated")
    with signed(), pytest.raises(HasMerged):
        confirm_merger(service, known_schools[JUNIOR], PRIMARY, into=known_schools[PRIMARY], reason="Amalgamated")
    with signed():
        confirm_merger(service, known_schools[JUNIOR], PRIMARY, into=known_schools[INFANT], reason="Amalgamated")

    assert {by_urn_of(ask, urn).id for urn in (INFANT, JUNIOR, PRIMARY)} == {known_schools[INFANT]}
    assert proposals(ask) == []


def test_a_merger_goes_into_the_school_that_answers_to_the_urn(
    take_in: Import, service: Service, known_schools: dict[int, UUID]
) -> None:
    take_in(link(JUNIOR, PRIMARY))

    with signed(), pytest.raises(NotThatSchool):
        confirm_merger(service, known_schools[JUNIOR], PRIMARY, into=known_schools[ACADEMY], reason="Amalgamated")


def test_nothing_is_confirmed_by_halves(
    take_in: Import, confirm: Callable[..., None], known_schools: dict[int, UUID], told: Callable[[], list[Any]]
) -> None:
    take_in(link(PRIMARY, ACADEMY))
    before = len(told())

    with pytest.raises(ReasonNeeded):
        confirm(PRIMARY, ACADEMY, reason=" ")
    with pytest.raises(NotProposed):
        confirm(INFANT, ACADEMY)
    with pytest.raises(Stale):
        confirm(PRIMARY, ACADEMY, at=1)

    assert len(told()) == before


def test_a_succession_is_confirmed_with_the_school_that_has_the_urn(
    take_in: Import, service: Service, known_schools: dict[int, UUID]
) -> None:
    take_in(link(PRIMARY, ACADEMY))

    with signed(), pytest.raises(NotThatSchool):
        confirm_succession(service, known_schools[PRIMARY], ACADEMY, later=known_schools[JUNIOR], reason="Converted")
