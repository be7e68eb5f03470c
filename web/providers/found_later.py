"""What changes who was cleared in days gone by: what was held without clearance, as it turns out, is in breach."""

from __future__ import annotations

from collections.abc import Callable

from domain.provider import Provider
from domain.service import UnitOfWork
from projections import engagements
from providers import breaches
from web.brokerage.broker_rights import vetting_of
from web.commands.resource import Execution

MOST = 10_000
"""More engagements than any provider has."""


def change_what_clears(execution: Execution[Provider], decide: Callable[[UnitOfWork, Provider], object]) -> None:
    """Change a provider with others, and record of each session held for it what is known to have been missing only
    now."""
    with execution.context.read_present() as snapshot:
        asked = engagements.listed(providers=[execution.record.id]).limit(MOST)
        found = engagements.engagements.rows(snapshot.connection, asked)
    with_sessions = [row.id for row in found if row.used_days]

    def change(work: UnitOfWork, provider: Provider) -> None:
        vetting = vetting_of(execution.services)
        breaches.change_what_clears(work, provider, lambda: decide(work, provider), with_sessions, vetting)

    execution.change_with_others(change)
