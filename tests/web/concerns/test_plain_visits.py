"""A visit of a restricted concern beside an ordinary one: to those who see it as a plain one the two look alike, but
for what is not told of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from domain.calendar import default_term_on
from domain.visit import AgendaKind, CancelledBy, Visit, Visitor
from domain.vocabulary import Sensitivity, Side
from tests.full_authority import TOMORROW
from tests.restricted_concern import CANARY, VISIT, RestrictedConcern, a_visit
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, Program

SignIn = Callable[[UUID], Browser]
Use = Callable[..., Program]
Step = Callable[[Visit], object]

ORDINARY = "V-2026-0911"
NOT_TOLD = {"kind", "purpose", "focus"}
LATER = TOMORROW + timedelta(days=1)
WHY = "Snow"


class Two:
    """A plain visit and an ordinary one, to which the same happens."""

    def __init__(self, sample: SampleAuthority) -> None:
        self.restricted = RestrictedConcern(sample)
        self.ids = (self.restricted.visit, a_visit(self.restricted.authority, ORDINARY))
        self.restricted.keep(Sensitivity.RESTRICTED)

    def go_on(self, *steps: Step, post: str = "director") -> None:
        for step in steps:
            for id in self.ids:
                with self.restricted.sample.acting(self.restricted.people["head"], post):
                    self.restricted.sample.services.service.change(Visit, id, step)


@pytest.fixture
def two(sample: SampleAuthority) -> Two:
    return Two(sample)


def moved(visit: Visit) -> None:
    visit.reschedule(on=LATER, term=default_term_on(LATER), side=Side.SCHOOL, reason=WHY)


def others(two: Two) -> Step:
    lead = two.restricted.authority.bystander
    return lambda it: it.change_visitors([Visitor(lead, "officer")], lead=lead, reason=WHY)


AHEAD: tuple[Step, ...] = (
    partial(Visit.confirm, side=Side.SCHOOL, on=TOMORROW),
    lambda it: it.add_to_agenda(kind=AgendaKind.SCHOOL, text="Our library", side=Side.SCHOOL),
    lambda it: it.add_to_agenda(kind=AgendaKind.SCHOOL, text="Our hall", side=Side.SCHOOL),
    lambda it: it.withdraw_from_agenda(2),
    moved,
)


def told(api: Program, reference: str) -> dict[str, Any]:
    return {name: value for name, value in api.get(f"/visits/{reference}").json.items() if name != "reference"}


def happened(api: Program, reference: str) -> list[str]:
    """The history, without what a plain visit does not say."""
    items = api.get(f"/visits/{reference}/history").json["items"]
    untold = rf"concern review | because of the weather|(\. Focus)?: ({WHY}|{CANARY})$"
    return [re.sub(untold, "", each["sentence"]) for each in items]


ROLES = ("head", "chair", "broker")


@pytest.mark.parametrize("role", ROLES)
def test_before_it_is_held_nothing_else_differs(two: Two, program: Use, role: str) -> None:
    two.go_on(*AHEAD, others(two))
    api = program(two.restricted.people[role])
    plain, ordinary = told(api, VISIT), told(api, ORDINARY)

    assert {name for name in ordinary if plain[name] != ordinary[name]} == NOT_TOLD
    assert happened(api, VISIT) == happened(api, ORDINARY)
    assert "Hana Head 1 planned" not in " ".join(happened(api, VISIT))
    assert any("rescheduled the visit from" in each for each in happened(api, VISIT))
    rows = {each["reference"]: each for each in api.get("/visits").json["items"]}
    differing = {name for name in rows[VISIT] if rows[VISIT][name] != rows[ORDINARY][name]}
    assert differing == {"reference", *NOT_TOLD}


@pytest.mark.parametrize("role", ROLES)
def test_the_pages_say_the_same_before_it_is_held(two: Two, sign_in: SignIn, role: str) -> None:
    browser = sign_in(two.restricted.people[role])
    for reference in (VISIT, ORDINARY):
        page = browser.get(f"/visits/{reference}")
        assert "The record will be written after the visit." in page
        assert re.search("planned a (concern review )?visit", page)


@pytest.mark.parametrize("role", ROLES)
def test_each_step_that_is_told_moves_the_version_as_on_any_visit(two: Two, program: Use, role: str) -> None:
    api = program(two.restricted.people[role])
    last: tuple[Step, ...] = (lambda it: it.cancel(cause=CancelledBy.WEATHER, reason=WHY),)
    for step in (*AHEAD, *last):
        two.go_on(step)
        assert told(api, VISIT)["version"] == told(api, ORDINARY)["version"]
    assert happened(api, VISIT) == happened(api, ORDINARY)
    assert WHY not in str(api.get(f"/visits/{VISIT}/history").json)


def test_what_the_service_puts_on_its_agenda_is_neither_told_nor_a_version(two: Two, program: Use) -> None:
    head = program(two.restricted.people["head"])
    before = head.get(f"/visits/{VISIT}").headers["ETag"]
    two.go_on(lambda it: it.add_to_agenda(kind=AgendaKind.PROGRAMME, text=CANARY, side=Side.SERVICE))
    two.go_on(lambda it: it.withdraw_from_agenda(2))

    assert head.get(f"/visits/{VISIT}").headers["ETag"] == before
    assert CANARY not in head.get(f"/visits/{VISIT}/history").text


def test_how_it_was_held_is_not_said_before_it_was(two: Two, program: Use) -> None:
    api = program(two.restricted.people["head"])
    assert [told(api, reference)["remote"] for reference in (VISIT, ORDINARY)] == [None, None]
    two.restricted.sample.clock.go_to(LATER)
    two.go_on(moved, lambda it: it.confirm(side=Side.SCHOOL, on=LATER))
    two.go_on(lambda it: it.hold(on=LATER, minutes=60, attendees="Headteacher", write_by=LATER, rules=("a/1",)))

    assert [told(api, reference)["remote"] for reference in (VISIT, ORDINARY)] == [None, False]
    assert told(api, VISIT)["version"] == told(api, ORDINARY)["version"]


def test_a_visit_that_was_not_made_does_not_promise_a_record(two: Two, sign_in: SignIn) -> None:
    two.go_on(lambda it: it.cancel(cause=CancelledBy.WEATHER, reason=WHY))
    page = sign_in(two.restricted.people["head"]).get(f"/visits/{ORDINARY}")

    assert "The record will be written after the visit" not in page
    assert "There is no record because the visit did not take place" in page
