"""Concerns of the year: three that became interventions, one that came to nothing, one still to be assessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from domain.concern import (
    ConcernCase,
    ConcernKind,
    ConcernSource,
    Rating,
    Severity,
)
from domain.decision import Question
from domain.delegation import Decider, Granted
from domain.school import School
from domain.service import UnitOfWork
from domain.vocabulary import Purpose, Role, Team
from web.demonstration.calendar import Diary, working_day
from web.demonstration.decided import ask_or_decide, give
from web.demonstration.interventions import LED, Intervention, SampleConcern, SampleIntervention
from web.demonstration.sample_authority import SampleAuthority
from web.runtime.terms import last_day
from web.schools import decided as rating

UNREVIEWED = 16
"""Of so many schools the need category of one is not reviewed in time."""

Decision = Callable[[ConcernCase], object]
Story = Callable[[UUID, date], None]

COMPLAINT = SampleConcern(
    ConcernKind.LEADERSHIP,
    ConcernSource.COMPLAINT,
    Severity.LOW,
    Purpose.MONITORING,
    "Several parents wrote that the school does not answer their letters.",
)
STAFFING = SampleConcern(
    ConcernKind.STAFFING,
    ConcernSource.VISIT,
    Severity.MEDIUM,
    Purpose.MONITORING,
    "Four of eleven teachers leave in the summer, and two posts have not been filled.",
)


def raise_concerns(sample: SampleAuthority, diary: Diary, began: date) -> None:
    """Write the year's concerns into the diary, each from its first day."""
    primary = [urn for urn, team in sample.teams.items() if team is Team.PRIMARY]
    stories: list[tuple[int, date, SampleConcern, Story]] = [
        (primary[10], began + timedelta(days=150), COMPLAINT, partial(_drop, sample, diary)),
        (primary[20], diary.today - timedelta(days=16), STAFFING, _wait),
    ]
    for led in LED:
        urn = next(urn for urn, name in sample.names.items() if name == led.school)
        day = began + timedelta(days=led.after)
        stories.append((urn, day, led.concern, _intervene(sample, diary, urn, led)))
    for urn, day, concern, then in stories:
        raised = partial(_raise, sample, urn, concern, working_day(day), then)
        diary.write(working_day(day), sample.link_officers[urn], Role.OFFICER, raised)
    _rate(sample, diary, began, {primary[4]: "D", primary[10]: "B", primary[20]: "C"})


def _raise(sample: SampleAuthority, urn: int, concern: SampleConcern, day: date, then: Story) -> None:
    assess_by, rules = last_day(sample.services, lambda settings: settings.assessment_days)
    case = sample.begin(
        ConcernCase,
        lambda reference: ConcernCase.raise_(
            reference,
            school=sample.school_ids[urn],
            kind=concern.kind,
            source=concern.source,
            severity=concern.severity,
            detail=concern.detail,
            purpose=concern.purpose,
            assess_by=assess_by,
            rules=rules,
        ),
    )
    then(case.id, day)


def _wait(_: UUID, __: date) -> None:
    """Nobody has assessed it yet."""


def _drop(sample: SampleAuthority, diary: Diary, case: UUID, raised: date) -> None:
    """Assessed, and found to be no cause for more than a word with the head."""
    director = sample.people[sample.cast.director.email]

    def decide(day: int, what: Decision) -> None:
        diary.write(
            working_day(raised + timedelta(days=day)), director, Role.DIRECTOR, partial(_change, sample, case, what)
        )

    decide(
        9,
        lambda it: it.assess(
            **_to_be_decided(sample),
            assessment="The letters arrived in the last week of term. The school has answered all of them since.",
            rating=Rating.NO_CONCERN,
        ),
    )
    decide(10, lambda it: it.close(reason="The school has answered, and says how it will in future"))


def _intervene(sample: SampleAuthority, diary: Diary, urn: int, led: SampleIntervention) -> Story:
    return lambda case, raised: led.story(Intervention(sample, diary, urn, case, raised))


def _to_be_decided(sample: SampleAuthority) -> dict[str, Any]:
    day, rules = last_day(sample.services, lambda settings: settings.decision_days)
    return {"decide_by": day, "rules": rules}


def _change(sample: SampleAuthority, case: UUID, what: Decision) -> None:
    sample.services.service.change(ConcernCase, case, what)


def _rate(sample: SampleAuthority, diary: Diary, began: date, rated: dict[int, str]) -> None:
    """The need of every school is rated at the start, most as B and the strongest as A, and reviews nearly
    all of them in the second autumn."""
    first, second, third = (working_day(began + timedelta(days=days)) for days in (10, 400, 800))
    reviewed_by = working_day(began + timedelta(days=440))
    for place, urn in enumerate(sample.school_ids):
        category = rated.get(urn) or "AABBBBBC"[place % 8]
        _set_category(sample, diary, first, urn, {"category": category, "review_due": reviewed_by})
        if place % UNREVIEWED:
            _set_category(sample, diary, second, urn, {"category": category, "review_due": third})


def _set_category(sample: SampleAuthority, diary: Diary, day: date, urn: int, level: Mapping[str, Any]) -> None:
    """The link officer proposes a level of support, and the director decides on it the same day."""
    services, officer = sample.services, sample.link_officers[urn]
    director = sample.people[sample.cast.director.email]
    reason = "Results of three years and the last inspection"
    school, given = sample.school_ids[urn], {**level, "from_": day, "rationale": reason}
    asked: list[UUID | None] = []

    def question(work: UnitOfWork) -> Question:
        return rating.question_about(services, work.find(School, school), given, [officer])

    def carry_out(work: UnitOfWork, granted: Granted, _: tuple[str, ...]) -> None:
        rating.rate(services, work.find(School, school), given, granted)

    def propose() -> None:
        asked.append(ask_or_decide(services, question, carry_out, decider=director, reason=reason))

    def decide() -> None:
        give(services, asked[0], question, carry_out, held=Decider.DIRECTOR)

    diary.write(day, officer, Role.OFFICER, propose, hour=15)
    diary.write(day, director, Role.DIRECTOR, decide, hour=16)
