"""Three interventions: one with a warning notice and still going on, one that has ended, one at an academy."""

from __future__ import annotations

from collections.abc import Callable
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
    ReviewDecision,
    Severity,
    StepKind,
)
from domain.concern.ladder import Body, Compliance, Ground, NoticeKind, Power
from domain.delegation import Decider
from domain.vocabulary import Purpose, Role
from web.concerns.decided import ASSESSMENT, CONTINUATION, END, LEVEL, START, CaseAct
from web.concerns.formal import COMPLIANCE, NOTICE, PRE_WARNING, REFERRAL
from web.demonstration.calendar import Diary, working_day
from web.demonstration.decided import ask_and_give
from web.demonstration.sample_authority import SampleAuthority

RED, AMBER, GREEN = Rag.RED, Rag.AMBER, Rag.GREEN
PROGRESS = {RED: "No visible progress yet", AMBER: "Some progress", GREEN: "On course"}


@dataclass(frozen=True)
class SampleConcern:
    """A concern as it is raised."""

    kind: ConcernKind
    source: ConcernSource
    severity: Severity
    purpose: Purpose
    detail: str


@dataclass(frozen=True)
class Intervention:
    """The diary of an intervention, in days after its concern was raised. The link officer asks for what the senior
    officer decides, the senior officer for what the director decides, the director for what takes two above."""

    sample: SampleAuthority
    diary: Diary
    urn: int
    case: UUID
    raised: date

    def day(self, after: int) -> date:
        return working_day(self.raised + timedelta(days=after))

    @property
    def officer(self) -> tuple[UUID, Role]:
        return self.sample.link_officers[self.urn], Role.OFFICER

    @property
    def senior(self) -> tuple[UUID, Role]:
        return self.sample.people[self.sample.cast.primary_officers[0].email], Role.OFFICER

    @property
    def director(self) -> tuple[UUID, Role]:
        return self.sample.people[self.sample.cast.director.email], Role.DIRECTOR

    def happens(self, after: int, what: Callable[[date, ConcernCase], object], who: tuple[UUID, Role]) -> None:
        """Somebody records what takes no decision."""
        on = self.day(after)
        change = partial(self.sample.services.service.change, ConcernCase, self.case, partial(what, on))
        self.diary.write(on, *who, change)

    def decided(self, after: int, act: CaseAct, by: Decider, why: str, /, **given: Any) -> None:
        """Somebody asks for an act, and one above them gives it on the next working day; two where it takes two."""
        people = self.sample.people
        chief, countersigner = (
            people[each.email] for each in (self.sample.cast.chief_officer, self.sample.cast.countersigner)
        )
        asker, deciders = {
            Decider.SENIOR_OFFICER: (self.officer, [(*self.senior, Decider.SENIOR_OFFICER)]),
            Decider.DIRECTOR: (self.senior, [(*self.director, Decider.DIRECTOR)]),
            Decider.CHIEF_OFFICER: (
                self.director,
                [
                    (chief, Role.CHIEF_OFFICER, Decider.CHIEF_OFFICER),
                    (countersigner, Role.COUNTERSIGNER, Decider.COUNTERSIGNER),
                ],
            ),
        }[by]
        ask_and_give(
            self.sample,
            self.diary,
            self.day(after),
            urn=self.urn,
            case=self.case,
            act=act,
            given=given,
            reason=why,
            asker=asker,
            deciders=deciders,
        )

    def begins(
        self, found: str, plan: str, why: str, objectives: tuple[tuple[str, str, int], ...], words: str
    ) -> None:
        """The concern is assessed, the intervention starts, and the school reads why. Of each objective are given
        what is to be reached, how it is measured, and by how many days after the concern was raised."""
        self.decided(6, ASSESSMENT, Decider.SENIOR_OFFICER, found, assessment=found)
        agreed = [
            Objective(number, text, measure, self.raised + timedelta(days=days))
            for number, (text, measure, days) in enumerate(objectives, 1)
        ]
        first_review = working_day(self.raised + timedelta(days=14, weeks=10))
        self.decided(
            13, START, Decider.DIRECTOR, why, plan=plan, objectives=agreed, review_on=first_review, reason=why
        )
        self.happens(14, lambda _, it: it.share(words=words), self.director)

    def steps(self, after: int, kind: StepKind, text: str) -> None:
        self.happens(after, lambda on, it: it.record_step(on=on, kind=kind, text=text), self.director)

    def reviewed(
        self,
        after: int,
        progress: tuple[Rag, ...],
        evidence: str,
        found: str,
        why: str,
        *,
        weeks: int = 0,
        advice: ReviewDecision = ReviewDecision.CONTINUE,
    ) -> None:
        """A review is held, and what it advises is decided, for a reason of its own: to go on, or to do more or less,
        with the next review after so many weeks."""
        findings = [Finding(number, rag, PROGRESS[rag]) for number, rag in enumerate(progress, 1)]
        attendees = [self.officer[0], self.sample.head(self.urn)]

        def hold(on: date, it: ConcernCase) -> None:
            it.hold_review(
                on=on, evidence=evidence, findings=findings, advice=advice, reason=found, attendees=attendees
            )

        self.happens(after, hold, self.director)
        if advice is ReviewDecision.END:
            return
        ahead = {"next_review_on": working_day(self.day(after) + timedelta(weeks=weeks)), "reason": why}
        if advice is ReviewDecision.CONTINUE:
            self.decided(after, CONTINUATION, Decider.SENIOR_OFFICER, why, **ahead)
        else:
            self.decided(after, LEVEL, Decider.DIRECTOR, why, level=advice, **ahead)


def with_a_notice(it: Intervention) -> None:
    """Planned, stepped up, warned and complied with, reviewed three times, and its next review still ahead."""
    it.begins(
        found="Three years of falling results, two vacancies, and no plan that governors have agreed.",
        plan="A specialist works with the teachers. The director meets head and chair every month.",
        why="The school cannot turn this by itself",
        objectives=(
            ("Raise progress in mathematics to the average of similar schools", "Half-termly assessments", 330),
            ("Halve the gap for disadvantaged pupils", "Progress of the group against the rest", 400),
            ("Appoint and keep a leader of mathematics", "Vacancies at the start of each term", 200),
        ),
        words="Results in mathematics have fallen for three years. This page shows what was agreed and how it goes.",
    )
    it.steps(
        21, StepKind.INFORMAL, "The director met the headteacher and chair of governors and went through the plan."
    )
    it.reviewed(
        84,
        (RED, RED, AMBER),
        "Lessons in six classes, and pupils' books.",
        "Half the teachers follow the plan",
        "The plan needs a second specialist",
        weeks=10,
        advice=ReviewDecision.STEP_UP,
    )
    seen = "Half-termly assessments, lessons in six classes and the minutes of the governing body."
    it.steps(85, StepKind.EVIDENCE, seen)
    panel = "The director and two senior officers found that the school knows what is wrong and does too little."
    it.happens(88, lambda on, case: case.moderate(on=on, text=panel), it.director)
    it.decided(
        90,
        PRE_WARNING,
        Decider.DIRECTOR,
        "Half the teachers follow the plan, and half do not",
        text="This letter sets out what has to change by the summer, and that a warning notice may follow.",
        answer_by=it.day(111),
    )
    answer = "We will agree a plan for mathematics, and have advertised both posts."
    it.happens(101, lambda _, case: case.answer(text=answer), (it.sample.head(it.urn), Role.HEADTEACHER))
    it.decided(
        113,
        NOTICE,
        Decider.CHIEF_OFFICER,
        "The answer to the letter names no dates",
        kind=NoticeKind.WARNING,
        notice_ground=Ground.STANDARDS,
        matters="Results in mathematics have fallen for three years, and fewer pupils reach the standard than in "
        "similar schools.",
        action_required="Agree a plan for mathematics with the authority, and fill both posts.",
        comply_by=it.day(148),
        intends=[Power.APPOINT_GOVERNORS],
        copies=[Body.HEADTEACHER, Body.SECRETARY_OF_STATE],
    )
    it.decided(
        150,
        COMPLIANCE,
        Decider.CHIEF_OFFICER,
        "The compliance period is over",
        compliance=Compliance.MET,
        text="The plan is agreed, and both posts are filled from June.",
    )
    it.reviewed(
        154,
        (AMBER, RED, GREEN),
        "Spring assessments.",
        "All posts are filled again",
        "The new teachers do well",
        weeks=14,
    )
    it.reviewed(
        254,
        (AMBER, AMBER, GREEN),
        "Results of Year 6.",
        "Results have stopped falling",
        "It takes another year to be sure",
        weeks=28,
    )


def ended(it: Intervention) -> None:
    """Two objectives, both reached after two reviews: it ends by the director's decision, who had started it."""
    it.begins(
        found="Governors met once in a year, and nobody has looked into how the sports premium was spent.",
        plan="A governor of another school works with the board. The link officer attends its meetings.",
        why="The board has lost its chair and two members, and cannot mend this alone",
        objectives=(
            ("Fill the three places of the governing body", "Places filled", 120),
            ("Account for the sports premium on the school's website", "The published statement", 150),
        ),
        words="The governing body has three vacancies and has met once this year. This page shows what was agreed.",
    )
    it.reviewed(
        84,
        (AMBER, AMBER),
        "Minutes of two meetings.",
        "Two of three places are filled",
        "The board works again, but is not complete",
        weeks=8,
    )
    it.reviewed(
        141,
        (GREEN, GREEN),
        "The board's minutes and the statement on the website.",
        "Both objectives are reached",
        "",
        advice=ReviewDecision.END,
    )
    it.decided(
        145,
        END,
        Decider.DIRECTOR,
        "Both objectives are reached",
        outcome="The governing body is complete and has published how the sports premium was spent.",
        reason="Both objectives are reached",
    )


def at_an_academy(it: Intervention) -> None:
    """The authority has no powers there: it works with the trust, and refers the school to the Regions Group."""
    it.begins(
        found="Two in five pupils who need support have no plan for it, and parents of eleven have complained.",
        plan="The trust's inclusion lead and ours go through each pupil's plan every half-term.",
        why="The trust has not answered two letters",
        objectives=(
            ("A plan for each pupil who needs support", "Plans in place at the end of each half-term", 160),
            ("Answer every parent's complaint within 20 school days", "The school's complaints log", 120),
        ),
        words="Parents have complained about plans for pupils who need support. This page shows what was agreed.",
    )
    why = "So that each pupil's plan is gone through every half-term"
    it.happens(14, lambda _, case: case.promise_meetings(weeks=6, reason=why), it.director)
    it.steps(40, StepKind.EVIDENCE, "The plans of 34 pupils, read with the school's coordinator.")
    it.decided(
        62,
        REFERRAL,
        Decider.DIRECTOR,
        "The trust has agreed to nothing in six weeks",
        text="What parents said, what was found in the plans of 34 pupils, and our two letters to the trust.",
        trust_informed=True,
        on=it.day(62),
    )
    it.reviewed(
        84,
        (RED, AMBER),
        "The plans of 34 pupils, and the complaints log.",
        "Complaints are answered, plans are not written",
        "The Regions Group has asked the trust to act by the autumn",
        weeks=18,
    )
    for after in (49, 90, 162):
        it.steps(
            after, StepKind.MEETING, "Met the headteacher and the trust's inclusion lead about each pupil's plan."
        )
    group = "The Regions Group has met the trust, which will appoint a second coordinator from September."
    it.happens(97, lambda _, case: case.record_referral_answer(text=group), it.director)
    it.reviewed(
        210,
        (AMBER, GREEN),
        "The plans of 36 pupils.",
        "Nine plans are missing, all of new pupils",
        "The second coordinator has been in post since September",
        weeks=16,
    )


@dataclass(frozen=True)
class SampleIntervention:
    """A school, how many days after the first day of the year its concern is raised, and what follows."""

    school: str
    after: int
    concern: SampleConcern
    story: Callable[[Intervention], None]


LED = (
    SampleIntervention(
        "Fellgate Community Primary School",
        66,
        SampleConcern(
            ConcernKind.ACHIEVEMENT,
            ConcernSource.DATA,
            Severity.HIGH,
            Purpose.CHALLENGE,
            "Results in mathematics fell for the third year, and the gap for disadvantaged pupils has doubled.",
        ),
        with_a_notice,
    ),
    SampleIntervention(
        "Elm Terrace Primary School",
        22,
        SampleConcern(
            ConcernKind.LEADERSHIP,
            ConcernSource.VISIT,
            Severity.MEDIUM,
            Purpose.CHALLENGE,
            "The governing body has three vacancies, no chair, and has met once in a year.",
        ),
        ended,
    ),
    SampleIntervention(
        "Weavers Green Primary School",
        205,
        SampleConcern(
            ConcernKind.INCLUSION,
            ConcernSource.COMPLAINT,
            Severity.HIGH,
            Purpose.CHALLENGE,
            "Parents of eleven pupils who need support say that what was promised does not happen.",
        ),
        at_an_academy,
    ),
)
"""The interventions of the year."""
