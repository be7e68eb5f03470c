"""The pages of schools: the search, a school's summary and file, and the successions that wait."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from projections import schools as view
from web import formats
from web.access.context import Pages, RequestContext, Snapshot
from web.access.identity import allow, list_scope
from web.access.policy import Action
from web.commands.choices import officers
from web.commands.dispatch import load_for_user
from web.history.timeline import TimelineEntry, timeline_of_school
from web.layout.filters import Filters
from web.layout.list_pages import Answer, ListColumn, ListPage, Names, list_page
from web.layout.paging import PAGE, page_links, place_asked, shown_of_list
from web.layout.resource_pages import record_page
from web.runtime.authority import level_of_support, settings_of
from web.runtime.served_schools import count_schools
from web.schools.agreed_links_pages import pages as agreed_links_pages
from web.schools.commands import schools
from web.schools.file import FILE, SUMMARY, identity, institution_of_file, list_parameters, merged_of, summary
from web.schools.finding import ListedSchool
from web.schools.hand_over_pages import pages as hand_over_pages
from web.schools.register_lists import MissingSchool, WaitingSuccession
from web.schools.register_lists import missed as missed_schools
from web.schools.register_lists import successions as waiting_successions
from web.schools.schemas import SchoolFileFilters

pages = Pages("schools", __name__, template_folder="templates")
pages.register_blueprint(hand_over_pages)
pages.register_blueprint(agreed_links_pages)


def _officer(row: ListedSchool, names: Names) -> dict[str, str]:
    stand_in = names.get(row.cover_officer) if row.cover_officer else None
    return {
        "text": names.get(row.link_officer, "") if row.link_officer else "",
        "hint": f"Covered by {stand_in}" if stand_in else "",
    }


def _choices(snapshot: Snapshot) -> Mapping[str, list[tuple[str, str]]]:
    settings, _ = settings_of(snapshot.services)
    return {
        "officer": officers(snapshot),
        "category": [(each.code, each.label) for each in settings.need_categories],
    }


LIST: ListPage[ListedSchool] = ListPage(
    schools,
    title="Schools",
    caption="Schools by name, closed schools last",
    counted=("school", "schools"),
    columns=[
        ListColumn("School", lambda row, _: {"text": row.name, "href": f"/schools/{row.urn}", "hint": row.address}),
        ListColumn("URN", lambda row, _: str(row.urn)),
        ListColumn("Phase", lambda row, _: row.phase.label if row.phase else "", by=["phase"]),
        ListColumn("Status", lambda row, _: row.status.label if row.status else ""),
        ListColumn("Link officer", _officer),
        ListColumn("Level of support", lambda row, names: level_of_support(names.services, row.need_category)),
    ],
    ids=lambda row: [row.link_officer, row.cover_officer],
    empty_text="No schools",
    choices=_choices,
    template="schools/list.html",
)


@pages.get("/")
def listed(context: RequestContext) -> Any:
    """The list; a URN typed in full leads straight to its school."""
    user = context.user
    typed = request.args.get("q", "").strip()
    if typed.isdecimal() and len(typed) in (5, 6):
        with context.read() as snapshot:
            found = view.by_urn(snapshot.connection, int(typed))
            limited = list_scope(snapshot, schools.read).narrowed()
        if found is not None and (limited is None or found.id in limited):
            return redirect(f"/schools/{found.urn}", 303)
    served = None
    if not request.args.get("after"):
        with context.read() as snapshot:
            if list_scope(snapshot, schools.read).everything:
                served = count_schools(context.services, snapshot.connection)
    more = {
        "served": served,
        "may_hand_over": user.may(Action.ASSIGN_OFFICERS),
        "may_answer": user.may(Action.KEEP_REGISTER),
    }
    return list_page(context, LIST, **more)


def _school(row: MissingSchool | WaitingSuccession, _: Names) -> dict[str, str]:
    return {"text": row.name, "href": f"/schools/{row.urn}", "hint": f"{row.urn}, {row.address}"}


def _later(row: WaitingSuccession, _: Names) -> dict[str, str]:
    return {"text": row.later_name, "hint": f"{row.later_urn}, {row.later_address or 'not in the register'}"}


def _next(row: MissingSchool | WaitingSuccession, what: str, command: str) -> dict[str, str]:
    return {"text": f"{what} for {row.name}", "href": f"/schools/{row.urn}/{command}"}


SUCCESSIONS: ListPage[WaitingSuccession] = ListPage(
    waiting_successions,
    title="Links between schools to answer",
    caption="Links between schools",
    counted=("link", "links"),
    columns=[
        ListColumn("School", _school),
        ListColumn("Later school", _later),
        ListColumn("Type of link", lambda row, _: {"text": row.kind, "hint": formats.short_date(row.on)}),
        ListColumn("Source", lambda row, _: row.source),
        ListColumn("Next step", lambda row, _: _next(row, "Answer", "confirm-succession")),
    ],
    empty_text="No links to answer",
    template="schools/successions.html",
)


@pages.get("/successions")
def successions(context: RequestContext) -> Answer:
    """The links between schools that wait for an answer."""
    return list_page(context, SUCCESSIONS, breadcrumbs=[("Schools", "/schools"), ("Links to answer", "")])


MISSED: ListPage[MissingSchool] = ListPage(
    missed_schools,
    title="Schools missing from the register",
    caption="Schools missing from the register",
    counted=("school", "schools"),
    columns=[
        ListColumn("School", _school),
        ListColumn("Missing from", lambda row, _: row.source),
        ListColumn("Next step", lambda row, _: _next(row, "Explain", "explain-absence")),
    ],
    empty_text="No schools are missing from the register",
    template="schools/missed.html",
)


@pages.get("/missed")
def missed(context: RequestContext) -> Answer:
    """The schools that a full register no longer names: a person says why, nothing is closed because it is absent."""
    return list_page(context, MISSED, breadcrumbs=[("Schools", "/schools"), ("Missing from the register", "")])


@pages.get("/<ref>")
def school(context: RequestContext, ref: str) -> str | Response:
    """The summary of a school; an earlier URN leads to the present one."""
    user = context.user
    present = load_for_user(context, schools, ref).record
    if str(present.urn) != ref:
        return redirect(f"/schools/{present.urn}")
    return record_page(
        context,
        schools,
        ref,
        "schools/school.html",
        title=lambda school, _: school.name,
        ids=lambda _: [],
        more=lambda snapshot, school, found: summary(snapshot, school, user, found),
        page_query=SUMMARY,
        about=partial(list_parameters, context),
    )


@pages.get("/<ref>/file")
def file(context: RequestContext, ref: str) -> Answer | Response:
    """All that happened with a school and with those that went into it, the latest first; `of` keeps to one of these,
    by its URN."""
    found = load_for_user(context, schools, ref)
    allow(context, Action.READ_SCHOOL_FILE, found.concerned)
    if str(found.record.urn) != ref:
        return redirect(f"/schools/{found.record.urn}/file")
    user = context.user
    filters, of = Filters(context, SchoolFileFilters), request.args.get("of", "")
    with context.read() as snapshot:
        rows = FILE.rows(snapshot.connection, record=found.record.id, **list_parameters(context, found.record))
        begins = identity(context, found.record, user, "File", rows)
        merged = merged_of(found.record, rows)
        shown, following = list[TimelineEntry](), None
        if not filters.wrong:
            purposes, then = filters.values.get("purpose", []), institution_of_file(merged, of)
            shown, following = timeline_of_school(
                snapshot, found.record.id, then=then, purposes=purposes, after=_entry(), limit=PAGE
            )
    page = render_template(
        "schools/file.html",
        page_title=found.record.name,
        section="Schools",
        breadcrumbs=[("Schools", "/schools"), (found.record.name, f"/schools/{found.record.urn}"), ("File", "")],
        record=found.record,
        names={person.id: person.name for person in rows["named"]},
        merged=merged,
        of=of,
        rows=shown,
        count=shown_of_list(len(shown), following) if shown else "",
        **filters.for_template(),
        **page_links(following),
        **begins,
    )
    return page, filters.status


def _entry() -> UUID | None:
    """Behind which entry the page begins; at the beginning for what is no place."""
    with suppress(ValueError):
        return UUID(place_asked() or "")
    return None
