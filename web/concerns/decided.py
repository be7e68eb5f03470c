"""The acts of a concern that take a decision: what is asked about each, and who may not decide it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from domain.concern import ConcernCase, Objective, ReviewDecision
from domain.decision import Question, Term
from domain.delegation import Act, Excluded, Granted, Separation
from projections import schools
from web import formats
from web.access.context import Snapshot
from web.access.name_cache import names_of
from web.commands.decided import Answers, DecidedAct
from web.commands.resource import Execution
from web.concerns.resource import concerns
from web.runtime.services import Services
from web.runtime.terms import last_day

Terms = Callable[[ConcernCase, Answers], Iterator[tuple[str, str]]]
Done = Callable[[Services, ConcernCase, Answers, Granted, tuple[str, ...]], None]


@dataclass(frozen=True)
class CaseAct(DecidedAct[ConcernCase]):
    """An act of a concern that takes a decision; `terms` are what the decider is shown beside school and
    concern, and `done` does it, today."""

    terms: Terms = lambda _, __: iter(())
    done: Done = lambda *_: None
    tried: bool = True

    def question_about(
        self, case: ConcernCase, given: Answers, *, school: str, link_officers: Iterable[UUID]
    ) -> Question:
        """What is to be decided; `school` is the name of the case's school, and its `link_officers` do not decide."""
        shown = [("School", school), ("Concern", f"{case.kind.label}: {case.detail}"), *self.terms(case, given)]
        officers = (Excluded(each, Separation.LINK_OFFICER) for each in link_officers)
        return Question(
            act=self.act,
            kind=case.KIND,
            subject=case.id,
            subject_reference=case.reference,
            command=self.command,
            answers=msgspec.json.encode({name: given[name] for name in self.answers if name in given}).decode(),
            terms=tuple(Term(label, value) for label, value in shown),
            school=case.school,
            excluded=(*case.excluded_from(self.act), *officers),
        )


def case_act(
    command: str,
    act: Act,
    answers: Mapping[str, Any],
    terms: Terms,
    do: Callable[[ConcernCase, Answers, Granted, tuple[str, ...]], None],
    *,
    days: Callable[[Services, ConcernCase], Answers] = lambda *_: {},
) -> CaseAct:
    """An act of a concern by the name of its command; `do` does it with the answers, and with what `days` adds to
    them."""

    def question(snapshot: Snapshot, case: ConcernCase, given: Answers) -> Question:
        care = schools.looked_after(snapshot.connection, [case.school], today=snapshot.services.today())[case.school]
        officers = [each for each in (care.link_officer, care.cover_officer) if each is not None]
        school = names_of(snapshot, [case.school]).get(case.school, "")
        return made.question_about(case, given, school=school, link_officers=officers)

    def done(services: Services, case: ConcernCase, given: Answers, granted: Granted, rules: tuple[str, ...]) -> None:
        do(case, {**given, **days(services, case)}, granted, rules)

    def carry_out(
        execution: Execution[Any], case: ConcernCase, given: Answers, granted: Granted, rules: tuple[str, ...]
    ) -> None:
        done(execution.services, case, given, granted, rules)

    made = CaseAct(
        concerns, command, act, answers, question, lambda given, _: given, carry_out, terms=terms, done=done
    )
    return made


def assessment_term(case: ConcernCase) -> Iterator[tuple[str, str]]:
    if case.assessment is not None:
        yield "Assessment", f"{case.assessment.rating.label}: {case.assessment.text}"


def _found(_: ConcernCase, given: Answers) -> Iterator[tuple[str, str]]:
    yield "What was found", given["assessment"]


def _plan(case: ConcernCase, given: Answers) -> Iterator[tuple[str, str]]:
    yield from assessment_term(case)
    yield "Plan", given["plan"]
    for each in given["objectives"]:
        yield f"Objective {each.number}", f"{each.text}. {each.measure}. Due {formats.date(each.due)}"
    yield "First review", formats.date(given["review_on"])


def _end(case: ConcernCase, given: Answers) -> Iterator[tuple[str, str]]:
    yield from _reviewed(case, given)
    yield "Outcome", given["outcome"]


def _past(case: ConcernCase, _: Answers) -> Iterator[tuple[str, str]]:
    yield "How it ended", f"{case.status.label} on {formats.date(case.ended_on)}: {case.end_reason}"


def decide_by(services: Services, _: ConcernCase) -> Answers:
    """The last day to close an assessed case or to start its intervention, if it is assessed today."""
    return {"decide_by": last_day(services, lambda settings: settings.decision_days)[0]}


def assess_by(services: Services, _: ConcernCase) -> Answers:
    """The last day to assess a case that is opened again today."""
    return {"assess_by": last_day(services, lambda settings: settings.assessment_days)[0]}


ASSESSMENT = case_act(
    "assess",
    Act.ASSESS_AS_CAUSING_CONCERN,
    {"assessment": str},
    _found,
    lambda case, given, granted, rules: case.assess_as_causing_concern(**given, granted=granted, rules=rules),
    days=decide_by,
)
START = case_act(
    "start-intervention",
    Act.START_INTERVENTION,
    {"plan": str, "objectives": list[Objective], "review_on": date, "reason": str},
    _plan,
    lambda case, given, granted, rules: case.start_intervention(**given, granted=granted, rules=rules),
)


def _reviewed(case: ConcernCase, _: Answers) -> Iterator[tuple[str, str]]:
    if case.reviews:
        last = case.reviews[-1]
        advice = f"{last.advice.label.lower()}. " if last.advice else ""
        yield "Last review", f"{formats.date(last.on)}: {advice}{last.reason}"


def _next_review(case: ConcernCase, given: Answers) -> Iterator[tuple[str, str]]:
    yield from _reviewed(case, given)
    if "level" in given:
        yield "Decision", given["level"].label
    yield "Next review", formats.date(given["next_review_on"])


def _pause(_: ConcernCase, given: Answers) -> Iterator[tuple[str, str]]:
    yield "Paused until", formats.date(given["until"])


CONTINUATION = case_act(
    "continue-intervention",
    Act.CONTINUE_INTERVENTION,
    {"next_review_on": date, "reason": str},
    _next_review,
    lambda case, given, granted, rules: case.continue_intervention(**given, granted=granted, rules=rules),
)
LEVEL = case_act(
    "change-level",
    Act.CHANGE_LEVEL,
    {"level": ReviewDecision, "next_review_on": date, "reason": str},
    _next_review,
    lambda case, given, granted, rules: case.change_level(**given, granted=granted, rules=rules),
)
PAUSE = case_act(
    "pause",
    Act.PAUSE_CONCERN,
    {"until": date, "reason": str},
    _pause,
    lambda case, given, granted, rules: case.pause_longer(**given, granted=granted, rules=rules),
)
END = case_act(
    "end-intervention",
    Act.END_INTERVENTION,
    {"outcome": str, "reason": str},
    _end,
    lambda case, given, granted, rules: case.end_intervention(**given, granted=granted, rules=rules),
)
REOPENING = case_act(
    "reopen",
    Act.REOPEN_CONCERN,
    {"reason": str},
    _past,
    lambda case, given, granted, rules: case.reopen(**given, granted=granted, rules=rules),
    days=assess_by,
)
