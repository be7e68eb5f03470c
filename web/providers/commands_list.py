"""Commands that suspend a provider, reinstate it, and take it off the list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from domain.engagement import BrokeredEngagement, EngagementStatus
from domain.provider import Provider
from domain.provider.rules import must_not_be_suspended_today
from projections import engagements
from providers.enrolment import suspend as suspend_with
from web.access.context import Snapshot
from web.access.name_cache import names_of
from web.commands.choices import Choices
from web.commands.resource import Execution, Values
from web.providers import schemas
from web.providers.found_later import change_what_clears
from web.providers.resource import KEEP, providers

RUNNING = (EngagementStatus.CONFIRMED, EngagementStatus.IN_DELIVERY)
NOT_CONFIRMED = (EngagementStatus.PROPOSED, EngagementStatus.AGREED)
MOST = 1000


def _under_way(snapshot: Snapshot, provider: Provider | None) -> Mapping[str, Any]:
    """The engagements that a suspension has to decide on."""
    if provider is None:
        return {}
    asked = engagements.listed(providers=[provider.id], statuses=(*RUNNING, *NOT_CONFIRMED)).limit(MOST)
    found = engagements.engagements.rows(snapshot.connection, asked)
    schools = names_of(snapshot, {row.school for row in found})

    def listed(statuses: Collection[EngagementStatus]) -> Choices:
        return [
            (row.reference, f"{row.reference}: {row.subject} at {schools[row.school]}")
            for row in found
            if row.status in statuses
        ]

    return {schemas.ENGAGEMENTS: listed(RUNNING), schemas.NOT_CONFIRMED: listed(NOT_CONFIRMED)}


@providers.command(
    "suspend",
    "Suspend provider",
    KEEP,
    schemas.SuspendProvider,
    lead="A suspended provider is not invited, and its work is not confirmed. No session is planned while it is "
    "suspended, and one that is held all the same is in breach. Choose here what happens to its engagements.",
    done="Provider suspended",
    method=Provider.suspend,
    rules=[must_not_be_suspended_today],
    lookups=_under_way,
    check=True,
    warning=True,
    told_in=(
        Provider.Suspended,
        BrokeredEngagement.Paused,
        BrokeredEngagement.Cancelled,
    ),
)
def suspend(execution: Execution[Provider], values: Values) -> None:
    change_what_clears(
        execution,
        lambda work, provider: suspend_with(
            work, provider.id, reason=values["reason"], pause=values["pause"], cancel=values["cancel"]
        ),
    )


providers.command(
    "reinstate",
    "Lift the suspension",
    KEEP,
    schemas.ReinstateProvider,
    done="Last day of the suspension recorded",
    method=Provider.reinstate,
    main=True,
)

providers.command(
    "remove",
    "Remove provider from the list",
    KEEP,
    schemas.RemoveProvider,
    submit="Remove provider",
    done="Provider removed from the list",
    notes=("The provider's history is kept. To work with it again, register it again.",),
    method=Provider.remove,
    check=True,
    warning=True,
)
