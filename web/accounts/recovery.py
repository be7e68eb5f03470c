"""What every administrator is told after somebody was let in as one from the command line."""

from __future__ import annotations

from datetime import timedelta

from domain.vocabulary import Role
from web import formats
from web.access.context import User
from web.access.name_cache import names_of
from web.runtime.authority import record_of
from web.runtime.services import services

TOLD_FOR = timedelta(days=30)


def notices(asking: User | None) -> list[str]:
    """A sentence for each recovery of the last 30 days, for administrators; none for anybody else."""
    if asking is None or not asking.holds(Role.ADMINISTRATOR):
        return []
    record = record_of(services())
    since = services().today() - TOLD_FOR
    recent = [each for each in record.recoveries if each.on > since] if record else []
    if not recent:
        return []
    with services().read() as connection:
        names = names_of(connection, {each.person for each in recent})
    return [
        f"{names.get(each.person, 'Somebody')} was let in as an administrator from the command line: {each.reason} "
        f"({formats.date(each.on)})"
        for each in recent
    ]
