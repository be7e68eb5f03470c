"""Ways in to the account of somebody with wide rights: one person proposes what opens them, and another does it.

Otherwise whoever keeps accounts could become whom they like, by a link that they open themselves, and the posts that
take two people (web.access.policy) would be worth nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa

from domain.account import Account as Record
from domain.account import NotProposed, WayIn
from domain.aggregate import Refusal
from domain.person import Person
from domain.service import NotFound, UnitOfWork
from domain.signature import current_signature
from domain.vocabulary import Role
from projections import people
from web.access.policy import CONFIRMERS
from web.accounts import accounts
from web.accounts.account_commands import find
from web.accounts.recording import change, new_entry
from web.accounts.security_trail import SecurityEvent
from web.runtime.services import Services

T = TypeVar("T")

PROPOSED_FOR = timedelta(hours=48)


class NobodyToConfirm(Refusal):
    """There is no second person who can sign in."""


def has_wide_rights(work: UnitOfWork, person: UUID) -> bool:
    """Whether somebody holds, is to hold or is proposed for a post that takes two people. Their record is taken in
    hand, so that nobody gives them one meanwhile."""
    try:
        record = work.find(Person, person)
    except NotFound:
        return False
    posts = [post for post in record.posts if post.until is None or post.until >= record.today]
    proposed = [each.post for each in record.open_proposals]
    return any(post.takes_a_second_person for post in (*posts, *proposed))


def needs_second_person(services: Services, work: UnitOfWork, person: UUID) -> bool:
    """Whether what opens a way in to somebody's account takes two people: they have wide rights, and it is somebody
    else who does it. Whoever has the machine needs nobody; nor does the one person there is while setting up."""
    actor = current_signature().actor
    if actor is None or actor == person or not has_wide_rights(work, person):
        return False
    with services.read_present() as connection:
        return not _is_setting_up(services, connection, {actor, person})


def done_or_proposed(
    services: Services, person: UUID, way: WayIn, act: Callable[[], T], reason: str = ""
) -> T | None:
    """Do what opens a way in, where one person may or another has proposed it; else propose it, and return None.

    Raises what the act does, NothingToChange where whoever asks has proposed it already, and NobodyToConfirm.
    """
    actor = current_signature().actor
    own = services.service.find(Record, find(services, person).id).proposals.get(way)
    if own is not None and own.by == actor and services.service.done() is not None:
        return None
    try:
        return act()
    except NotProposed:
        pass
    with services.read_present() as connection:
        nobody = not _confirmers(services, connection, {actor, person})
    if nobody:
        raise NobodyToConfirm(
            "You need a second person (another administrator or a director who can sign in), but there is nobody. "
            "The system operator can do it at the command line: sis accounts --help"
        )
    until = services.now() + PROPOSED_FOR

    def propose(record: Record) -> None:
        record.propose(way, until=until, reason=reason)

    change(services, person, propose, lambda _: None, new_entry(SecurityEvent.WAY_IN_PROPOSED, person, way.value))
    return None


class ProposalState(StrEnum):
    """How far what opens a way in has come, for somebody who may do it."""

    ALONE = "one person does it"
    TO_PROPOSE = "it is to be proposed"
    PROPOSED = "they have proposed it"
    TO_CONFIRM = "somebody else has proposed it"


def proposal_state(services: Services, person: UUID, way: WayIn) -> ProposalState:
    """How far it has come for whoever asks, who has signed."""
    work = UnitOfWork(services.service)
    if not needs_second_person(services, work, person):
        return ProposalState.ALONE
    proposal = work.find(Record, accounts.account_id(person)).proposal(way)
    if proposal is None:
        return ProposalState.TO_PROPOSE
    return ProposalState.PROPOSED if proposal.by == current_signature().actor else ProposalState.TO_CONFIRM


def must_be_for_wide_rights(work: UnitOfWork, person: UUID) -> None:
    """Refuse a link that one person made before its owner came to have wide rights. Raises LinkNoLongerValid."""
    record = work.find(Record, accounts.account_id(person))
    is_alone = record.link_made_by not in (None, person) and record.link_is_for_wide_rights is False
    if is_alone and has_wide_rights(work, person):
        raise accounts.LinkNoLongerValid(
            "This link was made before the person's role changed. Ask your administrator for a new one"
        )


def may_confirm(services: Services, person: UUID, user: UUID) -> bool:
    """Whether something is proposed for a person that somebody else may confirm by doing it."""
    record = services.service.find(Record, find(services, person).id)
    return any(proposal.by != user and services.now() < proposal.until for proposal in record.proposals.values())


def _is_setting_up(services: Services, connection: sa.Connection, apart: Collection[UUID | None]) -> bool:
    """Whether the first holders are let in: no director has ever been able to sign in, and nobody else could confirm.

    Once there has been one it is over, as with the posts themselves.
    """
    directors = {each.id for each in people.holders_ever(connection, Role.DIRECTOR)}
    let_in = {
        each.person for each in accounts.all_accounts(connection) if each.password_hash or each.comes_by_council
    }
    return not directors & let_in and not _confirmers(services, connection, apart)


def _confirmers(services: Services, connection: sa.Connection, apart: Collection[UUID | None]) -> set[UUID]:
    holders = people.holders_on(connection, CONFIRMERS, services.today())
    let_in = {each.person for each in accounts.all_accounts(connection) if each.status == "active"}
    return {each.id for each in holders if each.id in let_in and each.id not in apart}
