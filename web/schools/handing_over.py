"""Giving several schools of one officer to another: which may be given, and what becomes of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypedDict
from uuid import UUID

from werkzeug.exceptions import Forbidden

from domain.assignment import HandOver, hand_over
from domain.school import School
from domain.service import Stale
from domain.vocabulary import About
from projections import audit_trail
from projections import schools as view
from projections.schools import KnownSchool
from web.access.context import current_context
from web.access.identity import allow, concerned, current_user
from web.access.policy import Action
from web.runtime.services import services


@dataclass(frozen=True)
class HandOverOutcome:
    """What became of one school; `refusal` is empty where it was handed over."""

    name: str
    urn: int
    refusal: str = ""


class HandOverTerms(TypedDict):
    """To whom schools are given, from which day on, and why."""

    to: UUID
    from_: date
    reason: str


def offered_of(officer: UUID) -> list[KnownSchool]:
    """An officer's schools, as far as they are for the person who asks to give away."""
    asking = current_user()
    with services().read() as connection:
        theirs = view.linked_to(connection, officer, today=services().today())
        return [
            school
            for school in theirs
            if asking.may(Action.ASSIGN_OFFICERS, concerned(connection, About(school=school.id)))
        ]


def is_done(command: UUID) -> bool:
    """Whether a hand-over that is sent again was carried out before."""
    with services().read() as connection:
        return bool(audit_trail.of_command(connection, command))


def give(picked: Iterable[tuple[KnownSchool, int]], terms: HandOverTerms, command: UUID) -> list[HandOverOutcome]:
    """Give schools to another officer, each at the version on which it was decided."""
    chosen = list(picked)
    asking, right = current_user(), allow(Action.ASSIGN_OFFICERS)
    if not asking.may_change:
        raise Forbidden("This token can only read")
    correlation = current_context().id
    with services().acting(asking.person, right.role.value, asking.channel, command=command, correlation=correlation):
        done = hand_over(services().service, [(school.id, version) for school, version in chosen], **terms)
    return [_outcome(school, each) for (school, _), each in zip(chosen, done, strict=True)]


def _outcome(school: KnownSchool, each: HandOver) -> HandOverOutcome:
    if isinstance(each.refusal, Stale):
        return HandOverOutcome(
            school.name, school.urn, "Someone else has changed this school. Check it and try again"
        )
    return HandOverOutcome(school.name, school.urn, str(each.refusal) if each.refusal else "")


def as_they_are(urns: Iterable[str], before: UUID) -> list[HandOverOutcome]:
    """What became of schools when the same was sent before; `before` is the officer who had them."""
    with services().read() as connection:
        known = view.known_register(connection, [int(urn) for urn in urns if urn.isdecimal() and len(urn) <= 7])
    return [_as_it_is(school, before) for school in known.values()]


def _as_it_is(school: KnownSchool, before: UUID) -> HandOverOutcome:
    last = services().service.find(School, school.id).link_officers[-1:]
    kept = any(period.officer == before for period in last)
    return HandOverOutcome(school.name, school.urn, "Not handed over" if kept else "")
