"""The administrators who can sign in. Without one nobody gives posts or keeps accounts any more, and only the command
line helps: so none of the acts that would leave none is carried out, and every administrator is told for 30 days
where somebody was let in as one from there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa

from domain.account import Account
from domain.aggregate import Refusal
from domain.person import Person
from domain.service import UnitOfWork
from domain.vocabulary import Role
from projections import people
from projections.people import PersonRow
from web import formats
from web.access.context import RequestContext
from web.access.name_cache import names_of
from web.accounts import accounts
from web.accounts.accounts import account_id
from web.runtime.authority import record_of
from web.runtime.services import Services


class OnlyAdministrator(Refusal):
    """Without this person no administrator could sign in."""


def who_can_sign_in(connection: sa.Connection, day: date) -> list[PersonRow]:
    """The holders of the post on a day whose account lets them in, by last name."""
    let_in = {each.person for each in accounts.all_accounts(connection) if each.status == "active"}
    return [each for each in people.holders_on(connection, [Role.ADMINISTRATOR], day) if each.id in let_in]


def must_keep_administrator(
    services: Services, work: UnitOfWork, person: Person, ending: Collection[int], last_day: date
) -> None:
    """Refuse to end posts after a last day where that leaves no administrator. Raises OnlyAdministrator."""
    after = max(last_day + timedelta(days=1), person.today)
    held = [post.id for post in person.posts_on(after) if post.role is Role.ADMINISTRATOR]
    if held and all(post in ending for post in held):
        must_leave_administrator(services, work, person.id, after)


def must_leave_administrator(services: Services, work: UnitOfWork, person: UUID, day: date) -> None:
    """Refuse to do without somebody from a day on who is the only administrator then. Raises OnlyAdministrator.

    Another who is left is held to what they are, posts and account: where they go at the same moment, the one that
    is saved later is decided anew.
    """
    with services.read_present() as connection:
        able = who_can_sign_in(connection, day)
    others = [each for each in able if each.id != person]
    if len(others) == len(able) or any(_is_held(services, work, each.id, day) for each in others):
        return
    name = next(each.name for each in able if each.id == person)
    raise OnlyAdministrator(
        f"{name} is then the only administrator who can sign in. Appoint another first, with an "
        "account, and let them set their password"
    )


def _is_held(services: Services, work: UnitOfWork, person: UUID, day: date) -> bool:
    """Whether somebody is an administrator who can sign in, which stays so until the work is saved.

    The records are taken in hand first, and the tables are read then: what is done to an account there is saved
    with an event of its record.
    """
    holder, _ = work.find(Person, person), work.find(Account, account_id(person))
    with services.read_present() as connection:
        account = accounts.of_person(connection, person)
    return holder.holds(Role.ADMINISTRATOR, day) and account is not None and account.status == "active"


TOLD_FOR = timedelta(days=30)


def recovery_notices(context: RequestContext) -> list[str]:
    """A sentence for each recovery of the last 30 days, for administrators; none for anybody else."""
    user = context.user_or_none
    if user is None or not user.holds(Role.ADMINISTRATOR):
        return []
    record = record_of(context.services)
    since = context.services.today() - TOLD_FOR
    recent = [each for each in record.recoveries if each.on > since] if record else []
    if not recent:
        return []
    with context.read() as snapshot:
        names = names_of(snapshot, {each.person for each in recent})
    return [
        f"{names.get(each.person, 'Somebody')} was let in as an administrator from the command line: {each.reason} "
        f"({formats.date(each.on)})"
        for each in recent
    ]
