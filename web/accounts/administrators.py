"""The administrators who can sign in. Without one nobody gives posts or keeps accounts any more, and only the command
line helps: so none of the acts that would leave none is carried out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Refusal
from domain.person import Person
from domain.vocabulary import Role
from projections import people
from projections.people import PersonRow
from web.accounts import accounts


class OnlyAdministrator(Refusal):
    """Without this person no administrator could sign in."""


def who_can_sign_in(connection: sa.Connection, day: date) -> list[PersonRow]:
    """The holders of the post on a day whose account lets them in, by last name."""
    let_in = {each.person for each in accounts.everyones(connection) if each.status == "active"}
    return [each for each in people.holders_on(connection, [Role.ADMINISTRATOR], day) if each.id in let_in]


def must_stay(connection: sa.Connection, person: Person, ending: Collection[int], last_day: date) -> None:
    """Refuse to end posts after a last day where that leaves no administrator. Raises OnlyAdministrator."""
    after = max(last_day + timedelta(days=1), person.today)
    held = [post.id for post in person.posts_on(after) if post.role is Role.ADMINISTRATOR]
    if held and all(post in ending for post in held):
        must_be_left(connection, person.id, after)


def must_be_left(connection: sa.Connection, person: UUID, day: date) -> None:
    """Refuse to do without somebody from a day on who is the only administrator then. Raises OnlyAdministrator."""
    left = who_can_sign_in(connection, day)
    if [each.id for each in left] == [person]:
        raise OnlyAdministrator(
            f"{left[0].name} is then the only administrator who can sign in. Appoint another first, with an "
            "account, and let them set their password"
        )
