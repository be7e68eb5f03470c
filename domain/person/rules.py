"""What stands against changing a person's record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Refusal
from domain.person.parts import SCHOOL_ROLES, Post, Proposal
from domain.text import plain
from domain.vocabulary import Role

if TYPE_CHECKING:
    from domain.person.record import Person


class NameNeeded(Refusal):
    """A person has no name."""


class NotAnEmailAddress(Refusal):
    """The text is no e-mail address."""


class PostNeedsItsPlace(Refusal):
    """A post does not name what it is held at: a school, a provider, a team or a theme, as its role asks."""


class NotAShare(Refusal):
    """Capacity is a share of full time, more than nothing and at most 1."""


class PostHeldAlready(Refusal):
    """The person holds the same post in that time already."""


class NoSuchPost(Refusal):
    """The person holds no such post, or it has ended."""


class HasLeft(Refusal):
    """The person has left; they come back by taking a post from a later day."""


class OwnPost(Refusal):
    """Nobody gives a post to themselves, or decides on one that is proposed for them."""


class OwnRecord(Refusal):
    """Nobody changes the name and address under which others know them."""


class SecondPersonNeeded(Refusal):
    """The post is proposed by one person and confirmed by another."""


class NeedsNoSecondPerson(Refusal):
    """The post is noted at once, without a proposal."""


class NoSuchProposal(Refusal):
    """Nothing of the kind is proposed for the person, or it is decided on already."""


class ProposedAlready(Refusal):
    """The same post is proposed for that time already."""


class NotTheirProposal(Refusal):
    """A proposal is withdrawn by whoever made it; anybody else declines it."""


class NoDeputy(Refusal):
    """The post is not asked to decide, or nobody is the deputy of its holder on those days."""


class OwnDeputy(Refusal):
    """Nobody is their own deputy, or makes themselves the deputy of somebody else."""


class OneHop(Refusal):
    """A deputy would name a deputy."""


class DeputyAlready(Refusal):
    """The holder of a post has a deputy on those days already."""


class NotBackwards(Refusal):
    """Somebody would have been a deputy before they were named."""


class EndsLater(Refusal):
    """A post is not made longer by ending it."""


def must_have_a_proposal(person: Person, _: date) -> None:
    if not person.proposals:
        raise NoSuchProposal("No roles are waiting to be confirmed for this person", field="proposal")


def must_hold_a_post(person: Person, today: date) -> None:
    if not any(post.until is None or post.until >= today for post in person.posts):
        raise NoSuchPost("This person has no current role to end", field="post")


def must_be_asked_to_decide(person: Person, today: date) -> None:
    if not any(post.is_asked_to_decide and (post.until is None or post.until >= today) for post in person.posts):
        raise NoDeputy("This person has no role that is asked to decide")


def must_have_a_deputy(person: Person, today: date) -> None:
    if not any(each.until >= today for each in person.deputies):
        raise NoDeputy("This person has no deputy")


def must_be_here(person: Person, _: date) -> None:
    if person.left_on is not None:
        raise HasLeft("This person has already left")


def must_not_give_themselves(person: Person, actor: UUID | None) -> None:
    if actor == person.id:
        raise OwnPost("You cannot give yourself a role. Ask another administrator", field="role")


def must_not_rename_themselves(person: Person, actor: UUID | None, *, field: str) -> None:
    if actor == person.id:
        raise OwnRecord("You cannot change your own name or email address. Ask another administrator", field=field)


def must_be_decided_by_another(person: Person, proposal: Proposal, actor: UUID | None) -> None:
    if actor == person.id:
        raise OwnPost("Someone else must decide on a role proposed for you", field="proposal")
    if actor == proposal.proposed_by:
        raise SecondPersonNeeded("You proposed this role. Someone else must decide on it", field="proposal")


def must_have_one_to_withdraw(person: Person, actor: UUID | None) -> None:
    if not any(each.proposed_by == actor and each.held_as is None for each in person.proposals.values()):
        raise NotTheirProposal("Someone else made this proposal. Decline it instead", field="proposal")


def has_its_place(post: Post) -> None:
    if post.role in SCHOOL_ROLES and post.school is None:
        raise PostNeedsItsPlace("Choose the school for this role", field="school")
    if post.role is Role.SPECIALIST and post.provider is None:
        raise PostNeedsItsPlace("Choose the provider the specialist works for", field="provider")
    if (post.role is Role.OFFICER or post.leads_team) and post.team is None:
        raise PostNeedsItsPlace("Choose the officer's team", field="team")
    if post.role is Role.STRATEGIC_LEAD and not plain(post.theme or ""):
        raise PostNeedsItsPlace("Enter the theme this person leads", field="theme")


def cut(post: Post, last_day: date) -> Post:
    return replace(post, until=last_day) if post.until is None or post.until > last_day else post
