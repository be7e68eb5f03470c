"""Giving schools to officers, one at a time or many at once, on a real log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.aggregate import ReasonNeeded
from domain.assignment import NotAnOfficer, arrange_cover, assign_link_officer, hand_over
from domain.person import Person
from domain.school import School, Source
from domain.school.rules import AlreadyLinkOfficer
from domain.service import NotFound, Service, Stale
from domain.vocabulary import Role, Team
from projections.view import View
from tests.projections.conftest import database, reader, service, url
from tests.scenario import TODAY, at_the_machine, signed

__all__ = ["database", "reader", "service", "url"]

SEPTEMBER, NEXT_YEAR = date(2026, 9, 1), date(2027, 1, 4)


@pytest.fixture
def views() -> list[View]:
    return []


@pytest.fixture
def school(service: Service) -> Callable[[int], UUID]:
    def registered(urn: int) -> UUID:
        source = Source("register_2026-04.csv", date(2026, 4, 25))
        with signed():
            return service.add(
                lambda: School.register(urn, name="Lark Hill", details={}, head=None, source=source)
            ).id

    return registered


@pytest.fixture
def person(service: Service) -> Callable[..., UUID]:
    def registered(number: int, role: Role = Role.OFFICER, **post: Any) -> UUID:
        def register() -> Person:
            person = Person.register(f"PE-2026-{number:04d}", name="Anna Kowalski")
            person.take_post(role, **{"from_": SEPTEMBER, "team": Team.PRIMARY, **post})
            return person

        with at_the_machine():
            return service.add(register).id

    return registered


def officer_of(service: Service, school: UUID, day: date = TODAY) -> UUID | None:
    return service.find(School, school).link_officer_on(day)


def test_a_school_is_given_to_an_officer(
    service: Service, school: Callable[[int], UUID], person: Callable[..., UUID]
) -> None:
    lark_hill, anna = school(105900), person(1)

    with signed():
        assign_link_officer(service, lark_hill, anna, from_=TODAY, reason="Balance of work", at=1)

    assert officer_of(service, lark_hill) == anna


@pytest.mark.parametrize("post", [{"role": Role.BROKER}, {"from_": NEXT_YEAR}, {"until": date(2026, 11, 1)}])
def test_a_school_is_given_only_to_somebody_who_is_an_officer_that_day(
    service: Service, school: Callable[[int], UUID], person: Callable[..., UUID], post: dict[str, Any]
) -> None:
    lark_hill, anna = school(105900), person(1, **post)

    with signed(), pytest.raises(NotAnOfficer):
        assign_link_officer(service, lark_hill, anna, from_=TODAY, reason="Balance of work")

    assert officer_of(service, lark_hill) is None


def test_an_assignment_decided_on_an_earlier_version_is_stale(
    service: Service, school: Callable[[int], UUID], person: Callable[..., UUID]
) -> None:
    lark_hill, anna, bilal = school(105900), person(1), person(2)
    with signed():
        assign_link_officer(service, lark_hill, anna, from_=SEPTEMBER, reason="New", at=1)

    with signed(), pytest.raises(Stale):
        assign_link_officer(service, lark_hill, bilal, from_=TODAY, reason="Balance", at=1)

    assert officer_of(service, lark_hill) == anna


def test_the_officer_is_held_to_the_post_on_which_the_decision_rests(
    service: Service, school: Callable[[int], UUID], person: Callable[..., UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    lark_hill, anna = school(105900), person(1)
    decide = School.assign_link_officer

    def while_the_officer_s_post_ends(record: School, officer: UUID, **details: Any) -> None:
        monkeypatch.setattr(School, "assign_link_officer", decide)
        with signed():
            service.change(Person, anna, lambda person: person.end_post(1, until=date(2026, 11, 1), reason="Moves"))
        decide(record, officer, **details)

    monkeypatch.setattr(School, "assign_link_officer", while_the_officer_s_post_ends)
    with signed(), pytest.raises(NotAnOfficer):
        assign_link_officer(service, lark_hill, anna, from_=TODAY, reason="Balance of work")

    assert officer_of(service, lark_hill) is None


def test_many_schools_are_handed_over_at_once_and_each_outcome_is_told(
    service: Service, school: Callable[[int], UUID], person: Callable[..., UUID]
) -> None:
    anna, bilal = person(1), person(2)
    moves, stale, already = school(105900), school(105901), school(105902)
    for each, officer in ((moves, anna), (stale, anna), (already, bilal)):
        with signed():
            assign_link_officer(service, each, officer, from_=SEPTEMBER, reason="New year")

    with signed():
        outcomes = hand_over(
            service, [(moves, 2), (stale, 1), (already, 2)], to=bilal, from_=TODAY, reason="Anna leaves"
        )

    assert [(outcome.school, type(outcome.refusal)) for outcome in outcomes] == [
        (moves, type(None)),
        (stale, Stale),
        (already, AlreadyLinkOfficer),
    ]
    assert [officer_of(service, each) for each in (moves, stale, already)] == [bilal, anna, bilal]


def test_nothing_is_handed_over_to_somebody_who_is_no_officer(
    service: Service, school: Callable[[int], UUID], person: Callable[..., UUID]
) -> None:
    lark_hill, broker = school(105900), person(1, Role.BROKER)

    with signed(), pytest.raises(NotAnOfficer):
        hand_over(service, [(lark_hill, 1)], to=broker, from_=TODAY, reason="Anna leaves")

    assert officer_of(service, lark_hill) is None


def test_a_hand_over_without_a_reason_moves_no_school(
    service: Service, school: Callable[[int], UUID], person: Callable[..., UUID]
) -> None:
    lark_hill, anna = school(105900), person(1)

    with signed():
        outcomes = hand_over(service, [(lark_hill, 1)], to=anna, from_=TODAY, reason=" ")

    assert [type(outcome.refusal) for outcome in outcomes] == [ReasonNeeded]
    assert officer_of(service, lark_hill) is None


def test_a_school_that_nobody_knows_is_not_found(service: Service, person: Callable[..., UUID]) -> None:
    with signed(), pytest.raises(NotFound):
        assign_link_officer(service, UUID(int=7), person(1), from_=TODAY, reason="Balance")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.DIRECTOR])
def test_an_officer_or_a_director_stands_in(
    service: Service, school: Callable[[int], UUID], person: Callable[..., UUID], role: Role
) -> None:
    lark_hill, anna, bilal = school(105900), person(1), person(2, role)
    with signed():
        assign_link_officer(service, lark_hill, anna, from_=SEPTEMBER, reason="New")
    with signed():
        arrange_cover(service, lark_hill, bilal, from_=TODAY, to=NEXT_YEAR, reason="Leave", at=2)

    assert service.find(School, lark_hill).cover_on(NEXT_YEAR) == bilal


def test_nobody_else_stands_in(service: Service, school: Callable[[int], UUID], person: Callable[..., UUID]) -> None:
    lark_hill, anna, broker = school(105900), person(1), person(2, Role.BROKER)
    with signed():
        assign_link_officer(service, lark_hill, anna, from_=SEPTEMBER, reason="New")

    with signed(), pytest.raises(NotAnOfficer):
        arrange_cover(service, lark_hill, broker, from_=TODAY, to=NEXT_YEAR, reason="Leave")

    assert service.find(School, lark_hill).covers == []
