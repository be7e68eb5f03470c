"""What the tests of schools do outside pages: records changed by the product's own commands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from domain.school import School, Source
from tests.world import World

LINKS = Source("links.csv", date(2025, 9, 1))


def change(world: World, school: UUID, decide: Callable[[School], Any], *, by: UUID | None = None) -> None:
    with world.acting(by):
        world.services.service.change(School, school, decide)


def read(world: World, school: UUID) -> School:
    return world.services.service.find(School, school)


def propose(world: World, earlier: UUID, later: UUID) -> int:
    """A link from one school to another, as the register tells it; the later URN."""
    urn = world.urn(later)
    change(
        world,
        earlier,
        lambda school: school.propose_succession(urn, kind="Successor", on=date(2025, 9, 1), source=LINKS),
    )
    return urn


def day(name: str, on: date) -> dict[str, str]:
    """A day as a form sends it."""
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}
