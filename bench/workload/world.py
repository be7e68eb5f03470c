"""An authority of the model: its schools, people and providers by their ids, and the dice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar
from uuid import UUID

from bench.workload.diary import Diary, working_day
from bench.workload.memory import Recollection
from bench.workload.model import Model
from domain.aggregate import Aggregate
from domain.references import reference
from domain.signature import current_signature
from domain.vocabulary import Phase, Team

NOBODY = UUID(int=0)

A = TypeVar("A", bound=Aggregate)


@dataclass(slots=True)
class SchoolKnown:
    """A school with those who lead it and the officer who looks after it."""

    id: UUID
    name: str
    phase: Phase
    head: UUID
    chair: UUID
    officer: UUID
    requests_a_year: float

    @property
    def team(self) -> Team:
        return Team.SECONDARY if self.phase is Phase.SECONDARY else Team.PRIMARY


@dataclass(slots=True)
class ProviderKnown:
    """A provider with its subject, and the specialist who answers for it."""

    id: UUID
    subject: str
    specialist: UUID
    day_rate: Decimal


@dataclass
class World:
    """All that stories need to know. `dice` decide everything that is not fixed, in the order of time."""

    model: Model
    dice: Random
    diary: Diary
    wanted: int
    """How many schools it is to have."""
    service: Recollection = field(default_factory=Recollection)
    schools: list[SchoolKnown] = field(default_factory=list)
    officers: dict[Team, list[UUID]] = field(default_factory=lambda: {team: [] for team in Team})
    director: UUID = NOBODY
    broker: UUID = NOBODY
    cpd_manager: UUID = NOBODY
    administrator: UUID = NOBODY
    reviewer: UUID = NOBODY
    outside: dict[str, list[ProviderKnown]] = field(default_factory=dict)
    """Providers by subject who work for a quote."""
    own: dict[str, list[ProviderKnown]] = field(default_factory=dict)
    """Providers by subject whom the service may engage without one."""
    _numbers: Counter[tuple[str, int]] = field(default_factory=Counter)

    @property
    def today(self) -> date:
        """The day of the act in hand."""
        return current_signature().today

    def reference(self, kind: type[Aggregate]) -> str:
        """The next reference of a kind."""
        year = current_signature().at.year
        self._numbers[kind.prefix, year] += 1
        return reference(kind.prefix, year, self._numbers[kind.prefix, year])

    def add(self, record: A) -> A:
        """Save a new record."""
        return self.service.add(lambda: record)

    def later(self, least: int, most: int) -> date:
        """A working day so many days after today, between the two."""
        return working_day(self.today + timedelta(days=self.dice.randint(least, most)))

    def chance(self, share: float) -> bool:
        """Whether something happens that happens in a share of all cases."""
        return self.dice.random() < share

    def about(self, number: float) -> int:
        """A whole number whose mean is the one given."""
        whole = int(number)
        return whole + self.chance(number - whole)
