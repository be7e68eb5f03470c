"""What every administrator is told after somebody was let in as one from the command line."""

from __future__ import annotations

from datetime import timedelta

from domain.vocabulary import Role
from web import formats
from web.access.context import RequestContext
from web.access.name_cache import names_of
from web.runtime.authority import record_of

TOLD_FOR = timedelta(days=30)


def notices(context: RequestContext) -> list[str]:
    """A sentence for each recovery of the last 30 days, for administrators; none for anybody else."""
    user = context.user_or_none
    if user is None or not user.holds(Role.ADMINISTRATOR):
        return []
    record = record_of(context.services)
    since = context.services.today() - TOLD_FOR
    recent = [each for each in record.recoveries if each.on > since] if record else []
    if not recent:
        return []
    with context.read() as snapshot:
        names = names_of(snapshot, {each.person for each in recent})
    return [
        f"{names.get(each.person, 'Somebody')} was let in as an administrator from the command line: {each.reason} "
        f"({formats.date(each.on)})"
        for each in recent
    ]
