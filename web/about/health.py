"""Whether the service can do its work: its database answers, and its views are those of this code."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from projections.follower import STATE
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
            known = {row.name: row.fingerprint for row in connection.execute(STATE.select())}
    except sa.exc.DatabaseError:
        return Health(None)
    stale = (view.name for view in office.follower.views if known.get(view.name) != view.fingerprint)
    return Health(position, tuple(stale))
