"""What happens to a person's record, each fact with its sentence and its effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Event
from domain.correction import Correction
from domain.person.parts import Deputy, Post, Proposal
from domain.person.rules import cut
from domain.vocabulary import Personal, Phase, Role, SchoolId, Team

if TYPE_CHECKING:
    from domain.person.record import Person


class Registered(Event):
    TOPIC = "person.registered"
    says = "{by} registered {name} ({reference})"
    reference: str
    name: Personal
    email: Personal | None

    def apply(self, person: Person) -> None:
        person.reference = self.reference
        person.name, person.email = self.name, self.email


class NameChanged(Event):
    TOPIC = "person.name-changed"
    says = "{by} changed {before}'s name to {name}"
    name: Personal
    before: Personal

    def apply(self, person: Person) -> None:
        person.name = self.name


class Corrected(Correction):
    """The name was misspelt and never was theirs: a name that they had and changed is told by NameChanged."""

    TOPIC = "person.corrected"
    says = "{by} corrected what was entered of {this_person}: {restated}. {reason}"
    RESTATES = {"name": "Name"}
    name: Personal | None = None
    name_was: Personal | None = None


class EmailChanged(Event):
    TOPIC = "person.email-changed"
    says = "{by} {changed_or_removed}"
    email: Personal | None

    @property
    def changed_or_removed(self) -> str:
        return f"changed the email address to {self.email}" if self.email else "removed the email address"

    def apply(self, person: Person) -> None:
        person.email = self.email


class PostTaken(Event):
    TOPIC = "person.post-taken"
    says = "{by} added {this_person} as {role}{leading}{school: at …}{provider: for …} from {from_}{until: to …}"
    post: int
    role: Role
    school: SchoolId | None
    provider: UUID | None
    team: Team | None
    phase: Phase | None
    leads_team: bool
    capacity: Decimal
    theme: str | None
    from_: date
    until: date | None

    @property
    def leading(self) -> str:
        return " and team lead" if self.leads_team else ""

    def apply(self, person: Person) -> None:
        person.posts.append(self.as_post())
        person.posts_taken = self.post
        if person.left_on is not None and self.from_ > person.left_on:
            person.left_on = None

    def as_post(self) -> Post:
        """The post as the person holds it from now on."""
        return Post(
            id=self.post,
            role=self.role,
            from_=self.from_,
            school=self.school,
            provider=self.provider,
            team=self.team,
            phase=self.phase,
            leads_team=self.leads_team,
            capacity=self.capacity,
            theme=self.theme,
            until=self.until,
        )


class PostEnded(Event):
    TOPIC = "person.post-ended"
    says = "{by}{until: set … as the last day of}{ended} {this_person}'s role as {role}{unbegun}: {reason}"
    post: int
    role: Role
    until: date | None
    """The last day, None where the post never began."""

    @property
    def ended(self) -> str:
        return "" if self.until else " ended"

    @property
    def unbegun(self) -> str:
        return "" if self.until else " before it started"

    def apply(self, person: Person) -> None:
        ended = [replace(post, until=self.until) if post.id == self.post else post for post in person.posts]
        person.posts = [post for post in ended if post.id != self.post or self.until is not None]


class Left(Event):
    """`posts` are those that end with it, or that now never begin, `roles` what they are."""

    TOPIC = "person.left"
    says = "{by} recorded {on} as {this_person}'s last day{roles:, also in their roles: …}. Reason: {reason}"
    on: date
    posts: tuple[int, ...]
    roles: tuple[Role, ...] = ()

    def apply(self, person: Person) -> None:
        person.left_on = self.on
        person.posts = [cut(post, self.on) for post in person.posts if post.from_ <= self.on]


class PostProposed(Event):
    """`post` is the number of the post where it is held at once: nobody could confirm it while the service was being
    set up."""

    TOPIC = "person.post-proposed"
    says = (
        "{by} proposed {this_person} as {role}{leading} from {from_}{until: to …}, "
        "for someone else to confirm{meanwhile}"
    )
    proposal: int
    post: int | None
    role: Role
    school: SchoolId | None
    provider: UUID | None
    team: Team | None
    phase: Phase | None
    leads_team: bool
    capacity: Decimal
    theme: str | None
    from_: date
    until: date | None

    @property
    def leading(self) -> str:
        return " and team lead" if self.leads_team else ""

    @property
    def meanwhile(self) -> str:
        return "" if self.post is None else ", in force meanwhile"

    def apply(self, person: Person) -> None:
        post = Post(
            id=self.post or 0,
            role=self.role,
            from_=self.from_,
            school=self.school,
            provider=self.provider,
            team=self.team,
            phase=self.phase,
            leads_team=self.leads_team,
            capacity=self.capacity,
            theme=self.theme,
            until=self.until,
        )
        proposed_by = self.meta.signature.actor
        person.proposals[self.proposal] = Proposal(self.proposal, post, proposed_by, self.post)
        person.proposals_made = self.proposal


class PostConfirmed(Event):
    """Where the post was not held yet, PostTaken follows."""

    TOPIC = "person.post-confirmed"
    says = "{by} confirmed {this_person} as {role}{proposed_by:, proposed by …}"
    proposal: int
    role: Role
    proposed_by: UUID | None

    def apply(self, person: Person) -> None:
        person.proposals.pop(self.proposal)


class PostDeclined(Event):
    """Where the post was held already, PostEnded follows."""

    TOPIC = "person.post-declined"
    says = "{by} declined {this_person} as {role}{proposed_by:, proposed by …}: {reason}"
    proposal: int
    role: Role
    proposed_by: UUID | None

    def apply(self, person: Person) -> None:
        person.proposals.pop(self.proposal)


class PostProposalWithdrawn(Event):
    TOPIC = "person.post-proposal-withdrawn"
    says = "{by} withdrew the proposal of {this_person} as {role}: {reason}"
    proposal: int
    role: Role

    def apply(self, person: Person) -> None:
        person.proposals.pop(self.proposal)


class DeputyNamed(Event):
    """Whoever holds the post may still decide themselves."""

    TOPIC = "person.deputy-named"
    says = "{by} named {deputy} to decide for {this_person} as {role} from {from_} to {until}"
    number: int
    post: int
    role: Role
    deputy: UUID
    from_: date
    until: date

    def apply(self, person: Person) -> None:
        person.deputies.append(Deputy(self.number, self.post, self.deputy, self.from_, self.until))
        person.deputies_named = self.number


class DeputyEnded(Event):
    TOPIC = "person.deputy-ended"
    says = (
        "{by}{until: set … as the last day on which}{ended} {deputy} {decides} for {this_person} as {role}{unbegun}"
    )
    number: int
    role: Role
    deputy: UUID
    until: date | None
    """The last day, None where it never began."""

    @property
    def ended(self) -> str:
        return "" if self.until else " recorded that"

    @property
    def decides(self) -> str:
        return "decides" if self.until else "is not to decide"

    @property
    def unbegun(self) -> str:
        return "" if self.until else " after all"

    def apply(self, person: Person) -> None:
        ended = [
            replace(each, until=self.until) if each.id == self.number and self.until else each
            for each in person.deputies
        ]
        person.deputies = [each for each in ended if each.id != self.number or self.until is not None]
