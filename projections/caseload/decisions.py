"""What waits about decisions: that one is made or, where it was recorded for somebody, confirmed; that a condition is
met."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from domain.decision import Decision
from domain.delegation import Decider
from projections.caseload.item import MAIN, Item, Task, WaitingFor, item, items, key_of
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

CONDITION = "condition"
PARTS = (MAIN, *(post.value for post in Decider))


def _parts(event: Decision.Asked) -> Iterable[Key]:
    return [key_of(event, post.value) for post in _posts(event)]


def _posts(event: Decision.Asked) -> list[Decider]:
    """The posts that are asked, but for a director where the lead of the team may decide as well."""
    asked = [*event.route.decides, *event.route.countersigns, *event.route.deputies]
    return [post for post in asked if not (post is Decider.DIRECTOR and Decider.SENIOR_OFFICER in asked)]


@items.on_each(Decision.Asked, keys=_parts)
def decision_asked(_: Item | None, event: Decision.Asked, key: Key) -> Item:
    post, route = Decider(key[2]), event.route
    made = item(
        event, Task.DECIDE_ASK, MOVES[post], part=post.value, due=route.lapses_on, detail=event.question.act.label
    )
    later = post in route.deputies and route.passes_on is not None
    asker = event.meta.signature.actor
    return replace(
        made, author=asker, not_before=route.passes_on + timedelta(days=1) if later and route.passes_on else None
    )


def _all(event: Decision.Given | Decision.Refused | Decision.Withdrawn | Decision.Overtaken) -> Iterable[Key]:
    return [key_of(event, part) for part in PARTS]


@items.on_each(Decision.Given, Decision.Refused, Decision.Withdrawn, Decision.Overtaken, keys=_all)
def decision_over(*_: object) -> None:
    """Nobody is asked any more."""


@items.on(Decision.RecordedForAnother, key=lambda event: key_of(event, MAIN))
def decision_recorded(_: Item | None, event: Decision.RecordedForAnother) -> Item:
    return item(
        event, Task.CONFIRM_DECISION, WaitingFor.DECIDER, person=event.decider, detail=event.question.act.label
    )


@items.on(Decision.Confirmed, Decision.Disowned, key=lambda event: key_of(event, MAIN))
def decision_owned(*_: object) -> None:
    """The person has said whether it is theirs."""


@items.on(Decision.Given, key=lambda event: key_of(event, CONDITION))
def condition_set(row: Item | None, event: Decision.Given) -> Item | None:
    if event.condition is None:
        return row
    asked = event.condition
    return item(
        event,
        Task.MEET_CONDITION,
        WaitingFor.DECIDER,
        part=CONDITION,
        due=asked.due,
        person=asked.owner,
        detail=asked.text,
    )


@items.on(Decision.ConditionMet, key=lambda event: key_of(event, CONDITION))
def condition_met(*_: object) -> None:
    """Nothing is left to be done for it."""
