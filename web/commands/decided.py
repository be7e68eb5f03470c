"""Acts that take somebody's authority: decided within one's own limit, asked of others, or recorded for them.

What is asked for is carried out in the transaction in which it is given, on the records as they are then
(`DecidedAct`); who decides, and up to which sum, says the scheme of delegation in force.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
import sqlalchemy as sa
from marshmallow import Schema, fields

from domain.aggregate import Aggregate, Event, Refusal
from domain.calendar import working_days_after, working_days_between
from domain.decision import Decision, DecisionStatus, Heard, Question, Route
from domain.decision.parts import WAS_ASKED, Earlier
from domain.decision.rules import NobodyMayDecide, NotALimit, NotTheAsker
from domain.delegation import Act, Decider, DelegationRow, Granted, decided_together, is_held, one_of, row_for
from domain.money import MOST, in_pounds
from domain.on_behalf import CONFIRM_WITHIN
from domain.person import Person
from domain.service import NotFound, UnitOfWork
from domain.signature import acting, current_signature, on_behalf_of
from domain.text import plain
from projections import decisions as view
from projections.event_log import Alongside, saving_alongside
from web import formats
from web.access.context import RequestContext, Snapshot
from web.access.deciders import held_by, holders_of, may_decide, team_for
from web.access.name_cache import names_of, references_of
from web.commands.choices import Choices, distinct_options
from web.commands.dispatch import events_of
from web.commands.fields import chosen_person, day_field, text_field
from web.commands.resource import Command, Execution, Resource, Values
from web.runtime.authority import settings_of
from web.runtime.services import Services
from web.runtime.terms import bank_holidays

A = TypeVar("A", bound=Aggregate)
Answers = Mapping[str, Any]

DECIDERS = "deciders"
"""What forms offer: those who may have decided elsewhere."""


class AlreadyAsked(Refusal):
    """The same is asked already, and nobody has decided yet."""


class AlternativesNeeded(Refusal):
    """Whoever asks does not say which alternatives were considered, where that is to be published."""


class YoursToDecide(Refusal):
    """Somebody would ask others for what they may decide themselves by now."""


class OthersDecide(Refusal):
    """On the terms of today another row of the scheme decides than the one by which it was asked."""


class CannotBeCarriedOut(Refusal):
    """A rule stands against what was asked for, so that it cannot be given."""


@dataclass(frozen=True)
class DecidedAct(Generic[A]):
    """An act of a record that takes a decision.

    `answers` are those that the question keeps, by name and type, as far as they were given. `question` is what is to
    be decided, as it stands now; `lowered` gives the answers for a lower sum; `carry_out` does it, with what the
    decision granted and the version of the scheme. The command in hand comes first: what is done by the service with
    other records joins it. `also_by` are other commands of the resource that ask for it. An act that is `tried`
    before anybody is asked changes its own record alone. `stands` is the sum that is approved already, which no
    decision lowers. Where the command begins a record of another resource, that is `begins`. `among` is the row with
    those who are there to decide, where the act can do without a post that nobody has held yet. `moot` tells, in a
    sentence, what leaves nothing to decide though the record allows it still.
    """

    resource: Resource[A]
    command: str
    act: Act
    answers: Mapping[str, Any]
    question: Callable[[Snapshot, A, Answers], Question]
    lowered: Callable[[Answers, Decimal], Answers]
    carry_out: Callable[[Execution[Any], A, Answers, Granted, tuple[str, ...]], None]
    also_by: Sequence[str] = ()
    tried: bool = False
    stands: Callable[[A], Decimal | None] = lambda _: None
    among: Callable[[Snapshot, DelegationRow], DelegationRow] = lambda _, row: row
    moot: Callable[[Services, A, Question], str] = lambda *_: ""
    begins: Resource[Any] | None = None

    def __post_init__(self) -> None:
        DECIDED[self.resource.kind.KIND, self.command] = self

    @property
    def commands(self) -> list[Command[Any]]:
        """The commands that ask for it, its own first."""
        declared = (self.begins or self.resource).commands
        return [declared[name] for name in (self.command, *self.also_by)]

    def loaded(self, kept: str) -> Answers:
        """The answers that a question kept."""
        raw: dict[str, Any] = msgspec.json.decode(kept)
        return {
            name: msgspec.convert(raw[name], kind, strict=False) for name, kind in self.answers.items() if name in raw
        }

    def try_out(self, execution: Execution[Any], record: A, question: Question, rules: tuple[str, ...]) -> None:
        """Do it to a copy of the record, so that nobody is asked for what cannot be done. Raises the refusals of the
        act."""
        if self.tried:
            granted = Granted(_NOT_YET, question.act, record.id, question.net, _NOT_YET)
            with acting(current_signature()):
                self.carry_out(execution, deepcopy(record), self.loaded(question.answers), granted, rules)

    def asked(self, context: RequestContext, record: A, answers: Answers) -> Question:
        """What is to be decided, as it stands now."""
        with context.read() as snapshot:
            return self.question(snapshot, record, answers)


_NOT_YET = UUID(int=0)
"""In place of a decision, and of whoever decides, while an act is tried."""

DECIDED: dict[tuple[str, str], DecidedAct[Any]] = {}
"""The acts that take a decision, by kind of record and name of the command."""


def act_of(decision: Decision) -> DecidedAct[Any]:
    """The act that a decision is about. Raises CannotBeCarriedOut where the command that was asked for is gone."""
    found = DECIDED.get((decision.question.kind, decision.question.command))
    if found is None:
        raise CannotBeCarriedOut("This is asked in another way now. Refuse it, and ask again")
    return found


AGAIN = "ask-again"
"""The command of a decision by which the same is asked once more."""


def may_be_asked(kind: str, command: str) -> bool:
    """Whether a command on a kind of record may be asked of others instead of being carried out."""
    if (kind, command) == (Decision.KIND, AGAIN):
        return True
    return any(
        command in (act.command, *act.also_by)
        for act in DECIDED.values()
        if kind == (act.begins or act.resource).kind.KIND
    )


def asked_instead(context: RequestContext, kind: str, command: str, command_id: UUID) -> Decision | None:
    """The decision that a command of the person who asks came to, where it was asked of others instead of being
    carried out; the same whenever it is sent again. None where it was carried out."""
    if not may_be_asked(kind, command):
        return None
    user = context.user
    with context.services.acting(user.person, "", user.channel, command=command_id):
        begun = context.services.service.done()
    if begun is None:
        return None
    with suppress(NotFound):
        decision = context.services.service.find(Decision, begun)
        return decision if decision.basis in WAS_ASKED else None
    return None


def sent_to(decision: Decision, today: date) -> str:
    """What whoever asked is told: of whom it is asked, and that nothing has come of it yet; where they send it again
    later, what has."""
    status = decision.status_on(today)
    if status is not DecisionStatus.ASKED:
        return f"You have asked for this already. Since then: {status.label.lower()}"
    return f"Sent to {decision.whom(today)} to decide. Nothing more is approved yet"


def decide_or_ask(execution: Execution[A], act: DecidedAct[A], values: Values) -> Decision | None:
    """Carry the act out within the person's own limit, else ask those who may decide; gives what is asked, None where
    it was carried out. Raises AlreadyAsked, NobodyMayDecide, ReasonNeeded, AlternativesNeeded, and the refusals of
    the act."""
    context = execution.context
    answers = {name: values[name] for name in act.answers if name in values}

    def decide(work: UnitOfWork, record: A) -> Decision | None:
        question, row, version = _question_and_row(context, act, record, answers)
        route = route_of(row, context.services)
        held = held_in(context, work, context.user.person, question.school)
        if row.may_decide_own and is_held(row.decides, held) is not None:
            decision, granted = Decision.decide_alone(
                execution.next_reference(Decision),
                question,
                route,
                held=held,
                reason=values.get("reason", ""),
                rules=(version,),
                earlier=_came_to_nothing(context, question),
            )
            work.add(decision)
            act.carry_out(execution, record, answers, granted, (version,))
            return None
        return _ask(execution, work, act, record, question, reason=values.get("reason", ""))

    with saving_alongside(_OneAsk(context.services), too=True):
        return execution.change_with_others(decide)


def ask_again(execution: Execution[Decision], reason: str) -> None:
    """Ask once more, as it stands now, for what came to nothing. Raises YoursToDecide, AlreadyAsked, NobodyMayDecide,
    ReasonNeeded, and the refusals of the act."""
    context, act = execution.context, act_of(execution.record)

    def decide(work: UnitOfWork, decision: Decision) -> None:
        record = work.find(act.resource.kind, decision.question.subject)
        answers = act.loaded(decision.question.answers)
        question, row, _ = _question_and_row(context, act, record, answers)
        held = held_in(context, work, context.user.person, question.school)
        if row.may_decide_own and is_held(row.decides, held) is not None:
            raise YoursToDecide(f"You may decide this yourself now. Do so at {question.subject_reference}")
        earlier = Earlier(decision.id, decision.reference)
        _ask(execution, work, act, record, question, reason=reason, earlier=earlier)

    with saving_alongside(_OneAsk(context.services), too=True):
        execution.change_with_others(decide)


def must_be_theirs_to_ask(context: RequestContext, decision: Decision) -> None:
    """Raises a refusal where whoever asks could not ask for the same today: it is not theirs to ask, or the record
    does not allow it any more."""
    act = act_of(decision)
    record = context.services.service.find(act.resource.kind, decision.question.subject)
    commands, on = act.commands, None if act.begins else record
    with context.read() as snapshot:
        where = act.resource.concerned(snapshot, record)
    allowed = [each for each in commands if context.user.may(each.action_on(context, record), where)]
    if not allowed:
        raise NotTheAsker("You do not hold a role that may ask for this")
    refused = [each.refusal(context, on) for each in allowed]
    if all(refused) and refused[0] is not None:
        raise refused[0]
    question_now(context, decision)


def question_now(context: RequestContext, decision: Decision) -> Question:
    """What a decision asks for, as it stands now. Raises the refusals of the act."""
    act = act_of(decision)
    record = context.services.service.find(act.resource.kind, decision.question.subject)
    user = context.user
    with context.services.acting(user.person, "", user.channel):  # some acts judge by who acts
        return act.asked(context, record, act.loaded(decision.question.answers))


def put_anew(
    execution: Execution[Decision], work: UnitOfWork, decision: Decision, lower: Decimal | None
) -> tuple[Question, str]:
    """What a decision asks for as it stands now, for a `lower` sum where one is named, and the version of the scheme.
    Whoever puts it on other terms has written them. Raises NotALimit, OthersDecide, and the refusals of the act."""
    context, act, asked = execution.context, act_of(decision), decision.question
    record, answers = work.find(act.resource.kind, asked.subject), act.loaded(asked.answers)
    if lower is not None:
        if asked.net is None or not 0 < lower < asked.net:
            most = "" if asked.net is None else f" Enter less than {in_pounds(asked.net)}."
            raise NotALimit(f"This is not less than what was asked for.{most}", field="lower_sum")
        answers = act.lowered(answers, lower)
    now, row, version = _question_and_row(context, act, record, answers)
    if now.fingerprint == asked.fingerprint:
        return asked, version
    if not is_route_of(row, decision.route):
        raise OthersDecide("On the terms of today others decide this. Withdraw it, and ask again")
    act.try_out(execution, record, now, (version,))
    wrote = {context.user.person, *asked.authors, *now.authors} - {decision.asker}
    return replace(now, authors=tuple(sorted(wrote))), version


def counted_on(services: Services, decision: Decision) -> tuple[date | None, date | None]:
    """Until when a decision passes on and lapses, if an answer is given today: later by the working days for which it
    was awaited. What has passed to deputies stays with them."""
    route, enquiry = decision.route, decision.open_enquiry
    if enquiry is None:
        return route.passes_on, route.lapses_on
    holidays = bank_holidays()
    awaited = working_days_between(enquiry.on, services.today(), holidays)
    has_passed = route.passes_on is not None and route.passes_on < enquiry.on
    passes_on, lapses_on = (
        working_days_after(day, awaited, holidays) if day is not None else None
        for day in (route.passes_on, route.lapses_on)
    )
    return route.passes_on if has_passed else passes_on, lapses_on


def _ask(
    execution: Execution[Any],
    work: UnitOfWork,
    act: DecidedAct[A],
    record: A,
    question: Question,
    *,
    reason: str,
    earlier: Earlier | None = None,
) -> Decision:
    context = execution.context
    row, version = row_of_today(context, question)
    _must_not_be_asked(context, record, act, question)
    act.try_out(execution, record, question, (version,))
    with context.read() as snapshot:
        row = _with_deputies_at_once(snapshot, row, question)
        apart = {context.user.person, *question.others}
        deciders = may_decide(snapshot, [*row.decides, *row.deputies], question.school, apart)
        route = route_of(row, context.services)
        seconds = may_decide(snapshot, row.countersigns, question.school, apart)
    if row.countersigns and not seconds:
        raise NobodyMayDecide(f"Nobody else is {one_of(row.countersigns)}, and two people decide this")
    decision = Decision.ask(
        execution.next_reference(Decision),
        question,
        route,
        reason=reason,
        deciders=deciders,
        rules=(version,),
        earlier=earlier or _came_to_nothing(context, question),
    )
    return work.add(decision)


def record_for_another(execution: Execution[A], act: DecidedAct[A], values: Values) -> None:
    """Carry the act out as somebody decided it outside the service, who is to confirm that. Raises EvidenceNeeded,
    NotTheirs, OwnAsk, and the refusals of the act."""
    context = execution.context
    answers = {name: values[name] for name in act.answers if name in values}

    def decide(work: UnitOfWork, record: A) -> None:
        question, row, version = _question_and_row(context, act, record, answers)
        _must_not_be_asked(context, record, act, question)
        decision, granted = Decision.record_for(
            execution.next_reference(Decision),
            question,
            route_of(row, context.services),
            decider=values["decider"],
            held=held_in(context, work, values["decider"], question.school, values["decided_on"]),
            not_before=_began_on(context, record),
            asked_by=_last_asker(context, record, act),
            heard=values["heard"],
            decided_on=values["decided_on"],
            evidence=values["evidence"],
            confirm_by=_working_days(context.services, CONFIRM_WITHIN),
            rules=(version,),
            earlier=_came_to_nothing(context, question),
        )
        work.add(decision)
        with on_behalf_of(values["decider"]):
            act.carry_out(execution, record, answers, granted, (version,))

    execution.change_with_others(decide)


def _question_and_row(
    context: RequestContext, act: DecidedAct[A], record: A, answers: Answers
) -> tuple[Question, DelegationRow, str]:
    question = act.asked(context, record, answers)
    question = replace(question, authors=(*question.authors, *_earlier_askers(context, question)))
    row, version = row_of_today(context, question)
    if row.is_publishable and not plain(answers.get("alternatives", "")):
        raise AlternativesNeeded("Enter which alternatives were considered, and why not", field="alternatives")
    if question.net is not None and question.together is not None:
        settings, _ = settings_of(context.services)
        if not decided_together(settings.scheme, question.net, question.together):
            question = replace(question, together=None)
    return question, row, version


def _earlier_askers(context: RequestContext, question: Question) -> list[UUID]:
    """Those who asked for the same before and got no answer that stands: what is asked now, they wrote before."""
    with context.read_present() as snapshot:
        rows = view.about(snapshot.connection, question.subject)
    same = [row for row in rows if (row.command, row.matter) == (question.command, question.matter)]
    asked = {row.asker: None for row in same if row.basis in WAS_ASKED and row.status is not DecisionStatus.GIVEN}
    return [each for each in asked if each is not None and each not in (context.user.person, *question.authors)]


def _with_deputies_at_once(snapshot: Snapshot, row: DelegationRow, question: Question) -> DelegationRow:
    """The row, asked of its deputies now where nobody else holds a post that may decide."""
    barred = {snapshot.user.person, *question.others}
    if not row.deputies or may_decide(snapshot, row.decides, question.school, barred):
        return row
    return replace(row, decides=row.deputies, deputies=())


def _must_not_be_asked(context: RequestContext, record: Aggregate, act: DecidedAct[Any], question: Question) -> None:
    today = context.services.today()
    with context.read_present() as snapshot:
        asked = view.open_ask(snapshot.connection, record.id, question.command, today, matter=question.matter)
    if asked is not None:
        # Other answers may lie within the own limit: it is these that would be asked twice.
        raise _already_asked(asked, today, field=next(iter(act.answers), ""))


def _already_asked(asked: view.DecisionRow, today: date, *, field: str = "") -> AlreadyAsked:
    return AlreadyAsked(f"{asked.reference} already asks this of {view.whom(asked, today)}", field=field)


class _OneAsk(Alongside):
    """Refuses to save what somebody else asks at the same moment. Whoever asks for the same matter waits here for the
    other, as both change the row of the matter, and reads what the other has saved."""

    stands_alone = True

    def __init__(self, services: Services) -> None:
        self._today = services.today()

    def write(self, connection: sa.Connection, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Decision.Asked):
                asked = view.asked_of_matter(connection, view.matter_of(event), self._today)
                if asked is not None:
                    raise _already_asked(asked, self._today)


def _came_to_nothing(context: RequestContext, question: Question) -> Earlier | None:
    """The last ask of the same, where nothing came of it."""
    today, matter = context.services.today(), question.matter
    with context.read_present() as snapshot:
        return view.came_to_nothing(snapshot.connection, question.subject, question.command, today, matter=matter)


def route_of(row: DelegationRow, services: Services) -> Route:
    """The way of a decision by a row of the scheme, if it is asked today."""
    return Route(
        row=row.code,
        decides=row.decides,
        countersigns=row.countersigns,
        deputies=row.deputies,
        may_decide_own=row.may_decide_own,
        passes_on=_working_days(services, row.passes_after) if row.deputies else None,
        lapses_on=_working_days(services, row.lapses_after),
    )


def is_route_of(row: DelegationRow, route: Route) -> bool:
    """Whether a row sends a decision the way on which it went."""
    may_decide = {*row.decides, *row.deputies}
    return row.code == route.row and row.countersigns == route.countersigns and may_decide.issuperset(route.decides)


def _working_days(services: Services, days: int) -> date:
    return working_days_after(services.today(), days, bank_holidays())


def _began_on(context: RequestContext, record: Aggregate) -> date:
    """The day on which a record was begun."""
    return events_of(context, record)[0].meta.occurred_on


def _last_asker(context: RequestContext, record: Aggregate, act: DecidedAct[Any]) -> UUID | None:
    """Who asked for the same before, whatever came of it; None where nobody did."""
    with context.read_present() as snapshot:
        asked = [row for row in view.about(snapshot.connection, record.id) if row.basis in WAS_ASKED]
    return next((row.asker for row in asked if row.command == act.command), None)


def held_in(
    context: RequestContext, work: UnitOfWork, person: UUID, school: UUID | None, day: date | None = None
) -> frozenset[Decider]:
    """As what somebody decides today, or decided on a day, by the posts that their own record tells; it is held to
    that."""
    with context.read() as snapshot:
        team = team_for(snapshot, school)
    return held_by(work.find(Person, person), day or context.services.today(), team)


def row_of_today(context: RequestContext, question: Question) -> tuple[DelegationRow, str]:
    """The row of the scheme in force that decides a question, and the version of the scheme."""
    settings, version = settings_of(context.services)
    row = row_for(settings.scheme, question.act, question.net)
    with context.read_present() as snapshot:
        act = DECIDED.get((question.kind, question.command))
        return (act.among(snapshot, row) if act else row), version


class WhyNeeded(Schema):
    """Why something is asked for, where somebody else decides."""

    reason = text_field(
        required=False,
        rows=3,
        label="Why this is needed",
        hint="Needed if somebody else has to decide",
        is_reason=True,
    )


def alternatives_field() -> fields.String:
    """What else was considered before one provider alone is asked."""
    return text_field(
        required=False,
        rows=3,
        longest=2000,
        label="Alternatives considered",
        hint="Needed above your own limit: who else was considered, and why not",
    )


class DecidedElsewhere(Schema):
    """A decision that was made in a meeting or by email, as somebody records it."""

    decider = chosen_person("Who decided", DECIDERS, noun="who decided")
    heard = fields.Enum(
        Heard,
        by_value=True,
        required=True,
        metadata={"label": "How they told you", "widget": "radios", "noun": "how they told you"},
    )
    decided_on = day_field("Date they decided", noun="the date they decided")
    evidence = text_field(
        rows=2,
        label="Evidence",
        hint="Where the decision can be read, like the minute or the email. They are asked to confirm it",
    )


def limits_in_words(snapshot: Snapshot, act: Act) -> list[tuple[str, str]]:
    """Up to which sum who decides an act, lowest first: (sum, posts)."""
    settings, _ = settings_of(snapshot.services)
    rows = sorted((row for row in settings.scheme if row.act is act), key=lambda row: row.up_to or MOST)
    return [
        (
            "More" if row.up_to is None else formats.upper_first(row.band),
            formats.upper_first(row.who),
        )
        for row in rows
    ]


def deciders(snapshot: Snapshot, act: Act, school: UUID | None) -> Choices:
    """Those who may decide an act on some sum, but for the person who asks."""
    settings, _ = settings_of(snapshot.services)
    posts = dict.fromkeys(post for row in settings.scheme if row.act is act for post in row.decides)
    found = [each for each in holders_of(snapshot, posts, school) if each != snapshot.user.person]
    names, references = names_of(snapshot, found), references_of(snapshot, found)
    return distinct_options(snapshot, [(references[id], names[id]) for id in found if id in names])
