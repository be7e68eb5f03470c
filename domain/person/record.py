"""Person, the record."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any, TypeAlias, Unpack
from uuid import UUID

from domain.aggregate import Aggregate, in_order, reasoned, requires
from domain.names import address_spelt, spelt
from domain.person import events
from domain.person.parts import Deputy, Place, Post, Proposal
from domain.person.rules import (
    DeputyAlready,
    EndsLater,
    HasLeft,
    NameNeeded,
    NeedsNoSecondPerson,
    NoDeputy,
    NoSuchPost,
    NoSuchProposal,
    NotAnEmailAddress,
    NotAShare,
    NotBackwards,
    NotTheirProposal,
    OneHop,
    OwnDeputy,
    PostHeldAlready,
    ProposedAlready,
    SecondPersonNeeded,
    cut,
    has_its_place,
    must_be_asked_to_decide,
    must_be_decided_by_another,
    must_be_here,
    must_have_a_deputy,
    must_have_a_proposal,
    must_hold_a_post,
    must_not_give_themselves,
    must_not_rename_themselves,
)
from domain.text import plain
from domain.vocabulary import About, Personal, Role


class Person(Aggregate):
    """Somebody known to the service: officer, headteacher, chair, specialist, broker, reviewer, administrator.

    Joining a team, leading a portfolio and an officer's capacity are folded into posts; absence is the school's
    cover; a caseload is handed over school by school.
    """

    KIND = "person"
    prefix = "PE"

    name: Personal
    email: Personal | None
    left_on: date | None

    Registered: TypeAlias = events.Registered
    NameChanged: TypeAlias = events.NameChanged
    Corrected: TypeAlias = events.Corrected
    EmailChanged: TypeAlias = events.EmailChanged
    PostTaken: TypeAlias = events.PostTaken
    PostEnded: TypeAlias = events.PostEnded
    Left: TypeAlias = events.Left
    PostProposed: TypeAlias = events.PostProposed
    PostConfirmed: TypeAlias = events.PostConfirmed
    PostDeclined: TypeAlias = events.PostDeclined
    PostProposalWithdrawn: TypeAlias = events.PostProposalWithdrawn
    DeputyNamed: TypeAlias = events.DeputyNamed
    DeputyEnded: TypeAlias = events.DeputyEnded

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.posts: list[Post] = []
        self.posts_taken = 0
        self.left_on = None
        self.proposals: dict[int, Proposal] = {}
        self.proposals_made = 0
        self.deputies: list[Deputy] = []
        self.deputies_named = 0

    @classmethod
    def register(cls, reference: str, *, name: str, email: str | None = None) -> Person:
        """A person who is new to the service. Raises NameNeeded, MixedScripts, NotAnEmailAddress."""
        person = cls.named(reference)
        person.record(cls.Registered(reference=reference, name=person._named(name), email=person._reached(email)))
        return person

    def rename(self, name: str) -> None:
        """Take another name. Raises NameNeeded, MixedScripts, OwnRecord."""
        must_not_rename_themselves(self, self.signature.actor, field="name")
        self.record(self.NameChanged(name=self._named(name), before=self.name))

    def correct(self, *, name: str | None = None, reason: str) -> None:
        """Put right a name that was entered wrongly and never was theirs. Raises NothingToCorrect, NameNeeded,
        MixedScripts, OwnRecord, ReasonNeeded."""
        must_not_rename_themselves(self, self.signature.actor, field="name")
        corrected = self.Corrected.of(self, {"name": None if name is None else self._named(name)})
        self.record(corrected, reason=reasoned(reason, "Enter what was wrong"))

    def change_email(self, email: str | None) -> None:
        """Take another address, or none. Raises NotAnEmailAddress, MixedScripts, OwnRecord."""
        must_not_rename_themselves(self, self.signature.actor, field="email")
        self.record(self.EmailChanged(email=self._reached(email)))

    def take_post(self, role: Role, *, from_: date, **place: Unpack[Place]) -> int:
        """Take a post; its number within the person is returned. `place` is what `Post` has beside.

        Raises PostNeedsItsPlace, NotAShare, EndsBeforeItBegins, PostHeldAlready, HasLeft, OwnPost, and
        SecondPersonNeeded where somebody who is signed in gives a post that takes a second person.
        """
        must_not_give_themselves(self, self.signature.actor)
        post = Post(self.posts_taken + 1, role, from_, **place)
        self._may_take(post)
        if post.takes_a_second_person and self.signature.actor is not None:
            field = "leads_team" if role is Role.OFFICER else "role"
            raise SecondPersonNeeded("Propose this role instead, for someone else to confirm", field=field)
        return self._take(post)

    def propose_post(self, role: Role, *, from_: date, at_once: bool = False, **place: Unpack[Place]) -> int:
        """Propose a post that takes a second person; the number of the proposal is returned.

        `at_once` is for the first holders, while there is nobody who could confirm: the post is held meanwhile.
        Raises what `take_post` does, NeedsNoSecondPerson, ProposedAlready.
        """
        must_not_give_themselves(self, self.signature.actor)
        number = self.posts_taken + 1 if at_once else None
        post = Post(number or 0, role, from_, **place)
        if not post.takes_a_second_person:
            raise NeedsNoSecondPerson("This role does not need confirming. Add it instead", field="role")
        self._may_take(post)
        if any(post.place == each.post.place and post.overlaps(each.post) for each in self.proposals.values()):
            raise ProposedAlready("This role is already proposed for those dates", field="from_")
        self.record(self.PostProposed(proposal=self.proposals_made + 1, post=number, **_told(post)))
        if at_once:
            self._take(post)
        return self.proposals_made

    @requires(must_have_a_proposal)
    def confirm_post(self, proposal: int) -> None:
        """Let the person hold a post that somebody else proposed, from today where its first day has passed.

        Raises NoSuchProposal, OwnPost, SecondPersonNeeded, and what `take_post` does.
        """
        proposed = self._to_decide(proposal)
        post = replace(proposed.post, id=self.posts_taken + 1, from_=max(proposed.post.from_, self.today))
        if proposed.held_as is None:
            self._may_take(post)
        self.record(
            self.PostConfirmed(proposal=proposal, role=post.role, proposed_by=proposed.proposed_by),
            people=[proposed.proposed_by],
        )
        if proposed.held_as is None:
            self._take(post)

    @requires(must_have_a_proposal)
    def decline_post(self, proposal: int, *, reason: str) -> None:
        """Refuse a post that somebody else proposed; where it is held already, today is its last day.

        Raises NoSuchProposal, OwnPost, SecondPersonNeeded, ReasonNeeded.
        """
        proposed = self._to_decide(proposal)
        why = reasoned(reason)
        self.record(
            self.PostDeclined(proposal=proposal, role=proposed.post.role, proposed_by=proposed.proposed_by),
            reason=why,
            people=[proposed.proposed_by],
        )
        held = next((post for post in self.posts if post.id == proposed.held_as), None)
        if held is not None and (held.until is None or held.until > self.today):
            last_day = self.today if held.from_ <= self.today else None
            self.record(self.PostEnded(post=held.id, role=held.role, until=last_day), reason=why)

    @requires(must_have_a_proposal)
    def withdraw_post(self, proposal: int, *, reason: str) -> None:
        """Take back a proposal of one's own that nobody has decided on; a post that is held already is ended instead.

        Raises NoSuchProposal, NotTheirProposal, ReasonNeeded.
        """
        proposed = self.proposals.get(proposal)
        if proposed is None or proposed.held_as is not None:
            raise NoSuchProposal("This proposal has already been decided", field="proposal")
        if proposed.proposed_by != self.signature.actor:
            raise NotTheirProposal("Someone else made this proposal. Decline it instead", field="proposal")
        self.record(self.PostProposalWithdrawn(proposal=proposal, role=proposed.post.role), reason=reasoned(reason))

    @requires(must_hold_a_post)
    def end_post(self, post: int, *, until: date, reason: str) -> None:
        """End a post with a last day. That it ends is a fact, whatever work hangs on it.

        Raises NoSuchPost, EndsBeforeItBegins, EndsLater, ReasonNeeded.
        """
        held = next((each for each in self.posts if each.id == post), None)
        if held is None or (held.until is not None and held.until < self.today):
            raise NoSuchPost("This role has already ended", field="post")
        in_order(held.from_, until, field="until")
        if held.until is not None and until > held.until:
            raise EndsLater("This role already ends before that date. Choose an earlier date", field="until")
        event = self.PostEnded(post=post, role=held.role, until=until)
        self.record(event, occurred=self._if_past(until), reason=reasoned(reason), provider=held.provider)

    @requires(must_be_here)
    def leave(self, *, on: date, reason: str) -> None:
        """Leave the service with a last day. That somebody leaves is a fact, whatever work is in their hands.

        Posts that were to begin later never do.

        Raises HasLeft, EndsBeforeItBegins, ReasonNeeded.
        """
        for begun in [post.from_ for post in self.posts if post.from_ <= self.today]:
            in_order(begun, on, field="on")
        given_up = [post for post in self.posts if cut(post, on) != post]
        left = self.Left(
            on=on, posts=tuple(post.id for post in given_up), roles=tuple(post.role for post in given_up)
        )
        self.record(left, occurred=self._if_past(on), reason=reasoned(reason))

    @requires(must_be_asked_to_decide)
    def name_deputy(self, post: int, deputy: UUID, *, from_: date, until: date) -> int:
        """Let somebody decide for the holder of a post, who may still decide themselves; the number is returned.

        Raises NoDeputy, OwnDeputy, OneHop, NotBackwards, EndsBeforeItBegins, DeputyAlready.
        """
        held = next((each for each in self.posts if each.id == post), None)
        if held is None or not held.is_asked_to_decide or (held.until is not None and held.until < self.today):
            raise NoDeputy("Choose a role that is asked to decide", field="post")
        actor = self.signature.actor
        if deputy in (self.id, actor):
            raise OwnDeputy("Choose somebody else: nobody makes themselves a deputy", field="deputy")
        if any(each.person == actor and each.acts_on(self.today) for each in self.deputies):
            raise OneHop("You are a deputy yourself, so you name no other", field="deputy")
        if from_ < self.today:
            raise NotBackwards("Choose today or a later date", field="from_")
        in_order(from_, until, field="until")
        if any(each.post == post and each.from_ <= until and from_ <= each.until for each in self.deputies):
            raise DeputyAlready("Somebody is the deputy on those days already", field="from_")
        named = self.DeputyNamed(
            number=self.deputies_named + 1, post=post, role=held.role, deputy=deputy, from_=from_, until=until
        )
        self.record(named, people=(deputy,))
        return named.number

    @requires(must_have_a_deputy)
    def end_deputy(self, number: int, *, until: date) -> None:
        """Let somebody be a deputy no longer than to a last day; before their first day they never are. Raises
        NoDeputy, EndsLater, NotBackwards."""
        found = next((each for each in self.deputies if each.id == number and each.until >= self.today), None)
        held = next((each for each in self.posts if found is not None and each.id == found.post), None)
        if found is None or held is None:
            raise NoDeputy("This person is no deputy any more", field="number")
        if (has_begun := found.from_ <= self.today) and found.until == self.today:
            raise EndsLater("This ends today already, which is the earliest day", field="until")
        if has_begun and until < self.today:
            raise NotBackwards("Choose today or a later date", field="until")
        if until >= found.until:
            raise EndsLater("This ends then already. Choose an earlier date", field="until")
        ended = self.DeputyEnded(
            number=number, role=held.role, deputy=found.person, until=until if until >= found.from_ else None
        )
        self.record(ended, people=(found.person,))

    def deputises(self, deputy: UUID, day: date) -> list[Post]:
        """The posts held on a day for which somebody is the deputy on that day."""
        named = {each.post for each in self.deputies if each.person == deputy and each.acts_on(day)}
        return [post for post in self.posts_on(day) if post.id in named]

    def posts_on(self, day: date) -> list[Post]:
        """The posts held on a day, in the order in which they were taken."""
        return [post for post in self.posts if post.held_on(day)]

    def holds(self, role: Role, day: date) -> bool:
        """Whether the person holds a post of that role on a day."""
        return any(post.role is role for post in self.posts_on(day))

    def about(self) -> About:
        schools = {post.school for post in self.posts if post.school is not None}
        return About(school=schools.pop() if len(schools) == 1 else None, people=(self.id,))

    @property
    def open_proposals(self) -> list[Proposal]:
        """The proposals that nobody has decided on, the oldest first."""
        return list(self.proposals.values())

    def may_be_decided_by(self, actor: UUID | None) -> list[Proposal]:
        """The proposals on which somebody may decide: not their own, and none for themselves."""
        return [] if actor == self.id else [each for each in self.proposals.values() if each.proposed_by != actor]

    def _to_decide(self, number: int) -> Proposal:
        proposed = self.proposals.get(number)
        if proposed is None:
            raise NoSuchProposal("This proposal has already been decided", field="proposal")
        must_be_decided_by_another(self, proposed, self.signature.actor)
        return proposed

    def _take(self, post: Post) -> int:
        self._may_take(post)
        event = self.PostTaken(post=post.id, **_told(post))
        self.record(event, occurred=self._if_past(post.from_), provider=post.provider)
        return event.post

    def _may_take(self, post: Post) -> None:
        if self.left_on is not None and post.from_ <= self.left_on and cut(post, self.left_on) != post:
            raise HasLeft("This person has left. If they are coming back, choose a later first day", field="from_")
        has_its_place(post)
        if not (post.capacity.is_finite() and 0 < post.capacity <= 1):
            raise NotAShare("Enter the share of full time, like 1 or 0.6", field="capacity")
        if post.until is not None:
            in_order(post.from_, post.until, field="until")
        if any(post.place == held.place and post.overlaps(held) for held in self.posts):
            raise PostHeldAlready("This person already has this role on those dates", field="from_")

    def _named(self, name: str) -> Personal:
        known_as = spelt(name)
        if not known_as:
            raise NameNeeded("Enter the person's name", field="name")
        return Personal(self.id, known_as)

    def _reached(self, email: str | None) -> Personal | None:
        text = plain(email or "")
        if not text:
            return None
        before, at, after = text.partition("@")
        if not (before and at and "." in after.strip(".") and "@" not in after) or " " in text:
            raise NotAnEmailAddress(
                "Enter an email address in the correct format, like name@example.com", field="email"
            )
        return Personal(self.id, address_spelt(text, "email"))

    def _if_past(self, day: date) -> date | None:
        """When a fact of that day occurred; None, that is now, for one of today or ahead."""
        return day if day < self.today else None


def _told(post: Post) -> dict[str, Any]:
    """What an event tells of a post beside its number."""
    return {field.name: getattr(post, field.name) for field in fields(post) if field.name != "id"}
