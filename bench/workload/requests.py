"""A request for support: brokered by quotes, given to a provider of the authority's own, met in house, or not met."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

from bench.workload.beginning import SUBJECTS
from bench.workload.diary import Story, When, working_day
from bench.workload.world import ProviderKnown, SchoolKnown, World
from domain.decision import Decision
from domain.decision import Route as DecidedBy
from domain.delegation import Act, Decider
from domain.engagement import Attainment, BrokeredEngagement, Outcome
from domain.engagement import Work as Agreed
from domain.provider import Provider
from domain.service import UnitOfWork
from domain.support_request import InHouse, Route, SupportLevel, SupportRequest, UnmetCause, Urgency
from domain.tender import Tender, Terms
from domain.vocabulary import Role, Side, SupportKind
from providers.approval import ENGAGE, question_of_approval, question_of_one_alone, question_of_selection
from providers.brokerage import Brokerage, EngagementTerms
from providers.delivery import Delivery
from providers.eligibility import offer_of
from providers.matching import USUAL_POLICY, Offer, SupportNeed
from providers.vetting import USUAL_POLICY as VETTING

NEED = "Results have fallen for three years and two teachers have left; the department has no scheme of work."
WANTED = "A scheme of work for all years, in use in every class"
CEILING, DAYS, VAT_PERCENT = Decimal(6000), Decimal(2), Decimal(20)


@dataclass(frozen=True, slots=True)
class Case:
    """A request with those who deal with it."""

    world: World
    school: SchoolKnown
    request: UUID
    subject: str
    broker: UUID
    role: Role

    @property
    def brokerage(self) -> Brokerage:
        return Brokerage(self.world.service, lambda _: VETTING)

    @property
    def delivery(self) -> Delivery:
        return Delivery(self.world.service, lambda _: VETTING)

    def later(self, least: int, most: int) -> When:
        """The broker's next act."""
        return When(self.world.later(least, most), self.broker, self.role, 10)


def request(world: World, school: SchoolKnown, after: int) -> Story:
    """One request, raised so many days after the day on which it is written down."""
    yield When(world.later(after, after), school.head, Role.HEADTEACHER, 9)
    case = _raised(world, school)
    service = world.service
    yield case.later(1, 3)
    service.change(
        SupportRequest,
        case.request,
        lambda it: it.acknowledge(officer=case.broker, answer_by=it.today + timedelta(days=14)),
    )
    endings = world.model.requests.endings
    names = (*endings, "in_house")
    ending = world.dice.choices(names, (*endings.values(), 1 - sum(endings.values())))[0]
    route = Route.BROKERED if ending in {"brokered", "engaged_directly"} else Route.IN_HOUSE
    yield case.later(1, 4)
    service.change(
        SupportRequest,
        case.request,
        lambda it: it.triage(broker=case.broker, level=SupportLevel.TARGETED, route=route),
    )
    yield from {
        "brokered": _brokered,
        "engaged_directly": _engaged_directly,
        "unmet": _unmet,
        "withdrawn": _withdrawn,
        "in_house": _in_house,
    }[ending](case)
    service.forget(case.request)


def _raised(world: World, school: SchoolKnown) -> Case:
    training = world.chance(world.model.requests.training)
    kind = SupportKind.TRAINING if training else SupportKind.SPECIALIST
    subject = world.dice.choice(SUBJECTS)
    raised = world.add(
        SupportRequest.raise_(
            world.reference(SupportRequest),
            school=school.id,
            raised_by=Side.SCHOOL,
            kind=kind,
            subject=subject,
            phase=school.phase,
            area="Wexmoor",
            need=NEED,
            outcome_wanted=WANTED,
            needed_from=world.today + timedelta(days=30),
            needed_by=world.today + timedelta(days=120),
            urgency=Urgency.SOON,
            budget=CEILING,
            fund="School budget",
            delegates=12 if training else None,
        )
    )
    who, role = (world.cpd_manager, Role.CPD_MANAGER) if training else (world.broker, Role.BROKER)
    return Case(world, school, raised.id, subject, who, role)


def _in_house(case: Case) -> Story:
    yield case.later(3, 12)
    note = "The lead teacher of a neighbouring school comes every other Thursday"
    case.world.service.change(
        SupportRequest, case.request, lambda it: it.meet_in_house(InHouse.LEAD_TEACHER, note=note)
    )


def _unmet(case: Case) -> Story:
    yield case.later(10, 30)
    cause, reason = UnmetCause.NOBODY_OFFERS, "No provider of this or a neighbouring area offers it"
    case.world.service.change(SupportRequest, case.request, lambda it: it.record_unmet(cause=cause, reason=reason))


def _withdrawn(case: Case) -> Story:
    yield When(case.world.later(5, 20), case.school.head, Role.HEADTEACHER, 9)
    reason = "A neighbouring school shares its days"
    case.world.service.change(SupportRequest, case.request, lambda it: it.withdraw(side=Side.SCHOOL, reason=reason))


def _approved(case: Case) -> Story:
    """The broker asks, and a director approves some days later."""
    yield case.later(0, 1)
    asked = case.world.reference(Decision)
    request = case.world.service.find(SupportRequest, case.request)
    question = question_of_approval(request, CEILING, school=case.school.name)
    route = DecidedBy("S2", (Decider.DIRECTOR,))
    decision = case.world.add(
        Decision.ask(asked, question, route, reason=NEED, deciders=[case.world.director], rules=())
    )
    yield When(case.world.later(1, 2), case.world.director, Role.DIRECTOR, 11)

    def give(work: UnitOfWork) -> None:
        request, decided = work.find(SupportRequest, case.request), work.find(Decision, decision.id)
        granted = decided.give(question, shown=question.fingerprint, held=route.decides)
        if granted is not None:
            request.approve_spending(CEILING, granted=granted)

    case.world.service.do(give)


def _selected(case: Case, tender_id: UUID, provider: UUID, rationale: str) -> Story:
    """The broker selects the lowest quote alone, and asks the director for any other."""
    service, reference = case.world.service, case.world.reference(Decision)
    tender, request = service.find(Tender, tender_id), service.find(SupportRequest, case.request)
    names = {request.school: case.school.name}
    question = question_of_selection(tender, request, provider, rationale=rationale, names=names)
    if question.act is Act.SELECT_PROVIDER:

        def alone(work: UnitOfWork) -> None:
            route = DecidedBy("S5", (Decider.BROKER,), may_decide_own=True)
            decision, granted = Decision.decide_alone(reference, question, route, held=route.decides, rules=())
            work.add(decision)
            case.brokerage.select(tender_id, provider, rationale=rationale, granted=granted)

        service.do(alone)
        return
    route = DecidedBy("S2", (Decider.DIRECTOR,))
    asked = case.world.add(
        Decision.ask(reference, question, route, reason=rationale, deciders=[case.world.director], rules=())
    )
    yield When(case.world.later(1, 2), case.world.director, Role.DIRECTOR, 11)

    def give(work: UnitOfWork) -> None:
        decision = work.find(Decision, asked.id)
        granted = decision.give(question, shown=question.fingerprint, held=route.decides)
        if granted is not None:
            case.brokerage.select(tender_id, provider, rationale=rationale, granted=granted)

    service.do(give)
    yield case.later(1, 1)


def _engaged_directly(case: Case) -> Story:
    yield from _approved(case)
    yield case.later(1, 4)
    world, school = case.world, case.school
    provider = world.dice.choice(world.own[case.subject])
    begins = working_day(world.today + timedelta(days=30))
    terms = Agreed(
        school=school.id,
        provider=provider.id,
        specialist=provider.specialist,
        kind=SupportKind.SPECIALIST,
        subject=case.subject,
        phase=school.phase,
        scope=WANTED,
        objectives=(WANTED,),
        days=DAYS,
        net=DAYS * provider.day_rate,
        vat=Decimal(0),
        begins=begins,
        ends=begins + timedelta(days=90),
        fund="School budget",
    )
    engagement = world.service.do(partial(_engage, case, terms))
    yield from _delivered(case, engagement, provider)


def _engage(case: Case, terms: Agreed, work: UnitOfWork) -> UUID:
    """The broker decides alone that no quotes are asked for."""
    request, why = work.find(SupportRequest, case.request), "The authority's own service is free then"
    names = {request.school: case.school.name}
    answers = {"reason": why}
    asked = question_of_one_alone(request, terms.provider, answers, command=ENGAGE, net=terms.net, names=names)
    route = DecidedBy("S7", (Decider.BROKER,), may_decide_own=True)
    reference = case.world.reference(Decision)
    decision, granted = Decision.decide_alone(reference, asked, route, held=route.decides, rules=())
    work.add(decision)
    made_as = case.world.reference(BrokeredEngagement)
    return case.brokerage.engage_directly(case.request, made_as, terms, granted=granted, reason=why)


def _brokered(case: Case) -> Story:
    yield from _approved(case)
    world = case.world
    invited = world.dice.sample(world.outside[case.subject], world.model.requests.quotes)
    chosen = [each.id for each in invited]
    yield case.later(1, 2)
    case.brokerage.shortlist(
        case.request, offers=lambda need: list(_offers(world, need)), policy=USUAL_POLICY, chosen=chosen, days=DAYS
    )
    yield case.later(1, 2)
    reply_by = world.later(14, 14)
    tender = case.brokerage.open_tender(
        case.request,
        world.reference(Tender),
        brief=f"{NEED} Wanted: {WANTED}. About {DAYS} days.",
        reply_by=reply_by,
        invite=chosen,
    )
    for provider in invited:
        yield When(min(world.later(2, 6), reply_by), provider.specialist, Role.SPECIALIST, 15)
        case.brokerage.quote(tender, provider.id, _quote(world, provider))
    yield case.later(1, 4)
    rationale = "The approach fits the department best, and the school asked for this provider"
    yield from _selected(case, tender, chosen[0], rationale)
    yield case.later(1, 2)
    begins = working_day(world.today + timedelta(days=21))
    agreement = EngagementTerms(
        scope=WANTED, objectives=(WANTED,), begins=begins, ends=working_day(begins + timedelta(days=90))
    )
    engagement = case.brokerage.engage_selected(tender, world.reference(BrokeredEngagement), agreement)
    world.service.forget(tender)
    yield from _delivered(case, engagement, invited[0])


def _offers(world: World, need: SupportNeed) -> Iterator[Offer]:
    """What all providers on the list offer; only those of the subject are looked at closely, as on the page."""
    for by_subject in (world.outside, world.own):
        for subject, providers in by_subject.items():
            for known in providers:
                provider = world.service.find(Provider, known.id)
                if subject == need.subject:
                    yield offer_of(provider, need, lambda _: VETTING)
                else:
                    yield Offer(provider.id, provider.reference, provider.capabilities, provider.areas)


def _quote(world: World, provider: ProviderKnown) -> Terms:
    return Terms(
        specialist=provider.specialist,
        days=DAYS,
        day_rate=provider.day_rate,
        approach="Half a day to listen and look, then work beside teachers, and a short note after each visit.",
        available_from=world.today + timedelta(days=14),
        available_to=world.today + timedelta(days=160),
        vat_percent=VAT_PERCENT,
    )


def _delivered(case: Case, engagement: UUID, provider: ProviderKnown) -> Story:
    """Agreed by all three, confirmed, two sessions of a day, completed, evaluated and closed."""
    world, school, delivery = case.world, case.school, case.delivery
    sides = (
        (Side.PROVIDER, provider.specialist, Role.SPECIALIST),
        (Side.SERVICE, case.broker, case.role),
        (Side.SCHOOL, school.head, Role.HEADTEACHER),
    )
    for side, person, role in sides:
        yield When(world.later(1, 2), person, role, 14)
        world.service.change(BrokeredEngagement, engagement, partial(BrokeredEngagement.agree, side=side))
    yield case.later(1, 2)
    delivery.confirm(engagement)
    begins = world.service.find(BrokeredEngagement, engagement).work.begins
    for number in (1, 2):
        yield When(world.later(1, 3), provider.specialist, Role.SPECIALIST, 11)
        on = working_day(max(begins, world.today) + timedelta(days=10))
        delivery.plan_session(engagement, on=on, days=Decimal(1), place="At the school")
        yield When(on, provider.specialist, Role.SPECIALIST, 17)
        note = "Worked beside two teachers and planned the next weeks with them"
        delivery.deliver_session(engagement, number, on=on, days=Decimal(1), note=note)
    yield When(world.later(1, 5), provider.specialist, Role.SPECIALIST, 17)
    world.service.change(BrokeredEngagement, engagement, lambda it: it.complete())
    yield When(world.later(3, 15), school.head, Role.HEADTEACHER, 16)
    quality, impact = world.dice.choices((3, 4, 5), (1, 4, 3), k=2)
    world.service.change(
        BrokeredEngagement,
        engagement,
        lambda it: it.evaluate(
            quality=quality,
            impact=impact,
            comment="Teachers planned with the specialist from the first day.",
            outcomes=(Outcome(WANTED, Attainment.MET if impact >= 4 else Attainment.PARTLY_MET),),
            evaluator=school.head,
        ),
    )
    yield case.later(1, 8)
    delivery.close(engagement, outcome="Evaluated by the school; the outcome wanted was met")
    world.service.forget(engagement)
