"""The pages of people: the list, and one person with posts, schools and what is in their hands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from domain.person import Person
from domain.vocabulary import Channel
from projections import caseload, schools
from projections import people as view
from projections.row_queries import RowQueries, RowQuery
from web import formats
from web.access.context import Pages, RequestContext, Snapshot
from web.access.list_filters import items_for_reader
from web.access.name_cache import rows_of
from web.access.policy import Action
from web.accounts import accounts
from web.commands.attachments import RECORD
from web.commands.choices import distinct_names, post_in_words
from web.commands.correcting import restated_in_words
from web.history.sentences import NAMELESS
from web.layout.links import linker
from web.layout.list_pages import Answer, ListColumn, ListPage, Names, list_page, record_column
from web.layout.resource_pages import PageRows, record_page
from web.people.commands import people
from web.people.finding import ListedPerson
from web.people.holdings import EVERYTHING

pages = Pages("people", __name__, template_folder="templates")


def _posts(row: ListedPerson, _: Names) -> Any:
    left = f"Left on {formats.date(row.left_on)}" if row.left_on else "None"
    return {"text": "; ".join(row.posts) or left, "hint": restated_in_words(row.restated_on)}


LIST: ListPage[ListedPerson] = ListPage(
    people,
    title="People",
    caption="People by last name",
    counted=("person", "people"),
    columns=[
        record_column("Name", "people", lambda row, _: row.name),
        ListColumn("Roles today", _posts),
        ListColumn("Email", lambda row, _: row.email or "", breaks=True),
    ],
    empty_text="No people",
    choices=lambda _: {"gone": [("true", "Include people who have left")]},
    template="people/people.html",
)


def _proposed(context: RequestContext) -> list[list[Any]]:
    """The posts that wait for a second person, for those who may be the one."""
    if not context.user.may(Action.CONFIRM_POSTS):
        return []
    with context.read() as snapshot:
        waiting = view.open_proposals(snapshot.connection)
        concerned = {id for row in waiting for id in (row.person, row.proposed_by) if id}
        known, named = rows_of(snapshot, concerned), distinct_names(snapshot, concerned)
    return [
        [
            {"text": named[row.person], "href": f"/people/{known[row.person].detail}"},
            row.role.label,
            formats.short_date(row.from_),
            named[row.proposed_by] if row.proposed_by in named else NAMELESS[Channel.COMMAND_LINE],
            "In force while setting up" if row.held_as is not None else "Not yet confirmed",
        ]
        for row in waiting
        if row.person in known
    ]


@pages.get("/")
def listed(context: RequestContext) -> Answer:
    return list_page(context, LIST, proposed=_proposed(context))


@pages.get("/<ref>")
def person(context: RequestContext, ref: str) -> str:
    return record_page(
        context,
        people,
        ref,
        "people/person.html",
        title=lambda person, _: person.name.value,
        ids=lambda person: [
            *(place for post in person.posts for place in (post.school, post.provider)),
            *(proposal.proposed_by for proposal in person.open_proposals),
            *(deputy.person for deputy in person.deputies),
        ],
        more=_more,
        page_query=PAGE_QUERY,
        about=lambda _: {"today": context.services.today()},
    )


_TODAY = sa.bindparam("today", type_=sa.Date)
_school = schools.schools.table.c
_link = schools.linked([RECORD], _TODAY)
_order = (_school.closed, _school.sought, _school.id)

_person = view.people.table.c

PAGE_QUERY = RowQueries(
    alike=RowQuery(view.people, view.looking_like(RECORD), (_person.sorting, _person.id)),
    linked=RowQuery(
        schools.schools, sa.and_(_school.merged_into.is_(None), schools.linked_from(RECORD, _TODAY)), _order
    ),
    standing_in=RowQuery(
        schools.schools,
        sa.and_(_school.merged_into.is_(None), schools.covered([RECORD], _TODAY), sa.not_(_link)),
        _order,
    ),
    waiting=RowQuery(
        caseload.items, sa.and_(caseload.OPEN, caseload.items.table.c.person == RECORD), caseload.AS_DUE, EVERYTHING
    ),
)
"""What is asked for the page of a person: the schools in their hands, what waits for them by name, and
others whose names look alike."""


def _more(snapshot: Snapshot, person: Person, found: PageRows) -> Mapping[str, Any]:
    user = snapshot.user
    waiting = items_for_reader(snapshot, found["waiting"])
    return {
        "proposers": distinct_names(
            snapshot, {each.proposed_by for each in person.open_proposals if each.proposed_by}
        ),
        "nameless": NAMELESS[Channel.COMMAND_LINE],
        "today": snapshot.services.today(),
        "in_words": post_in_words,
        "alike": found["alike"],
        "linked": found["linked"],
        "standing_in": found["standing_in"],
        "waiting": waiting,
        "leads_to": linker(snapshot, waiting),
        "may_keep_accounts": user.may(Action.KEEP_ACCOUNTS),
        "account": accounts.of_person(snapshot.connection, person.id) if user.may(Action.KEEP_ACCOUNTS) else None,
        "may_hand_over": user.may(Action.ASSIGN_OFFICERS),
        "also_named": [item.school for item in waiting if item.school],
    }
