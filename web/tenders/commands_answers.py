"""What providers answer by phone, letter or email, written down by the broker on their behalf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from domain.provider import Provider
from domain.signature import on_behalf_of
from domain.tender import Tender, Terms
from domain.tender.parts import OPEN_INVITATION
from domain.tender.rules import must_be_open, somebody_must_be_invited
from projections import providers
from web.access.context import RequestContext, Snapshot
from web.access.name_cache import names_of, references_of
from web.brokerage.broker_rights import brokerage_of
from web.brokerage.quote_fields import SPECIALISTS, Vat, vat_of
from web.commands.choices import provider_options
from web.commands.resource import Execution, Values
from web.tenders import schemas
from web.tenders.resource import broker_command, request_of

HOW_IT_CAME = ("provider", "reason", "came_on")
"""The answers that are no terms of a quote."""


def _open_to(tender: Tender) -> list[UUID]:
    """The providers that may still answer, in the order in which they were invited."""
    return [each.provider for each in tender.invitations.values() if each.status in OPEN_INVITATION]


def _answering(snapshot: Snapshot, tender: Tender | None) -> Mapping[str, Any]:
    return {schemas.INVITED: provider_options(snapshot, _open_to(tender)) if tender else []}


def _quoting(snapshot: Snapshot, tender: Tender | None) -> Mapping[str, Any]:
    """Those who may still quote and their people; and the price for the check of answers."""
    if tender is None:
        return {schemas.INVITED: [], SPECIALISTS: []}
    return {
        SPECIALISTS: list(_people_of(snapshot, _open_to(tender))),
        **_answering(snapshot, tender),
        "vat": lambda values: _vat(snapshot.context, values["provider"]),
        "no_vat": "because the provider is not VAT registered",
    }


def _people_of(snapshot: Snapshot, invited: list[UUID]) -> Iterator[tuple[str, str]]:
    """Those who work for these providers today, provider by provider, by name."""
    today = snapshot.services.today()
    there = [each for each in providers.specialists_among(snapshot.connection, invited) if each.works_on(today)]
    people = [each.person for each in there]
    names, refs = names_of(snapshot, [*people, *invited]), references_of(snapshot, people)
    for each in sorted(there, key=lambda one: (invited.index(one.provider), names.get(one.person, ""))):
        if each.person in refs:
            yield refs[each.person], f"{names.get(each.person, '')}, {names.get(each.provider, '')}"


def _vat(context: RequestContext, provider: UUID) -> Vat:
    return vat_of(context.services, context.services.service.find(Provider, provider))


def _days_needed(snapshot: Snapshot, tender: Tender) -> Mapping[str, Any]:
    need = request_of(snapshot.context, tender)
    return {"available_from": need.needed_from, "available_to": need.needed_by, "came_on": snapshot.services.today()}


@broker_command(
    "record-quote",
    "Record a quote from a provider",
    schemas.RecordQuote,
    done="Quote recorded",
    submit="Record quote",
    lead="For a quote that came by phone, letter or email. If the provider has already quoted, this quote "
    "replaces the earlier one.",
    method=Tender.quote,
    rules=[must_be_open, somebody_must_be_invited],
    lookups=_quoting,
    needs={SPECIALISTS: "No specialist works for the providers who can still quote"},
    initial=_days_needed,
    check=True,
    check_page="check_quote.html",
)
def record_quote(execution: Execution[Tender], values: Values) -> None:
    provider, vat = values["provider"], _vat(execution.context, values["provider"])
    offered = {name: value for name, value in values.items() if name not in HOW_IT_CAME}
    brokerage_of(execution).record_quote(
        execution.record.id,
        provider,
        Terms(**offered, vat_percent=vat.percent),
        came_on=values["came_on"],
        reason=values["reason"],
        rules=vat.rules,
        at=execution.at,
    )


@broker_command(
    "record-refusal",
    "Record that a provider declined",
    schemas.RecordRefusal,
    done="Recorded that the provider declined",
    submit="Record that they declined",
    lead="For an invitation that was declined by phone, letter or email.",
    method=Tender.decline,
    rules=[must_be_open, somebody_must_be_invited],
    lookups=_answering,
    initial=lambda snapshot, *_: {"came_on": snapshot.services.today()},
    check=True,
    warning=True,
)
def record_refusal(execution: Execution[Tender], values: Values) -> None:
    with on_behalf_of(values["provider"]):
        execution.change(lambda tender: tender.decline(**values))
