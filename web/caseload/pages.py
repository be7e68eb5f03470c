"""The caseload page: everything that waits, grouped by how soon it is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, render_template, request

from projections.caseload import Item, WaitingFor
from web import words
from web.caseload.asking import CaseloadFilters, Whose, caseload, usual
from web.choices import officers
from web.identity import allow, reach, signed_in
from web.known import names_of, references_of
from web.office import office
from web.pages import PAGE, chips, filter_values, with_query
from web.policy import Action, Scope, widest
from web.record_addresses import record_href

__all__ = ["caseload", "pages"]

pages = Blueprint("caseload", __name__, template_folder="templates")

OVERDUE, THIS_WEEK, LATER, NO_DATE = "Overdue", "Due in the next seven days", "Later", "No date"

HEAD = [
    {"text": "Due", "nowrap": True},
    "What is next",
    "School",
    "Waiting for",
    "About",
]


@pages.get("/caseload")
def waiting() -> str:
    allow(Action.READ_CASELOAD)
    asking, today = signed_in(), office().today()
    values, wrong = filter_values(CaseloadFilters())
    with office().read() as connection:
        limited = reach(connection, Action.READ_CASELOAD)
        found = caseload.listing.rows(connection, limited, values, request.args.get("after"), PAGE + 1)
        shown = found[:PAGE]
        names = names_of(connection, set(_ids(shown)))
        references = references_of(connection, {item.record for item in shown})
        fields = list(_fields(connection, wrong, widest(Action.READ_CASELOAD, asking.rights) is Scope.ALL))
    groups = [
        (title, [_cells(item, names, references) for item in items])
        for title, items in groupby(shown, key=lambda item: urgency(item.due, today))
    ]
    following = caseload.listing.cursor(shown[-1]) if len(found) > PAGE else None
    overdue = sum(1 for item in shown if urgency(item.due, today) == OVERDUE)
    return render_template(
        "caseload/caseload.html",
        page_title="Caseload",
        head=HEAD,
        groups=groups,
        filter_fields=fields,
        chips=list(chips(fields)),
        count=f"{'First ' if following else ''}{len(shown)} shown, {overdue} overdue",
        next_href=with_query(after=following) if following else "",
        first_href=with_query(after=None) if request.args.get("after") else "",
    )


def urgency(due: date | None, today: date) -> str:
    """The heading under which something due on a day is listed."""
    if due is None:
        return NO_DATE
    if due < today:
        return OVERDUE
    return THIS_WEEK if due < today + timedelta(days=7) else LATER


def _cells(item: Item, names: Mapping[UUID, str], references: Mapping[UUID, str]) -> list[Any]:
    reference = references.get(item.record, "")
    task = item.task.label if item.task else ""
    due = {"text": words.date(item.due), "hint": words.relative(item.due, office().now()) if item.due else ""}
    return [
        due if item.due else "No date",
        {"text": task, "href": record_href(item.kind, reference), "hint": reference},
        names.get(item.school, "") if item.school else "",
        _waiting_for(item, names),
        item.detail,
    ]


def _waiting_for(item: Item, names: Mapping[UUID, str]) -> Any:
    whose = item.waiting_for.label if item.waiting_for else ""
    who = names.get(item.person) if item.person else names.get(item.provider) if item.provider else None
    return {"text": whose, "hint": who} if who else whose


def _ids(items: Iterable[Item]) -> Iterator[UUID]:
    for item in items:
        yield from (id for id in (item.school, item.person, item.provider) if id is not None)


def _fields(connection: sa.Connection, wrong: Mapping[str, Any], everybody: bool) -> Iterator[dict[str, Any]]:
    labels = {Whose.MINE: "Mine", Whose.TEAM: "My team's", Whose.EVERYBODY: "Everybody's"}
    whose = [(each.value, label) for each, label in labels.items()]
    yield _field("whose", "Whose caseload", "select", whose) | {"usual": usual(signed_in()).value}
    if everybody:
        yield _field("officer", "Officer", "select", officers(connection))
    yield _field("school", "School", "text", hint="URN", error=" ".join(wrong.get("school", ())))
    yield _field("waiting_for", "Waiting for", "select", [(each.value, each.label) for each in WaitingFor])
    yield _field("due_before", "Due before", "date", error=" ".join(wrong.get("due_before", ())))


def _field(
    name: str, label: str, kind: str, options: Iterable[tuple[str, str]] = (), *, hint: str = "", error: str = ""
) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "kind": kind,
        "options": list(options),
        "hint": hint,
        "error": error,
        "value": request.args.get(name, ""),
    }
