"""The page of who was in school, and the same as a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from flask import Response
from werkzeug.exceptions import BadRequest

from domain.reading import Door
from providers.known import CheckOnDay
from web import formats
from web.access.context import Pages, RequestContext, Snapshot
from web.access.identity import allow, list_scope
from web.access.name_cache import rows_of
from web.access.policy import Action
from web.access.restricted_reads import record_shown
from web.in_school.presences import MOST, InSchool, InSchoolFilters, everybody, in_school, period
from web.layout.csv_export import csv_response
from web.layout.filters import Filters, Options
from web.layout.links import record_cell
from web.layout.list_pages import Answer, ListColumn, ListPage, Names, date_column, list_page
from web.layout.paging import with_query

pages = Pages("in_school", __name__, template_folder="templates")

OWN_STAFF = "Not recorded here"
"""Said of the clearance of those who come for the service itself."""


def _what(row: InSchool) -> str:
    if row.number is not None:
        return f"Session {row.number}: {row.subject}"
    return f"{row.visit_kind.label} visit" if row.visit_kind else "Visit"


def _whose(row: InSchool, names: Names) -> dict[str, str]:
    return {"text": names.get(row.person, ""), "hint": names.get(row.provider, "") if row.provider else ""}


def _known(row: InSchool, _: Names) -> dict[str, object]:
    late = f"Recorded {formats.counted(row.days_late, 'day')} later" if row.days_late else ""
    return {"tag": row.certainty, "hint": late}


def _cleared(row: InSchool, _: Names) -> dict[str, object] | str:
    if row.clearance is None:
        return OWN_STAFF
    return {
        "tag": "in_breach" if row.in_breach else row.clearance,
        "hint": ". ".join(_about_clearance(row)),
        "more": [f"{check.status.label}. {in_words(check)}" for check in row.checks],
        "more_title": "Checks",
    }


def _about_clearance(row: InSchool) -> Iterator[str]:
    """What stood against somebody, and what of it was known on the day or is known by now."""
    yield from row.missing
    if row.found_missing and row.found_missing != row.missing:
        yield f"Recorded as missing: {'; '.join(row.found_missing)}"
    if row.found_later_on:
        yield f"Found on {formats.short_date(row.found_later_on)}"
    if row.clearance and row.clearance_then and (row.in_breach or row.clearance_then is not row.clearance):
        yield f"Known on the day as: {row.clearance_then.label.lower()}; now as: {row.clearance.label.lower()}"


def in_words(check: CheckOnDay) -> str:
    """A check and what showed it, or why it did not hold."""
    if check.evidence is None or check.checked_on is None:
        return str(check)
    return f"{check}, checked on {formats.date(check.checked_on)}"


LIST: ListPage[InSchool] = ListPage(
    in_school,
    title="Who was in school",
    caption="Breaches first, then exemptions and what nobody has reported",
    counted=("presence", "presences"),
    columns=[
        ListColumn(
            "Visit or session",
            lambda row, _: record_cell(_what(row), "visits" if row.number is None else "engagements", row.reference),
        ),
        date_column("Date", "on"),
        ListColumn("School", lambda row, names: names.get(row.school, "")),
        ListColumn("Person", _whose),
        ListColumn("How we know", _known, sort=lambda row: row.certainty),
        ListColumn("Cleared on that day", _cleared),
    ],
    ids=lambda row: [row.school, row.person, row.provider],
    empty_text="Nobody was in school",
    choices=lambda snapshot: dict(_choices(snapshot)),
    template="in_school/list.html",
)


def _choices(snapshot: Snapshot) -> Iterator[tuple[str, Options]]:
    """The people and providers of whom the list tells, by name."""
    for name, ids in everybody(snapshot, list_scope(snapshot, Action.READ_PRESENCE)).items():
        rows = sorted(rows_of(snapshot, ids).values(), key=lambda row: (row.name.casefold(), row.detail))
        yield name, [(row.detail, row.name) for row in rows]


@pages.get("/in-school")
def listed(context: RequestContext) -> Answer:
    filters = Filters(context, InSchoolFilters)
    first, last = period(filters.values, context.services.today())
    return list_page(
        context,
        LIST,
        period=formats.date(last) if first == last else f"{formats.date(first)} to {formats.date(last)}",
        sheet_href=with_query(after=None).replace("/in-school", "/in-school.csv", 1),
    )


HEAD = (
    "Date",
    "School",
    "URN",
    "Person",
    "Provider",
    "Visit or session",
    "Reference",
    "Purpose",
    "By video or phone",
    "How we know",
    "Recorded on",
    "Recorded by",
    "In breach",
    "Cleared on that day, as known now",
    "As known on that day",
    "Missing, as known now",
    "Missing, as known on that day",
    "Recorded as missing",
    "Found later on",
    "Checks on that day",
)


@pages.get("/in-school.csv")
def sheet(context: RequestContext) -> Response:
    """All that the page lists, as a sheet."""
    allow(context, Action.READ_PRESENCE)
    filters = Filters(context, InSchoolFilters)
    if filters.wrong:
        raise BadRequest("One of the filters is wrong. Correct it on the page of who was in school.")
    with context.read() as snapshot:
        scope = list_scope(snapshot, Action.READ_PRESENCE)
        found = in_school.listing.page(snapshot, scope, filters.values, None, MOST).rows
        lines = list(_lines(snapshot, found))
    record_shown(context, Door.SHEET)
    first, last = period(filters.values, context.services.today())
    return csv_response([HEAD, *lines], f"in-school-{first.isoformat()}-to-{last.isoformat()}.csv")


def _lines(snapshot: Snapshot, rows: Iterable[InSchool]) -> Iterator[Sequence[str]]:
    rows = list(rows)
    named = rows_of(
        snapshot, {id for row in rows for id in (row.school, row.person, row.provider, row.recorder) if id}
    )

    def name(id: UUID | None) -> str:
        return named[id].name if id in named else ""

    for row in rows:
        yield (
            row.on.isoformat(),
            name(row.school),
            named[row.school].detail if row.school in named else "",
            name(row.person),
            name(row.provider),
            _what(row),
            row.reference,
            row.purpose.label if row.purpose else "",
            "Yes" if row.remote else "",
            row.certainty.label,
            row.recorded_on.isoformat() if row.recorded_on else "",
            name(row.recorder),
            "Yes" if row.in_breach else "",
            row.clearance.label if row.clearance else OWN_STAFF,
            row.clearance_then.label if row.clearance_then else "",
            "; ".join(row.missing),
            "; ".join(row.missing_then),
            "; ".join(row.found_missing),
            row.found_later_on.isoformat() if row.found_later_on else "",
            "; ".join(map(in_words, row.checks)),
        )
