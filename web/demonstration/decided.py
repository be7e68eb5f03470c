"""Acts about concerns that take a decision: one of the people of the demonstration asks, and another decides."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from domain.concern import ConcernCase
from domain.decision import Decision, Question
from domain.delegation import Decider, row_for
from domain.service import UnitOfWork
from domain.vocabulary import Role
from web.commands.decided import Answers, route_of
from web.concerns.decided import CaseAct
from web.demonstration.calendar import Diary, working_day
from web.demonstration.sample_authority import SampleAuthority
from web.runtime.authority import settings_of


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
    decider: tuple[UUID, Role, Decider],
) -> None:
    """Somebody asks for an act on a day, and whoever decides gives it on the next."""
    services = sample.services
    asked: list[UUID] = []

    def question(it: ConcernCase) -> Question:
        officers = [sample.link_officers[urn]]
        return act.question_about(it, given, school=sample.names[urn], link_officers=officers)

    def ask() -> None:
        settings, version = settings_of(services)
        reference = services.next_reference(Decision)

        def begin(work: UnitOfWork) -> None:
            row = row_for(settings.scheme, act.act, None)
            decision = Decision.ask(
                reference,
                question(work.find(ConcernCase, case)),
                route_of(row, services),
                reason=reason,
                deciders=[decider[0]],
                rules=(version,),
            )
            work.add(decision)
            asked.append(decision.id)

        services.service.do(begin)

    def give() -> None:
        def carry_out(work: UnitOfWork) -> None:
            it, decision = work.find(ConcernCase, case), work.find(Decision, asked[0])
            granted = decision.give(question(it), shown=decision.question.fingerprint, held={decider[2]})
            if granted is not None:
                act.done(services, it, given, granted, (settings_of(services)[1],))

        services.service.do(carry_out)

    diary.write(day, *asker, ask)
    diary.write(working_day(day + timedelta(days=1)), decider[0], decider[1], give)
