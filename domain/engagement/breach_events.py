"""What goes wrong with the sessions of a brokered engagement: held in breach, or reported and never held."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Event
from domain.engagement.parts import BreachAnswer, EngagementStatus, SessionStatus
from domain.vocabulary import SupportKind

if TYPE_CHECKING:
    from domain.engagement.record import BrokeredEngagement


class BreachRecorded(Event):
    """A session was held all the same: `missing` says of what, as sentences."""

    TOPIC = "engagement.breach-recorded"
    says = "{by} recorded that session {number} on {on} was held in breach, by {specialist}. {missing}"
    number: int
    on: date
    specialist: UUID
    kind: SupportKind
    missing: tuple[str, ...]

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.sessions[self.number] = replace(engagement.sessions[self.number], missing=self.missing)


class BreachFollowedUp(Event):
    TOPIC = "engagement.breach-followed-up"
    says = "{by} followed up the breach in session {number}. Told: {told}. {followed}"
    number: int
    told: str
    followed: str

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.sessions[self.number] = replace(
            engagement.sessions[self.number], told=self.told, followed=self.followed
        )


class BreachFoundLater(Event):
    """What was recorded after a session shows that it was held in breach; by what was known then it was not.

    `missing` are the sentences that nobody knew then."""

    TOPIC = "engagement.breach-found-later"
    says = (
        "{by} recorded what shows that session {number} on {on}, by {specialist}, was held in breach, which was not "
        "known then. {missing}"
    )
    number: int
    on: date
    specialist: UUID
    kind: SupportKind
    missing: tuple[str, ...]
    was_known: bool
    """Whether the session was recorded as held in breach of something else already."""

    def apply(self, engagement: BrokeredEngagement) -> None:
        session = engagement.sessions[self.number]
        engagement.sessions[self.number] = replace(
            session,
            missing=(*session.missing, *self.missing),
            found_later_on=self.meta.signature.today,
            answer=None,
            told="",
            followed="",
        )


class BreachClosed(Event):
    """By a decision; the breach stays, with what it came to."""

    TOPIC = "engagement.breach-closed"
    says = (
        "{by} {on_behalf:recorded that … closed}{own_act:closed} the breach in session {number} as {answer}: {reason}"
    )
    number: int
    answer: BreachAnswer

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.sessions[self.number] = replace(engagement.sessions[self.number], answer=self.answer)


class SessionWronglyReported(Event):
    """A session that was reported never took place: its days are free again and its share of the price is not owed.

    `goes_on` says whether the work was under way, `in_breach` whether the session counted as held in breach."""

    TOPIC = "engagement.session-wrongly-reported"
    says = "{by} recorded that session {number}, reported for {on} ({days}), did not take place: {reason}"
    number: int
    on: date
    days: Decimal
    net: Decimal
    specialist: UUID
    goes_on: bool
    in_breach: bool

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.sessions[self.number] = replace(
            engagement.sessions[self.number],
            status=SessionStatus.WRONGLY_REPORTED,
            net=Decimal(0),
            reason=self.meta.reason,
            missing=(),
        )
        if engagement.status is EngagementStatus.IN_DELIVERY and not engagement.used_days:
            engagement.status = EngagementStatus.CONFIRMED
