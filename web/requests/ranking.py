"""Who could meet a request: all providers on the list, ranked by the authority's own weights, with the reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Refusal
from domain.provider import Provider
from domain.support_request import Ranked, SupportRequest
from domain.text import counted
from projections import providers as listed
from projections.provider_history import BrokeredHistory, histories
from projections.providers import ListedProvider
from projections.row_queries import RowQueries, RowQuery
from providers.eligibility import NOTHING_PAST, need_of, offer_of
from providers.matching import USUAL_POLICY, MatchingPolicy, Offer, PastWork, SupportNeed, offers_it, rank
from web.access.context import RequestContext, Snapshot
from web.access.name_cache import names_of, references_of
from web.brokerage.broker_rights import vetting_of
from web.brokerage.provider_past import past_for_reader
from web.commands.resource import Execution
from web.runtime.authority import settings_of, subjects_of
from web.runtime.bulk_load import load_records
from web.runtime.services import Services

OTHER_SUBJECT = "Subject: "


def matching_policy(services: Services) -> MatchingPolicy:
    """How criteria count: the authority's own weights where it has set them. Its version is that of the settings."""
    settings, version = settings_of(services)
    if not settings.matching_weights:
        return USUAL_POLICY
    weights = {each.criterion: each.weight for each in settings.matching_weights}
    return MatchingPolicy(version, MappingProxyType({**USUAL_POLICY.weights, **weights}))


_offering = listed.offers.table.c
_ON_LIST = RowQueries(
    rows=RowQuery(listed.providers, listed.ON_THE_LIST, listed.BY_NAME),
    past=RowQuery(
        histories,
        histories.table.c.holder.in_(
            sa.select(_offering.provider).where(
                _offering.subject_key.in_(sa.bindparam("subject", type_=sa.Text, expanding=True))
            )
        ),
    ),
)
"""All providers on the list, and the past of those who offer a subject."""


def offers_on_list(context: RequestContext, services: Services) -> Callable[[SupportNeed], list[Offer]]:
    """What every provider on the list has to offer for a need.

    The records of those who do not offer the subject are not read: nothing in them could bring them in.
    """

    def offers(need: SupportNeed) -> list[Offer]:
        vetting = vetting_of(services)
        with services.read() as connection:
            answers = _ON_LIST.rows(connection, subject=list(need.listed.keys_of(need.subject)))
            rows, past = (
                answers["rows"],
                {each.holder: each for each in past_for_reader(Snapshot(context, connection), answers["past"])},
            )
            near = {row.id for row in rows if _offers(row, need)}
            found = load_records(services, connection, dict.fromkeys(near, Provider))
        return [
            offer_of(found[row.id], need, vetting, past_work(past.get(row.id)))
            if row.id in near
            else Offer(row.id, row.reference, row.capabilities, row.areas)
            for row in rows
        ]

    return offers


def _offers(row: ListedProvider, need: SupportNeed) -> bool:
    return any(need.listed.are_one(each.subject, need.subject) for each in row.capabilities)


def past_work(history: BrokeredHistory | None) -> PastWork:
    """A brokered history as the matching counts it."""
    if history is None:
        return NOTHING_PAST
    return PastWork(
        cases=history.rated,
        ratings=history.ratings_sum,
        last_declined=history.last_declined,
        unavailable_until=history.unavailable_until,
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider of a ranking as pages show it."""

    id: UUID
    reference: str
    name: str
    score: int
    reasons: tuple[str, ...]
    excluded_because: str

    @property
    def href(self) -> str:
        return f"/providers/{self.reference}"


@dataclass(frozen=True, slots=True)
class Candidates:
    """A ranking as pages show it: who fits, best first; who was left out and why; how many offer other subjects."""

    fitting: tuple[Candidate, ...]
    left_out: tuple[Candidate, ...]
    other_subjects: int


def candidates(snapshot: Snapshot, ranking: tuple[Ranked, ...]) -> Candidates:
    """A ranking with the names of its providers."""
    ids = [each.provider for each in ranking]
    names, references = names_of(snapshot, ids), references_of(snapshot, ids)
    shown = [
        Candidate(
            each.provider,
            references.get(each.provider, ""),
            names.get(each.provider, ""),
            each.score,
            each.reasons,
            each.excluded_because or "",
        )
        for each in ranking
    ]
    left_out = [each for each in shown if each.excluded_because]
    near = tuple(each for each in left_out if not _only_in_other_subjects(each))
    return Candidates(
        fitting=tuple(each for each in shown if not each.excluded_because),
        left_out=near,
        other_subjects=len(left_out) - len(near),
    )


def _only_in_other_subjects(candidate: Candidate) -> bool:
    return candidate.excluded_because.startswith(OTHER_SUBJECT) and "; " not in candidate.excluded_because


class SomebodyOffersIt(Refusal):
    """It is said that nobody offers what was asked for, and somebody on the list does."""


def nobody_may_offer(execution: Execution[SupportRequest]) -> None:
    """Raises SomebodyOffersIt where a provider on the list offers what the request asks for."""
    services, context = execution.services, execution.context
    need = need_of(execution.record, on=services.today(), listed=subjects_of(services))
    offering = [each.provider for each in offers_on_list(context, services)(need) if offers_it(need, each)]
    if offering:
        with context.read() as snapshot:
            names = sorted(names_of(snapshot, offering).values())
        others = f" and {counted(len(names) - 1, 'other provider')} offer" if names[1:] else " offers"
        raise SomebodyOffersIt(f"{names[0]}{others} {need.subject}. Choose another cause", field="cause")


def candidates_now(
    snapshot: Snapshot, services: Services, request: SupportRequest, days: Decimal | None
) -> Candidates:
    """The ranking as it would be today."""
    need = need_of(request, on=services.today(), listed=subjects_of(services), days=days)
    ranking = rank(need, offers_on_list(snapshot.context, services)(need), matching_policy(services))
    return candidates(snapshot, ranking.seen)
