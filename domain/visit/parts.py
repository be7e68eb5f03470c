"""The words and parts of a visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.vocabulary import LabelledEnum, Side

STANDING_ITEM = "Celebrations and good practice"
"""Stands on the agenda of every visit (source report, paragraph 5)."""


class VisitStatus(LabelledEnum):
    """Where a visit stands. A visit with a record stays held until it is closed."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    HELD = "held"
    NOT_MADE = "not_made"
    CANCELLED = "cancelled"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return "Did not take place" if self is VisitStatus.NOT_MADE else super().label


AHEAD = frozenset({VisitStatus.PLANNED, VisitStatus.CONFIRMED})
OVER = frozenset({VisitStatus.NOT_MADE, VisitStatus.CANCELLED})


class AgendaKind(LabelledEnum):
    """Where an item of the agenda comes from."""

    PROGRAMME = "programme"
    SCHOOL = "school"
    CELEBRATION = "celebration"


class CancelledBy(LabelledEnum):
    """Who or what a cancelled visit failed on."""

    SCHOOL = "school"
    SERVICE = "service"
    WEATHER = "weather"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who visits, and in which capacity: officer, consultant, director."""

    person: UUID
    capacity: str


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A numbered item of the agenda; numbers are never used again."""

    number: int
    kind: AgendaKind
    text: str
    side: Side
    withdrawn: bool = False


class WrittenUp(Protocol):
    """What a visit asks of its record of visit."""

    @property
    def id(self) -> UUID: ...
    @property
    def reference(self) -> str: ...
    @property
    def visit(self) -> UUID: ...
    @property
    def is_issued(self) -> bool: ...
