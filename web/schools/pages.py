"""The pages of schools: the search, a school's summary and file, and the successions that wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request
from marshmallow import Schema, fields
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.school import School
from domain.vocabulary import Purpose
from projections import schools as view
from web import formats
from web.access.identity import allow, current_user, reach
from web.access.policy import Action
from web.commands.choices import officers
from web.commands.dispatch import load_for_user
from web.commands.resource import Listing
from web.history.timeline import timeline_of_school
from web.layout.paging import place_asked
from web.layout.resource_pages import (
    PAGE,
    UNPROCESSABLE,
    Answer,
    ListPage,
    chips,
    errors_of,
    filter_values,
    list_page,
    pages_beside,
    record_page,
    said,
    shown_of_list,
)
from web.runtime.authority import level_of_support, settings_of
from web.runtime.served_schools import counted
from web.runtime.services import services
from web.schools.commands import schools
from web.schools.file import FILE, SUMMARY, asked_of, identity, merged_of, summary
from web.schools.finding import ListedSchool, is_id
from web.schools.hand_over import pages as hand_over_pages

pages = Blueprint("schools", __name__, template_folder="templates")
pages.register_blueprint(hand_over_pages)


def _cells(row: ListedSchool, names: Mapping[UUID, str]) -> list[Any]:
    officer = names.get(row.link_officer, "") if row.link_officer else ""
    stand_in = names.get(row.cover_officer) if row.cover_officer else None
    return [
        {"text": row.name, "href": f"/schools/{row.urn}", "hint": row.address},
        {"text": str(row.urn)},
        row.phase.label if row.phase else "",
        row.status or "",
        {"text": officer, "hint": f"Covered by {stand_in}" if stand_in else ""},
        level_of_support(row.need_category),
    ]


def _choices(connection: sa.Connection) -> Mapping[str, list[tuple[str, str]]]:
    settings, _ = settings_of(services())
    return {
        "officer": officers(connection),
        "category": [(each.code, each.label) for each in settings.need_categories],
    }


LIST = ListPage(
    title="Schools",
    caption="Schools by name, closed schools last",
    head=["School", "URN", "Phase", "Status", "Link officer", "Level of support"],
    cells=_cells,
    ids=lambda row: [row.link_officer, row.cover_officer],
    empty_text="No schools",
    choices=_choices,
    template="schools/list.html",
)


@pages.get("/")
def listed() -> Any:
    """The list; a URN typed in full leads straight to its school."""
    asking = current_user()
    typed = request.args.get("q", "").strip()
    if typed.isdecimal() and len(typed) in (5, 6):
        with services().read() as connection:
            found = view.by_urn(connection, int(typed))
            limited = reach(connection, schools.read).narrowed()
        if found is not None and (limited is None or found.id in limited):
            return redirect(f"/schools/{found.urn}", 303)
    assert isinstance(schools.listing, Listing)
    served = None
    if not request.args.get("after"):
        with services().read() as connection:
            served = counted(connection) if reach(connection, schools.read).everything else None
    more = {
        "served": served,
        "may_hand_over": asking.may(Action.ASSIGN_OFFICERS),
        "may_answer": asking.may(Action.KEEP_REGISTER),
    }
    return list_page(schools, schools.listing, LIST, **more)


@pages.get("/successions")
def successions() -> str:
    """The links between schools that wait for an answer."""
    allow(Action.KEEP_REGISTER)
    with services().read() as connection:
        waiting = view.proposed_successions(connection, after=_place(), limit=PAGE + 1)
        shown = waiting[:PAGE]
        later = view.known_register(connection, [each.urn for each in shown])
        earlier = view.by_ids(connection, [each.school for each in shown])
    rows = []
    for each in shown:
        school, successor = earlier.get(each.school), later.get(each.urn)
        if school is None:
            continue
        rows.append(
            [
                {"text": school.name, "href": f"/schools/{school.urn}", "hint": f"{school.urn}, {school.address}"},
                {"text": successor.name if successor else "", "hint": f"{each.urn}, {_address(successor)}"},
                {"text": each.kind, "hint": formats.short_date(each.on)},
                each.source,
                {"text": f"Answer for {school.name}", "href": f"/schools/{school.urn}/confirm-succession"},
            ]
        )
    following = f"{shown[-1].urn}/{shown[-1].school}" if len(waiting) > PAGE else ""
    return render_template(
        "schools/successions.html",
        page_title="Links between schools to answer",
        breadcrumbs=[("Schools", "/schools"), ("Links to answer", "")],
        rows=rows,
        **pages_beside(following),
    )


@pages.get("/missed")
def missed() -> str:
    """The schools that a full register no longer names: a person says why, nothing is closed because it is absent."""
    allow(Action.KEEP_REGISTER)
    after = place_asked() or ""
    with services().read() as connection:
        waiting = view.missed_schools(connection, after=UUID(after) if is_id(after) else None, limit=PAGE + 1)
        known = view.by_ids(connection, [each.school for each in waiting])
    rows = [
        [
            {"text": school.name, "href": f"/schools/{school.urn}", "hint": f"{school.urn}, {school.address}"},
            each.source,
            {"text": f"Explain for {school.name}", "href": f"/schools/{school.urn}/explain-absence"},
        ]
        for each in waiting[:PAGE]
        if (school := known.get(each.school)) is not None
    ]
    return render_template(
        "schools/missed.html",
        page_title="Schools missing from the register",
        breadcrumbs=[("Schools", "/schools"), ("Missing from the register", "")],
        rows=rows,
        **pages_beside(str(waiting[PAGE - 1].school) if len(waiting) > PAGE else None),
    )


def _place() -> str | None:
    urn, _, school = (place_asked() or "").partition("/")
    return f"{urn}/{school}" if re.fullmatch(r"[0-9]{1,7}", urn) and is_id(school) else None


def _address(school: view.KnownSchool | None) -> str:
    return school.address if school else "not in the register"


@pages.get("/<ref>")
def school(ref: str) -> str | Response:
    """The summary of a school; an earlier URN leads to the present one."""
    asking = current_user()
    present = load_for_user(schools, ref).record
    if str(present.urn) != ref:
        return redirect(f"/schools/{present.urn}")
    return record_page(
        schools,
        ref,
        "schools/school.html",
        title=lambda school, _: school.name,
        ids=lambda _: [],
        more=lambda connection, school, found: summary(connection, school, asking, found),
        beside=SUMMARY,
        about=asked_of,
    )


class FileFilters(Schema):
    purpose = fields.List(fields.Enum(Purpose, by_value=True), metadata={"label": "Purpose"})


@pages.get("/<ref>/file")
def file(ref: str) -> Answer | Response:
    """All that happened with a school, the latest first; `of` is the URN of an institution that went into it."""
    found = load_for_user(schools, ref)
    allow(Action.READ_SCHOOL_FILE, found.concerned)
    if str(found.record.urn) != ref:
        return redirect(f"/schools/{found.record.urn}/file")
    asking = current_user()
    values, wrong = filter_values(FileFilters())
    purposes = values.get("purpose", [])
    with services().read() as connection:
        rows = FILE.rows(connection, record=found.record.id, **asked_of(found.record))
        begins = identity(found.record, asking, "File", rows)
        merged = merged_of(found.record, rows)
        whose = _whose(found.record, merged)
        shown, following = (
            ([], None)
            if wrong
            else timeline_of_school(connection, whose, asking, purposes=purposes, after=_entry(), limit=PAGE)
        )
    field = {
        "name": "purpose",
        "label": "Purpose",
        "kind": "checkboxes",
        "options": [(purpose.value, purpose.label) for purpose in Purpose],
        "value": request.args.getlist("purpose"),
        "error": said(wrong.get("purpose", ()), "Purpose"),
    }
    page = render_template(
        "schools/file.html",
        page_title=found.record.name,
        section="Schools",
        breadcrumbs=[("Schools", "/schools"), (str(found.record.urn), f"/schools/{found.record.urn}"), ("File", "")],
        record=found.record,
        names={person.id: person.name for person in rows["named"]},
        merged=merged,
        of=request.args.get("of", ""),
        entries=shown,
        filter_fields=[field],
        errors=errors_of([field]),
        has_errors=bool(wrong),
        chips=list(chips([field])),
        count="" if wrong else shown_of_list(len(shown), following),
        **pages_beside(following),
        **begins,
    )
    return page, UNPROCESSABLE if wrong else 200


def _whose(school: School, merged: list[view.KnownSchool]) -> UUID:
    """The institution whose file is asked for: the school's own, or that of one which went into it."""
    of = request.args.get("of")
    if not of:
        return school.id
    for each in merged:
        if of == str(each.urn):
            return each.id
    raise NotFound


def _entry() -> UUID | None:
    """Behind which entry the page begins; at the beginning for what is no place."""
    with suppress(ValueError):
        return UUID(place_asked() or "")
    return None
