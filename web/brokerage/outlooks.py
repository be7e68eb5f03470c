"""How planned sessions stand today: ready, waiting for a check to be renewed, or on hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from domain.engagement.parts import GOING_ON, SessionOutlook
from domain.provider import VettingFacts
from projections import providers
from projections.engagements import EngagementRow, HeldUpSession
from projections.providers import ListedProvider, ProviderSpecialist, VettingFact
from projections.view import replace
from providers.outlook import Outlook, Vetted, outlook_on
from web.access.context import Snapshot
from web.brokerage.broker_rights import vetting_of
from web.runtime.services import Services


@dataclass(frozen=True, slots=True)
class WorkOutlook:
    """How work stands on its next day, and each of its planned sessions, by number."""

    now: Outlook
    sessions: Mapping[int, Outlook] = field(default_factory=dict)

    @property
    def is_on_hold(self) -> bool:
        """Whether nothing of it can be planned today."""
        return self.now.state is SessionOutlook.ON_HOLD


def work_outlook(
    services: Services, known: Vetted, specialist: UUID, sessions: Iterable[tuple[int, date]], *, begins: date
) -> WorkOutlook:
    """How the work of a specialist stands by what is known today."""
    today, vetting = services.today(), vetting_of(services)

    def on(day: date) -> Outlook:
        return outlook_on(known, specialist, day, vetting(day), today=today)

    return WorkOutlook(on(max(today, begins)), {number: on(day) for number, day in sessions})


def vetted_by_rows(found: Mapping[str, list[Any]]) -> Vetted | None:
    """What the views know of one provider (`VETTED`), None if it is on no list."""
    return next(iter(_vetted(found["listed"], found["people"], found["checked"]).values()), None)


def _vetted(
    listed: Iterable[ListedProvider], people: Collection[ProviderSpecialist], checked: Iterable[VettingFact]
) -> dict[UUID, Vetted]:
    rows = {row.id: row for row in listed}
    there = {(row.provider, row.person): row for row in people}

    def known(provider: ListedProvider, facts: VettingFacts) -> Vetted:
        def works_on(person: UUID, day: date) -> bool:
            row = there.get((provider.id, person))
            return row is not None and row.works_on(day)

        return Vetted(facts, works_on, provider.is_suspended_on)

    found = providers.facts_from(rows.values(), people, checked)
    return {id: known(rows[id], facts) for id, facts in found.items()}


def outlooks(snapshot: Snapshot, rows: Iterable[EngagementRow]) -> dict[UUID, WorkOutlook]:
    """The same of the engagements among these that are under way."""
    going_on = [row for row in rows if row.status in GOING_ON]
    if not going_on:
        return {}
    ids, connection = {row.provider for row in going_on}, snapshot.connection
    listed = providers.providers.rows(
        connection, providers.providers.table.select().where(providers.providers.table.c.id.in_(ids))
    )
    known = _vetted(listed, providers.specialists_among(connection, ids), providers.vetting_among(connection, ids))
    return {
        row.id: work_outlook(
            snapshot.services,
            known[row.provider],
            row.specialist,
            ((each.number, each.on) for each in row.coming),
            begins=row.begins,
        )
        for row in going_on
        if row.provider in known
    }


def as_of_today(snapshot: Snapshot, rows: list[EngagementRow]) -> list[EngagementRow]:
    """These engagements with those of their planned sessions that are not ready today."""
    found = outlooks(snapshot, rows)
    return [replace(row, held_up=tuple(_held_up(row, found[row.id]))) if row.id in found else row for row in rows]


def _held_up(row: EngagementRow, outlook: WorkOutlook) -> Iterator[HeldUpSession]:
    for each in sorted(row.coming, key=lambda session: (session.on, session.number)):
        found = outlook.sessions[each.number]
        if found.state is not SessionOutlook.READY:
            yield HeldUpSession(each.number, each.on, found.state, found.against)
