"""A school whose visit was held today, and the record of it at each stage of its life."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.record_of_visit import RecordOfVisit
from domain.references import record_id
from projections import people
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser

HREF = "/records/ROV-2026-0001"


def day(name: str, on: date) -> dict[str, str]:
    """A day as a browser sends it."""
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


@dataclass
class Stage:
    """One school and its people; each method brings the record of its visit a step further."""

    sample: SampleAuthority
    sign_in: Callable[[UUID], Browser]
    school: UUID
    officer: UUID
    head: UUID
    chair: UUID
    _open: dict[UUID, Browser] = field(default_factory=dict)

    def browser(self, person: UUID) -> Browser:
        """A browser in which somebody is signed in."""
        if person not in self._open:
            self._open[person] = self.sign_in(person)
        return self._open[person]

    def go_to(self, on: date) -> None:
        """Another day; everybody signs in again."""
        self.sample.clock.go_to(on, time(10, 0))
        self._open.clear()

    @property
    def by_officer(self) -> Browser:
        return self.browser(self.officer)

    @property
    def by_head(self) -> Browser:
        return self.browser(self.head)

    @property
    def by_chair(self) -> Browser:
        return self.browser(self.chair)

    @property
    def record(self) -> RecordOfVisit:
        return self.sample.services.service.find(RecordOfVisit, record_id(RecordOfVisit.KIND, "ROV-2026-0001"))

    def reference(self, person: UUID) -> str:
        with self.sample.services.read() as connection:
            found = people.by_id(connection, person)
        assert found is not None
        return found.reference

    def begun(self, kind: str = "core", *, came_along: UUID | None = None, **answers: str) -> None:
        visit = {
            "school": str(self.sample.urn(self.school)),
            "kind": kind,
            "purpose": "challenge",
            **day("on", TODAY),
            "minutes": "120",
            "visitors-0-person": self.reference(self.officer),
            "visitors-0-capacity": "officer",
            "focus": "Mathematics",
            "attendees": "Headteacher",
            "reason": "The head telephoned",
        }
        if came_along is not None:
            visit |= {"visitors-1-person": self.reference(came_along), "visitors-1-capacity": "officer"}
        href = self.by_officer.send("/visits/record-unplanned", visit).headers["Location"]
        self.by_officer.send(f"{href}/start-record", answers)

    def written(self, **changes: str) -> None:
        self.by_officer.send(f"{HREF}/write", self.text(**changes))

    def issued(self) -> None:
        self.begun()
        self.written()
        self.by_officer.send(f"{HREF}/issue", {})

    def text(self, **changes: str) -> dict[str, Any]:
        """Everything that an officer writes at once."""
        return {
            "sections-0-heading": "What we saw",
            "sections-0-text": "Six lessons in Year 9",
            "sections-1-heading": "For the service",
            "sections-1-text": "The chair may resign",
            "sections-1-restricted": "yes",
            "judgements-0-area": "Teaching in mathematics",
            "judgements-0-judgement": "Uneven",
            "judgements-0-evidence": "Six lessons",
            "judgements-0-purpose": "challenge",
            "judgements-0-school_view": "agrees_in_part",
            "issues-0-text": "Few pupils reach the standard",
            "issues-0-priority": "high",
            "issues-0-purpose": "challenge",
            "issues-1-text": "Books are marked late",
            "issues-1-priority": "low",
            "issues-1-purpose": "support",
            "actions-0-text": "Send a specialist of mathematics",
            "actions-0-owner_side": "service",
            "actions-0-owner": self.reference(self.officer),
            **day("actions-0-due", TODAY + timedelta(days=30)),
            "actions-0-purpose": "support",
            "actions-1-text": "Moderate the books",
            "actions-1-owner_side": "school",
            **day("actions-1-due", TODAY + timedelta(days=40)),
            "actions-1-purpose": "challenge",
            "good_practice-0-text": "The choir",
            "good_practice-0-shareable": "yes",
            **changes,
        }

    def numbered(self, **changes: str) -> dict[str, Any]:
        """The same, as the form sends it once issues and actions have their numbers."""
        numbers = {"issues-0-number": "1", "issues-1-number": "2", "actions-0-number": "1", "actions-1-number": "2"}
        return self.text(**numbers, **changes)


@pytest.fixture
def stage(sample: SampleAuthority, sign_in: Callable[[UUID], Browser]) -> Stage:
    school = sample.school("Ashgrove High School")
    return Stage(
        sample, sign_in, school, sample.link_officer(school), sample.headteacher(school), sample.chair(school)
    )
