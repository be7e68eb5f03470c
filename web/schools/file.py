"""A school's file: what its pages show of it, gathered from the views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from werkzeug.exceptions import NotFound

from domain.aggregate import first_refusal
from domain.school import Details, School
from domain.school.parts import LABELS, in_words
from domain.school.tellings import day_of
from domain.vocabulary import Phase, Role, Team
from projections import caseload, people
from projections import provider_history as history
from projections import schools as view
from projections.people import PersonRow, PostRow
from projections.row_queries import RowQueries, RowQuery
from projections.schools import InspectedOn, KnownSchool, LookedAfter
from web import formats
from web.access.context import RequestContext, Snapshot, User
from web.access.disclosure import CONCERN, INSIDE
from web.access.identity import team_of
from web.access.list_filters import FOR_THE_SERVICE, items_for_reader
from web.access.name_cache import names_of, references_of
from web.access.policy import Action, RecordScope
from web.access.restricted import hidden_from
from web.brokerage.renewals import with_renewals
from web.commands.attachments import ATTACHED_QUERY, RECORD
from web.commands.linked_records import must_be_open_here
from web.history.record_addresses import record_href
from web.layout.links import about, linker
from web.layout.resource_pages import PageRows
from web.runtime.authority import level_of_support
from web.runtime.served_schools import why_not_served

SOON = 10
"""How many of the things that wait stand on the summary."""

ROOMS = (
    ("Visits", "visits", Action.READ_VISIT),
    ("Requests", "requests", Action.READ_REQUEST),
    ("Concerns", "concerns", Action.READ_CONCERN),
)
"""The lists that a school's file leads on to, each narrowed to the school."""


_TODAY = sa.bindparam("today", type_=sa.Date)
_LATER = sa.select(view.urns.table.c.school).where(view.urns.table.c.urn.in_(sa.bindparam("later", expanding=True)))
_leading = people.leading(RECORD, _TODAY)
_school = view.schools.table.c
_items, _case = caseload.items.table.c, history.cases.table.c

WHO = {
    "posts": RowQuery(people.posts, _leading, people.AS_TAKEN),
    "known": RowQuery(
        view.schools,
        sa.or_(_school.id.in_(view.with_merged(RECORD)), _school.id.in_(_LATER)),
        (_school.sought, _school.id),
    ),
}
"""What is asked for every page of a school's file: who leads it, and what the register tells of it and of those that
went into it or may follow it."""

_person = people.people.table.c
_leaders = sa.select(people.posts.table.c.person).where(_leading)

FILE = RowQueries(
    **WHO,
    named=RowQuery(
        people.people,
        sa.or_(_person.id.in_(_leaders), _person.id.in_(sa.bindparam("officers", expanding=True))),
    ),
)
"""What is asked for the page of the file; `named` are those whom it names at its head."""

SUMMARY = ATTACHED_QUERY.with_(
    **WHO,
    leaders=RowQuery(people.people, _person.id.in_(_leaders)),
    held=RowQuery(view.urns, view.urns.table.c.urn.in_(sa.bindparam("later", expanding=True))),
    inspections=RowQuery(view.inspections, view.inspected(RECORD), view.LAST_INSPECTED),
    groups=RowQuery(
        view.groups, view.groups.table.c.school == RECORD, (view.groups.table.c.name, view.groups.table.c.uid)
    ),
    breaches=RowQuery(
        history.cases,
        sa.and_(_case.school == RECORD, _case.breaches > 0, _case.holder == _case.provider),
        (_case.on.desc(), _case.record),
    ),
    waiting=RowQuery(
        caseload.items,
        sa.and_(
            caseload.OPEN,
            sa.not_(caseload.too_late(_TODAY)),
            caseload.asked_on(_TODAY),
            sa.or_(_items.part != caseload.needs.NEED, sa.bindparam("is_served", type_=sa.Boolean)),
            _items.school == RECORD,
            sa.or_(_items.kind != CONCERN, sa.bindparam("concerns_too", type_=sa.Boolean)),
            _items.task.not_in(sa.bindparam("without", expanding=True)),
            _items.record.not_in(sa.bindparam("closed", expanding=True)),
        ),
        caseload.AS_DUE,
        SOON,
    ),
)
"""What is asked for the summary of a school."""


def list_parameters(context: RequestContext, school: School) -> Mapping[str, Any]:
    """The parameters with which a page about a school asks."""
    user, today = context.user, context.services.today()
    with context.read() as snapshot:
        closed = hidden_from(snapshot).closed
    is_inside = user.holds(*INSIDE)
    return {
        "today": today,
        "later": list(school.successions),
        "officers": [each for each in (school.link_officer_on(today), school.cover_on(today)) if each],
        "is_served": not why_not_served(context.services, school),
        "concerns_too": is_inside and user.may(Action.READ_CONCERN, RecordScope(school.id, team_of_school(school))),
        "without": () if is_inside else FOR_THE_SERVICE,
        "closed": list(closed),
    }


def team_of_school(school: School) -> Team:
    """The phase team that answers for a school."""
    phase = school.details.get("phase")
    return team_of(str(phase) if phase else None)


def identity(context: RequestContext, school: School, user: User, part: str, found: PageRows) -> Mapping[str, Any]:
    """What every page of a school's file begins with: who it is, who looks after it, and the file's parts."""
    care, posts = _care(context, school), found["posts"]
    return {
        "care": care,
        "why_not_served": why_not_served(context.services, school),
        "phase_label": Phase(str(phase)).label if (phase := school.details.get("phase")) else "",
        "heads": [post.person for post in posts if post.role is Role.HEADTEACHER],
        "chairs": [post.person for post in posts if post.role is Role.CHAIR],
        "level_of_support": partial(level_of_support, context.services),
        "parts": list(_parts(school, user, part)),
        "also_named": _named(care, posts),
    }


def _care(context: RequestContext, school: School) -> LookedAfter:
    """Who looks after the school today."""
    today = context.services.today()
    need = school.need_on(today)
    return LookedAfter(
        school=school.id,
        link_officer=school.link_officer_on(today),
        cover_officer=school.cover_on(today),
        cover_to=next((cover.to for cover in school.covers if cover.from_ <= today <= cover.to), None),
        need_category=need.category if need else None,
        review_due=need.review_due if need else None,
    )


def _where(school: School) -> RecordScope:
    return RecordScope(school.id, team_of_school(school))


def merged_of(school: School, found: PageRows) -> list[KnownSchool]:
    """The institutions that went into a school, at once or by way of others, by name."""
    into = {row.id: row.merged_into for row in found["known"]}

    def went(row: KnownSchool) -> bool:
        further = row.merged_into
        while further is not None and further != school.id:
            further = into.get(further)
        return further is not None

    return [row for row in found["known"] if went(row)]


def institution_of_file(merged: Iterable[KnownSchool], urn: str) -> UUID | None:
    """The institution to which a file is narrowed: the one of that URN which went into the school, None for all.

    Raises NotFound for one that did not.
    """
    if not urn:
        return None
    for each in merged:
        if urn == str(each.urn):
            return each.id
    raise NotFound


def _parts(school: School, user: User, part: str) -> Iterator[tuple[str, str, bool]]:
    where = _where(school)
    yield "Summary", f"/schools/{school.urn}", part == "Summary"
    if user.may(Action.READ_SCHOOL_FILE, where):
        yield "File", f"/schools/{school.urn}/file", part == "File"
    for title, path, action in ROOMS:
        if user.may(action, where):
            yield title, f"/{path}/?school={school.urn}", False


def _named(care: LookedAfter, posts: list[PostRow]) -> list[UUID]:
    named = (care.link_officer, care.cover_officer, *(post.person for post in posts))
    return [person for person in named if person is not None]


def summary(snapshot: Snapshot, school: School, user: User, found: PageRows) -> Mapping[str, Any]:
    """What the summary tells beside the school's own record."""
    begins = identity(snapshot.context, school, user, "Summary", found)
    told = items_for_reader(snapshot, found["waiting"]) if user.may(Action.READ_CASELOAD, _where(school)) else []
    waiting = with_renewals(snapshot, told)
    in_breach = [each for each in found["breaches"] if each.record not in hidden_from(snapshot).closed]
    references = references_of(snapshot, [each.record for each in in_breach])
    names = names_of(snapshot, [each.provider for each in in_breach])
    officers = [link.officer for link in school.link_officers] + [cover.officer for cover in school.covers]
    waits_for = [id for item in waiting if (id := item.awaited_by_name)]
    known = {row.id: row for row in found["known"]}
    return {
        **begins,
        "details": list(details_of(school)),
        "source": known[school.id].source if school.id in known else "",
        "waiting": waiting,
        "breaches": [
            (names[each.provider], record_href("engagement", references[each.record]), each)
            for each in in_breach
            if each.record in references
        ],
        "about": partial(about, snapshot.services),
        "leads_to": linker(snapshot, waiting),
        "inspections": by_framework(found["inspections"]),
        "groups": found["groups"],
        "merged": merged_of(school, found),
        "later": {held.urn: known[held.school].name for held in found["held"] if held.school in known},
        "contacts": list(_contacts(school, found["leaders"], user)),
        "begin": list(_begin(snapshot.context, school)),
        "also_named": [*begins["also_named"], *officers, *waits_for],
    }


def by_framework(inspections: list[InspectedOn]) -> list[tuple[str, list[InspectedOn]]]:
    """The inspections under the frameworks they were made under, the newest first: across them nothing compares."""
    return [(framework, list(found)) for framework, found in groupby(inspections, key=lambda each: each.framework)]


def _contacts(school: School, leaders: Iterable[PersonRow], user: User) -> Iterator[tuple[str, str]]:
    for detail, label in (("telephone", "Telephone"), ("website", "Website")):
        if value := school.details.get(detail):
            yield label, f"{value}{as_of(school, detail)}"
    if school.head is not None:
        title = school.details.get("head_job_title")
        dated = school.head_dated
        since = f" (as of {formats.date(dated)})" if dated and dated < school.dated else ""
        yield "Headteacher in the register", (f"{school.head}, {title}" if title else str(school.head)) + since
    if user.may(Action.READ_PEOPLE):
        for leader in leaders:
            if leader.email:
                yield f"Email for {leader.name}", leader.email


def _begin(context: RequestContext, school: School) -> Iterator[tuple[str, str]]:
    user = context.user
    if first_refusal(school, [must_be_open_here.within(context)], context.services.today()) or not user.may_change:
        return
    where = _where(school)
    for title, path, action in (
        ("Plan a visit", "visits/plan", Action.PLAN_VISIT),
        ("Raise a support request", "requests/raise", Action.RAISE_REQUEST),
        ("Raise a concern", "concerns/raise", Action.RAISE_CONCERN),
        ("Safeguarding concern or allegation", "concerns/raise-safeguarding", Action.RAISE_CONCERN),
    ):
        if user.may(action, where):
            yield title, f"/{path}?school={school.urn}"


ADDRESS = ("street", "locality", "address3", "town", "county", "postcode")


def details_of(school: School) -> Iterator[tuple[str, str]]:
    """Label and text of each detail that is known of a school, with its day where that is not the school's own."""
    details = school.details
    if address := "\n".join(str(details[line]) for line in ADDRESS if details.get(line)):
        yield "Address", address + as_of(school, *ADDRESS)
    if ages := _ages(details):
        yield "Ages", ages + as_of(school, "statutory_low_age", "statutory_high_age")
    for detail, label in LABELS.items():
        value = details.get(detail)
        if value is not None:
            yield label, in_words(detail, value) + as_of(school, detail)


def as_of(school: School, *details: str) -> str:
    """As ` (as of 25 April 2022)`, where only older files than the newest tell of these details; else empty."""
    days = [day for detail in details if detail in school.details and (day := day_of(school.tellings, detail))]
    return f" (as of {formats.date(max(days))})" if days and max(days) < school.dated else ""


def _ages(details: Details) -> str:
    low, high = details.get("statutory_low_age"), details.get("statutory_high_age")
    return f"{low} to {high}" if low is not None and high is not None else ""
