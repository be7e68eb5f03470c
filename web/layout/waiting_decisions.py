"""What waits for the decision of the person who asks, with what is at stake: shown before all other work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.money import in_pounds
from projections.decisions import DecisionRow
from web import formats
from web.access.context import Snapshot
from web.access.deciders import decided_by_user
from web.access.name_cache import names_of
from web.access.restricted_reads import note_shown

MOST = 10
"""So many stand before a list: those that were asked first. All are in the list of decisions."""

HEAD = ["Decision", "School", "Why it is needed", "Asked by", "Waiting"]


def decision_cell(row: DecisionRow, names: Mapping[UUID, str]) -> dict[str, str]:
    """What is asked, with what is at stake, as it leads to the decision."""
    sum_ = " excluding VAT" if row.net is not None else ""
    at = f", {names[row.school]}" if row.school is not None and row.school in names else ""
    return {
        "text": f"{row.act.with_sum(row.net)}{sum_}{at}",
        "href": f"/decisions/{row.reference}",
        "hint": f"{row.reference}, about {row.on_reference}{_together(row)}",
    }


def _together(row: DecisionRow) -> str:
    """That a limit would have caught it together with what went before."""
    return "" if row.together is None else f". {in_pounds(row.together)} with the last 12 months, above a limit"


def waiting_decisions(snapshot: Snapshot) -> Mapping[str, Any]:
    """The table of what the user is to decide, for a page that includes `waiting_decisions.html`."""
    every = decided_by_user(snapshot)
    rows = every[:MOST]
    names = names_of(snapshot, {id for row in rows for id in (row.school, row.asker) if id is not None})
    note_shown(snapshot, ((row.id, row.school) for row in rows))
    return {"asks_count": len(every), "asks_head": HEAD, "asks": [_cells(snapshot, row, names) for row in rows]}


def _cells(snapshot: Snapshot, row: DecisionRow, names: Mapping[UUID, str]) -> list[Any]:
    waited = (snapshot.services.today() - row.asked_on).days
    return [
        decision_cell(row, {}),
        names.get(row.school, "") if row.school else "",
        row.reason,
        names.get(row.asker, "") if row.asker else "",
        {
            "text": formats.days(waited) if waited else "Since today",
            "hint": f"until {formats.short_date(row.lapses_on)}" if row.lapses_on else "",
        },
    ]
