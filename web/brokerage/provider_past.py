"""What became of providers and their people when they were asked before, as far as the person who asks may know.

The sums that the view keeps are of everything. For somebody from whom a restricted concern keeps a tender or an
engagement of a provider, they are those of the rest: a number, a rating or a day until which nobody is free would
else tell that there is more.
"""

from __future__ import annotations

from collections.abc import Iterable

from projections.provider_history import BrokeredHistory, histories, other_cases
from web.access.context import Snapshot
from web.access.restricted import hidden_from
from web.runtime.bulk_load import events_of


def past_for_reader(snapshot: Snapshot, rows: Iterable[BrokeredHistory]) -> list[BrokeredHistory]:
    """These histories, those that a restricted case is counted in counted anew without it."""
    found = list(rows)
    closed = hidden_from(snapshot).closed
    others = other_cases(snapshot.connection, [row.holder for row in found], closed) if found and closed else {}
    anew = histories.filled_by(
        events_of(snapshot.services, snapshot.connection, {each for case in others.values() for each in case})
    )
    told = (anew.get((row.holder,)) if row.holder in others else row for row in found)
    return [row for row in told if row is not None]
