"""Finding somebody: the shortlist, the invitations, and the school's preference among quotes."""

from __future__ import annotations

from datetime import date

from domain.service import UnitOfWork
from domain.support_request import RequestStatus, SupportRequest
from domain.support_request.rules import only_when
from domain.tender import Tender
from domain.tender.rules import NoQuote
from web.access.context import ContextRule, RequestContext, Snapshot
from web.access.name_cache import reference_of
from web.access.policy import Action
from web.access.restricted import must_be_readable_to_others
from web.brokerage.broker_rights import WITHOUT_THE_CONCERN, brokerage_of
from web.brokerage.quote_comparison import are_shown
from web.commands.resource import Execution, Values
from web.commands.resting import must_rest_on_what_stands
from web.requests import choices, schemas
from web.requests.ranking import matching_policy, offers_on_list
from web.requests.resource import broker_command, requests, tender_of


@broker_command(
    "shortlist",
    "Search and shortlist providers",
    schemas.ShortlistProviders,
    done="Shortlist saved, with the ranking",
    submit="Save shortlist",
    method=SupportRequest.shortlist_providers,
    rules=[must_rest_on_what_stands()],
    lookups=choices.ranking_today,
    form_page="requests/shortlist.html",
    calls={"provider": "chosen"},
    main=True,
)
def shortlist(execution: Execution[SupportRequest], values: Values) -> None:
    brokerage_of(execution).shortlist(
        execution.record.id,
        offers=offers_on_list(execution.context, execution.services),
        policy=matching_policy(execution.services),
        chosen=values["chosen"],
        days=values.get("days"),
        at=execution.at,
    )


broker_command(
    "remove-from-shortlist",
    "Remove a provider from the shortlist",
    schemas.RemoveFromShortlist,
    done="Provider removed from the shortlist",
    submit="Remove provider",
    method=SupportRequest.remove_from_shortlist,
    lookups=choices.shortlisted,
    told_in=(SupportRequest.ProviderRemovedFromShortlist,),
)


def _page_of_tender(snapshot: Snapshot, request: SupportRequest) -> str:
    found = reference_of(snapshot, request.tender) if request.tender else None
    return f"/tenders/{found}" if found else f"/requests/{request.reference}"


@broker_command(
    "open-tender",
    "Invite providers to quote",
    schemas.OpenTender,
    done="Invitations sent",
    submit="Send invitations",
    method=SupportRequest.open_tender,
    rules=[must_be_readable_to_others(WITHOUT_THE_CONCERN), must_rest_on_what_stands()],
    lookups=choices.shortlisted,
    initial=lambda _, request: {"brief": f"{request.need}\n\nWanted: {request.outcome_wanted}"},
    goes_to=_page_of_tender,
    calls={"provider": "invite"},
    check=True,
    main=True,
    told_in=(Tender.Opened,),
    texts_in=(Tender.Opened,),
)
def open_tender(execution: Execution[SupportRequest], values: Values) -> None:
    brokerage_of(execution).open_tender(
        execution.record.id, execution.next_reference(Tender), at=execution.at, **values
    )


def _quotes_must_be_shown(tender: Tender | None, today: date) -> None:
    if tender is None:
        raise NoQuote("There are no quotes yet")
    if not are_shown(tender, today):
        raise NoQuote("You can see the quotes once all providers have replied")


@ContextRule
def _must_await_preference(context: RequestContext, request: SupportRequest) -> None:
    tender, today = tender_of(context, request), context.services.today()
    _quotes_must_be_shown(tender, today)
    if tender is not None and (refused := tender.refusal_to(Tender.prefer, today)):
        raise refused


@requests.command(
    "prefer",
    "Say which provider the school prefers",
    Action.AGREE_FOR_SCHOOL,
    schemas.PreferQuote,
    done="Preference sent. The broker can see which provider you prefer",
    submit="Send preference",
    lead="The service chooses the provider and will take account of your view.",
    rules=[only_when(RequestStatus.INVITING), _must_await_preference],
    lookups=choices.quotes_to_choose,
    main=True,
    texts_in=(Tender.SchoolPreferred,),
)
def prefer(execution: Execution[SupportRequest], values: Values) -> None:
    def say(work: UnitOfWork) -> None:
        request = work.find(SupportRequest, execution.record.id, at=execution.at)
        tender = work.find(Tender, request.tender) if request.tender else None
        _quotes_must_be_shown(tender, request.today)
        if tender is not None:
            tender.prefer(values["provider"], values["preference"])

    execution.service.do(say)
