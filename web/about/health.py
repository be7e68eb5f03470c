"""Whether the service can do its work: its database answers, and its views are those of this code."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from projections.standing import standings
from web.office import Office


@dataclass(frozen=True, slots=True)
class Health:
    """`log_position` is that of the last event, 0 for an empty log, None where the database does not answer."""

    log_position: int | None
    views_to_refill: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        return self.log_position is not None and not self.views_to_refill


def health_of(office: Office) -> Health:
    """How the office is."""
    try:
        position = office.log.max_notification_id() or 0
        with office.read() as connection:
            known = standings(connection)
    except sa.exc.DatabaseError:
        return Health(None)
    views = office.follower.views
    stale = (view.name for view in views if view.name not in known or not known[view.name].is_of(view))
    return Health(position, tuple(stale))
