"""What every administrator is told after somebody was let in as one from the command line."""

from __future__ import annotations

from datetime import timedelta

from domain.vocabulary import Role
from web import words
from web.authority import record_of
from web.identity import Visitor
from web.known import names_of
from web.office import office

TOLD_FOR = timedelta(days=30)


def notices(asking: Visitor | None) -> list[str]:
    """A sentence for each recovery of the last 30 days, for administrators; none for anybody else."""
    if asking is None or not asking.holds(Role.ADMINISTRATOR):
        return []
    record = record_of(office())
    since = office().today() - TOLD_FOR
    recent = [each for each in record.recoveries if each.on > since] if record else []
    if not recent:
        return []
    with office().read() as connection:
        names = names_of(connection, {each.person for each in recent})
    return [
        f"{names.get(each.person, 'Somebody')} was let in as an administrator from the command line: {each.reason} "
        f"({words.date(each.on)})"
        for each in recent
    ]
