"""Commands that keep what is known of a provider's vetting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from domain.provider import Provider
from web.access.context import Snapshot
from web.brokerage.broker_rights import must_hold
from web.commands.choices import SERVICE_ROLES, holders_of_roles
from web.commands.resource import Execution, Values
from web.providers import schemas
from web.providers.resource import KEEP, providers, with_specialists


def _with_specialists_and_staff(snapshot: Snapshot, provider: Provider | None) -> Mapping[str, Any]:
    return {**with_specialists(snapshot, provider), schemas.STAFF: holders_of_roles(snapshot, SERVICE_ROLES)}


def _as_linked(_: Snapshot, __: Provider) -> Mapping[str, Any]:
    """What a link to the form names already, as the board of vetting does."""
    return dict(request.args)


providers.command(
    "declare-conflict",
    "Record a conflict of interest",
    KEEP,
    schemas.DeclareConflict,
    done="Conflict of interest recorded",
    method=Provider.declare_conflict,
    lookups=with_specialists,
)


@providers.command(
    "meet-requirement",
    "Record a check",
    KEEP,
    schemas.MeetRequirement,
    done="Check recorded",
    method=Provider.meet,
    lookups=_with_specialists_and_staff,
    initial=_as_linked,
    main=True,
)
def meet(execution: Execution[Provider], values: Values) -> None:
    if "checked_by" in values:
        checker, whom = values["checked_by"], "Choose someone who works in the service"
        must_hold(execution, checker, SERVICE_ROLES, whom, field="checked_by")
    execution.change(lambda provider: provider.meet(**values))


providers.command(
    "exempt",
    "Grant an exemption",
    KEEP,
    schemas.ExemptRequirement,
    done="Exemption granted",
    method=Provider.exempt,
    lookups=with_specialists,
    initial=_as_linked,
)

providers.command(
    "revoke",
    "Revoke a check or an exemption",
    KEEP,
    schemas.RevokeRequirement,
    done="Check or exemption revoked",
    method=Provider.revoke,
    lookups=with_specialists,
    initial=_as_linked,
)
