"""Brokered history of each provider and each of its specialists: what they were asked, did and were told of it.

One row of sums for each holder, a provider or a specialist, and beneath it one row for each case: an invitation or
an engagement. Ratings always come with the number of cases.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from projections.provider_history import concerned
from projections.provider_history.cases import CaseKind, ProviderCase, cases
from projections.provider_history.sums import BrokeredHistory, Holder, histories
from projections.view import View

__all__ = [
    "VIEW",
    "BrokeredHistory",
    "CaseKind",
    "Holder",
    "ProviderCase",
    "cases",
    "cases_of",
    "histories",
    "histories_of",
    "history_of",
    "other_cases",
]

LIMIT = 50


def other_cases(connection: sa.Connection, holders: Iterable[UUID], without: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Of those who have a case among the records to be `without`, the other records on which they have one."""
    columns, left_out = cases.table.c, set(without)
    found: dict[UUID, set[UUID]] = {}
    query = sa.select(columns.holder, columns.record).where(columns.holder.in_(list(holders)))
    for holder, record in connection.execute(query):
        found.setdefault(holder, set()).add(record)
    return {holder: records - left_out for holder, records in found.items() if records & left_out}


def history_of(connection: sa.Connection, holder: UUID) -> BrokeredHistory | None:
    """The sums of a provider or specialist; None for one who was never asked."""
    return histories.get(connection, holder)


def histories_of(connection: sa.Connection, holders: Iterable[UUID]) -> dict[UUID, BrokeredHistory]:
    """The sums of several providers or specialists; those never asked are left out."""
    query = histories.table.select().where(histories.table.c.holder.in_(list(holders)))
    return {row.holder: row for row in histories.rows(connection, query)}


def cases_of(
    connection: sa.Connection,
    holder: UUID,
    *,
    kind: CaseKind | None = None,
    after: UUID | None = None,
    limit: int = LIMIT,
) -> list[ProviderCase]:
    """The cases of a provider or specialist, the latest first; `after` is the record of the last one seen."""
    columns = cases.table.c
    query = cases.table.select().where(columns.holder == holder)
    if kind is not None:
        query = query.where(columns.kind == kind)
    if after is not None:
        last = sa.select(columns.on).where(columns.holder == holder, columns.record == after).scalar_subquery()
        query = query.where(sa.tuple_(columns.on, columns.record) < sa.tuple_(last, after))
    return cases.rows(connection, query.order_by(columns.on.desc(), columns.record.desc()).limit(limit))


VIEW = View("provider_history", histories, cases, told_in=[concerned])
