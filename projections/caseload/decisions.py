"""What waits about decisions: that one is made or, where it was recorded for somebody, confirmed; that a condition is
met; and that whoever asked reads what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

from domain.aggregate import Event
from domain.decision import Decision, Route
from domain.delegation import Act, Decider
from projections.caseload.item import Item, Task, WaitingFor, done, item, items
from projections.caseload.on_behalf import of_both, to_be_confirmed
from projections.view import Key, replace

MOVES = {
    Decider.BROKER: WaitingFor.BROKER,
    Decider.CPD_MANAGER: WaitingFor.CPD_MANAGER,
    Decider.SENIOR_OFFICER: WaitingFor.TEAM_LEAD,
    Decider.DIRECTOR: WaitingFor.DIRECTOR,
    Decider.CHIEF_OFFICER: WaitingFor.CHIEF_OFFICER,
    Decider.COUNTERSIGNER: WaitingFor.COUNTERSIGNER,
}
"""Whose move it is where a post is asked; a team's lead or a director is one answer."""

STANDS_FOR = {
    Act.APPROVE_SPENDING: Task.APPROVE,
    Act.SELECT_PROVIDER: Task.CHOOSE,
    Act.CLOSE_BREACH: Task.CLOSE_BREACH,
    Act.SELECT_NOT_BEST: Task.CHOOSE,
    Act.SELECT_ABOVE_LIMIT: Task.CHOOSE,
    Act.ASSESS_AS_CAUSING_CONCERN: Task.ASSESS,
    Act.START_INTERVENTION: Task.DECIDE,
    Act.END_INTERVENTION: Task.DECIDE,
    Act.CONTINUE_INTERVENTION: Task.DECIDE,
    Act.CHANGE_LEVEL: Task.DECIDE,
    Act.ASSESS_COMPLIANCE: Task.ASSESS_COMPLIANCE,
    Act.NOTIFY_INTENTION: Task.NOTIFY_INTENTION,
    **dict.fromkeys(
        (
            Act.REQUIRE_ARRANGEMENTS,
            Act.APPOINT_GOVERNORS,
            Act.APPOINT_INTERIM_BOARD,
            Act.SUSPEND_BUDGET,
            Act.WITHDRAW_NOTICE,
        ),
        Task.USE_POWER,
    ),
}
"""The task of a record that an act does: while the act is asked of others, it is their move."""

ENDS = (Decision.Given, Decision.Refused, Decision.Withdrawn, Decision.Overtaken, Decision.OvertakenByAct)
"""After these nobody is asked any more."""

CONDITION, OUTCOME, FAILED, DISOWNED, ENQUIRY = "condition", "outcome", "failed", "disowned", "enquiry"


def _case(event: Event) -> UUID:
    """The request that a decision belongs to, else the decision itself."""
    return event.meta.about.request or event.meta.stream


def _key(event: Event, part: str) -> Key:
    return _case(event), Decision.KIND, f"{part}-{event.meta.stream}"


def _part(part: str) -> Callable[[Event], Key]:
    return lambda event: _key(event, part)


def _posts(event: Decision.Asked) -> list[Decider]:
    """The posts that are asked, but for a director where the lead of the team may decide as well."""
    asked = [*event.route.decides, *event.route.countersigns, *event.route.deputies]
    return [post for post in asked if not (post is Decider.DIRECTOR and Decider.SENIOR_OFFICER in asked)]


def _parts(event: Decision.Asked) -> Iterable[Key]:
    return [_key(event, post.value) for post in _posts(event)]


@items.on_each(Decision.Asked, keys=_parts)
def decision_asked(_: Item | None, event: Decision.Asked, key: Key) -> Item:
    part, route = str(key[2]), event.route
    post = next(post for post in _posts(event) if _key(event, post.value) == key)
    made = item(
        event,
        Task.DECIDE_ASK,
        MOVES[post],
        part=part,
        due=route.lapses_on,
        detail=event.question.act.label,
        case=_case(event),
    )
    later = post in route.deputies and route.passes_on is not None
    return replace(
        made,
        author=event.meta.signature.actor,
        gathered=tuple(each.value for each in _side(event.route, post)),
        stands_for=STANDS_FOR.get(event.question.act),
        on_record=event.question.subject,
        not_before=route.passes_on + timedelta(days=1) if later and route.passes_on else None,
    )


def _side(route: Route, post: Decider) -> tuple[Decider, ...]:
    """The posts of which one decides as the same of two people as this post."""
    return route.countersigns if post in route.countersigns else (*route.decides, *route.deputies)


def _all(event: Event) -> Iterable[Key]:
    return [_key(event, post.value) for post in Decider]


@items.on_each(*ENDS, keys=_all)
def decision_over(*_: object) -> None:
    """Nobody is asked any more."""


@items.on_each(Decision.FirstGiven, keys=_all)
def first_given(row: Item | None, event: Decision.FirstGiven, _: Key) -> Item | None:
    """The other of two people is asked still."""
    return done(row) if row is not None and event.post.value in row.gathered else row


@items.on_each(Decision.MoreAsked, keys=_all)
def more_asked(row: Item | None, *_: object) -> Item | None:
    """The days until it lapses are not counted, and it is the asker's move."""
    return row and replace(row, due=None)


@items.on_each(Decision.Answered, keys=_all)
def answered(row: Item | None, event: Decision.Answered, key: Key) -> Item | None:
    """It is to be decided by other days, by both of two people anew where the terms are others."""
    if row is None or (row.task is None and not event.is_restated):
        return row
    part = str(key[2])
    post = next(post for post in Decider if _key(event, post.value)[2] == part)
    return replace(
        row,
        task=Task.DECIDE_ASK,
        waiting_for=MOVES[post],
        due=event.lapses_on,
        not_before=event.passes_on + timedelta(days=1) if row.not_before and event.passes_on else None,
    )


def _of_asker(event: Event) -> Iterable[Key]:
    return [_key(event, OUTCOME), _key(event, FAILED), _key(event, ENQUIRY)]


@items.on_each(Decision.Asked, keys=_of_asker)
def asker_waits(_: Item | None, event: Decision.Asked, key: Key) -> Item:
    """Where nobody decides in time, whoever asked is told on the day after."""
    asked, lapses_on = event.question, event.route.lapses_on
    is_outcome = key == _key(event, OUTCOME)
    waits = item(
        event,
        Task.READ_OUTCOME if is_outcome and lapses_on else None,
        WaitingFor.DECIDER,
        part=str(key[2]),
        person=event.meta.signature.actor,
        detail=f"{asked.act.with_sum(asked.net)}: not decided in time",
        case=_case(event),
    )
    return replace(waits, not_before=lapses_on + timedelta(days=1) if is_outcome and lapses_on else None)


def _act(row: Item) -> str:
    return row.detail.partition(":")[0]


def _of_outcome(event: Event) -> Iterable[Key]:
    return [_key(event, OUTCOME), _key(event, FAILED)]


Nothing = Decision.Refused | Decision.Overtaken | Decision.OvertakenByAct


@items.on(Decision.Refused, Decision.Overtaken, Decision.OvertakenByAct, key=_part(OUTCOME))
def came_to_nothing(row: Item | None, event: Nothing) -> Item | None:
    """Whoever asked has to know, but for what they brought about themselves."""
    if row is None or row.person == event.meta.signature.actor:
        return None
    if isinstance(event, Decision.Refused):
        said = f"refused. {event.meta.reason}"
    elif isinstance(event, Decision.OvertakenByAct):
        said = f"nothing left to decide. {event.why}"
    else:
        said = f"has to be asked again. {' '.join(event.changed)}"
    return replace(
        row, task=Task.READ_OUTCOME, detail=f"{_act(row)}: {said}", since=event.meta.occurred_on, not_before=None
    )


@items.on(Decision.Given, Decision.Withdrawn, key=_part(OUTCOME))
def nothing_to_read(*_: object) -> None:
    """What was asked is given, or no longer asked."""


@items.on(Decision.GivingFailed, key=_part(FAILED))
def giving_failed(row: Item | None, event: Decision.GivingFailed) -> Item | None:
    return row and replace(
        row,
        task=Task.READ_OUTCOME,
        detail=f"{_act(row)}: could not be carried out. {event.why}",
        since=event.meta.occurred_on,
    )


@items.on(*ENDS, key=_part(FAILED))
def failed_before(*_: object) -> None:
    """What has come of it since says more."""


@items.on(Decision.MoreAsked, key=_part(ENQUIRY))
def asker_is_asked(row: Item | None, event: Decision.MoreAsked) -> Item | None:
    """Whoever asked is to answer."""
    return row and replace(
        row,
        task=Task.ANSWER_DECIDER,
        detail=f"{_act(row)}: {event.enquiry}",
        since=event.meta.occurred_on,
    )


@items.on(Decision.MoreAsked, key=_part(OUTCOME))
def may_not_lapse(row: Item | None, _: Event) -> Item | None:
    """While an answer is awaited it does not lapse."""
    return row and replace(row, task=None)


@items.on(Decision.Answered, key=_part(OUTCOME))
def may_lapse(row: Item | None, event: Decision.Answered) -> Item | None:
    if row is None or event.lapses_on is None:
        return row
    return replace(row, task=Task.READ_OUTCOME, not_before=event.lapses_on + timedelta(days=1))


@items.on(Decision.Answered, key=_part(ENQUIRY))
def asker_answered(row: Item | None, _: Event) -> Item | None:
    return row and replace(row, task=None)


@items.on(*ENDS, key=_part(ENQUIRY))
def nothing_to_answer(*_: object) -> None:
    """Nobody waits for an answer any more."""


@items.on_each(Decision.OutcomeRead, keys=_of_outcome)
def outcome_read(row: Item | None, event: Decision.OutcomeRead, _: Key) -> Item | None:
    """That nobody decides in time may still be to come."""
    if row is None or (row.not_before is not None and row.not_before > event.meta.occurred_on):
        return row
    return done(row)


Begun = Decision.Asked | Decision.DecidedAlone | Decision.RecordedForAnother


def _asked_before(event: Begun) -> Iterable[Key]:
    if event.earlier is None:
        return []
    case, earlier = event.meta.about.request or event.earlier.decision, event.earlier.decision
    return [(case, Decision.KIND, f"{part}-{earlier}") for part in (OUTCOME, FAILED)]


@items.on_each(Decision.Asked, Decision.DecidedAlone, Decision.RecordedForAnother, keys=_asked_before)
def asked_again(*_: object) -> None:
    """What came of it before needs no more reading."""


@items.on_each(Decision.RecordedForAnother, keys=of_both(_key))
def decision_recorded(_: Item | None, event: Decision.RecordedForAnother, key: Key) -> Item | None:
    return to_be_confirmed(
        event,
        key,
        Task.CONFIRM_DECISION,
        WaitingFor.DECIDER,
        confirm_by=event.confirm_by,
        person=event.decider,
        detail=event.question.act.label,
    )


@items.on(Decision.Disowned, key=_part(DISOWNED))
def decision_disowned(_: Item | None, event: Decision.Disowned) -> Item:
    """The director has it at once: what rests on it is decided anew, ended or corrected."""
    return item(
        event,
        Task.SETTLE_DISOWNED,
        WaitingFor.DIRECTOR,
        part=str(_key(event, DISOWNED)[2]),
        due=event.meta.occurred_on,
        detail=f"Disowned: {event.meta.reason}",
        case=_case(event),
    )


@items.on(Decision.Settled, key=_part(DISOWNED))
def disowned_settled(*_: object) -> None:
    """It was ended or corrected."""


def _disowned_before(event: Decision.DecidedAfterwards) -> Iterable[Key]:
    if event.earlier is None:
        return []
    case = event.meta.about.request or event.earlier.decision
    return [(case, Decision.KIND, f"{DISOWNED}-{event.earlier.decision}")]


@items.on_each(Decision.DecidedAfterwards, keys=_disowned_before)
def disowned_decided_anew(*_: object) -> None:
    """Somebody with the authority has decided it."""


@items.on_each(Decision.Confirmed, Decision.Disowned, keys=of_both(_key))
def decision_owned(*_: object) -> None:
    """The person has said whether it is theirs."""


@items.on(Decision.Given, key=_part(CONDITION))
def condition_set(row: Item | None, event: Decision.Given) -> Item | None:
    if event.condition is None:
        return row
    asked = event.condition
    return item(
        event,
        Task.MEET_CONDITION,
        WaitingFor.DECIDER,
        part=str(_key(event, CONDITION)[2]),
        due=asked.due,
        person=asked.owner,
        detail=asked.text,
        case=_case(event),
    )


@items.on(Decision.ConditionMet, key=_part(CONDITION))
def condition_met(*_: object) -> None:
    """Nothing is left to be done for it."""
