"""What a person's record is made of: posts, and proposals of posts that take a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypedDict
from uuid import UUID

from domain.vocabulary import Phase, Role, SchoolId, Team

SCHOOL_ROLES = frozenset({Role.HEADTEACHER, Role.CHAIR})

TAKES_A_SECOND_PERSON = frozenset(
    {Role.DIRECTOR, Role.REVIEWER, Role.ADMINISTRATOR, Role.CHIEF_OFFICER, Role.COUNTERSIGNER}
)
"""Posts that open all of the service, say who has which post, or decide above the director: one person proposes them
and another confirms. So it is with an officer who leads a team, and reads what is restricted of all its schools
(`Post.takes_a_second_person`)."""


ASKED_TO_DECIDE = frozenset({Role.DIRECTOR, Role.CHIEF_OFFICER, Role.COUNTERSIGNER})
"""Posts that are asked to decide, so that their holders may name a deputy; so is an officer who leads a team."""


@dataclass(frozen=True, slots=True)
class Post:
    """One post for one period; `until` is its last day, None while it lasts.

    `capacity` is the share of full time (1 is full time, 0.6 three days a week); `theme` what a strategic lead leads.
    """

    id: int
    role: Role
    from_: date
    school: SchoolId | None = None
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
    def takes_a_second_person(self) -> bool:
        """Whether one person proposes it and another confirms."""
        return self.role in TAKES_A_SECOND_PERSON or (self.role is Role.OFFICER and self.leads_team)

    @property
    def is_asked_to_decide(self) -> bool:
        """Whether the scheme of delegation asks its holder to decide what others ask for."""
        return self.role in ASKED_TO_DECIDE or (self.role is Role.OFFICER and self.leads_team)

    @property
    def place(self) -> tuple[object, ...]:
        """What makes two posts the same one."""
        return (self.role, self.school, self.provider, self.team, self.phase, self.theme)


@dataclass(frozen=True, slots=True)
class Deputy:
    """Somebody who decides for the holder of a post, first and last day included; `id` numbers those of a person."""

    id: int
    post: int
    person: UUID
    from_: date
    until: date

    def acts_on(self, day: date) -> bool:
        return self.from_ <= day <= self.until


class Place(TypedDict, total=False):
    """What a post is beside its role and its first day, each as in `Post`."""

    school: UUID | None
    provider: UUID | None
    team: Team | None
    phase: Phase | None
    leads_team: bool
    capacity: Decimal
    theme: str | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A post that somebody proposed and nobody has decided on yet; its `id` numbers the proposals of one person.

    `proposed_by` is None for whoever has the machine. `held_as` is the number of the post where it is held already,
    because there was nobody yet who could confirm it.
    """

    id: int
    post: Post
    proposed_by: UUID | None
    held_as: int | None
