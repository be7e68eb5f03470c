"""The audit trail as a sheet: every entry that the filters leave, and a last row that says what the sheet holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from domain.reading import Door
from domain.signature import LONDON
from projections.audit_trail import TrailFilter
from web import formats
from web.access.context import RequestContext, Snapshot, User
from web.access.list_filters import shows_log_positions
from web.access.restricted_reads import record_shown
from web.audit.queries import page_of, scope_in_words, trail_behind_since
from web.history.timeline import TimelineEntry, kind_label
from web.runtime.services import Services

AT_ONCE = 500

HEAD = (
    "Happened",
    "Recorded",
    "What happened",
    "Who",
    "Role",
    "Through",
    "Purpose",
    "Reason",
    "School",
    "URN",
    "Kind of record",
    "Reference",
    "Type of entry",
    "Entry",
    "Decision",
    "Asked or recorded by",
    "Decided by",
    "Basis of the decision",
    "Confirmation",
    "Recorded late",
    "Place in the log",
)


def rows(
    context: RequestContext, services: Services, asked: TrailFilter, user: User, filters: str
) -> Iterator[Sequence[str]]:
    """Head, entries and a last row with their number, the filters, and when and by whom the sheet was made.

    The last row tells a whole sheet from one that broke off, and keeps the filters with it whatever the file is
    called. All of it comes from one consistent reading of the log.
    """
    yield HEAD
    count = 0
    try:
        with services.read() as connection:
            since = trail_behind_since(connection)
            for entry in _entries(Snapshot(context, connection), asked):
                count += 1
                yield _cells(entry, with_place=shows_log_positions(user))
    finally:
        record_shown(context, Door.SHEET)
    made = formats.datetime(services.now())
    made_by = f"Made by {user.name} on {made}"
    lacking = f" Anything recorded since {formats.datetime(since)} is missing." if since else ""
    searched = f"Searched: {scope_in_words(user)}.{lacking}"
    yield (f"End of sheet. Entries: {count}. Filters: {filters or 'none'}. {made_by}. {searched}",)


def _entries(snapshot: Snapshot, asked: TrailFilter) -> Iterator[TimelineEntry]:
    after: str | None = None
    while True:
        page = page_of(snapshot, asked, after, AT_ONCE)
        yield from page.entries
        after = page.following
        if after is None:
            return


def _cells(entry: TimelineEntry, *, with_place: bool) -> Sequence[str]:
    return (
        _moment(entry.at),
        _moment(entry.recorded_at),
        entry.sentence,
        entry.who,
        entry.post,
        entry.channel.label if entry.channel else "",
        entry.purpose.label if entry.purpose else "",
        entry.reason,
        entry.school,
        entry.urn,
        kind_label(entry.kind),
        entry.reference,
        entry.topic,
        str(entry.id),
        entry.decision,
        entry.asker,
        entry.decider,
        entry.basis.label if entry.basis else "",
        entry.confirmation.label if entry.confirmation else "",
        "Yes" if entry.recorded_late else "",
        str(entry.position) if with_place else "",
    )


def _moment(when: date | datetime | None) -> str:
    """A day, or a time on London's clock, in a form that sorts."""
    if isinstance(when, datetime):
        return f"{when.astimezone(LONDON):%Y-%m-%d %H:%M:%S}"
    return when.isoformat() if when else ""
