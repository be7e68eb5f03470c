"""Acts that take a decision: one of the people of the demonstration asks, and another decides."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from domain.concern import ConcernCase
from domain.decision import Condition, Decision, Question
from domain.delegation import Decider, Granted, row_for
from domain.service import UnitOfWork
from domain.vocabulary import Role
from web.commands.decided import Answers, route_of
from web.concerns.decided import CaseAct
from web.demonstration.calendar import Diary, working_day
from web.demonstration.sample_authority import SampleAuthority
from web.runtime.authority import settings_of
from web.runtime.services import Services

Ask = Callable[[UnitOfWork], Question]
CarryOut = Callable[[UnitOfWork, Granted, tuple[str, ...]], object]


def ask_or_decide(
    services: Services,
    question: Ask,
    carry_out: CarryOut,
    *,
    decider: UUID,
    reason: str,
    held: Collection[Decider] = (),
) -> UUID | None:
    """Whoever acts asks, and the decision is returned; within their own limit, by a post that they hold, it is
    carried out and nobody is asked."""
    settings, version = settings_of(services)
    reference, rules = services.next_reference(Decision), (version,)

    def begin(work: UnitOfWork) -> UUID | None:
        asked = question(work)
        row = row_for(settings.scheme, asked.act, asked.net)
        route = route_of(row, services)
        if row.may_decide_own:
            decision, granted = Decision.decide_alone(reference, asked, route, held=held, rules=rules)
            work.add(decision)
            carry_out(work, granted, rules)
            return None
        return work.add(Decision.ask(reference, asked, route, reason=reason, deciders=[decider], rules=rules)).id

    return services.service.do(begin)


def give(
    services: Services,
    decision: UUID | None,
    question: Ask,
    carry_out: CarryOut,
    *,
    held: Decider,
    condition: Condition | None = None,
) -> None:
    """Whoever acts gives what was asked, if anything was, and it is carried out."""
    if decision is None:
        return
    _, version = settings_of(services)

    def decide(work: UnitOfWork) -> None:
        asked = work.find(Decision, decision)
        shown = asked.question.fingerprint
        granted = asked.give(question(work), shown=shown, held={held}, condition=condition, rules=(version,))
        if granted is not None:
            carry_out(work, granted, (version,))

    services.service.do(decide)


def ask_and_give(
    sample: SampleAuthority,
    diary: Diary,
    day: date,
    *,
    urn: int,
    case: UUID,
    act: CaseAct,
    given: Answers,
    reason: str,
    asker: tuple[UUID, Role],
    deciders: Sequence[tuple[UUID, Role, Decider]],
) -> None:
    """Somebody asks for an act on a day, and whoever decides, one or two of them, gives it on the next."""
    services = sample.services
    asked: list[UUID | None] = []

    def question(work: UnitOfWork) -> Question:
        officers = [sample.link_officers[urn]]
        concern = work.find(ConcernCase, case)
        return act.question_about(concern, given, school=sample.names[urn], link_officers=officers)

    def carry_out(work: UnitOfWork, granted: Granted, rules: tuple[str, ...]) -> None:
        act.done(services, work.find(ConcernCase, case), given, granted, rules)

    def ask() -> None:
        asked.append(ask_or_decide(services, question, carry_out, decider=deciders[0][0], reason=reason))

    def decide(held: Decider) -> None:
        give(services, asked[0], question, carry_out, held=held)

    diary.write(day, *asker, ask)
    for person, role, held in deciders:
        diary.write(working_day(day + timedelta(days=1)), person, role, partial(decide, held))
