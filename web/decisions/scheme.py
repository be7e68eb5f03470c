"""The scheme of delegation: who may decide what up to which sum, who holds these posts, and what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import render_template
from marshmallow import Schema, fields

from domain.authority import version_name
from domain.calendar import working_days_between
from domain.decision import Basis, DecisionStatus
from domain.decision.parts import OPEN
from domain.delegation import Act, Decider, DelegationRow, also_decided
from domain.money import MOST
from projections import decisions as view
from projections.view import Row
from web import formats
from web.access.context import Pages, RequestContext, Snapshot
from web.access.deciders import deputies_by_post, holders_of
from web.access.identity import ListScope, allow
from web.access.name_cache import names_of
from web.access.policy import Action
from web.access.restricted import hidden_from
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import Values
from web.forms.messages import lower_first
from web.layout.filters import Filters
from web.layout.paging import page_after
from web.runtime.authority import record_of, settings_of
from web.runtime.terms import bank_holidays

pages = Pages("scheme", __name__, template_folder="templates")

CHANGE = "/settings/authority/change-scheme"
"""The form by which a row is changed."""

COUNTED_FOR = 365
"""Days for which asks are counted."""

ENOUGH = 10
"""Answers from which a row that nobody refuses is pointed out."""


class SchemeFilters(Schema):
    on = fields.Date(metadata={"label": "On", "description": "The day; today by default."})


class SchemeRow(Row):
    """A row of the scheme on a day: `up_to` in pounds without VAT, None without a limit; days are working days.

    `also_decides` are the acts that go by the rows of this one. `is_held` says whether somebody holds a post that
    decides it today, and one that decides as the second.
    """

    row: str
    act: Act
    also_decides: tuple[Act, ...]
    up_to: Decimal | None
    decides: tuple[Decider, ...]
    countersigns: tuple[Decider, ...]
    deputies: tuple[Decider, ...]
    may_decide_own: bool
    passes_after: int | None
    lapses_after: int
    settings_version: str
    is_held: bool


def scheme_on(snapshot: Snapshot, day: date) -> tuple[list[DelegationRow], str]:
    """The rows in force on a day, by act and then by sum, and the version of the settings that has them."""
    record = record_of(snapshot.services)
    settings, version = record.settings_on(day) if record else settings_of(snapshot.services)
    acts = list(dict.fromkeys(row.act for row in settings.scheme))
    rows = sorted(settings.scheme, key=lambda row: (acts.index(row.act), MOST if row.up_to is None else row.up_to))
    return rows, version


def held_posts(snapshot: Snapshot) -> Mapping[Decider, list[str]]:
    """Who holds the posts of the scheme today, by name, with who is their deputy."""
    found = {post: holders_of(snapshot, [post], None) for post in Decider}
    deputies = {(post, row.person): row for post, row in deputies_by_post(snapshot)}
    people = [*(each for held in found.values() for each in held), *(row.deputy for row in deputies.values())]
    names = names_of(snapshot, people)

    def told(post: Decider, person: UUID) -> str:
        row = deputies.get((post, person))
        if row is None or row.deputy not in names:
            return names[person]
        return f"{names[person]} (deputy until {formats.date(row.until)}: {names[row.deputy]})"

    return {post: sorted(told(post, each) for each in held if each in names) for post, held in found.items()}


def nobody_holds(row: DelegationRow, held: Mapping[Decider, list[str]]) -> bool:
    """Whether a row cannot be decided today, because nobody holds a post that it takes."""
    first = (*row.decides, *row.deputies)
    taken = (first, row.countersigns) if row.countersigns else (first,)
    return not all(any(held[post] for post in posts) for posts in taken)


class AskedByRow:
    """What was asked by one row of the scheme, and what came of it; `days` are the working days until an answer."""

    def __init__(self) -> None:
        self.asked = self.waiting = self.given = self.refused = self.lapsed = self.alone = self.recorded = 0
        self.days: list[int] = []

    def count(self, row: view.DecisionRow, today: date) -> None:
        """Add one decision as it stands today."""
        if row.basis is Basis.OWN_AUTHORITY:
            self.alone += 1
            return
        if row.basis is Basis.ON_BEHALF:
            self.recorded += 1
            return
        self.asked += 1
        status = view.as_of(row, today).status
        self.waiting += status in OPEN
        self.given += status is DecisionStatus.GIVEN
        self.refused += status is DecisionStatus.REFUSED
        self.lapsed += status is DecisionStatus.LAPSED
        if row.decided_on is not None:
            self.days.append(working_days_between(row.asked_on, row.decided_on, bank_holidays()))

    @property
    def is_never_refused(self) -> bool:
        """Whether so much was asked and approved that the row may ask more than it needs to."""
        return self.given >= ENOUGH and not self.refused and not self.lapsed

    @property
    def waited(self) -> str:
        """The days that an answer took: the usual number, and the longest."""
        if not self.days:
            return ""
        usual = sorted(self.days)[len(self.days) // 2]
        return f"{formats.counted(usual, 'working day')}, {max(self.days)} at most"


def asked_by_row(snapshot: Snapshot) -> Mapping[str, AskedByRow]:
    """What was asked in the last year, by row of the scheme, without what is kept from the reader."""
    today = snapshot.services.today()
    counted: dict[str, AskedByRow] = {}
    closed = hidden_from(snapshot).closed
    for row in view.decisions.rows(snapshot.connection, view.begun_since(today - timedelta(days=COUNTED_FOR))):
        if row.id not in closed:
            counted.setdefault(row.row, AskedByRow()).count(row, today)
    return counted


def _rows(snapshot: Snapshot, _: ListScope, filters: Values, after: str | None, limit: int) -> list[SchemeRow]:
    rows, version = scheme_on(snapshot, filters.get("on") or snapshot.services.today())
    held = held_posts(snapshot)
    told = [
        SchemeRow(
            row=row.code,
            act=row.act,
            also_decides=also_decided(row.act),
            up_to=row.up_to,
            decides=row.decides,
            countersigns=row.countersigns,
            deputies=row.deputies,
            may_decide_own=row.may_decide_own,
            passes_after=row.passes_after if row.deputies else None,
            lapses_after=row.lapses_after,
            settings_version=version,
            is_held=not nobody_holds(row, held),
        )
        for row in rows
    ]
    return page_after(told, lambda row: row.row, after, limit)


scheme_list = ListEndpoint(
    "scheme",
    Action.READ_SCHEME,
    Listing(SchemeRow, _rows, lambda row: row.row, SchemeFilters, place=str, names={"row": "scheme_row"}),
    "List the rows of the scheme of delegation: who may decide what",
)


@pages.get("/scheme")
def scheme(context: RequestContext) -> tuple[str, int]:
    """The scheme as of a day, with who holds its posts today."""
    allow(context, Action.READ_SCHEME)
    filters = Filters(context, SchemeFilters)
    with context.read() as snapshot:
        today = snapshot.services.today()
        day = filters.values.get("on", today)
        rows, version = scheme_on(snapshot, day)
        held = held_posts(snapshot)
        counts = (
            asked_by_row(snapshot)
            if context.user.may(Action.TAKE_PART) or context.user.may(Action.READ_AUDIT)
            else {}
        )
    may_change = context.user.may(Action.KEEP_SETTINGS)
    page = render_template(
        "decisions/scheme.html",
        page_title="Who decides what",
        day=day,
        rows=rows,
        by_act=[
            (
                act.label,
                "; ".join(lower_first(each.label) for each in also_decided(act)),
                [_cells(row, held, may_change=may_change) for row in found],
            )
            for act, found in groupby(rows, key=lambda row: row.act)
        ],
        version=_version(version),
        unheld=[row for row in rows if nobody_holds(row, held)],
        counts=counts,
        never_refused=[code for code, row in counts.items() if row.is_never_refused],
        change=may_change,
        **filters.for_template(),
    )
    return page, filters.status


def _version(name: str) -> str:
    return (
        "The original settings" if name == version_name(0) else f"Version {name.rpartition('-')[2]} of the settings"
    )


def _also(act: Act) -> str:
    """What the rows of an act decide beside it, in words."""
    return "; ".join(lower_first(each.label) for each in also_decided(act))


def _cells(row: DelegationRow, held: Mapping[Decider, list[str]], *, may_change: bool) -> list[Any]:
    by_name = "; ".join(f"{post.label}: {', '.join(held[post]) or 'nobody'}" for post in row.posts)
    said = [formats.upper_first(each) for each in (row.band, row.who, row.in_time)]
    change = {"text": f"Change row {row.code}", "href": f"{CHANGE}?row={row.code}"}
    return [row.code, *said, by_name, *([change] if may_change else [])]
