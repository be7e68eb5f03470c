"""The caseload page: everything that waits, grouped by how soon it is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import render_template, request

from domain.person import Person
from projections.caseload import COUNTED_TO, CaseloadCount, Item
from web import formats
from web.access.context import Pages, RequestContext, Snapshot, User
from web.access.deciders import decided_by_user
from web.access.identity import allow, list_scope
from web.access.name_cache import rows_of
from web.access.policy import Action, Scope, widest
from web.caseload.queries import CaseloadFilters, Whose, caseload, counted_page, default_view
from web.commands.choices import officers
from web.commands.resource import Values
from web.layout.filters import Filters
from web.layout.links import about, link_to, linked_records
from web.layout.paging import PAGE, page_links, place_asked
from web.layout.waiting_decisions import waiting_decisions

__all__ = ["caseload", "pages"]

pages = Pages("caseload", __name__, template_folder="templates")

OVERDUE, THIS_WEEK, LATER, NO_DATE = "Overdue", "Due in the next 7 days", "Later", "No date"

HEAD = [
    {"text": "Due", "nowrap": True},
    "Next step",
    "School",
    "Waiting for",
    "About",
]


@dataclass(frozen=True, slots=True)
class CaseloadPage:
    """Some items, the cursor behind which the next ones begin (None at the end), and how much there is in all."""

    shown: Sequence[Item]
    following: str | None
    count: CaseloadCount


NOTHING = CaseloadPage((), None, CaseloadCount(0, 0))
"""Shown for filters that cannot be read: anything else would look like their answer."""


@pages.get("/caseload")
def caseload_page(context: RequestContext) -> tuple[str, int]:
    """What waits, as the filters ask for it."""
    allow(context, Action.READ_CASELOAD)
    user, today = context.user, context.services.today()
    filters = Filters(context, CaseloadFilters)
    everybody = widest(Action.READ_CASELOAD, user.rights) is Scope.ALL
    with context.read() as snapshot:
        decides = _decides(snapshot, filters)
        page = NOTHING if filters.wrong else _page(snapshot, filters.values, without=decides)
        asks = waiting_decisions(snapshot) if decides and "after" not in request.args else {}
        is_narrow = filters.values.get("whose") is Whose.LEFT or "school" in filters.values or "after" in request.args
        left = 0 if filters.wrong or is_narrow else _left(snapshot)
        known = rows_of(snapshot, {*_ids(page.shown), *linked_records(page.shown)})
        choices = {"officer": officers(snapshot)} if everybody else {}
    names = {id: row.name for id, row in known.items()}
    references = {id: row.detail for id, row in known.items()}
    groups = [
        (title, [_cells(context, item, names, references, user) for item in group])
        for title, group in groupby(page.shown, key=lambda item: urgency(item.due, today))
    ]
    shown = render_template(
        "caseload/caseload.html",
        page_title="Caseload",
        head=HEAD,
        rows=groups,
        count=count_in_words(len(page.shown), page.count) if page.shown else "",
        left=left,
        **asks,
        **filters.for_template(
            choices, usual={"whose": default_view(user).value}, without=() if everybody else ("officer",)
        ),
        **page_links(page.following),
    )
    return shown, filters.status


def _decides(snapshot: Snapshot, filters: Filters) -> frozenset[UUID]:
    """The decisions that stand before the list, for the person who makes them, and not in it: those of whoever looks
    at all that waits for themselves or others."""
    whose = filters.values.get("whose")
    if filters.wrong or whose is Whose.LEFT or not filters.values.keys() <= {"whose"}:
        return frozenset()
    return frozenset(row.id for row in decided_by_user(snapshot))


def _page(snapshot: Snapshot, values: Values, *, without: frozenset[UUID]) -> CaseloadPage:
    after, limited = place_asked(), list_scope(snapshot, Action.READ_CASELOAD)
    found, count = counted_page(snapshot, limited, values, after, PAGE + 1, without=without)
    shown = found[:PAGE]
    return CaseloadPage(shown, caseload.listing.cursor(shown[-1]) if len(found) > PAGE else None, count)


def _left(snapshot: Snapshot) -> int:
    """How much is open at schools that went to another authority, where somebody has to end it or hand it over."""
    _, count = counted_page(snapshot, list_scope(snapshot, Action.READ_CASELOAD), {"whose": Whose.LEFT}, None, 1)
    return count.total


def count_in_words(shown: int, count: CaseloadCount) -> str:
    """How much of what there is stands on a page, as `50 of 312 shown, 57 overdue`."""
    of_all = "" if shown == count.total else f" of {_number(count.total)}"
    return f"{shown}{of_all} shown, {_number(count.overdue)} overdue"


def _number(counted: int) -> str:
    return f"{counted:,}" if counted <= COUNTED_TO else f"more than {COUNTED_TO:,}"


def urgency(due: date | None, today: date) -> str:
    """The heading under which something due on a day is listed."""
    if due is None:
        return NO_DATE
    if due < today:
        return OVERDUE
    return THIS_WEEK if due < today + timedelta(days=7) else LATER


def _cells(
    context: RequestContext, item: Item, names: Mapping[UUID, str], references: Mapping[UUID, str], user: User
) -> list[Any]:
    href, reference = link_to(item, references, user)
    task = item.task.label if item.task else ""
    due = {
        "text": formats.short_date(item.due),
        "hint": formats.relative(item.due, context.services.now()) if item.due else "",
    }
    return [
        due if item.due else "No date",
        {"text": task, "href": href, "hint": ", ".join(filter(None, (reference, _not_yet(context, item))))},
        names.get(item.school, "") if item.school else "",
        _waiting_for(item, names),
        names.get(item.record, "") if item.kind == Person.KIND else about(context.services, item),
    ]


def _not_yet(context: RequestContext, item: Item) -> str:
    """From when on the step can be taken, empty where it can be now."""
    waits = item.not_before is not None and item.not_before > context.services.today()
    return f"from {formats.short_date(item.not_before)}" if waits else ""


def _waiting_for(item: Item, names: Mapping[UUID, str]) -> Any:
    whose = item.waiting_for.label if item.waiting_for else ""
    who = names.get(item.awaited_by_name) if item.awaited_by_name else None
    return {"text": whose, "hint": who} if who else whose


def _ids(shown: Iterable[Item]) -> Iterator[UUID]:
    for item in shown:
        yield from (id for id in (item.school, item.awaited_by_name) if id is not None)
