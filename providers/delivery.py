"""Delivery: the commands on an engagement that need its provider or its request at once.

Each is saved with what it looked at, so that no session is planned on facts that change at the same moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol, Required, TypedDict, TypeVar, Unpack
from uuid import UUID

from domain.aggregate import Aggregate, Refusal
from domain.delegation import Act, Granted
from domain.engagement import BrokeredEngagement, Consent, SessionStatus
from domain.money import in_pounds
from domain.person import Person
from domain.provider import Provider
from domain.service import Service, UnitOfWork
from domain.support_request import SupportRequest
from domain.tender import Tender
from domain.tender.rules import AboveCeiling
from domain.vocabulary import Role, Side
from providers.eligibility import (
    VettingOn,
    clear,
    may_be_asked,
    must_be_within_ceiling,
    must_not_be_suspended,
    must_work_there,
)
from providers.outlook import outlook_on, vetted
from providers.vetting import Clearance


class NotOfTheSchool(Refusal):
    """Somebody agreed for a school who neither leads it nor chairs its governors."""


class SessionEntered(TypedDict, total=False):
    """What can be entered wrongly of a session beside its day, and what was wrong."""

    reason: Required[str]
    days: Decimal
    minutes: int
    place: str
    note: str
    attended: int


A = TypeVar("A", bound=Aggregate)


class Find(Protocol):
    """Finds a record of a kind by its id."""

    def __call__(self, kind: type[A], id: UUID, /) -> A: ...


def alone_up_to(find: Find, request: SupportRequest, engagement: BrokeredEngagement) -> Decimal | None:
    """The net sum, as far as the council pays it, up to which it was decided that the provider of an engagement is
    asked alone, or works without a quote; None where others were asked, or in the time before that was decided."""
    paid = request.paid.council_pays(engagement.work.net)
    if engagement.tender is None:
        return paid
    decided = find(Tender, engagement.tender).alone_up_to
    return None if decided is None else max(decided, paid)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Each method is one command, given inside a signature; `at` is the version of the engagement it was decided on.

    Raises the refusals of the record, NotCleared, NotASpecialist, ProviderSuspended, NotFound, Stale, AlreadyDone.
    """

    service: Service
    vetting: VettingOn

    def confirm(self, engagement_id: UUID, *, at: int | None = None) -> None:
        """Confirm agreed work, seeing once more that the provider may be given it and the specialist is cleared on
        all its days. Raises NotOnTheList, ConflictOfInterest."""

        def decide(work: UnitOfWork) -> None:
            engagement = work.find(BrokeredEngagement, engagement_id, at=at)
            terms = engagement.work
            may_be_asked(work.find(Provider, terms.provider), terms.school, engagement.today)
            found = self._clear(work, engagement, terms.specialist, terms.begins, terms.ends)
            engagement.confirm_clearance(
                cleared=True,
                valid_to=found.valid_to,
                exempt=_exempt(found),
                conditions=_conditions(found),
                rules=self._rules(terms.begins),
            )
            engagement.confirm()

        self.service.do(decide)

    def plan_session(
        self,
        engagement_id: UUID,
        *,
        on: date,
        days: Decimal,
        minutes: int | None = None,
        place: str = "",
        at: int | None = None,
    ) -> None:
        """Plan a session on a day on which the specialist is cleared and the provider is not suspended. Where a check
        that holds today ends before that day, the session waits for its renewal."""

        def decide(work: UnitOfWork) -> None:
            engagement = work.find(BrokeredEngagement, engagement_id, at=at)
            self._may_work(work, engagement, on)
            engagement.plan_session(
                on=on, days=days, minutes=minutes, place=place, cleared=True, rules=self._rules(on)
            )

        self.service.do(decide)

    def deliver_session(
        self,
        engagement_id: UUID,
        number: int,
        *,
        on: date,
        days: Decimal,
        note: str = "",
        attended: int | None = None,
        at: int | None = None,
    ) -> None:
        """Record a session that took place. Where the specialist was not cleared on its day, or the provider
        suspended, it is recorded as held in breach: what happened is never refused."""

        def decide(work: UnitOfWork) -> None:
            engagement = work.find(BrokeredEngagement, engagement_id, at=at)
            missing = self._missing(work, engagement, engagement.work.specialist, on)
            engagement.deliver_session(
                number,
                on=on,
                days=days,
                note=note,
                attended=attended,
                cleared=not missing,
                missing=missing,
                rules=self._rules(on),
            )

        self.service.do(decide)

    def correct_session(
        self,
        engagement_id: UUID,
        number: int,
        *,
        on: date | None = None,
        at: int | None = None,
        **entered: Unpack[SessionEntered],
    ) -> None:
        """Put right what was entered wrongly of a session. On another day it is planned as on any, and if it was held
        on it, it is recorded whether that was in breach."""

        def decide(work: UnitOfWork) -> None:
            engagement = work.find(BrokeredEngagement, engagement_id, at=at)
            session = engagement.sessions.get(number)
            missing: tuple[str, ...] = ()
            rules: tuple[str, ...] = ()
            if on is not None and session is not None and on != session.on:
                rules = self._rules(on)
                if session.status is SessionStatus.DELIVERED:
                    missing = self._missing(work, engagement, session.specialist or engagement.work.specialist, on)
                elif session.status is SessionStatus.PLANNED:
                    self._may_work(work, engagement, on)
            engagement.correct_session(number, on=on, missing=missing, rules=rules, **entered)

        self.service.do(decide)

    def substitute(self, engagement_id: UUID, specialist: UUID, *, reason: str, at: int | None = None) -> None:
        """Let another specialist of the provider take over, cleared on all days to come."""

        def decide(work: UnitOfWork) -> None:
            engagement = work.find(BrokeredEngagement, engagement_id, at=at)
            first = max(engagement.today, engagement.work.begins)
            must_not_be_suspended(work.find(Provider, engagement.work.provider), engagement.today)
            found = self._clear(work, engagement, specialist, first, max(first, engagement.work.ends))
            engagement.substitute(
                specialist,
                cleared=True,
                valid_to=found.valid_to,
                exempt=_exempt(found),
                conditions=_conditions(found),
                rules=self._rules(first),
                reason=reason,
            )

        self.service.do(decide)

    def agree_variation(
        self,
        engagement_id: UUID,
        *,
        days: Decimal,
        net: Decimal,
        ends: date,
        consent: Consent,
        reason: str,
        granted: Granted | None = None,
        rules: tuple[str, ...] = (),
        at: int | None = None,
    ) -> None:
        """Write down other days, price or end that school and provider have agreed to.

        A higher price needs room under the ceiling, or a decision that raises it, and more days a provider that is
        not suspended. Raises AboveCeiling, NotOfTheSchool.
        """

        def decide(work: UnitOfWork) -> None:
            engagement = work.find(BrokeredEngagement, engagement_id, at=at)
            provider = work.find(Provider, engagement.work.provider)
            request = work.find(SupportRequest, engagement.request)
            part = request.paid.council_pays(net)
            if net > engagement.work.net:
                alone = alone_up_to(work.find, request, engagement)
                takes = granted.act if granted else None
                if alone is not None and part > alone and takes is not Act.VARY_ALONE_ABOVE:
                    raise AboveCeiling(
                        f"This provider was asked alone for up to {in_pounds(alone)}. More has to be decided first",
                        field="net",
                    )
                if granted is None:
                    must_be_within_ceiling(request, net)
                elif request.ceiling is None or part > request.ceiling:
                    request.approve_spending(part, granted=granted, rules=rules)
            if days > engagement.work.days:
                must_not_be_suspended(provider, engagement.today)
            _must_lead(work.find(Person, consent.school_by), engagement.work.school, consent.school_on)
            must_work_there(provider, consent.provider_by, consent.provider_on, field="provider_by")
            engagement.agree_variation(
                days=days,
                net=net,
                ends=ends,
                consent=consent,
                reason=reason,
                granted=granted,
                counted=part,
                rules=rules,
            )

        self.service.do(decide)

    def cancel(self, engagement_id: UUID, *, side: Side, reason: str, at: int | None = None) -> None:
        """Give work up before it starts; the request is taken up where it was, its quotes stand again."""

        def decide(work: UnitOfWork) -> None:
            give_up(work, work.find(BrokeredEngagement, engagement_id, at=at), side=side, reason=reason)

        self.service.do(decide)

    def close(self, engagement_id: UUID, *, outcome: str, at: int | None = None) -> None:
        """Put evaluated work away, and its request with what came of it. Raises EvaluationDue."""

        def decide(work: UnitOfWork) -> None:
            engagement = work.find(BrokeredEngagement, engagement_id, at=at)
            engagement.close()
            work.find(SupportRequest, engagement.request).close(outcome=outcome)

        self.service.do(decide)

    def _may_work(self, work: UnitOfWork, engagement: BrokeredEngagement, day: date) -> None:
        must_not_be_suspended(work.find(Provider, engagement.work.provider), day)
        self._clear(work, engagement, engagement.work.specialist, day, day)

    def _missing(
        self, work: UnitOfWork, engagement: BrokeredEngagement, specialist: UUID, day: date
    ) -> tuple[str, ...]:
        """What stood against somebody's work on a day, as sentences."""
        known = vetted(work.find(Provider, engagement.work.provider))
        return outlook_on(known, specialist, day, self.vetting(day), today=day).against

    def _clear(
        self, work: UnitOfWork, engagement: BrokeredEngagement, person: UUID, first: date, last: date
    ) -> Clearance:
        provider = work.find(Provider, engagement.work.provider)
        return clear(provider, person, first, last, vetting=self.vetting, work=work)

    def _rules(self, day: date) -> tuple[str, ...]:
        return (self.vetting(day).version,)


def _exempt(clearance: Clearance) -> tuple[str, ...]:
    return tuple(map(str, clearance.exempt))


def _conditions(clearance: Clearance) -> tuple[str, ...]:
    return tuple(map(str, clearance.conditions))


def _must_lead(person: Person, school: UUID, day: date) -> None:
    """Raises NotOfTheSchool unless the person is the school's headteacher or chair of governors on that day."""
    leads = {Role.HEADTEACHER, Role.CHAIR}
    if not any(post.role in leads and post.school == school for post in person.posts_on(day)):
        raise NotOfTheSchool("Choose the school's headteacher or chair of governors on that date", field="school_by")


def give_up(work: UnitOfWork, engagement: BrokeredEngagement, *, side: Side, reason: str) -> None:
    """Cancel work that has not started; its request is taken up where it was, its quotes stand again."""
    engagement.cancel(side=side, reason=reason)
    work.find(SupportRequest, engagement.request).take_up_again(reason=reason)
    if engagement.tender is not None:
        work.find(Tender, engagement.tender).withdraw_selection(reason=reason)
