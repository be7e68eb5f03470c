"""What waits about requests and tenders; a tender and an engagement are the work of the request's broker."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

from domain.aggregate import Event
from domain.engagement import BrokeredEngagement
from domain.support_request import Payer, Route, SupportRequest
from domain.tender import Tender
from domain.vocabulary import SupportKind
from projections.caseload.item import MAIN, Item, Task, WaitingFor, done, item, items, kind_of, resting, taken_up
from projections.view import Key, replace

REQUEST, TENDER, ENGAGEMENT = SupportRequest.KIND, Tender.KIND, BrokeredEngagement.KIND
DAY = timedelta(days=1)
INFORMATION, PRICE, QUESTIONS, CLOSING = "information", "price", "questions", "closing"

ON_THE_DESK = ((REQUEST, MAIN), (TENDER, MAIN), (TENDER, QUESTIONS), (ENGAGEMENT, MAIN), (ENGAGEMENT, CLOSING))
"""The kinds and parts of what waits for a request's broker: all of it follows the request."""

ON_THE_CLOCK = ((REQUEST, MAIN), (TENDER, MAIN))
"""What rests while the school is asked, as the clock of the request stands still."""


def broker_of(kind: SupportKind) -> WaitingFor:
    """Whose move it is in the service when a need of that kind is brokered."""
    return WaitingFor.CPD_MANAGER if kind is SupportKind.TRAINING else WaitingFor.BROKER


def case_of(event: Event) -> UUID:
    """The request that an event of a request, a tender or an engagement belongs to."""
    return event.meta.about.request or event.meta.stream


def of_case(event: Event) -> Key:
    """The key of the one item that says what is next about a request, a tender or an engagement."""
    return case_of(event), kind_of(event), MAIN


def part_of(part: str) -> Callable[[Event], Key]:
    """The key of another item about a request, a tender or an engagement."""
    return lambda event: (case_of(event), kind_of(event), part)


def _desk(event: Event) -> Iterable[Key]:
    return [(case_of(event), *place) for place in ON_THE_DESK]


def _clock(event: Event) -> Iterable[Key]:
    return [(case_of(event), *place) for place in ON_THE_CLOCK]


@items.on_each(SupportRequest.Raised, keys=_desk)
def request_raised(_: Item | None, event: SupportRequest.Raised, key: Key) -> Item:
    """The request waits; what may follow from it waits for the same person."""
    _, kind, part = key
    task = Task.TRIAGE if kind == REQUEST else None
    due = event.needed_from if kind == REQUEST else None
    raised = item(event, task, broker_of(event.kind), part=part, due=due, detail=event.subject)
    return replace(raised, kind=kind, school_pays=kind == REQUEST and event.payer is Payer.SCHOOL)


@items.on(SupportRequest.Corrected, key=of_case)
def request_corrected(row: Item | None, event: SupportRequest.Corrected) -> Item | None:
    """Until an answer is promised for a day, it is due when help is needed."""
    return row if row is None or row.is_promised or event.needed_from is None else replace(row, due=event.needed_from)


@items.on(SupportRequest.Acknowledged, key=of_case)
def request_acknowledged(row: Item | None, event: SupportRequest.Acknowledged) -> Item | None:
    return row and replace(row, due=event.answer_by, is_promised=True)


@items.on(SupportRequest.Triaged, key=of_case)
def request_triaged(row: Item | None, event: SupportRequest.Triaged) -> Item | None:
    if row is None:
        return None
    task = _approval(row) if event.route is Route.BROKERED else Task.FIND_SUPPORT
    return replace(row, task=task, since=event.meta.occurred_on)


@items.on(SupportRequest.SubjectChanged, key=of_case)
def subject_changed(row: Item | None, event: SupportRequest.SubjectChanged) -> Item | None:
    """What was approved for another subject has to be approved anew."""
    if row is None:
        return None
    row = replace(row, detail=event.subject)
    if not event.is_another or row.task not in (Task.SHORTLIST, Task.INVITE):
        return row
    return replace(row, task=_approval(row), since=event.meta.occurred_on, gathered=())


@items.on(SupportRequest.SubjectChanged, key=part_of(PRICE))
def price_of_another_subject(row: Item | None, event: SupportRequest.SubjectChanged) -> Item | None:
    """Where the school agreed to a price for another subject, it is asked anew."""
    if row is None or not event.is_another or not row.gathered:
        return row
    return replace(row, task=Task.AGREE_PRICE, since=event.meta.occurred_on, gathered=())


def _approval(row: Item) -> Task:
    return Task.GET_PRICE_AGREED if row.school_pays else Task.APPROVE


@items.on(SupportRequest.PayerStated, key=of_case)
def payer_stated(row: Item | None, event: SupportRequest.PayerStated) -> Item | None:
    if row is None:
        return None
    row = replace(row, school_pays=event.payer is Payer.SCHOOL)
    return replace(row, task=_approval(row)) if row.task in (Task.APPROVE, Task.GET_PRICE_AGREED) else row


@items.on(SupportRequest.PriceAgreedBySchool, key=of_case)
def price_agreed(row: Item | None, event: SupportRequest.PriceAgreedBySchool) -> Item | None:
    if row is None or row.task is not Task.GET_PRICE_AGREED:
        return row
    return replace(row, task=Task.SHORTLIST, since=event.meta.occurred_on)


def _school_pays(event: SupportRequest.Raised) -> Iterable[Key]:
    return [] if event.payer in (None, Payer.COUNCIL) else [part_of(PRICE)(event)]


def _price(event: Event, task: Task | None) -> Item:
    return item(event, task, WaitingFor.SCHOOL, part=PRICE)


@items.on_each(SupportRequest.Raised, keys=_school_pays)
def school_will_pay(_: Item | None, event: SupportRequest.Raised, __: Key) -> Item:
    """Once it is to be brokered, the school says how much it will pay."""
    return _price(event, None)


@items.on(SupportRequest.Triaged, key=part_of(PRICE))
def school_is_to_agree(row: Item | None, event: SupportRequest.Triaged) -> Item | None:
    is_brokered = event.route is Route.BROKERED
    return row and replace(row, task=Task.AGREE_PRICE if is_brokered else None, since=event.meta.occurred_on)


@items.on(SupportRequest.PayerStated, key=part_of(PRICE))
def school_pays_or_not(row: Item | None, event: SupportRequest.PayerStated) -> Item | None:
    if event.payer is Payer.COUNCIL:
        return None
    return row if row and row.gathered else _price(event, Task.AGREE_PRICE)


@items.on(SupportRequest.PriceAgreedBySchool, key=part_of(PRICE))
def school_agreed(row: Item | None, _: object) -> Item | None:
    return row and replace(row, task=None, gathered=(PRICE,))


@items.on(SupportRequest.ApprovedToBroker, SupportRequest.SpendingApproved, key=of_case)
def brokering_approved(
    row: Item | None, event: SupportRequest.ApprovedToBroker | SupportRequest.SpendingApproved
) -> Item | None:
    """What is approved later only raises the ceiling."""
    if row is None or row.task not in (Task.TRIAGE, Task.APPROVE):
        return row
    return replace(row, task=Task.SHORTLIST, since=event.meta.occurred_on)


@items.on(SupportRequest.ProvidersShortlisted, key=of_case)
def providers_shortlisted(row: Item | None, event: SupportRequest.ProvidersShortlisted) -> Item | None:
    chosen = tuple(map(str, event.chosen))
    return row and replace(row, task=Task.INVITE, since=event.meta.occurred_on, gathered=chosen)


@items.on(SupportRequest.ProviderRemovedFromShortlist, key=of_case)
def shortlist_shortened(row: Item | None, event: SupportRequest.ProviderRemovedFromShortlist) -> Item | None:
    return row and _searching(_without(row, event.provider))


def _searching(row: Item) -> Item:
    return replace(row, task=Task.INVITE if row.gathered else Task.SHORTLIST)


def _without(row: Item, gone: object) -> Item:
    return replace(row, gathered=tuple(each for each in row.gathered if each != str(gone)))


@items.on_each(SupportRequest.Triaged, SupportRequest.Reassigned, keys=_desk)
def request_given(row: Item | None, event: SupportRequest.Triaged | SupportRequest.Reassigned, _: Key) -> Item | None:
    if row is None or row.task is Task.EVALUATE:
        return row
    if row.waiting_for is WaitingFor.PROVIDER:
        return replace(row, broker=event.broker)
    return replace(row, person=event.broker)


@items.on(SupportRequest.MoreInformationAsked, key=part_of(INFORMATION))
def information_asked(_: Item | None, event: SupportRequest.MoreInformationAsked) -> Item:
    return item(
        event,
        Task.GIVE_INFORMATION,
        WaitingFor.SCHOOL,
        part=INFORMATION,
        due=event.respond_by,
        detail=event.question,
    )


@items.on(SupportRequest.MoreInformationGiven, key=part_of(INFORMATION))
def information_given(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on_each(SupportRequest.MoreInformationAsked, keys=_clock)
def clock_stopped(row: Item | None, event: SupportRequest.MoreInformationAsked, _: Key) -> Item | None:
    return resting(row, event)


ENDS = (
    SupportRequest.Withdrawn,
    SupportRequest.Declined,
    SupportRequest.Signposted,
    SupportRequest.MetInHouse,
    SupportRequest.Unmet,
    SupportRequest.Merged,
    SupportRequest.Closed,
)


@items.on_each(SupportRequest.MoreInformationGiven, *ENDS, keys=_clock)
def clock_runs_again(row: Item | None, event: Event, _: Key) -> Item | None:
    return taken_up(row, event)


@items.on(SupportRequest.TenderEnded, SupportRequest.PlacementFellThrough, key=of_case)
def broker_searches_again(
    row: Item | None, event: SupportRequest.TenderEnded | SupportRequest.PlacementFellThrough
) -> Item | None:
    """Where a tender led to the placement, its selection stands, and it is the tender on which the work goes on."""
    if row is None or (isinstance(event, SupportRequest.PlacementFellThrough) and TENDER in row.gathered):
        return row
    return replace(_searching(_without(row, TENDER)), since=event.meta.occurred_on)


@items.on(SupportRequest.Reopened, key=of_case)
def request_reopened(row: Item | None, event: SupportRequest.Reopened) -> Item | None:
    return row and replace(row, task=Task.TRIAGE, since=event.meta.occurred_on, gathered=())


@items.on(SupportRequest.TenderOpened, key=of_case)
def request_put_out(row: Item | None, _: object) -> Item | None:
    return row and replace(row, task=None, gathered=(*row.gathered, TENDER))


@items.on(SupportRequest.Placed, *ENDS, key=of_case)
def request_needs_nothing(row: Item | None, _: object) -> Item | None:
    return row and replace(row, task=None)


@items.on(*ENDS, key=part_of(PRICE))
def school_need_not_agree(row: Item | None, _: object) -> Item | None:
    return row and replace(row, task=None, gathered=())


@items.on(*ENDS, key=part_of(INFORMATION))
def question_dropped(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on_each(Tender.Opened, keys=lambda event: [of_case(event), part_of(QUESTIONS)(event)])
def tender_opened(row: Item | None, event: Tender.Opened, key: Key) -> Item:
    """The broker gets quotes, and answers what providers ask in time for all to reply."""
    case, _, part = key
    opened = item(
        event,
        Task.GET_QUOTES if part == MAIN else None,
        (row and row.waiting_for) or WaitingFor.BROKER,
        part=part,
        due=event.reply_by,
        person=(row and row.person) or event.meta.signature.actor,
        detail=row.detail if row else "",
        case=case,
    )
    return replace(opened, rests_since=row and row.rests_since)


@items.on(Tender.QuestionAsked, key=part_of(QUESTIONS))
def question_asked(row: Item | None, event: Tender.QuestionAsked) -> Item | None:
    """What was asked is left out: more people see the caseload than may read a tender."""
    if row is None:
        return None
    since = row.since if row.gathered else event.meta.occurred_on
    return replace(row, task=Task.ANSWER_QUESTION, since=since, gathered=(*row.gathered, str(event.number)))


@items.on(Tender.QuestionAnswered, key=part_of(QUESTIONS))
def question_answered(row: Item | None, event: Tender.QuestionAnswered) -> Item | None:
    if row is None:
        return None
    left = _without(row, event.number)
    return left if left.gathered else replace(left, task=None)


@items.on(Tender.ReplyByExtended, key=part_of(QUESTIONS))
def longer_to_answer(row: Item | None, event: Tender.ReplyByExtended) -> Item | None:
    return row and replace(row, due=event.reply_by)


def _choosing(row: Item) -> Item:
    """With a quote, the broker chooses: at once where all have replied, else once the day for replies has passed."""
    waits = row.gathered and row.awaited and row.due
    task = Task.CHOOSE if row.gathered else Task.GET_QUOTES
    return replace(row, task=task, not_before=row.due + DAY if waits and row.due else None)


@items.on(Tender.ReplyByExtended, key=of_case)
def reply_by_extended(row: Item | None, event: Tender.ReplyByExtended) -> Item | None:
    return row and _choosing(replace(row, due=event.reply_by))


@items.on(Tender.ProviderInvited, key=of_case)
def one_more_invited(row: Item | None, event: Tender.ProviderInvited) -> Item | None:
    return row and _choosing(replace(row, awaited=(*row.awaited, str(event.provider))))


@items.on(
    Tender.QuoteReceived, Tender.QuoteWithdrawn, Tender.InvitationDeclined, Tender.InvitationLapsed, key=of_case
)
def one_has_replied(
    row: Item | None,
    event: Tender.QuoteReceived | Tender.QuoteWithdrawn | Tender.InvitationDeclined | Tender.InvitationLapsed,
) -> Item | None:
    if row is None:
        return None
    provider = str(event.provider)
    quoted = (provider,) if isinstance(event, Tender.QuoteReceived) else ()
    awaited = tuple(each for each in row.awaited if each != provider)
    return _choosing(replace(row, gathered=(*_without(row, provider).gathered, *quoted), awaited=awaited))


@items.on(Tender.ProviderSelected, Tender.QuoteSelected, key=of_case)
def provider_selected(row: Item | None, event: Tender.ProviderSelected | Tender.QuoteSelected) -> Item | None:
    return row and replace(row, task=Task.PROPOSE, since=event.meta.occurred_on, not_before=None)


@items.on(Tender.ClosedWithoutSelection, key=of_case)
def tender_over(row: Item | None, _: object) -> Item | None:
    return row and replace(row, task=None, gathered=(), awaited=(), not_before=None)


def _tender(event: Event) -> Iterable[Key]:
    return [(case_of(event), TENDER, MAIN)]


@items.on_each(BrokeredEngagement.Proposed, keys=_tender)
def selection_carried_out(row: Item | None, _: object, __: Key) -> Item | None:
    return row and replace(row, task=None)


@items.on_each(SupportRequest.PlacementFellThrough, keys=_tender)
def selection_stands_again(row: Item | None, event: SupportRequest.PlacementFellThrough, _: Key) -> Item | None:
    """A tender that was closed has nothing gathered, and a selected one has the quote that was selected."""
    return replace(row, task=Task.PROPOSE, since=event.meta.occurred_on) if row and row.gathered else row


@items.on(Tender.SelectionWithdrawn, key=of_case)
def selection_withdrawn(row: Item | None, event: Tender.SelectionWithdrawn) -> Item | None:
    return row and _choosing(replace(row, since=event.meta.occurred_on))


def _invitation(event: Tender.ProviderInvited) -> Key:
    return case_of(event), TENDER, f"reply-{event.provider}"


@items.on(Tender.ProviderInvited, key=_invitation)
def provider_invited(_: Item | None, event: Tender.ProviderInvited) -> Item:
    part, case = f"reply-{event.provider}", case_of(event)
    return item(event, Task.REPLY, WaitingFor.PROVIDER, part=part, due=event.reply_by, case=case)


@items.on(Tender.InvitationDeclined, Tender.QuoteReceived, Tender.InvitationLapsed, key=_invitation)
def provider_replied(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on_each(
    Tender.ReplyByExtended,
    keys=lambda event: [(case_of(event), TENDER, f"reply-{provider}") for provider in event.unanswered],
)
def longer_to_reply(row: Item | None, event: Tender.ReplyByExtended, _: Key) -> Item | None:
    return row and replace(row, due=event.reply_by)
