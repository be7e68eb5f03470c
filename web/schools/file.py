"""A school's file: what its pages show of it, gathered from the views."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.school import School
from domain.vocabulary import Phase, Role
from projections import caseload, people, references
from projections import schools as view
from projections.caseload import Item
from projections.people import PostRow
from projections.schools import InspectedOn, LookedAfter
from web.disclosure import told_of_caseload
from web.identity import Visitor, concerned
from web.office import office
from web.policy import Action
from web.record_addresses import record_href
from web.schools.details import told

SOON = 10
"""How many of the things that wait stand on the summary."""

ROOMS = (
    ("Visits", "visits", Action.READ_VISIT),
    ("Requests", "requests", Action.READ_REQUEST),
    ("Concerns", "concerns", Action.READ_CONCERN),
)
"""The lists that a school's file leads on to, each narrowed to the school."""


def identity(connection: sa.Connection, school: School, asking: Visitor, part: str) -> Mapping[str, Any]:
    """What every page of a school's file begins with: who it is, who looks after it, and the file's parts."""
    today = office().today()
    care = view.looked_after(connection, [school.id], today=today)[school.id]
    posts = people.heads_and_chairs(connection, school.id, today)
    return {
        "care": care,
        "phase_label": Phase(str(phase)).label if (phase := school.details.get("phase")) else "",
        "heads": [post.person for post in posts if post.role is Role.HEADTEACHER],
        "chairs": [post.person for post in posts if post.role is Role.CHAIR],
        "parts": list(_parts(connection, school, asking, part)),
        "also_named": _named(care, posts),
    }


def _parts(connection: sa.Connection, school: School, asking: Visitor, part: str) -> Iterator[tuple[str, str, bool]]:
    where = concerned(connection, school.about())
    yield "Summary", f"/schools/{school.urn}", part == "Summary"
    if asking.may(Action.READ_SCHOOL_FILE, where):
        yield "File", f"/schools/{school.urn}/file", part == "File"
    for title, path, action in ROOMS:
        if asking.may(action, where):
            yield title, f"/{path}/?school={school.urn}", False


def _named(care: LookedAfter, posts: list[PostRow]) -> list[UUID]:
    named = (care.link_officer, care.cover_officer, *(post.person for post in posts))
    return [person for person in named if person is not None]


def summary(connection: sa.Connection, school: School, asking: Visitor) -> Mapping[str, Any]:
    """What the summary tells beside the school's own record."""
    begins = identity(connection, school, asking, "Summary")
    waiting = _waiting(connection, school, asking)
    people_of = [*begins["heads"], *begins["chairs"]]
    officers = [link.officer for link in school.link_officers] + [cover.officer for cover in school.covers]
    waits_for = [id for item in waiting for id in (item.person, item.provider) if id is not None]
    known = view.by_id(connection, school.id)
    later = view.known_register(connection, list(school.successions))
    return {
        **begins,
        "details": list(told(school.details)),
        "source": known.source if known else "",
        "waiting": waiting,
        "references": references.references_of(connection, {item.record for item in waiting}),
        "href": record_href,
        "inspections": by_framework(view.inspections_of(connection, school.id)),
        "groups": view.groups_of(connection, school.id),
        "merged": view.merged_schools(connection, school.id),
        "later": {urn: found.name for urn, found in later.items()},
        "contacts": list(_contacts(connection, school, people_of, asking)),
        "begin": list(_begin(connection, school, asking)),
        "also_named": [*begins["also_named"], *officers, *waits_for],
    }


def _waiting(connection: sa.Connection, school: School, asking: Visitor) -> list[Item]:
    if not asking.may(Action.READ_CASELOAD, concerned(connection, school.about())):
        return []
    return caseload.waiting(connection, schools=[school.id], limit=SOON, **told_of_caseload(connection, asking))


def by_framework(inspections: list[InspectedOn]) -> list[tuple[str, list[InspectedOn]]]:
    """The inspections under the frameworks they were made under, the newest first: across them nothing compares."""
    return [(framework, list(found)) for framework, found in groupby(inspections, key=lambda each: each.framework)]


def _contacts(
    connection: sa.Connection, school: School, people_of: list[UUID], asking: Visitor
) -> Iterator[tuple[str, str]]:
    for detail, label in (("telephone", "Telephone"), ("website", "Website")):
        if value := school.details.get(detail):
            yield label, str(value)
    if school.head is not None:
        title = school.details.get("head_job_title")
        yield "Head named in the register", f"{school.head}, {title}" if title else str(school.head)
    if asking.may(Action.READ_PEOPLE):
        for person in dict.fromkeys(people_of):
            found = people.by_id(connection, person)
            if found and found.email:
                yield f"E-mail of {found.name}", found.email


def _begin(connection: sa.Connection, school: School, asking: Visitor) -> Iterator[tuple[str, str]]:
    if school.is_closed or not asking.may_change:
        return
    where = concerned(connection, school.about())
    for title, path, action in (
        ("Plan a visit", "visits/plan", Action.PLAN_VISIT),
        ("Raise a support request", "requests/raise", Action.RAISE_REQUEST),
        ("Raise a concern", "concerns/raise", Action.RAISE_CONCERN),
    ):
        if asking.may(action, where):
            yield title, f"/{path}?school={school.urn}"
