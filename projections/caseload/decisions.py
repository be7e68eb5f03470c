"""What waits about decisions: that one is made or, where it was recorded for somebody, confirmed; that a condition is
met."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

from domain.aggregate import Event
from domain.decision import Decision, Route
from domain.delegation import Act, Decider
from projections.caseload.item import Item, Task, WaitingFor, item, items
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

STANDS_FOR = {Act.APPROVE_SPENDING: Task.APPROVE}
"""The task of the case that an act does: while the act is asked of others, it is their move."""

CONDITION, CONFIRMING = "condition", "confirming"


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
        not_before=route.passes_on + timedelta(days=1) if later and route.passes_on else None,
    )


def _side(route: Route, post: Decider) -> tuple[Decider, ...]:
    """The posts of which one decides as the same of two people as this post."""
    return route.countersigns if post in route.countersigns else (*route.decides, *route.deputies)


def _all(event: Event) -> Iterable[Key]:
    return [_key(event, post.value) for post in Decider]


@items.on_each(Decision.Given, Decision.Refused, Decision.Withdrawn, Decision.Overtaken, keys=_all)
def decision_over(*_: object) -> None:
    """Nobody is asked any more."""


@items.on_each(Decision.FirstGiven, keys=_all)
def first_given(row: Item | None, event: Decision.FirstGiven, _: Key) -> Item | None:
    """The other of two people is asked still."""
    return None if row is None or event.post.value in row.gathered else row


@items.on(Decision.RecordedForAnother, key=_part(CONFIRMING))
def decision_recorded(_: Item | None, event: Decision.RecordedForAnother) -> Item:
    return item(
        event,
        Task.CONFIRM_DECISION,
        WaitingFor.DECIDER,
        part=str(_key(event, CONFIRMING)[2]),
        person=event.decider,
        detail=event.question.act.label,
        case=_case(event),
    )


@items.on(Decision.Confirmed, Decision.Disowned, key=_part(CONFIRMING))
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
