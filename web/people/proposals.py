"""Posts that take two people: who may decide on one that is proposed, and while nobody may yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from werkzeug.exceptions import Forbidden

from domain.aggregate import Refusal
from domain.person import Person, Proposal
from domain.person.rules import must_be_decided_by_another
from domain.vocabulary import Role
from projections import people
from web import formats
from web.access.context import RequestContext, Snapshot, User
from web.access.policy import CONFIRMED_BY
from web.commands.choices import distinct_names
from web.people.schemas import PROPOSALS


def confirming_role(snapshot: Snapshot, role: Role, apart: Collection[UUID | None]) -> Role | None:
    """The post whose holders confirm a post of that role today; None where nobody could.

    `apart` are those who do not count: whoever proposes the post and whoever is to hold it.
    """
    confirmers = CONFIRMED_BY[role]
    found = people.roles_of_holders(snapshot.connection, confirmers, snapshot.services.today())
    held = {role for person, roles in found if person.id not in apart for role in roles}
    return next((role for role in confirmers if role in held), None)


def is_setting_up(snapshot: Snapshot, role: Role, apart: Collection[UUID]) -> bool:
    """Whether the first holders are being appointed: there has been no director yet, and nobody could confirm.

    Once there has been one it is over, so that nobody can come back to it by ending the posts of others.
    """
    if role not in CONFIRMED_BY or people.was_ever_held(snapshot.connection, Role.DIRECTOR):
        return False
    return confirming_role(snapshot, role, apart) is None


def must_decide(context: RequestContext, person: Person, number: int) -> None:
    """Raises Forbidden where the policy has somebody else decide on a proposal."""
    proposal = person.proposals.get(number)
    if proposal is None:
        return
    with context.read_present() as snapshot:
        post = confirming_role(snapshot, proposal.post.role, {proposal.proposed_by, person.id})
    if post is not None and not context.user.holds(post):
        raise Forbidden(f"A {post.label.lower()} must decide on this role")


def must_have_one_to_decide(context: RequestContext, person: Person) -> None:
    """Raises what stands against deciding on the last proposal, where something stands against deciding on each."""
    refused: Forbidden | Refusal | None = None
    for number, proposal in person.proposals.items():
        try:
            must_decide(context, person, number)
            must_be_decided_by_another(person, proposal, context.user.person)
        except (Forbidden, Refusal) as against:
            refused = against
        else:
            return
    if refused is not None:
        raise refused


def choices(snapshot: Snapshot, person: Person | None) -> Mapping[str, Any]:
    """The proposals on which the person who asks may decide."""
    return _choices(snapshot, person.may_be_decided_by(snapshot.user.person) if person else [])


def own_choices(snapshot: Snapshot, person: Person | None) -> Mapping[str, Any]:
    """The proposals that the person who asks made and may withdraw."""
    return _choices(snapshot, _own(snapshot.user, person) if person else [])


def _own(user: User, person: Person) -> list[Proposal]:
    return [each for each in person.proposals.values() if each.proposed_by == user.person and each.held_as is None]


def _choices(snapshot: Snapshot, found: Iterable[Proposal]) -> Mapping[str, Any]:
    offered = list(found)
    names = distinct_names(snapshot, {each.proposed_by for each in offered if each.proposed_by})
    return {PROPOSALS: [(each.id, _called(each), _hint(each, names)) for each in offered]}


def _called(proposal: Proposal) -> str:
    return f"{proposal.post.role.label}{' and team lead' if proposal.post.leads_team else ''}"


def _hint(proposal: Proposal, names: Mapping[UUID, str]) -> str:
    by = names.get(proposal.proposed_by, "somebody") if proposal.proposed_by else "the administrator"
    until = f" until {formats.date(proposal.post.until)}" if proposal.post.until else ""
    held = ". In force while setting up" if proposal.held_as is not None else ""
    return f"From {formats.date(proposal.post.from_)}{until}, proposed by {by}{held}"
