"""Who outside the service reads the reason that somebody gives: said beside the question, by the rules of telling."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain.aggregate import EVENTS, Event
from domain.attachment import Attachment
from domain.note import Note
from domain.tender import Tender
from domain.vocabulary import Role
from web.access.context import User
from web.access.disclosure import BROKERING, CONCERN, TOLD_TO_ALL_INVITED, right_to_read
from web.access.policy import POLICY, SCHOOL
from web.commands.resource import Command, Resource

REASON_READERS = "reason_readers"
"""Where a form finds what says who reads its reason; asked by the question that it stands beside (FormField.hint)."""

OUTSIDE = frozenset({*SCHOOL, Role.SPECIALIST})


def readers_of(resource: Resource[Any], command: Command[Any], user: User | None = None) -> str:
    """Who outside the service reads the reason of a command, in a sentence; empty for nobody. Whoever asks is not
    told of their own side.

    Where a command does not say in which events it keeps its reason, it may be any of its kind of record.
    """
    of_kind = [event for topic, event in EVENTS.items() if topic.startswith(f"{resource.kind.KIND}.")]
    return readers_in_words(command.told_in or of_kind, user)


def readers_in_words(events: Iterable[type[Event]], user: User | None = None) -> str:
    """Who outside the service is told of any of these events, in a sentence; empty for nobody."""
    told = [event for event in events if outside_readers(event)]
    roles = frozenset[Role]().union(*map(outside_readers, told))
    roles -= _own_side(user) if user else frozenset()
    kinds = {event.TOPIC.partition(".")[0] for event in told}
    if kinds & {Note.KIND, Attachment.KIND}:
        return "The school or the provider can read it if this is for them."
    sides = ["the school"] * bool(roles.intersection(SCHOOL)) + ["the provider"] * (Role.SPECIALIST in roles)
    if not sides:
        return ""
    unless = " once the concern is shared with them, unless it is restricted" if kinds == {CONCERN} else ""
    return f"{' and '.join(sides).capitalize()} can read it{unless}."


def _own_side(user: User) -> frozenset[Role]:
    return frozenset(side for side in OUTSIDE if user.holds(*(SCHOOL if side in SCHOOL else (side,))))


def outside_readers(event: type[Event]) -> frozenset[Role]:
    """The posts outside the service that may be told of an event; of a tender, a provider is told what names it."""
    if event.TOPIC in BROKERING:
        return frozenset()
    is_of_tender = event.TOPIC.startswith(f"{Tender.KIND}.") and event.TOPIC not in TOLD_TO_ALL_INVITED
    if is_of_tender and "provider" not in event.__annotations__:
        return frozenset()
    return OUTSIDE.intersection(POLICY[right_to_read(event.TOPIC)])
