"""What waits about support requests, tenders and engagements."""

from __future__ import annotations

from collections.abc import Iterable

from domain.engagement import BrokeredEngagement
from domain.support_request import Route, SupportRequest
from domain.tender import Tender
from domain.vocabulary import SupportKind
from projections.caseload.item import Item, Task, WaitingFor, done, item, items, main
from projections.view import Key, replace

SIDES = {
    "school": WaitingFor.SCHOOL,
    "provider": WaitingFor.PROVIDER,
    "service": WaitingFor.BROKER,
}


def _broker(kind: SupportKind) -> WaitingFor:
    return WaitingFor.CPD_MANAGER if kind is SupportKind.TRAINING else WaitingFor.BROKER


@items.on(SupportRequest.Raised, key=main)
def request_raised(_: Item | None, event: SupportRequest.Raised) -> Item:
    return item(event, Task.TRIAGE, _broker(event.kind), due=event.needed_from, detail=event.subject)


@items.on(SupportRequest.Acknowledged, key=main)
def request_acknowledged(row: Item | None, event: SupportRequest.Acknowledged) -> Item | None:
    return row and replace(row, due=event.answer_by)


@items.on(SupportRequest.Triaged, key=main)
def request_triaged(row: Item | None, event: SupportRequest.Triaged) -> Item | None:
    task = Task.INVITE if event.route is Route.BROKERED else Task.FIND_SUPPORT
    return row and replace(row, task=task, person=event.broker, since=event.meta.occurred_on)


@items.on(SupportRequest.Reassigned, key=main)
def request_reassigned(row: Item | None, event: SupportRequest.Reassigned) -> Item | None:
    return row and replace(row, person=event.broker)


def _information(event: SupportRequest.MoreInformationAsked | SupportRequest.MoreInformationGiven) -> Key:
    return event.meta.stream, "information"


@items.on(SupportRequest.MoreInformationAsked, key=_information)
def information_asked(_: Item | None, event: SupportRequest.MoreInformationAsked) -> Item:
    return item(event, Task.GIVE_INFORMATION, WaitingFor.SCHOOL, part="information", detail=event.question)


@items.on(SupportRequest.MoreInformationGiven, key=_information)
def information_given(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on(SupportRequest.TenderEnded, SupportRequest.PlacementFellThrough, key=main)
def broker_searches_again(
    row: Item | None, event: SupportRequest.TenderEnded | SupportRequest.PlacementFellThrough
) -> Item | None:
    return row and replace(row, task=Task.INVITE, since=event.meta.occurred_on)


@items.on(SupportRequest.Reopened, key=main)
def request_reopened(row: Item | None, event: SupportRequest.Reopened) -> Item | None:
    return row and replace(
        row,
        task=Task.TRIAGE,
        waiting_for=row.waiting_for or WaitingFor.BROKER,
        since=event.meta.occurred_on,
    )


@items.on(
    SupportRequest.TenderOpened,
    SupportRequest.Placed,
    SupportRequest.Withdrawn,
    SupportRequest.Declined,
    SupportRequest.Signposted,
    SupportRequest.MetInHouse,
    SupportRequest.Unmet,
    SupportRequest.Merged,
    SupportRequest.Closed,
    key=main,
)
def request_needs_nothing(row: Item | None, _: object) -> Item | None:
    return row and replace(row, task=None)


def _parts_of_request(event: SupportRequest.Withdrawn) -> Iterable[Key]:
    return [(event.meta.stream, "information")]


@items.on_each(
    SupportRequest.Withdrawn,
    SupportRequest.Declined,
    SupportRequest.Signposted,
    SupportRequest.MetInHouse,
    SupportRequest.Unmet,
    SupportRequest.Merged,
    SupportRequest.Closed,
    keys=_parts_of_request,
)
def question_dropped(row: Item | None, _: object, __: Key) -> Item | None:
    return done(row)


@items.on(Tender.Opened, key=main)
def tender_opened(_: Item | None, event: Tender.Opened) -> Item:
    return item(event, Task.CHOOSE, WaitingFor.BROKER, due=event.reply_by, person=event.meta.signature.actor)


@items.on(Tender.ReplyByExtended, key=main)
def reply_by_extended(row: Item | None, event: Tender.ReplyByExtended) -> Item | None:
    return row and replace(row, due=event.reply_by)


@items.on(Tender.ProviderSelected, Tender.ClosedWithoutSelection, key=main)
def tender_over(row: Item | None, _: object) -> Item | None:
    return row and replace(row, task=None)


@items.on(Tender.SelectionWithdrawn, key=main)
def selection_withdrawn(row: Item | None, event: Tender.SelectionWithdrawn) -> Item | None:
    return row and replace(row, task=Task.CHOOSE, since=event.meta.occurred_on)


def _invitation(event: Tender.ProviderInvited) -> Key:
    return event.meta.stream, f"reply-{event.provider}"


@items.on(Tender.ProviderInvited, key=_invitation)
def provider_invited(_: Item | None, event: Tender.ProviderInvited) -> Item:
    return item(event, Task.REPLY, WaitingFor.PROVIDER, part=f"reply-{event.provider}", due=event.reply_by)


@items.on(Tender.InvitationDeclined, Tender.QuoteReceived, Tender.InvitationLapsed, key=_invitation)
def provider_replied(row: Item | None, _: object) -> Item | None:
    return done(row)


def _agreements(event: BrokeredEngagement.Proposed) -> Iterable[Key]:
    return [(event.meta.stream, f"agree-{side}") for side in SIDES]


@items.on_each(BrokeredEngagement.Proposed, keys=_agreements)
def agreement_awaited(_: Item | None, event: BrokeredEngagement.Proposed, key: Key) -> Item:
    side = key[1].removeprefix("agree-")
    return item(
        event, Task.AGREE, SIDES[side], part=key[1], due=event.begins, detail=f"{event.subject}: {event.scope}"
    )


@items.on(BrokeredEngagement.AgreedBySchool, key=lambda event: (event.meta.stream, "agree-school"))
def school_agreed(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on(BrokeredEngagement.AgreedByProvider, key=lambda event: (event.meta.stream, "agree-provider"))
def provider_agreed(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on(BrokeredEngagement.AgreedByService, key=lambda event: (event.meta.stream, "agree-service"))
def service_agreed(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on(BrokeredEngagement.Proposed, key=main)
def engagement_proposed(_: Item | None, event: BrokeredEngagement.Proposed) -> Item:
    return item(
        event,
        Task.CONFIRM_ENGAGEMENT,
        _broker(event.kind),
        due=event.begins,
        person=event.meta.signature.actor,
        detail=event.subject,
    )


@items.on(BrokeredEngagement.Confirmed, key=main)
def engagement_confirmed(row: Item | None, event: BrokeredEngagement.Confirmed) -> Item | None:
    return row and replace(
        row, task=Task.PLAN_SESSIONS, waiting_for=WaitingFor.PROVIDER, since=event.meta.occurred_on
    )


@items.on(BrokeredEngagement.SessionPlanned, key=main)
def session_planned(row: Item | None, event: BrokeredEngagement.SessionPlanned) -> Item | None:
    return row and replace(row, due=event.on)


@items.on(BrokeredEngagement.VariationAgreed, key=main)
def variation_agreed(row: Item | None, event: BrokeredEngagement.VariationAgreed) -> Item | None:
    return row and replace(row, due=max(row.due or event.ends, event.ends))


@items.on(BrokeredEngagement.Completed, BrokeredEngagement.EndedEarly, key=main)
def evaluation_awaited(
    row: Item | None, event: BrokeredEngagement.Completed | BrokeredEngagement.EndedEarly
) -> Item | None:
    return row and replace(
        row, task=Task.EVALUATE, waiting_for=WaitingFor.SCHOOL, due=None, since=event.meta.occurred_on, person=None
    )


@items.on(BrokeredEngagement.Evaluated, BrokeredEngagement.EvaluationWaived, key=main)
def engagement_may_close(
    row: Item | None, event: BrokeredEngagement.Evaluated | BrokeredEngagement.EvaluationWaived
) -> Item | None:
    return row and replace(
        row, task=Task.CLOSE_ENGAGEMENT, waiting_for=WaitingFor.BROKER, due=None, since=event.meta.occurred_on
    )


@items.on(BrokeredEngagement.Closed, key=main)
def engagement_closed(row: Item | None, _: object) -> Item | None:
    return done(row)


def _all_parts(event: BrokeredEngagement.Cancelled) -> Iterable[Key]:
    return [(event.meta.stream, ""), *((event.meta.stream, f"agree-{side}") for side in SIDES)]


@items.on_each(BrokeredEngagement.Cancelled, keys=_all_parts)
def engagement_cancelled(row: Item | None, _: object, __: Key) -> Item | None:
    return done(row)
