"""Finding somebody: the shortlist, the invitations, and the school's preference among quotes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.decision import Question
from domain.delegation import Act, Granted
from domain.provider import Provider
from domain.service import UnitOfWork
from domain.support_request import RequestStatus, SupportRequest
from domain.support_request.rules import only_when
from domain.tender import Tender
from domain.tender.rules import NoQuote, must_be_days_to_come
from providers.approval import OPEN, question_of_one_alone
from providers.brokerage import may_be_invited
from web.access.context import ContextRule, RequestContext, Snapshot
from web.access.name_cache import names_of, reference_of
from web.access.policy import Action
from web.access.restricted import must_be_readable_to_others
from web.brokerage.broker_rights import WITHOUT_THE_CONCERN, brokerage_of
from web.brokerage.quote_comparison import are_shown
from web.brokerage.spent_before import spent_before
from web.commands.decided import Answers, DecidedAct, decide_or_ask
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


def _question(snapshot: Snapshot, request: SupportRequest, answers: Answers) -> Question:
    """Whether the only provider invited is asked alone, for as much as is approved."""
    today, (provider,) = snapshot.services.today(), answers["invite"]
    if refused := request.refusal_to(SupportRequest.open_tender, today):
        raise refused
    must_be_days_to_come(answers["reply_by"], answers.get("question_deadline") or answers["reply_by"], today)
    may_be_invited(snapshot.services.service.find(Provider, provider), request, today)
    return question_of_one_alone(
        request,
        provider,
        answers,
        command=OPEN,
        net=request.paid.council_pays(request.ceiling or Decimal(0)),
        names=names_of(snapshot, [request.school, provider]),
        before=spent_before(snapshot, request, provider),
    )


def _open(
    execution: Execution[Any], request: SupportRequest, answers: Answers, granted: Granted, _: tuple[str, ...]
) -> None:
    tender = {name: value for name, value in answers.items() if name != "alternatives"}
    reference = execution.next_reference(Tender)
    brokerage_of(execution).open_tender(request.id, reference, **tender, alone=granted)


ALONE = DecidedAct(
    requests,
    OPEN,
    Act.ASK_ONE_ALONE,
    answers={
        "brief": str,
        "reply_by": date,
        "question_deadline": date | None,
        "invite": list[UUID],
        "reason": str,
        "alternatives": str,
    },
    question=_question,
    lowered=lambda answers, _: answers,
    carry_out=_open,
)


@broker_command(
    OPEN,
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
    invited = list(dict.fromkeys(values["invite"]))
    if len(invited) == 1:
        decide_or_ask(execution, ALONE, {**values, "invite": invited})
        return
    tender = {name: value for name, value in values.items() if name != "alternatives"}
    brokerage_of(execution).open_tender(
        execution.record.id, execution.next_reference(Tender), at=execution.at, **tender
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
