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
from web.access.context import RequestContext
from web.access.identity import allow, concerned
from web.access.policy import Action
from web.runtime.served_schools import types_served


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


def schools_to_hand_over(context: RequestContext, officer: UUID | None) -> list[KnownSchool]:
    """An officer's schools, or those that have no link officer, as far as whoever asks may give
    them."""
    user, today = context.user, context.services.today()
    with context.read() as snapshot:
        theirs = (
            view.without_link_officer(snapshot.connection, types_served(context.services), today=today)
            if officer is None
            else view.linked_to(snapshot.connection, officer, today=today)
        )
        return [
            school
            for school in theirs
            if user.may(Action.ASSIGN_OFFICERS, concerned(snapshot, About(school=school.id)))
        ]


def is_done(context: RequestContext, command: UUID) -> bool:
    """Whether a hand-over that is sent again was carried out before."""
    with context.read() as snapshot:
        return bool(audit_trail.of_command(snapshot.connection, command))


def hand_over_schools(
    context: RequestContext, picked: Iterable[tuple[KnownSchool, int]], terms: HandOverTerms, command: UUID
) -> list[HandOverOutcome]:
    """Give schools to another officer, each at the version on which it was decided."""
    chosen = list(picked)
    user, right = context.user, allow(context, Action.ASSIGN_OFFICERS)
    if not user.may_change:
        raise Forbidden("This token can only read")
    correlation = context.id
    with context.services.acting(
        user.person, right.role.value, user.channel, command=command, correlation=correlation
    ):
        done = hand_over(context.services.service, [(school.id, version) for school, version in chosen], **terms)
    return [_outcome(school, each) for (school, _), each in zip(chosen, done, strict=True)]


def _outcome(school: KnownSchool, each: HandOver) -> HandOverOutcome:
    if isinstance(each.refusal, Stale):
        return HandOverOutcome(
            school.name, school.urn, "Someone else has changed this school. Check it and try again"
        )
    return HandOverOutcome(school.name, school.urn, str(each.refusal) if each.refusal else "")


def outcomes_before(context: RequestContext, urns: Iterable[str], before: UUID | None) -> list[HandOverOutcome]:
    """What became of schools when the same was sent before; `before` is the officer who had them, if any had."""
    with context.read() as snapshot:
        known = view.known_register(
            snapshot.connection, [int(urn) for urn in urns if urn.isdecimal() and len(urn) <= 7]
        )
    return [_as_it_is(context, school, before) for school in known.values()]


def _as_it_is(context: RequestContext, school: KnownSchool, before: UUID | None) -> HandOverOutcome:
    last = context.services.service.find(School, school.id).link_officers[-1:]
    kept = any(period.officer == before or (before is None and period.until) for period in last or ())
    kept = kept or (before is None and not last)
    return HandOverOutcome(school.name, school.urn, "Not handed over" if kept else "")
