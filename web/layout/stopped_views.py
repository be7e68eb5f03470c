"""The views that an event keeps from being brought up to date, for a notice on the pages of the staff.

Every request learns with its session how often the status of the views has changed; only after a change is more
asked.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import sqlalchemy as sa

from domain.vocabulary import Role
from projections.tables import EVENTS, VIEWS
from web.access.context import RequestContext
from web.access.policy import SERVICE
from web.formats import datetime
from web.runtime.services import Services

CALLED = {
    "audit_trail": "the audit trail",
    "caseload": "the caseload",
    "gaps": "the list of gaps in provision",
    "names": "the list of names",
    "open_requests": "the list of requests",
    "provider_history": "the history of providers",
    "records_of_visit": "the list of records of visit",
    "references": "the list of references",
}
"""What people call a view; else it is the list of what its name says."""

TOLD = (*SERVICE, Role.REVIEWER, Role.ADMINISTRATOR)

_STOPPED = (
    sa.select(VIEWS.c.name, EVENTS.c.position, EVENTS.c.recorded_at)
    .join(EVENTS, EVENTS.c.position == VIEWS.c.stopped_at)
    .order_by(EVENTS.c.recorded_at, VIEWS.c.name)
)


def notice(context: RequestContext) -> str:
    """What those who work in the service are told of views that have stopped; "" where all is well."""
    user, session_user = context.user_or_none, context.session_user
    if user is None or session_user is None or not user.holds(*TOLD):
        return ""
    return _notice(context.services, session_user.views_generation)


def _notice(services: Services, generation: int) -> str:
    plan = services.follower.plan
    if plan.generation == generation and len(plan.inline) + len(plan.following) == len(services.follower.views):
        return ""
    known = _KNOWN.get(services)
    if known is None or known[0] != generation:
        known = _KNOWN[services] = generation, _found(services)
    return known[1]


def _found(services: Services) -> str:
    with services.read_present() as connection:
        stopped = connection.execute(_STOPPED).all()
        _, unreadable = services.store.at_as_far_as_read(connection, [each.position for each in stopped])
    if not stopped:
        return ""
    called = [CALLED.get(each.name, f"the list of {each.name.replace('_', ' ')}") for each in stopped]
    names = " and ".join(part for part in (", ".join(called[:-1]), called[-1]) if part)
    has = "has" if len(stopped) == 1 else "have"
    if unreadable:
        return (
            f"{names[0].upper()}{names[1:]} {has} stopped: something recorded on {datetime(stopped[0].recorded_at)} "
            "cannot be read, and neither can its record. Anything recorded since may be missing."
        )
    return (
        f"{names[0].upper()}{names[1:]} {has} not been brought up to date since {datetime(stopped[0].recorded_at)}; "
        "the records themselves are complete."
    )


_KNOWN: WeakKeyDictionary[Services, tuple[int, str]] = WeakKeyDictionary()
