"""Concerns of the year: one that became an intervention, one that came to nothing, one still to be assessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from domain.concern import (
    ConcernCase,
    ConcernKind,
    ConcernSource,
    Finding,
    Objective,
    Rag,
    Rating,
    ReviewDecision,
    Severity,
    StepKind,
)
from domain.concern.ladder import Body, Compliance, Ground, NoticeKind, Power
from domain.decision import Question
from domain.delegation import Decider, Granted
from domain.school import School
from domain.service import UnitOfWork
from domain.vocabulary import Purpose, Role, Team
from web.concerns.decided import ASSESSMENT, CONTINUATION, LEVEL, START
from web.concerns.formal import COMPLIANCE, NOTICE, PRE_WARNING
from web.demonstration.calendar import Diary, working_day
from web.demonstration.decided import ask_and_give, ask_or_decide, give
from web.demonstration.sample_authority import SampleAuthority
from web.runtime.terms import last_day
from web.schools import decided as rating

OBJECTIVES = (
    ("Raise progress in mathematics to the average of similar schools", "Half-termly assessments", 330),
    ("Halve the gap for disadvantaged pupils", "Progress of the group against the rest", 400),
    ("Appoint and keep a leader of mathematics", "Vacancies at the start of each term", 200),
)
"""What the intervention is to reach, how it is measured, and by how many days after the concern."""

UNREVIEWED = 16
"""Of so many schools the need category of one is not reviewed in time."""

Decision = Callable[[ConcernCase], object]
DatedDecision = Callable[[date, ConcernCase], object]
Story = Callable[[UUID, date], None]


@dataclass(frozen=True)
class SampleConcern:
    """A concern as it is raised."""

    kind: ConcernKind
    source: ConcernSource
    severity: Severity
    purpose: Purpose
    detail: str


FALLING = SampleConcern(
    ConcernKind.ACHIEVEMENT,
    ConcernSource.DATA,
    Severity.HIGH,
    Purpose.CHALLENGE,
    "Results in mathematics fell for the third year, and the gap for disadvantaged pupils has doubled.",
)
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
    stories = (
        (primary[4], began + timedelta(days=66), FALLING, partial(_intervene, sample, diary, primary[4])),
        (primary[10], began + timedelta(days=150), COMPLAINT, partial(_drop, sample, diary)),
        (primary[20], diary.today - timedelta(days=16), STAFFING, _wait),
    )
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


def _intervene(sample: SampleAuthority, diary: Diary, urn: int, case: UUID, raised: date) -> None:
    """An intervention: planned, stepped up, reviewed three times, and its next review still ahead."""
    director = sample.people[sample.cast.director.email]
    officer = sample.link_officers[urn]

    def decide(day: int, what: DatedDecision) -> None:
        on = working_day(raised + timedelta(days=day))
        diary.write(on, director, Role.DIRECTOR, partial(_change, sample, case, partial(what, on)))

    objectives = tuple(
        Objective(number, text, measure, raised + timedelta(days=days))
        for number, (text, measure, days) in enumerate(OBJECTIVES, 1)
    )

    def review(ratings: tuple[Rag, Rag, Rag], evidence: str, advice: ReviewDecision, reason: str) -> DatedDecision:
        said = {Rag.RED: "No visible progress yet", Rag.AMBER: "Some progress", Rag.GREEN: "On course"}
        return lambda on, it: it.hold_review(
            on=on,
            evidence=evidence,
            findings=[Finding(number, rag, said[rag]) for number, rag in enumerate(ratings, 1)],
            advice=advice,
            reason=reason,
            attendees=[officer, sample.head(urn)],
        )

    lead = sample.people[sample.cast.primary_officers[0].email]
    found = "Three years of falling results, two vacancies, and no plan that governors have agreed."
    decided = partial(ask_and_give, sample, diary, urn=urn, case=case)
    decided(
        working_day(raised + timedelta(days=6)),
        act=ASSESSMENT,
        given={"assessment": found},
        reason=found,
        asker=(officer, Role.OFFICER),
        deciders=[(lead, Role.OFFICER, Decider.SENIOR_OFFICER)],
    )
    decided(
        working_day(raised + timedelta(days=13)),
        act=START,
        given={
            "plan": "A specialist works with the teachers. The director meets head and chair every month.",
            "objectives": list(objectives),
            "review_on": working_day(raised + timedelta(days=14, weeks=10)),
            "reason": "The school cannot turn this by itself",
        },
        reason="The school cannot turn this by itself",
        asker=(lead, Role.OFFICER),
        deciders=[(director, Role.DIRECTOR, Decider.DIRECTOR)],
    )
    told = "Results in mathematics have fallen for three years. This page shows what was agreed and how it goes."
    decide(14, lambda _, it: it.share(words=told))
    decide(
        21,
        lambda on, it: it.record_step(
            on=on,
            kind=StepKind.INFORMAL,
            text="The director met the headteacher and chair of governors and went through the plan.",
        ),
    )

    def reviewed(day: int, what: DatedDecision, weeks: int, reason: str, level: ReviewDecision | None = None) -> None:
        """A review, and what is decided after it: to go on, or to do more or less."""
        decide(day, what)
        on = working_day(raised + timedelta(days=day))
        ahead = {"next_review_on": working_day(on + timedelta(weeks=weeks)), "reason": reason}
        senior, above = (lead, Role.OFFICER, Decider.SENIOR_OFFICER), (director, Role.DIRECTOR, Decider.DIRECTOR)
        decided(
            on,
            act=CONTINUATION if level is None else LEVEL,
            given=ahead if level is None else {"level": level, **ahead},
            reason=reason,
            asker=(officer, Role.OFFICER),
            deciders=[senior if level is None else above],
        )

    red, amber, green = Rag.RED, Rag.AMBER, Rag.GREEN
    up, on_course = ReviewDecision.STEP_UP, ReviewDecision.CONTINUE
    first = review(
        (red, red, amber), "Lessons in six classes, and pupils' books.", up, "Half the teachers follow the plan"
    )
    reviewed(84, first, 10, "The plan needs a second specialist", up)
    evidence = "Half-termly assessments, lessons in six classes and the minutes of the governing body."
    decide(85, lambda on, it: it.record_step(on=on, kind=StepKind.EVIDENCE, text=evidence))
    panel = "The director and two senior officers found that the school knows what is wrong and does too little."
    decide(88, lambda on, it: it.moderate(on=on, text=panel))
    answer = "We will agree a plan for mathematics, and have advertised both posts."
    said = partial(_change, sample, case, lambda it: it.answer(text=answer))
    diary.write(working_day(raised + timedelta(days=101)), sample.head(urn), Role.HEADTEACHER, said)
    _climb(sample, raised, partial(decided, asker=(lead, Role.OFFICER)), director)
    second = review((amber, red, green), "Spring assessments.", on_course, "All posts are filled again")
    reviewed(154, second, 14, "The new teachers do well")
    third = review((amber, amber, green), "Results of Year 6.", on_course, "Results have stopped falling")
    reviewed(254, third, 28, "It takes another year to be sure")


def _climb(sample: SampleAuthority, raised: date, decided: Callable[..., None], director: UUID) -> None:
    """A pre-warning letter, a warning notice, and the school that complies with it in time."""
    chief, countersigner = (
        sample.people[each.email] for each in (sample.cast.chief_officer, sample.cast.countersigner)
    )
    two = [
        (chief, Role.CHIEF_OFFICER, Decider.CHIEF_OFFICER),
        (countersigner, Role.COUNTERSIGNER, Decider.COUNTERSIGNER),
    ]

    def day(after: int) -> date:
        return working_day(raised + timedelta(days=after))

    decided(
        day(90),
        act=PRE_WARNING,
        given={
            "text": "This letter sets out what has to change by the summer, and that a warning notice may follow.",
            "answer_by": day(111),
        },
        reason="Half the teachers follow the plan, and half do not",
        deciders=[(director, Role.DIRECTOR, Decider.DIRECTOR)],
    )
    decided(
        day(113),
        act=NOTICE,
        given={
            "kind": NoticeKind.WARNING,
            "notice_ground": Ground.STANDARDS,
            "matters": "Results in mathematics have fallen for three years, and fewer pupils reach the standard than "
            "in similar schools.",
            "action_required": "Agree a plan for mathematics with the authority, and fill both posts.",
            "comply_by": day(148),
            "intends": [Power.APPOINT_GOVERNORS],
            "copies": [Body.HEADTEACHER, Body.SECRETARY_OF_STATE],
        },
        reason="The answer to the letter names no dates",
        asker=(director, Role.DIRECTOR),
        deciders=two,
    )
    decided(
        day(150),
        act=COMPLIANCE,
        given={"compliance": Compliance.MET, "text": "The plan is agreed, and both posts are filled from June."},
        reason="The compliance period is over",
        asker=(director, Role.DIRECTOR),
        deciders=two,
    )


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
