"""What an engagement is at: its terms, who agreed to them, its sessions and what they come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Aggregate, Meta
from domain.engagement.parts import (
    KEPT,
    Agreement,
    Ending,
    EngagementStatus,
    Evaluation,
    Session,
    SessionStatus,
    Variation,
    Work,
)
from domain.engagement.rules import MoreThanAgreed, NoSuchSession, OutsideTheAgreedDates
from domain.money import pounds
from domain.on_behalf import Confirmation, OnBehalf
from domain.text import counted
from domain.vocabulary import About, Side


class EngagementState(Aggregate, part=True):
    """What every part of an engagement stands on."""

    status: EngagementStatus
    request: UUID
    tender: UUID | None
    work: Work
    proposed_on: date

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.authors: tuple[UUID, ...] = ()
        self.agreements: dict[Side, Agreement] = {}
        self.cleared = False
        self.cleared_to: date | None = None
        self.exempt: tuple[str, ...] = ()
        self.conditions: tuple[str, ...] = ()
        self.cleared_under: tuple[str, ...] = ()
        self.sessions: dict[int, Session] = {}
        self.evaluation: Evaluation | None = None
        self.evaluation_waived = False
        self.waived_because = ""
        self.variations: tuple[Variation, ...] = ()
        self.paused_because = ""
        self.ending: Ending | None = None

    @property
    def agreed_by(self) -> frozenset[Side]:
        """The sides that have agreed to the terms, or are recorded to have."""
        return frozenset(side for side, agreed in self.agreements.items() if not agreed.is_disowned)

    @property
    def disowned(self) -> dict[Side, Agreement]:
        """The agreements that others recorded for a side which says that it did not agree."""
        return {side: agreed for side, agreed in self.agreements.items() if agreed.is_disowned}

    @property
    def planned_sessions(self) -> list[Session]:
        """Sessions to come, in order of their days."""
        planned = (each for each in self.sessions.values() if each.status is SessionStatus.PLANNED)
        return sorted(planned, key=lambda session: (session.on, session.number))

    @property
    def used_days(self) -> Decimal:
        """Days delivered, or cancelled at a charge."""
        return sum((each.days for each in self.sessions.values() if each.is_used), Decimal(0))

    @property
    def planned_days(self) -> Decimal:
        return sum((each.days for each in self.planned_sessions), Decimal(0))

    @property
    def left_days(self) -> Decimal:
        """Days agreed that are neither used nor planned."""
        return self.work.days - self.used_days - self.planned_days

    @property
    def cost(self) -> Decimal:
        """The net cost of the days used so far."""
        return sum((each.net for each in self.sessions.values()), Decimal(0))

    def remember_author(self, person: UUID | None) -> None:
        """Remember who wrote the terms as they stand, or stood before."""
        if person is not None:
            self.authors = tuple(dict.fromkeys((*self.authors, person)))

    def remember_agreement(self, side: Side, meta: Meta, recorded: OnBehalf | None = None) -> None:
        """Remember that a side agreed, or how others recorded that it did; with the third the terms stand."""
        if recorded is None and meta.signature.on_behalf_of is not None:
            recorded = OnBehalf(None, meta.signature.actor, meta.occurred_on, evidence=meta.reason)
        self.agreements[side] = Agreement(meta.signature.actor, meta.occurred_on, recorded)
        if self.agreed_by == frozenset(Side) and self.status is EngagementStatus.PROPOSED:
            self.status = EngagementStatus.AGREED

    def remember_word(self, side: Side, confirmation: Confirmation, meta: Meta) -> None:
        """Remember what a side says of the agreement that others recorded for it."""
        agreed = self.agreements[side]
        if agreed.recorded is not None:
            self.agreements[side] = replace(agreed, recorded=agreed.recorded.said(confirmation, meta))

    def drop_planned_sessions(self) -> None:
        """Remember that sessions to come will not take place."""
        for session in self.planned_sessions:
            self.sessions[session.number] = replace(session, status=SessionStatus.CANCELLED)

    def about(self) -> About:
        return About(self.work.school, self.request, self.work.provider, (self.work.specialist,))

    def _must_be_within(self, day: date) -> None:
        if not self.work.begins <= day <= self.work.ends:
            raise OutsideTheAgreedDates("The date must be within the agreed dates", field="on")

    def _must_fit(self, days: Decimal, *, instead_of: Decimal = Decimal(0)) -> None:
        left = self.left_days + instead_of
        if days > left:
            raise MoreThanAgreed(
                f"Only {counted(left, 'agreed day is', 'agreed days are')} left. Agree a variation first.",
                field="days",
            )

    def _planned(self, number: int) -> Session:
        session = self.sessions.get(number)
        if session is None or session.status is not SessionStatus.PLANNED:
            raise NoSuchSession("Choose a session that is planned", field="number")
        return session

    def _delivered(self, number: int) -> Session:
        session = self.sessions.get(number)
        if session is None or session.status is not SessionStatus.DELIVERED:
            raise NoSuchSession("Choose a session that is recorded as held", field="number")
        return session

    @property
    def delivered_sessions(self) -> list[Session]:
        """Sessions that took place, in order of their days."""
        held = (each for each in self.sessions.values() if each.status is SessionStatus.DELIVERED)
        return sorted(held, key=lambda session: (session.on, session.number))

    def _kept_sessions(self) -> list[Session]:
        return [each for each in self.sessions.values() if each.status in KEPT]

    def _share(self, days: Decimal, *, instead_of: Session | None = None) -> Decimal:
        """The part of the price not yet spent that falls on these of the days not yet used; what was spent on a
        session is free again where it is `instead_of` that one."""
        spent, used = (instead_of.net, instead_of.days) if instead_of else (Decimal(0), Decimal(0))
        return pounds((self.work.net - self.cost + spent) * days / (self.work.days - self.used_days + used))
