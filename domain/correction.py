"""Corrections: what was entered wrongly is restated. The fact stays, the record holds the right value from then on,
and says what it was said to be, who put it right, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Self
from uuid import UUID

from domain.aggregate import Aggregate, Event, Refusal


class NothingToCorrect(Refusal):
    """The record says already what it would be corrected to."""


class RestsOnIt(Refusal):
    """A later fact would be impossible if it were so: that one is corrected first."""


@dataclass(frozen=True, slots=True)
class Restated:
    """That a value was entered wrongly: what it is `now` and what it `was`, in the words of its `label`; `part` is
    the part of the record that it is about, in words."""

    field: str
    label: str
    now: Any
    was: Any
    on: date
    by: UUID | None
    reason: str
    part: str = ""


class Correction(Event):
    """That something was entered wrongly in a record.

    For each field `x` that RESTATES names, with the words that people call it by, an event has `x` as it is and
    `x_was` as it was entered; both None where `x` was right. CALLS names what the record calls by another name.
    """

    RESTATES: ClassVar[Mapping[str, str]]
    CALLS: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def of(cls, record: object, answers: Mapping[str, Any], **told: Any) -> Self:
        """The correction to those of the answers that are given and say something else than the record, or the part
        of it, does; `told` is what the event has beside. Raises NothingToCorrect."""
        now = {name: value for name, value in answers.items() if value is not None}
        was = {name: getattr(record, cls.CALLS.get(name, name)) for name in now}
        other = [name for name in now if now[name] != was[name]]
        if not other:
            raise NothingToCorrect("Nothing was changed. Change what was entered wrongly", field="reason")
        values = {name: now[name] for name in other} | {f"{name}_was": was[name] for name in other}
        return cls(**values, **told)

    @property
    def values(self) -> dict[str, Any]:
        """What is restated, as it is now."""
        return {name: value for name in self.RESTATES if (value := getattr(self, name)) is not None}

    @property
    def part(self) -> str:
        """The part of the record that it is about, in words; empty for the record itself."""
        return ""

    @property
    def restated(self) -> tuple[Restated, ...]:
        """What is restated, as pages and programs tell it."""
        return tuple(
            Restated(
                field=self.CALLS.get(name, name),
                label=self.RESTATES[name],
                part=self.part,
                now=value,
                was=getattr(self, f"{name}_was"),
                on=self.meta.occurred_on,
                by=self.meta.signature.actor,
                reason=self.meta.reason,
            )
            for name, value in self.values.items()
        )

    def apply(self, record: Any) -> None:
        for name, value in self.values.items():
            setattr(record, self.CALLS.get(name, name), value)
        self.mark(record)

    def mark(self, record: Aggregate) -> None:
        """Remember what was restated."""
        record.restated = (*record.restated, *self.restated)
