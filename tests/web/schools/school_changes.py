"""What the tests of schools do outside pages: records changed by the product's own commands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from domain.school import School, Source
from tests.sample_authority import SampleAuthority

LINKS = Source("links.csv", date(2025, 9, 1))


def change(sample: SampleAuthority, school: UUID, decide: Callable[[School], Any], *, by: UUID | None = None) -> None:
    with sample.acting(by):
        sample.services.service.change(School, school, decide)


def read(sample: SampleAuthority, school: UUID) -> School:
    return sample.services.service.find(School, school)


def propose(sample: SampleAuthority, earlier: UUID, later: UUID) -> int:
    """A link from one school to another, as the register tells it; the later URN."""
    urn = sample.urn(later)
    change(
        sample,
        earlier,
        lambda school: school.propose_succession(urn, kind="Successor", on=date(2025, 9, 1), source=LINKS),
    )
    return urn


def day(name: str, on: date) -> dict[str, str]:
    """A day as a form sends it."""
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}
