"""The people of Wexmoor's service and schools: who holds which post. All are fictional.

The providers and their specialists stand in `directory`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.vocabulary import Role, Team
from web.demonstration.directory import SampleProvider, directory
from web.demonstration.names import SampleName
from web.demonstration.places import DOMAIN
from web.demonstration.schools import SampleSchool, heads_of_schools, people_who_lead_no_school, schools, september

FULL_TIME = Decimal(1)


@dataclass(frozen=True, slots=True)
class SamplePost:
    """A post held from a day on. An officer's has a team and a capacity (1 is full time), a lead's a theme."""

    role: Role
    since: date
    team: Team | None = None
    leads_team: bool = False
    capacity: Decimal = FULL_TIME
    theme: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works for the service; a strategic lead is an officer with a second post."""

    name: SampleName
    posts: tuple[SamplePost, ...]

    @property
    def email(self) -> str:
        return f"{self.name.mailbox}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class SchoolPerson:
    """A headteacher or a chair of governors; the same person may hold the post in several schools."""

    name: SampleName
    email: str
    since: date


@dataclass(frozen=True, slots=True)
class Leadership:
    """Who leads a school: its URN, its headteacher and its chair of governors."""

    urn: int
    head: SchoolPerson
    chair: SchoolPerson


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody. The officers stand with the lead of their team first."""

    primary_officers: tuple[Colleague, ...]
    secondary_officers: tuple[Colleague, ...]
    director: Colleague
    broker: Colleague
    cpd_manager: Colleague
    reviewer: Colleague
    administrator: Colleague
    chief_officer: Colleague
    countersigner: Colleague
    leadership: tuple[Leadership, ...]
    providers: tuple[SampleProvider, ...]

    @property
    def officers(self) -> tuple[Colleague, ...]:
        return self.primary_officers + self.secondary_officers

    @property
    def colleagues(self) -> tuple[Colleague, ...]:
        """Everybody who works for the service, or decides for the council what it asks."""
        services = (self.director, self.broker, self.cpd_manager, self.reviewer, self.administrator)
        return (*self.officers, *services, self.chief_officer, self.countersigner)

    def of_school(self, urn: int) -> Leadership:
        """Who leads a school that is open. Raises KeyError for any other URN."""
        return {leadership.urn: leadership for leadership in self.leadership}[urn]


_PRIMARY = (
    ("", FULL_TIME),
    ("primary literacy", FULL_TIME),
    ("assessment", FULL_TIME),
    ("inclusion", FULL_TIME),
    ("", FULL_TIME),
    ("", Decimal("0.8")),
    ("", Decimal("0.6")),
)
_SECONDARY = (("14-19", FULL_TIME), ("data", FULL_TIME), ("", Decimal("0.8")))


def cast(seed: int, on: date) -> Cast:
    """Everybody on a day: a pure function of the seed and the day."""
    others = people_who_lead_no_school(seed)
    began = september(on).replace(year=september(on).year - 1)
    open_schools = [school for school in schools(seed, on) if school.head is not None]
    return Cast(
        primary_officers=tuple(_officers(Team.PRIMARY, _PRIMARY, others, began)),
        secondary_officers=tuple(_officers(Team.SECONDARY, _SECONDARY, others, began)),
        director=Colleague(next(others), (SamplePost(Role.DIRECTOR, began, Team.SECONDARY, leads_team=True),)),
        broker=_colleague(Role.BROKER, others, began),
        cpd_manager=_colleague(Role.CPD_MANAGER, others, began),
        reviewer=_colleague(Role.REVIEWER, others, began),
        administrator=_colleague(Role.ADMINISTRATOR, others, began),
        providers=directory(others, open_schools),
        leadership=tuple(_leadership(open_schools, heads_of_schools(seed), others, began)),
        # Named last, so that everybody else is called what they were called without them.
        chief_officer=_colleague(Role.CHIEF_OFFICER, others, began),
        countersigner=_colleague(Role.COUNTERSIGNER, others, began),
    )


def _colleague(role: Role, others: Iterator[SampleName], since: date) -> Colleague:
    return Colleague(next(others), (SamplePost(role, since),))


def _officers(
    team: Team, posts: tuple[tuple[str, Decimal], ...], others: Iterator[SampleName], since: date
) -> Iterator[Colleague]:
    for place, (theme, capacity) in enumerate(posts):
        leads_team = team is Team.PRIMARY and place == 0
        officer = SamplePost(Role.OFFICER, since, team, leads_team, capacity)
        lead = (SamplePost(Role.STRATEGIC_LEAD, since, theme=theme),) if theme else ()
        yield Colleague(next(others), (officer, *lead))


def _leadership(
    open_schools: list[SampleSchool], heads: list[SampleName], others: Iterator[SampleName], began: date
) -> Iterator[Leadership]:
    """Heads as the register has them, each with a mailbox at one school; the nursery schools share a chair."""
    led = list(zip(open_schools, heads, strict=True))
    site_of = {head: school.site for school, head in reversed(led)}
    nursery_chair = _chair(others, began)
    for school, name in led:
        head = SchoolPerson(name, f"{name.mailbox}@{site_of[name]}", min(school.opened or began, began))
        nursery = school.kind.phase_name == "Nursery"
        yield Leadership(school.urn, head, nursery_chair if nursery else _chair(others, began))


def _chair(others: Iterator[SampleName], since: date) -> SchoolPerson:
    name = next(others)
    return SchoolPerson(name, f"{name.mailbox}@governors.{DOMAIN}", since)
