"""The pages of people: the list, and one person with posts, schools and what is in their hands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint

from domain.person import Person
from projections import references, schools
from web import words
from web.accounts import accounts
from web.identity import signed_in
from web.noun import Listing
from web.office import office
from web.pages import ListPage, list_page, record_page
from web.people.commands import people
from web.people.finding import ListedPerson, in_words
from web.people.holdings import waiting_for
from web.policy import Action
from web.record_addresses import record_href

pages = Blueprint("people", __name__, template_folder="templates")


def _cells(row: ListedPerson, _: Mapping[UUID, str]) -> list[Any]:
    left = f"Left on {words.date(row.left_on)}" if row.left_on else "None"
    return [
        {"text": row.name, "href": f"/people/{row.reference}", "hint": row.reference},
        "; ".join(row.posts) or left,
        row.email or "",
    ]


LIST = ListPage(
    title="People",
    caption="People by last name",
    head=["Name", "Posts today", "E-mail"],
    cells=_cells,
    ids=lambda _: [],
    empty_text="Nobody found",
    choices=lambda _: {"gone": [("true", "Show them too")]},
)


@pages.get("/")
def listed() -> str:
    assert isinstance(people.listing, Listing)
    return list_page(people, people.listing, LIST)


@pages.get("/<ref>")
def person(ref: str) -> str:
    return record_page(
        people,
        ref,
        "people/person.html",
        title=lambda person, _: person.name.value,
        ids=lambda person: [place for post in person.posts for place in (post.school, post.provider)],
        more=_around,
    )


def _around(connection: sa.Connection, person: Person) -> Mapping[str, Any]:
    today = office().today()
    waiting = waiting_for(connection, person)
    asking = signed_in()
    return {
        "today": today,
        "in_words": in_words,
        "linked": schools.linked_to(connection, person.id, today=today),
        "standing_in": [
            school
            for school in schools.of_officer(connection, person.id, today=today)
            if schools.looked_after(connection, [school.id], today=today)[school.id].link_officer != person.id
        ],
        "waiting": waiting,
        "references": references.references_of(connection, {item.record for item in waiting}),
        "href": record_href,
        "may_keep_accounts": asking.may(Action.KEEP_ACCOUNTS),
        "account": accounts.of_person(connection, person.id) if asking.may(Action.KEEP_ACCOUNTS) else None,
        "may_hand_over": asking.may(Action.ASSIGN_OFFICERS),
        "also_named": [item.school for item in waiting if item.school],
    }
