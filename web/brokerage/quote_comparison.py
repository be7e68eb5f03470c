"""The quotes of a tender side by side, as far as somebody may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from domain.tender import Quote, Tender, TenderStatus
from projections.provider_history import BrokeredHistory, histories
from projections.row_queries import RowQueries, RowQuery
from projections.tenders import invitations
from web import formats
from web.access.context import Snapshot
from web.access.name_cache import names_of, references_of
from web.brokerage.provider_past import past_for_reader

BEST = 5
"""The upper end of the scale of ratings."""


def are_shown(tender: Tender, today: date) -> bool:
    """Whether the quotes may be seen by others than those who broker: once all replies are in, or were due."""
    return tender.status is not TenderStatus.OPEN or not tender.unanswered or today > tender.reply_by


@dataclass(frozen=True, slots=True)
class Compared:
    """One quote beside the others; `rating` is the provider's past with the number of its cases. Of one that is not
    shown `in_full` people are told who would come, when, and how they were rated, and none of the terms."""

    provider: UUID
    name: str
    href: str
    specialist: str
    quote: Quote
    rating: str
    is_preferred: bool
    is_selected: bool
    in_full: bool


TENDER = sa.bindparam("tender", type_=sa.Uuid)

_invited = sa.select(invitations.table.c.provider).where(invitations.table.c.tender == TENDER)
PAST = {"past": RowQuery(histories, histories.table.c.holder.in_(_invited))}
"""What is asked beside a tender for the past ratings of those who are invited."""

_ALONE = RowQueries(**PAST)


def compare_quotes(
    snapshot: Snapshot,
    tender: Tender,
    *,
    in_full: bool,
    today: date,
    past: Sequence[BrokeredHistory] | None = None,
) -> list[Compared]:
    """The quotes that stand, the lowest price first; `past` is what was found of the invited providers' past.

    Those who may read tenders see them in full. The school, which says whom it prefers, sees who has quoted once the
    replies are in, by name, and terms only of the provider that was selected, which it agrees to.
    """
    if not in_full and not are_shown(tender, today):
        return []
    quotes = tender.quotes
    names = names_of(snapshot, {*quotes, *(quote.specialist for quote in quotes.values())})
    references = references_of(snapshot, list(quotes))
    if past is None:
        past = _ALONE.rows(snapshot.connection, tender=tender.id)["past"]
    rated = {each.holder: each for each in past_for_reader(snapshot, past)}
    lines = [
        Compared(
            provider=provider,
            name=names.get(provider, ""),
            href=f"/providers/{references[provider]}" if in_full and provider in references else "",
            specialist=names.get(quote.specialist, ""),
            quote=quote,
            rating=rating(rated, provider),
            is_preferred=tender.preferred == provider,
            is_selected=tender.selected == provider,
            in_full=in_full or tender.selected == provider,
        )
        for provider, quote in quotes.items()
    ]
    return sorted(lines, key=lambda line: (line.quote.net if in_full else 0, line.name))


def rating(past: Mapping[UUID, BrokeredHistory], provider: UUID) -> str:
    """The mean rating of a provider's past work, always with the number of cases."""
    history = past.get(provider)
    if history is None or history.mean_rating is None:
        return "Not rated yet (no case)"
    return f"{history.mean_rating:.1f} of {BEST} ({formats.counted(history.rated, 'case')})"


def quote_options(snapshot: Snapshot, lines: Iterable[Compared]) -> list[tuple[str, str, str]]:
    """Quotes as a form offers them: reference, provider, and what it offers."""
    shown = list(lines)
    refs = references_of(snapshot, [line.provider for line in shown])
    return [(refs[line.provider], line.name, _in_short(line)) for line in shown if line.provider in refs]


def _in_short(line: Compared) -> str:
    offer = line.quote
    if not line.in_full:
        return f"{line.specialist}, {formats.date(offer.available_from)} to {formats.date(offer.available_to)}"
    return f"{line.specialist}, {formats.days(offer.days)}, {formats.money(offer.net)} excluding VAT"
