"""A year of brokerage: requests raised, providers invited, work agreed, delivered, evaluated, or none found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from domain.decision import Question
from domain.delegation import Decider, Granted
from domain.engagement import Attainment, BrokeredEngagement, Outcome
from domain.on_behalf import Heard
from domain.provider import Provider, Requirement
from domain.service import UnitOfWork
from domain.support_request import InHouse, Route, SupportLevel, SupportRequest, UnmetCause, Urgency
from domain.tender import DeclineReason, Tender, Terms
from domain.vocabulary import Phase, Role, Side, SupportKind, Team
from providers.approval import OPEN, question_of_one_alone, question_of_selection
from providers.brokerage import Brokerage, EngagementTerms
from providers.delivery import Delivery
from providers.eligibility import offer_of
from providers.matching import USUAL_POLICY as MATCHING
from providers.matching import Offer
from providers.matching import SupportNeed as Wanted
from web.brokerage.quote_fields import vat_of
from web.brokerage.vetting_policy import policy_on
from web.commands.on_behalf import confirm_by
from web.demonstration.calendar import Diary, working_day
from web.demonstration.decided import ask_or_decide, give
from web.demonstration.needs import NEEDS, Decided, End, SampleNeed
from web.demonstration.places import AUTHORITY
from web.demonstration.sample_authority import SampleAuthority
from web.demonstration.spending import Spending
from web.runtime.terms import last_day

Act = Callable[[], object]

AFTER_THE_END = 2
"""The session that was held after the insurance had ended, where it was renewed late."""

IN_A_MEETING: Mapping[Decided, Sequence[Callable[[Spending], None]]] = {
    Decided.IN_A_MEETING: [],
    Decided.IN_A_MEETING_AND_CONFIRMED: [Spending.confirm],
    Decided.IN_A_MEETING_AND_DISOWNED: [Spending.disown, Spending.decide_anew],
}
"""What the director says of a decision that the broker recorded for them."""

ALONE = "Only one provider on the list offers this"
CHOSEN = "The approach fits the department best, and the school asked for this provider"


def broker_all(sample: SampleAuthority, diary: Diary) -> None:
    """Write every request of the year into the diary, from the day on which it was raised."""
    for need in NEEDS:
        team = Team.SECONDARY if need.phase is Phase.SECONDARY else Team.PRIMARY
        urn = [urn for urn, of in sample.teams.items() if of is team][need.place]
        story = Story(sample, diary, need, urn)
        story.then(0, sample.head(urn), Role.HEADTEACHER, story.raise_)


class Story:
    """One request and what becomes of it; each act writes the next ones into the diary."""

    def __init__(self, sample: SampleAuthority, diary: Diary, need: SampleNeed, urn: int) -> None:
        self.sample = sample
        self.diary = diary
        self.need = need
        self.urn = urn
        self.begun = working_day(need.raised_on(diary.today))
        training = need.kind is SupportKind.TRAINING
        self.role = Role.CPD_MANAGER if training else Role.BROKER
        self.decides_as = Decider.CPD_MANAGER if training else Decider.BROKER
        self.broker = sample.people[(sample.cast.cpd_manager if training else sample.cast.broker).email]
        self.director = sample.people[sample.cast.director.email]
        self.service = sample.services.service
        vetting = partial(policy_on, sample.services)
        self.brokerage = Brokerage(self.service, vetting)
        self.delivery = Delivery(self.service, vetting)
        self.request: UUID
        self.decision: UUID | None = None
        self.tender: UUID
        self.engagement: UUID

    def then(self, day: int, who: UUID, role: Role, act: Act, *, hour: int = 10) -> None:
        """Let somebody act so many days after the request was raised."""
        self.diary.write(working_day(self.begun + timedelta(days=day)), who, role, act, hour=hour)

    def raise_(self) -> None:
        need, today = self.need, self.sample.services.today()
        self.request = self.sample.begin(
            SupportRequest,
            lambda reference: SupportRequest.raise_(
                reference,
                school=self.sample.school_ids[self.urn],
                raised_by=Side.SCHOOL,
                kind=need.kind,
                subject=need.subject,
                phase=need.phase,
                area=AUTHORITY,
                need=need.need,
                outcome_wanted=need.outcome,
                needed_from=today + timedelta(days=35),
                needed_by=today + timedelta(days=150),
                urgency=Urgency.SOON,
                budget=need.ceiling,
                fund="School improvement budget",
                delegates=12 if need.kind is SupportKind.TRAINING else None,
            ),
        ).id
        if need.end is End.UNTOUCHED:
            return
        self.then(2, self.broker, self.role, self._acknowledge)
        self.then(4, self.broker, self.role, self._triage)
        endings: dict[End, tuple[int, UUID, Role, Act]] = {
            End.ASKED: (5, self.broker, self.role, self._ask),
            End.WITHDRAWN: (15, self.sample.head(self.urn), Role.HEADTEACHER, self._withdraw),
            End.IN_HOUSE: (12, self.broker, self.role, self._meet_in_house),
            End.UNMET: (30, self.broker, self.role, self._find_nobody),
        }
        if need.end is End.TRIAGED:
            return
        if need.end in endings:
            self.then(*endings[need.end])
            return
        self._decide_spending()
        if need.end is End.AWAITING_DECISION:
            return
        self.then(6, self.broker, self.role, self._shortlist, hour=12)
        self.then(7, self.broker, self.role, self._invite, hour=13)

    def _decide_spending(self) -> None:
        """What is written for one hour is done in the order in which it is written."""
        need = self.need
        spending = Spending(
            self.sample,
            self.request,
            self.sample.names[self.urn],
            self.broker,
            self.decides_as,
            self.director,
            need.need,
        )
        if need.decided in IN_A_MEETING:
            self.then(5, self.broker, self.role, partial(spending.record, need.ceiling))
            for hour, answer in enumerate(IN_A_MEETING[need.decided], 14):
                self.then(5, self.director, Role.DIRECTOR, partial(answer, spending), hour=hour)
            return
        if need.decided is Decided.REFUSED_AT_FIRST:
            self.then(5, self.broker, self.role, partial(spending.ask, 2 * need.ceiling))
            why = "Ask for two terms of help. A third can be asked for once the first two have shown what they do"
            self.then(5, self.director, Role.DIRECTOR, partial(spending.refuse, why))
        self.then(5, self.broker, self.role, partial(spending.ask, need.ceiling))
        if need.end is End.AWAITING_DECISION:
            return
        on_condition = need.decided is Decided.ON_A_CONDITION
        give = partial(spending.give, need.ceiling, on_condition=on_condition)
        self.then(5, self.director, Role.DIRECTOR, give, hour=11)
        if on_condition:
            note = "The head told the governors at their meeting, and sent us the minutes"
            self.then(19, self.broker, self.role, partial(spending.meet_condition, note))

    def _change(self, act: Callable[[SupportRequest], object]) -> None:
        self.service.change(SupportRequest, self.request, act)

    def _acknowledge(self) -> None:
        self._change(lambda it: it.acknowledge(officer=self.broker, answer_by=it.today + timedelta(days=14)))

    def _triage(self) -> None:
        route = Route.IN_HOUSE if self.need.end is End.IN_HOUSE else Route.BROKERED
        self._change(lambda it: it.triage(broker=self.broker, level=SupportLevel.TARGETED, route=route))

    def _ask(self) -> None:
        day, rules = last_day(self.sample.services, lambda settings: settings.information_days)
        question = "How many teachers will take part, and on which days?"
        self._change(lambda it: it.ask_for_information(question, respond_by=day, rules=rules))

    def _withdraw(self) -> None:
        self._change(
            lambda it: it.withdraw(side=Side.SCHOOL, reason="A neighbouring school shares its fieldwork days")
        )

    def _meet_in_house(self) -> None:
        note = "The lead teacher of a neighbouring school comes every other Thursday"
        self._change(lambda it: it.meet_in_house(InHouse.LEAD_TEACHER, note=note))

    def _find_nobody(self) -> None:
        self._change(
            lambda it: it.record_unmet(
                cause=UnmetCause.NOBODY_OFFERS, reason="No provider in this or a neighbouring area offers the subject"
            )
        )

    def _shortlist(self) -> None:
        def offers(wanted: Wanted) -> list[Offer]:
            providers = [self.service.find(Provider, id) for id in self.sample.providers.values()]
            return [offer_of(provider, wanted, self.brokerage.vetting) for provider in providers]

        chosen = [self.sample.providers[name] for name in self.need.invited]
        self.brokerage.shortlist(self.request, offers=offers, policy=MATCHING, chosen=chosen, days=self.need.days)

    def _invite(self) -> None:
        """One provider alone is asked once that is decided: by the broker, or by the director on the same day."""
        if len(self.need.invited) > 1:
            self._open()
            return

        def open_alone(_: UnitOfWork, granted: Granted, __: tuple[str, ...]) -> None:
            self._open(granted)

        asked = ask_or_decide(
            self.sample.services,
            self._question_of_one_alone,
            open_alone,
            decider=self.director,
            reason=ALONE,
            held={self.decides_as},
        )
        give_it = partial(
            give, self.sample.services, asked, self._question_of_one_alone, open_alone, held=Decider.DIRECTOR
        )
        self.then(7, self.director, Role.DIRECTOR, give_it, hour=15)

    def _question_of_one_alone(self, work: UnitOfWork) -> Question:
        request, (provider,) = work.find(SupportRequest, self.request), self.need.invited
        alternatives = "Nobody else on the list offers this; a search of two neighbouring authorities found nobody."
        invitation = {**self._invitation(), "reason": ALONE, "alternatives": alternatives}
        return question_of_one_alone(
            request,
            self.sample.providers[provider],
            invitation,
            command=OPEN,
            net=self.need.ceiling,
            names={
                request.school: self.sample.names[self.urn],
                self.sample.providers[provider]: provider,
            },
        )

    def _invitation(self) -> dict[str, Any]:
        return {
            "brief": f"{self.need.need} Outcome wanted: {self.need.outcome}. About {self.need.days} days.",
            "reply_by": working_day(self.begun + timedelta(days=7) + timedelta(days=14)),
            "invite": [self.sample.providers[name] for name in self.need.invited],
        }

    def _open(self, alone: Granted | None = None) -> None:
        self.tender = self.brokerage.open_tender(
            self.request,
            self.sample.services.next_reference(Tender),
            **self._invitation(),
            alone=alone,
            reason=ALONE if alone else "",
        )
        for number, name in enumerate(self.need.declining):
            self.then(9 + number, self._specialist(name), Role.SPECIALIST, partial(self._decline, name))
        for number, name in enumerate(self.need.quoting):
            self.then(10 + number, self._specialist(name), Role.SPECIALIST, partial(self._quote, name))
        if self.need.end is not End.INVITING:
            self.then(24, self.broker, self.role, self._select)
            self.then(24, self.director, Role.DIRECTOR, self._give_selection, hour=15)
            self.then(25, self.broker, self.role, self._engage, hour=16)

    def _specialist(self, name: str) -> UUID:
        listed = next(provider for provider in self.sample.cast.providers if provider.name == name)
        return self.sample.people[listed.specialists[0].email]

    def _decline(self, name: str) -> None:
        self.service.change(
            Tender,
            self.tender,
            lambda it: it.decline(
                self.sample.providers[name],
                why=DeclineReason.NO_CAPACITY,
                reason="All of our people are booked for the term",
                unavailable_until=it.today + timedelta(days=60),
            ),
        )

    def _quote(self, name: str) -> None:
        provider = self.service.find(Provider, self.sample.providers[name])
        rate, vat = provider.rate_on(self.sample.services.today()), vat_of(self.sample.services, provider)
        terms = Terms(
            specialist=self._specialist(name),
            days=self.need.days,
            day_rate=rate.day_rate if rate else Decimal(400),
            approach="Half a day to listen and look, then work beside teachers, and a short note after each visit.",
            available_from=self.begun + timedelta(days=35),
            available_to=self.begun + timedelta(days=180),
            vat_percent=vat.percent,
        )
        self.brokerage.quote(self.tender, self.sample.providers[name], terms, rules=vat.rules)

    def _question_of_selection(self, work: UnitOfWork) -> Question:
        name = self.need.quoting[0]
        request, tender = work.find(SupportRequest, self.request), work.find(Tender, self.tender)
        provider = self.sample.providers[name]
        specialist = next(each for each in self.sample.cast.providers if each.name == name).specialists[0]
        people = {self._specialist(name): str(specialist.name)}
        names = {request.school: self.sample.names[self.urn], provider: name, **people}
        return question_of_selection(tender, request, provider, rationale=CHOSEN, names=names)

    def _take(self, _: UnitOfWork, granted: Granted, rules: tuple[str, ...]) -> None:
        provider = self.sample.providers[self.need.quoting[0]]
        self.brokerage.select(self.tender, provider, rationale=CHOSEN, granted=granted, rules=rules)

    def _select(self) -> None:
        self.decision = ask_or_decide(
            self.sample.services,
            self._question_of_selection,
            self._take,
            decider=self.director,
            reason=CHOSEN,
            held={self.decides_as},
        )

    def _give_selection(self) -> None:
        give(self.sample.services, self.decision, self._question_of_selection, self._take, held=Decider.DIRECTOR)

    def _engage(self) -> None:
        begins = working_day(self.begun + timedelta(days=36))
        self.engagement = self.brokerage.engage_selected(
            self.tender,
            self.sample.services.next_reference(BrokeredEngagement),
            EngagementTerms(
                scope=self.need.outcome,
                objectives=(self.need.outcome, "The school no longer needs help"),
                begins=begins,
                ends=begins + timedelta(days=120),
            ),
        )
        specialist = self._specialist(self.need.quoting[0])
        if self.need.end in (End.AGREEING, End.EVALUATED):
            self.then(27, self.broker, self.role, partial(self._record_agreement, specialist))
        else:
            self.then(27, specialist, Role.SPECIALIST, partial(self._agree, Side.PROVIDER))
        if self.need.end is End.EVALUATED:
            self.then(28, specialist, Role.SPECIALIST, partial(self._work, _confirm_agreement))
        self.then(28, self.broker, self.role, partial(self._agree, Side.SERVICE))
        if self.need.end is End.AGREEING:
            return
        self.then(29, self.sample.head(self.urn), Role.HEADTEACHER, partial(self._agree, Side.SCHOOL))
        self.then(30, self.broker, self.role, partial(self.delivery.confirm, self.engagement))
        self.then(31, self._specialist(self.need.quoting[0]), Role.SPECIALIST, self._plan)

    def _agree(self, side: Side) -> None:
        self._work(lambda it: it.agree(side))

    def _record_agreement(self, specialist: UUID) -> None:
        """The provider agreed by email: the broker records it, and the specialist is asked to confirm it."""
        services = self.sample.services
        self._work(
            lambda it: it.record_agreement(
                Side.PROVIDER,
                whose=specialist,
                heard=Heard.EMAIL,
                came_on=services.today(),
                evidence="Email with the signed terms, kept with the engagement",
                confirm_by=confirm_by(services),
            )
        )

    def _work(self, act: Callable[[BrokeredEngagement], object]) -> None:
        self.service.change(BrokeredEngagement, self.engagement, act)

    def _plan(self) -> None:
        """Sessions of a day each, a half for what is left over, two weeks apart."""
        left, number = self.need.days, 0
        while left > 0:
            length = min(left, Decimal(1))
            on = working_day(self.begun + timedelta(days=38 + 14 * number))
            number += 1
            self._book(number, on, length, after=number - 1)
            left -= length
        last = 38 + 14 * number
        if self.need.end is End.EVALUATED:
            who = self._specialist(self.need.quoting[0])
            self.then(last, who, Role.SPECIALIST, self._complete)
            self.then(last + 9, self.sample.head(self.urn), Role.HEADTEACHER, self._evaluate)
            outcome = "The school has evaluated the support. Its outcome was met"
            self.then(
                last + 12, self.broker, self.role, partial(self.delivery.close, self.engagement, outcome=outcome)
            )

    def _book(self, number: int, on: date, length: Decimal, *, after: int) -> None:
        who = self._specialist(self.need.quoting[0])
        plan = partial(self.delivery.plan_session, self.engagement, on=on, days=length, place="At the school")
        deliver = partial(
            self.delivery.deliver_session,
            self.engagement,
            number,
            on=on,
            days=length,
            note="Worked beside two teachers and planned the next weeks with them",
        )
        self.then(31 + after % 2, who, Role.SPECIALIST, plan, hour=11)
        self.diary.write(on, who, Role.SPECIALIST, deliver, hour=17)
        if self.need.renewed_late and number == AFTER_THE_END:
            self.diary.write(working_day(on + timedelta(days=1)), self.broker, self.role, self._follow_up)
            self.diary.write(working_day(on + timedelta(days=2)), self.broker, self.role, self._renew)

    def _follow_up(self) -> None:
        """Whoever brokered it sees in the morning that the insurance had ended before the session."""
        self._work(
            lambda it: it.follow_up_breach(
                AFTER_THE_END,
                told="The headteacher, and our director",
                followed="The insurer renews both policies and sends the certificates. Until then nobody of theirs "
                "comes to a school",
            )
        )

    def _renew(self) -> None:
        """The certificates came, two days after the session."""

        def renew(provider: Provider) -> None:
            for item in (Requirement.PUBLIC_LIABILITY, Requirement.PROFESSIONAL_INDEMNITY):
                last = provider.today + timedelta(days=364)
                provider.meet(item, checked_on=provider.today, evidence=item.evidence[0], expires=last)

        self.service.change(Provider, self.sample.providers[self.need.quoting[0]], renew)

    def _complete(self) -> None:
        day, rules = last_day(self.sample.services, lambda settings: settings.evaluation_days)
        self._work(lambda it: it.complete(evaluate_by=day, rules=rules))

    def _evaluate(self) -> None:
        day, rules = last_day(self.sample.services, lambda settings: settings.closing_days)
        wanted = self.service.find(BrokeredEngagement, self.engagement).work.objectives
        met = Attainment.MET if self.need.impact >= 4 else Attainment.PARTLY_MET
        self._work(
            lambda it: it.evaluate(
                quality=self.need.quality,
                impact=self.need.impact,
                comment=self.need.comment,
                outcomes=tuple(Outcome(objective, met) for objective in wanted),
                evaluator=self.sample.head(self.urn),
                close_by=day,
                rules=rules,
            )
        )


def _confirm_agreement(engagement: BrokeredEngagement) -> None:
    engagement.confirm_agreement(Side.PROVIDER)
