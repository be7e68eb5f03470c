"""Whether a school is asked to respond to a record of visit: not while a restricted concern keeps it from the record.

Nobody is asked for what they cannot read, no deadline runs for them and nobody waits for them. When the concern is
opened they are asked, with the whole time that they have by the settings of that day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from domain.concern import ConcernCase
from domain.record_of_visit import RecordOfVisit
from domain.service import UnitOfWork
from domain.vocabulary import Role, Sensitivity
from projections import people
from web.access.context import Snapshot
from web.access.restricted import concerns_behind, records_of_concern
from web.runtime.authority import settings_of
from web.runtime.terms import days_from


def recipients(snapshot: Snapshot, school: UUID) -> list[tuple[UUID, Role]]:
    """Headteacher and chair of governors of today."""
    leading = people.heads_and_chairs(snapshot.connection, school, snapshot.services.today())
    return [(post.person, post.role) for post in leading]


@dataclass(frozen=True)
class ResponseRequest:
    """Who of a school would be asked to respond to a record today, until when, and by which version of the settings;
    `concerns` are those that the record came of, any of which may keep the school from it."""

    record: UUID
    people: tuple[UUID, ...]
    days: Mapping[str, date]
    rules: tuple[str, ...]
    concerns: tuple[UUID, ...]

    def to_issue(self, work: UnitOfWork) -> dict[str, Any]:
        """What issuing takes: people and days, or neither where a concern keeps the school from the record."""
        if _is_kept(work, self.concerns):
            return {"recipients": (), "respond_by": None}
        return {"recipients": self.people, "rules": self.rules, **self.days}

    def follow(self, work: UnitOfWork) -> None:
        """Let an issued record follow the concerns that it came of, one of which was restricted or opened."""
        record = work.find(RecordOfVisit, self.record)
        if _is_kept(work, self.concerns):
            record.withhold_from_school()
        else:
            record.send_to_school(
                recipients=self.people,
                respond_by=self.days["respond_by"],
                present_by=self.days["present_by"],
                rules=self.rules,
            )


def _is_kept(work: UnitOfWork, concerns: Collection[UUID]) -> bool:
    cases = [work.find(ConcernCase, each) for each in concerns]  # each is held to the version that this rests on
    return any(case.sensitivity is not Sensitivity.ORDINARY for case in cases)


def response_request(snapshot: Snapshot, record: UUID, school: UUID) -> ResponseRequest:
    """Who would be asked to respond to a record today."""
    settings, version = settings_of(snapshot.services)
    sent_to = dict.fromkeys(person for person, _ in recipients(snapshot, school))
    behind = tuple(concerns_behind(snapshot.connection, record))
    return ResponseRequest(record, tuple(sent_to), days_from(settings, snapshot.services.today()), (version,), behind)


def response_requests(snapshot: Snapshot, case: ConcernCase) -> list[ResponseRequest]:
    """The same of each record of visit that came of a concern."""
    records = records_of_concern(snapshot.connection, case.id, RecordOfVisit.KIND)
    return [response_request(snapshot, record, case.school) for record in records]
