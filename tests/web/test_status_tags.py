"""The colour of a state says what it means, alike for all kinds of record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

import pytest
from flask import Flask

from domain.concern import CaseStatus
from domain.engagement import EngagementStatus, SessionStatus
from domain.engagement.parts import RUNNING
from domain.record_of_visit import RecordStatus
from domain.support_request import ENDS, RequestStatus
from domain.tender import InvitationStatus, TenderStatus
from domain.visit import VisitStatus
from domain.visit.parts import AHEAD, OVER
from domain.vocabulary import LabelledEnum, Purpose
from providers.board import CheckStatus
from web.invitations.own_invitation import InvitationProgress


def kinds(of: type[LabelledEnum] = LabelledEnum) -> Iterator[type[LabelledEnum]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


STATES = [
    state
    for kind in kinds()
    if kind.__name__.endswith(("Status", "Progress")) and not kind.__module__.startswith("tests")
    for state in kind
]


def colour_of(app: Flask, state: LabelledEnum) -> str | None:
    colours = app.jinja_env.get_template("components.html").module.COLOUR_OF  # type: ignore[attr-defined]
    found: str | None = colours.get(f"{type(state).__name__}.{state.value}") or colours.get(state.value)
    return found


@pytest.mark.parametrize("state", STATES, ids=lambda state: f"{type(state).__name__}.{state.value}")
def test_every_state_has_a_colour_of_its_meaning(app: Flask, state: LabelledEnum) -> None:
    assert colour_of(app, state)


DIFFERENT: dict[str, list[Iterable[LabelledEnum]]] = {
    "visits": [{VisitStatus.PLANNED}, AHEAD - {VisitStatus.PLANNED}, {VisitStatus.HELD}, OVER, {VisitStatus.CLOSED}],
    "records": [[each] for each in RecordStatus],
    "requests": [
        {RequestStatus.RAISED},
        {RequestStatus.ACKNOWLEDGED, RequestStatus.TRIAGED, RequestStatus.SHORTLISTED},
        {RequestStatus.INVITING},
        {RequestStatus.APPROVED, RequestStatus.PLACED},
        ENDS - {RequestStatus.WITHDRAWN, RequestStatus.DECLINED, RequestStatus.UNMET},
        {RequestStatus.WITHDRAWN, RequestStatus.DECLINED},
        {RequestStatus.UNMET},
    ],
    "tenders": [[each] for each in TenderStatus],
    "invitations": [
        {InvitationStatus.INVITED},
        {InvitationStatus.QUOTED},
        {InvitationStatus.DECLINED, InvitationStatus.WITHDRAWN, InvitationStatus.LAPSED},
        {InvitationStatus.SELECTED},
    ],
    "own invitations": [
        {InvitationProgress.AWAITED},
        {InvitationProgress.OVERDUE},
        {InvitationProgress.QUOTED},
        {InvitationProgress.SELECTED},
        {InvitationProgress.NOT_SELECTED, InvitationProgress.CLOSED},
    ],
    "engagements": [
        {EngagementStatus.PROPOSED},
        {EngagementStatus.AGREED, EngagementStatus.CONFIRMED},
        RUNNING - {EngagementStatus.CONFIRMED},
        {EngagementStatus.PAUSED},
        {EngagementStatus.COMPLETED, EngagementStatus.EVALUATED},
        {EngagementStatus.ENDED_EARLY, EngagementStatus.CANCELLED},
        {EngagementStatus.CLOSED},
    ],
    "sessions": [
        {SessionStatus.PLANNED},
        {SessionStatus.DELIVERED},
        {SessionStatus.CANCELLED, SessionStatus.NOT_HELD},
        {SessionStatus.WRONGLY_REPORTED},
    ],
    "checks": [[each] for each in CheckStatus if each is not CheckStatus.MISSING],
    "concerns": [
        {CaseStatus.RAISED},
        {CaseStatus.ASSESSED, CaseStatus.INTERVENTION},
        {CaseStatus.ENDED, CaseStatus.CLOSED},
    ],
    "purposes": [[each] for each in Purpose],
}


@pytest.mark.parametrize("groups", DIFFERENT.values(), ids=DIFFERENT)
def test_states_of_different_meaning_have_different_colours(app: Flask, groups: list[Iterable[LabelledEnum]]) -> None:
    coloured = [{colour_of(app, state) for state in group} for group in groups]
    for one, other in combinations(coloured, 2):
        assert not one & other, coloured
