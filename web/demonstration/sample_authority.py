"""Wexmoor as the service knows it once it is set up: ids of its schools, people and providers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import TypeVar
from uuid import UUID

from domain.aggregate import Aggregate
from domain.calendar import TermDates, default_terms
from domain.vocabulary import Team
from web.demonstration.people import Cast, Leadership
from web.runtime.services import Services
from web.runtime.terms import bank_holidays

A = TypeVar("A", bound=Aggregate)


@dataclass
class SampleAuthority:
    """Ids by what they are known by: schools by URN, people by e-mail address, providers by name.

    The schools are those that are looked after: open ones, told apart by the team that answers for them.
    """

    services: Services
    cast: Cast
    on: date
    dice: Random
    school_ids: dict[int, UUID] = field(default_factory=dict)
    teams: dict[int, Team] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    providers: dict[str, UUID] = field(default_factory=dict)
    link_officers: dict[int, UUID] = field(default_factory=dict)

    def begin(self, kind: type[A], make: Callable[[str], A]) -> A:
        """Begin a record under the next reference of its kind."""
        return self.services.service.add(lambda: make(self.services.next_reference(kind)))

    @property
    def led(self) -> list[Leadership]:
        """Who leads the schools that are looked after."""
        return [leadership for leadership in self.cast.leadership if leadership.urn in self.school_ids]

    def head(self, urn: int) -> UUID:
        return self.people[self.cast.of_school(urn).head.email]

    def chair(self, urn: int) -> UUID:
        return self.people[self.cast.of_school(urn).chair.email]

    def knows(self, urn: int, school: UUID, team: Team, name: str) -> None:
        """Take note of a school that the service looks after."""
        self.school_ids[urn] = school
        self.teams[urn] = team
        self.names[urn] = name


def terms_of(year: int) -> tuple[TermDates, ...]:
    """The terms of a school year, by the published rule."""
    return tuple(default_terms(year, bank_holidays()))
