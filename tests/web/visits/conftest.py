"""A school with its link officer, headteacher and chair, and the answers that a visit needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from projections import people
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser


def day(name: str, on: date) -> dict[str, str]:
    """A day as a browser sends it."""
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


@dataclass(frozen=True)
class Ashgrove:
    """The people around one school."""

    sample: SampleAuthority
    school: UUID
    officer: UUID
    head: UUID

    @property
    def urn(self) -> str:
        return str(self.sample.urn(self.school))

    def reference(self, person: UUID) -> str:
        with self.sample.services.read() as connection:
            found = people.by_id(connection, person)
        assert found is not None
        return found.reference

    def name(self, person: UUID) -> str:
        with self.sample.services.read() as connection:
            found = people.by_id(connection, person)
        assert found is not None
        return found.name

    def plan(self, on: date, **changes: Any) -> dict[str, Any]:
        """The answers of a form that plans a visit by the link officer."""
        return {
            "school": self.urn,
            "kind": "core",
            "purpose": "challenge",
            **day("on", on),
            "starts_at": "9:30am",
            "minutes": "120",
            "visitors-0-person": self.reference(self.officer),
            "visitors-0-capacity": "officer",
            "focus": "Progress in mathematics",
            **changes,
        }


@pytest.fixture
def ashgrove(sample: SampleAuthority) -> Ashgrove:
    school = sample.school("Ashgrove High School")
    return Ashgrove(sample, school, sample.link_officer(school), sample.headteacher(school))


@pytest.fixture
def officer(ashgrove: Ashgrove, sign_in: Callable[[UUID], Browser]) -> Browser:
    return sign_in(ashgrove.officer)


@pytest.fixture
def head(ashgrove: Ashgrove, sign_in: Callable[[UUID], Browser]) -> Browser:
    return sign_in(ashgrove.head)
