"""What an invited provider can do, declared once for pages and API: each acts for the visitor's own provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from werkzeug.exceptions import Forbidden

from domain.aggregate import Rule
from domain.provider import Provider
from domain.tender import Invitation, Tender, Terms
from domain.tender.rules import (
    must_be_in_time,
    must_be_invited,
    must_have_quoted,
    must_not_have_quoted,
    questions_must_be_open,
)
from projections import open_requests, tenders
from providers.brokerage import Brokerage
from web.access.context import ContextRule, RequestContext, Snapshot, User
from web.access.identity import ListScope
from web.access.name_cache import names_of, reference_of, references_of
from web.access.policy import Action, RecordScope
from web.brokerage.quote_fields import SPECIALISTS, GiveQuote, Vat, vat_of
from web.brokerage.vetting_policy import policy_on
from web.commands.dispatch import version_of
from web.commands.listing import Listing
from web.commands.resource import Execution, Resource, Values, Visibility
from web.invitations import schemas
from web.invitations.own_invitation import OwnInvitation, about_own, own_invitation, own_provider


def _listed(
    snapshot: Snapshot, scope: ListScope, _: Values, after: str | None, limit: int
) -> list[tenders.ProvidersInvitation]:
    return tenders.invitations_for(snapshot.connection, scope.providers, after=after, limit=limit)


def _is_open(_: RequestContext, tender: Tender, where: RecordScope) -> bool:
    return where.provider in tender.invitations


def _own_copy(context: RequestContext, tender: Tender, _: RecordScope) -> OwnInvitation:
    invitation = _invitation(context.user, tender)
    with context.read() as snapshot:
        return own_invitation(snapshot, tender, invitation, version_of(context, tender))


invitations: Resource[Tender] = Resource(
    "invitations",
    Tender,
    one="invitation",
    read=Action.ANSWER_INVITATION,
    out=schemas.OwnInvitationOut,
    listing=Listing(tenders.ProvidersInvitation, _listed, tenders.place_of, place=str),
    visibility=Visibility(is_open=_is_open, copy=_own_copy),
    about=about_own,
)


def _invitation(user: User, tender: Tender) -> Invitation:
    provider = own_provider(user, tender)
    if provider is None:
        raise Forbidden("Your organisation is not invited")
    return tender.invitations[provider]


def _provider(execution: Execution[Tender]) -> UUID:
    return _invitation(execution.user, execution.record).provider


def _brokerage(execution: Execution[Tender]) -> Brokerage:
    return Brokerage(execution.service, partial(policy_on, execution.services))


def _own(rule: Callable[[UUID], Rule[Tender]]) -> ContextRule[Tender]:
    """A rule about an invitation, of the one that the user's provider holds."""

    def own(context: RequestContext, tender: Tender) -> None:
        rule(_invitation(context.user, tender).provider)(tender, context.services.today())

    return ContextRule(own)


def _provider_as_it_is(context: RequestContext, provider: UUID) -> Provider:
    """The provider's own record."""
    return context.services.service.find(Provider, provider)


def _quoting(snapshot: Snapshot, tender: Tender | None) -> Mapping[str, Any]:
    """The provider's own people for the form, and the price for the check of answers."""
    if tender is None:
        return {}
    own = _invitation(snapshot.user, tender).provider
    people = [
        each.person for each in _provider_as_it_is(snapshot.context, own).specialists_on(snapshot.services.today())
    ]
    refs, names = references_of(snapshot, people), names_of(snapshot, people)
    vat = vat_of(snapshot.services, _provider_as_it_is(snapshot.context, own))
    chosen = sorted((names.get(each, ""), refs[each]) for each in people if each in refs)
    return {
        SPECIALISTS: [(ref, name) for name, ref in chosen],
        "vat": lambda _: vat,
        "no_vat": "because you are not VAT registered",
    }


def _first_quote(snapshot: Snapshot, tender: Tender) -> Mapping[str, Any]:
    own = _provider_as_it_is(snapshot.context, _invitation(snapshot.user, tender).provider)
    rate, people = own.rate_on(snapshot.services.today()), own.specialists_on(snapshot.services.today())
    need = open_requests.requests.get(snapshot.connection, tender.request)
    return {
        "day_rate": rate.day_rate if rate else None,
        "specialist": reference_of(snapshot, people[0].person) if len(people) == 1 else None,
        "available_from": need.needed_from if need else None,
        "available_to": need.needed_by if need else None,
    }


def _present_quote(snapshot: Snapshot, tender: Tender) -> Mapping[str, Any]:
    quote = _invitation(snapshot.user, tender).quote
    if quote is None:
        return _first_quote(snapshot, tender)
    return {
        "specialist": reference_of(snapshot, quote.specialist),
        "days": quote.days,
        "day_rate": quote.day_rate,
        "approach": quote.approach,
        "available_from": quote.available_from,
        "available_to": quote.available_to,
    }


def _terms(vat: Vat, values: Values) -> Terms:
    answers = {name: value for name, value in values.items() if name != "reason"}
    return Terms(**answers, vat_percent=vat.percent)


@invitations.command(
    "quote",
    "Send a quote",
    Action.ANSWER_INVITATION,
    GiveQuote,
    done="Quote sent",
    method=Tender.quote,
    rules=[_own(must_be_invited), _own(must_not_have_quoted), must_be_in_time],
    lookups=_quoting,
    initial=_first_quote,
    check=True,
    check_page="check_quote.html",
    main=True,
)
def quote(execution: Execution[Tender], values: Values) -> None:
    provider = _provider(execution)
    vat = vat_of(execution.services, _provider_as_it_is(execution.context, provider))
    _brokerage(execution).quote(execution.record.id, provider, _terms(vat, values), rules=vat.rules, at=execution.at)


@invitations.command(
    "revise-quote",
    "Revise quote",
    Action.ANSWER_INVITATION,
    schemas.ReviseQuote,
    done="Quote revised",
    submit="Send revised quote",
    method=Tender.revise_quote,
    rules=[_own(must_have_quoted), _own(must_be_invited), must_be_in_time],
    lookups=_quoting,
    initial=_present_quote,
    check=True,
    check_page="check_quote.html",
)
def revise_quote(execution: Execution[Tender], values: Values) -> None:
    provider = _provider(execution)
    vat = vat_of(execution.services, _provider_as_it_is(execution.context, provider))
    _brokerage(execution).revise_quote(
        execution.record.id, provider, _terms(vat, values), rules=vat.rules, reason=values["reason"], at=execution.at
    )


@invitations.command(
    "ask",
    "Ask a question",
    Action.ANSWER_INVITATION,
    schemas.AskQuestion,
    done="Question sent",
    submit="Send question",
    method=Tender.ask,
    rules=[_own(must_be_invited), questions_must_be_open],
)
def ask(execution: Execution[Tender], values: Values) -> None:
    execution.change(lambda tender: tender.ask(_provider(execution), values["question"]))


@invitations.command(
    "withdraw-quote",
    "Withdraw quote",
    Action.ANSWER_INVITATION,
    schemas.WithdrawQuote,
    done="Quote withdrawn",
    lead="If you withdraw your quote, you can only quote again if the service invites you again.",
    method=Tender.withdraw_quote,
    rules=[_own(must_have_quoted), _own(must_be_invited)],
    warning=True,
    check=True,
)
def withdraw_quote(execution: Execution[Tender], values: Values) -> None:
    execution.change(lambda tender: tender.withdraw_quote(_provider(execution), **values))


@invitations.command(
    "decline",
    "Decline invitation",
    Action.ANSWER_INVITATION,
    schemas.DeclineInvitation,
    done="Invitation declined",
    lead="You will not be asked again about this work unless the service invites you again.",
    method=Tender.decline,
    rules=[_own(must_be_invited)],
    warning=True,
    check=True,
)
def decline(execution: Execution[Tender], values: Values) -> None:
    execution.change(lambda tender: tender.decline(_provider(execution), **values))
