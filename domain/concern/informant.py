"""Who told the service of a concern, where they did so in confidence: a name that few may read."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.aggregate import Event, Refusal
from domain.concern.rules import written
from domain.concern.state import CaseState


@dataclass(frozen=True, slots=True)
class InConfidence:
    """A text that is told to those alone whom the policy names for it, and to nobody else in any view of the log."""

    value: str


class SameSource(Refusal):
    """The same source is recorded already."""


class SourceNamed(Event):
    """Who told the service, which the sentence leaves out."""

    TOPIC = "concern.source-named"
    says = "{by} recorded, in confidence, who told the service of the concern"
    source_name: InConfidence

    def apply(self, case: Informed) -> None:
        case.source_name = self.source_name


class Informed(CaseState, part=True):
    """A case of which somebody told the service in confidence."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.source_name: InConfidence | None = None

    def name_source(self, *, source_name: str) -> None:
        """Record who told the service, or somebody else than was recorded. Raises SameSource, TextNeeded."""
        name = written(source_name, "Enter who told the service", field="source_name")
        if self.source_name is not None and name == self.source_name.value:
            raise SameSource("This is recorded already", field="source_name")
        self._take(SourceNamed(source_name=InConfidence(name)), purpose=self.purpose)
