"""Person: somebody who works with the service, in posts held for dated periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Aggregate, Event, Refusal, reasoned
from domain.vocabulary import About, Personal, Phase, Role, Team

SCHOOL_ROLES = frozenset({Role.HEADTEACHER, Role.CHAIR})


@dataclass(frozen=True, slots=True)
class Post:
    """One post for one period; `until` is its last day, None while it lasts.

    `capacity` is the share of full time (1 is full time, 0.6 three days a week); `theme` what a strategic lead leads.
    """

    id: int
    role: Role
    from_: date
    school: UUID | None = None
    provider: UUID | None = None
    team: Team | None = None
    phase: Phase | None = None
    leads_team: bool = False
    capacity: Decimal = Decimal(1)
    theme: str | None = None
    until: date | None = None

    def held_on(self, day: date) -> bool:
        return self.from_ <= day and (self.until is None or day <= self.until)

    def overlaps(self, other: Post) -> bool:
        return (self.until is None or other.from_ <= self.until) and (
            other.until is None or self.from_ <= other.until
        )

    @property
    def place(self) -> tuple[object, ...]:
        """What makes two posts the same one."""
        return (self.role, self.school, self.provider, self.team, self.phase, self.theme)


class NameNeeded(Refusal):
    """A person has no name."""


class NotAnEmailAddress(Refusal):
    """The text is no e-mail address."""


class PostNeedsItsPlace(Refusal):
    """A post does not name what it is held at: a school, a provider, a team or a theme, as its role asks."""


class NotAShare(Refusal):
    """Capacity is a share of full time, more than nothing and at most 1."""


class EndsBeforeItBegins(Refusal):
    """A period's last day lies before its first."""


class PostHeldAlready(Refusal):
    """The person holds the same post in that time already."""


class NoSuchPost(Refusal):
    """The person holds no such post, or it has ended."""


class HoldsWork(Refusal):
    """Nobody leaves while holding work."""

    def __init__(self, holdings: Sequence[str]) -> None:
        super().__init__(f"Hand over first: {', '.join(holdings)}", field="holdings")
        self.holdings = tuple(holdings)


class HasLeft(Refusal):
    """The person has left; they come back by taking a post from a later day."""


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

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.posts: list[Post] = []
        self.posts_taken = 0
        self.left_on = None

    class Registered(Event):
        TOPIC = "person.registered"
        says = "{by} registered {name} as {reference}"
        reference: str
        name: Personal
        email: Personal | None

        def apply(self, person: Person) -> None:
            person.reference = self.reference
            person.name, person.email = self.name, self.email

    class NameChanged(Event):
        TOPIC = "person.name-changed"
        says = "{by} changed the name from {before} to {name}"
        name: Personal
        before: Personal

        def apply(self, person: Person) -> None:
            person.name = self.name

    class EmailChanged(Event):
        TOPIC = "person.email-changed"
        says = "{by} changed the e-mail address to {email}"
        email: Personal | None

        def apply(self, person: Person) -> None:
            person.email = self.email

    class PostTaken(Event):
        TOPIC = "person.post-taken"
        says = "{by} noted the post {role} from {from_}"
        post: int
        role: Role
        school: UUID | None
        provider: UUID | None
        team: Team | None
        phase: Phase | None
        leads_team: bool
        capacity: Decimal
        theme: str | None
        from_: date
        until: date | None

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
        says = "{by} ended the post {role}, the last day being {until}: {reason}"
        post: int
        role: Role
        until: date

        def apply(self, person: Person) -> None:
            person.posts = [
                replace(post, until=self.until) if post.id == self.post else post for post in person.posts
            ]

    class Left(Event):
        """`posts` are those that end with it, or that now never begin."""

        TOPIC = "person.left"
        says = "{by} noted that the person left, the last day being {on}: {reason}"
        on: date
        posts: tuple[int, ...]

        def apply(self, person: Person) -> None:
            person.left_on = self.on
            person.posts = [_cut(post, self.on) for post in person.posts if post.from_ <= self.on]

    @classmethod
    def register(cls, reference: str, *, name: str, email: str | None = None) -> Person:
        """A person who is new to the service. Raises NameNeeded, NotAnEmailAddress."""
        person = cls.named(reference)
        person.record(cls.Registered(reference=reference, name=person._named(name), email=person._reached(email)))
        return person

    def rename(self, name: str) -> None:
        """Take another name. Raises NameNeeded."""
        self.record(self.NameChanged(name=self._named(name), before=self.name))

    def change_email(self, email: str | None) -> None:
        """Take another address, or none. Raises NotAnEmailAddress."""
        self.record(self.EmailChanged(email=self._reached(email)))

    def take_post(
        self,
        role: Role,
        *,
        from_: date,
        until: date | None = None,
        school: UUID | None = None,
        provider: UUID | None = None,
        team: Team | None = None,
        phase: Phase | None = None,
        leads_team: bool = False,
        capacity: Decimal = Decimal(1),
        theme: str | None = None,
    ) -> int:
        """Take a post; its number within the person is returned.

        Raises PostNeedsItsPlace, NotAShare, EndsBeforeItBegins, PostHeldAlready, HasLeft.
        """
        event = self.PostTaken(
            post=self.posts_taken + 1,
            role=role,
            school=school,
            provider=provider,
            team=team,
            phase=phase,
            leads_team=leads_team,
            capacity=capacity,
            theme=theme,
            from_=from_,
            until=until,
        )
        self._may_take(event.as_post())
        self.record(event, occurred=self._if_past(from_), provider=provider)
        return event.post

    def end_post(self, post: int, *, until: date, reason: str, holdings: Sequence[str] = ()) -> None:
        """End a post with a last day; `holdings` names the work that hangs on it.

        Raises NoSuchPost, EndsBeforeItBegins, HoldsWork, ReasonNeeded.
        """
        held = next((each for each in self.posts if each.id == post), None)
        if held is None or (held.until is not None and held.until < self.today):
            raise NoSuchPost("This post has ended already", field="post")
        _in_order(held.from_, until, field="until")
        if holdings:
            raise HoldsWork(holdings)
        event = self.PostEnded(post=post, role=held.role, until=until)
        self.record(event, occurred=self._if_past(until), reason=reasoned(reason), provider=held.provider)

    def leave(self, *, on: date, reason: str, holdings: Sequence[str]) -> None:
        """Leave the service with a last day; `holdings` names the work in the person's hands.

        Raises HoldsWork, HasLeft, ReasonNeeded.
        """
        if self.left_on is not None:
            raise HasLeft("This person has left already")
        if holdings:
            raise HoldsWork(holdings)
        given_up = tuple(post.id for post in self.posts if _cut(post, on) != post)
        self.record(self.Left(on=on, posts=given_up), occurred=self._if_past(on), reason=reasoned(reason))

    def posts_on(self, day: date) -> list[Post]:
        """The posts held on a day, in the order in which they were taken."""
        return [post for post in self.posts if post.held_on(day)]

    def holds(self, role: Role, day: date) -> bool:
        """Whether the person holds a post of that role on a day."""
        return any(post.role is role for post in self.posts_on(day))

    def about(self) -> About:
        schools = {post.school for post in self.posts if post.school is not None}
        return About(school=schools.pop() if len(schools) == 1 else None, people=(self.id,))

    def _may_take(self, post: Post) -> None:
        if self.left_on is not None and post.from_ <= self.left_on and _cut(post, self.left_on) != post:
            raise HasLeft("This person has left. Choose a later first day if they come back", field="from_")
        _has_its_place(post)
        if not (post.capacity.is_finite() and 0 < post.capacity <= 1):
            raise NotAShare("Enter the share of full time, as 1 or 0.6", field="capacity")
        if post.until is not None:
            _in_order(post.from_, post.until, field="until")
        if any(post.place == held.place and post.overlaps(held) for held in self.posts):
            raise PostHeldAlready("The person holds this post in that time already", field="from_")

    def _named(self, name: str) -> Personal:
        if not name.strip():
            raise NameNeeded("Enter the person's name", field="name")
        return Personal(self.id, name.strip())

    def _reached(self, email: str | None) -> Personal | None:
        text = (email or "").strip()
        if not text:
            return None
        before, at, after = text.partition("@")
        if not (before and at and "." in after.strip(".") and "@" not in after) or " " in text:
            raise NotAnEmailAddress("Enter an e-mail address, as name@example.org", field="email")
        return Personal(self.id, text)

    def _if_past(self, day: date) -> date | None:
        """When a fact of that day occurred; None, that is now, for one of today or ahead."""
        return day if day < self.today else None


def _has_its_place(post: Post) -> None:
    if post.role in SCHOOL_ROLES and post.school is None:
        raise PostNeedsItsPlace("Choose the school of this post", field="school")
    if post.role is Role.SPECIALIST and post.provider is None:
        raise PostNeedsItsPlace("Choose the provider for whom the specialist works", field="provider")
    if (post.role is Role.OFFICER or post.leads_team) and post.team is None:
        raise PostNeedsItsPlace("Choose the officer's team", field="team")
    if post.role is Role.STRATEGIC_LEAD and not (post.theme or "").strip():
        raise PostNeedsItsPlace("Enter the theme that the person leads", field="theme")


def _in_order(first: date, last: date, *, field: str) -> None:
    if last < first:
        raise EndsBeforeItBegins(f"Choose {first.day} {first:%B %Y} or a later day", field=field)


def _cut(post: Post, last_day: date) -> Post:
    return replace(post, until=last_day) if post.until is None or post.until > last_day else post
