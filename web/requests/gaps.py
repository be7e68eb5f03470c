"""The gaps: needs for which nobody could be found, counted by subject and phase, as a page and in the API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from marshmallow import Schema

from projections import gaps as view
from projections.gaps import GapCount
from web.access.context import Snapshot
from web.access.identity import ListScope
from web.access.policy import Action
from web.access.restricted import hidden_from
from web.commands.fields import day_field
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import Values
from web.layout.paging import page_after
from web.runtime.authority import subjects_of

FROM_THE_FIRST = date(2000, 1, 1)


class GapFilters(Schema):
    since = day_field("Recorded since", required=False)
    until = day_field("Recorded until", required=False)


def count_gaps(snapshot: Snapshot, scope: ListScope, filters: Values) -> list[GapCount]:
    """Gaps by subject and phase, the most frequent first; a school is shown its own."""
    return view.gap_counts(
        snapshot.connection,
        subjects_of(snapshot.services),
        since=filters.get("since") or FROM_THE_FIRST,
        until=filters.get("until") or snapshot.services.today(),
        schools=scope.narrowed(),
        apart_from=hidden_from(snapshot).closed,
    )


def by_subject(found: Iterable[GapCount]) -> list[tuple[str, int]]:
    """How often nobody could be found for each subject, the most frequent first."""
    sums: Counter[str] = Counter()
    for each in found:
        sums[each.subject] += each.requests
    return sums.most_common()


def chart_title(bars: list[tuple[str, int]]) -> str:
    """What the chart shows, said in its title."""
    if not bars:
        return "There are no requests we could not meet"
    most = [subject for subject, count in bars if count == bars[0][1]]
    if len(most) > 1:
        return f"Requests we could not meet, most often in {' and '.join((', '.join(most[:-1]), most[-1]))}"
    return f"Requests we could not meet, most often in {most[0]}"


def _listed(snapshot: Snapshot, scope: ListScope, filters: Values, after: str | None, limit: int) -> list[GapCount]:
    return page_after(count_gaps(snapshot, scope, filters), cursor, after, limit)


def cursor(row: GapCount) -> str:
    """What names a row: its subject and phase."""
    return f"{row.phase.value}:{row.subject.casefold()}"


gaps_list = ListEndpoint(
    "gaps",
    Action.READ_REQUEST,
    Listing(
        GapCount,
        _listed,
        cursor,
        GapFilters,
        place=str,
        names={"requests": "request_count", "schools": "school_count"},
    ),
    "List what requests could not be met, by subject and phase",
)
