"""Of what happened, each reader is told what is theirs to know."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from domain.aggregate import RECORDS
from domain.vocabulary import Channel, Purpose, Role
from projections import audit_trail
from projections.audit_trail import TrailFilter
from tests.full_authority import Place
from tests.request_context import sent_by
from tests.web.conftest import SharedAuthority
from web.access.context import Snapshot
from web.access.disclosure import READING
from web.access.policy import ASKED_ONLY
from web.history.timeline import (
    TimelineEntry,
    kind_label,
    post_label,
    timeline_of,
    timeline_of_record,
    timeline_of_school,
)


@contextmanager
def reading(shared: SharedAuthority, person: UUID) -> Iterator[Snapshot]:
    """A reading of the log for somebody at the door."""
    with sent_by(shared.app, person) as context, context.read() as snapshot:
        yield snapshot


def everything(shared: SharedAuthority, person: UUID) -> list[TimelineEntry]:
    """All that somebody is told of the whole log."""
    with reading(shared, person) as snapshot:
        return timeline_of(snapshot, audit_trail.positions(snapshot.connection, TrailFilter(), None, 10_000))


def told(shared: SharedAuthority, person: UUID, place: Place, kind: str) -> list[str]:
    """The types of the entries that somebody is told of the record of a kind at a place."""
    with reading(shared, person) as snapshot:
        events = list(shared.authority.sample.services.store.get(place.records[kind]))
        found = timeline_of_record(snapshot, events, limit=len(events))
    return [entry.topic.partition(".")[2] for entry in found]


@pytest.fixture
def ours(shared: SharedAuthority) -> Place:
    return shared.authority.ours


OF_SCHOOLS = frozenset(
    {
        "visit",
        "record-of-visit",
        "support-request",
        "tender",
        "engagement",
        "note",
        "attachment",
        "concern",
        "decision",
    }
)
"""Kinds of record that say something of schools, beyond their entry in the register."""

NOT_TOLD = {
    Role.OFFICER: {"tender", "authority", "import"},
    Role.STRATEGIC_LEAD: {"tender", "authority", "concern", "import"},
    Role.DIRECTOR: set[str](),
    Role.BROKER: {"authority", "concern", "import"},
    Role.CPD_MANAGER: {"authority", "concern", "import"},
    Role.REVIEWER: set[str](),
    Role.ADMINISTRATOR: OF_SCHOOLS,
}
"""Kinds of record that the policy keeps from a role inside the service; an officer's concerns are those of their
schools."""


@pytest.mark.parametrize("role", NOT_TOLD)
def test_inside_the_service_everybody_is_told_of_what_the_policy_lets_them_read(
    shared: SharedAuthority, role: Role
) -> None:
    with shared.authority.sample.services.read() as connection:
        all_there_is = audit_trail.entries(connection, TrailFilter(), None, 10_000)
    expected = [
        row.position
        for row in all_there_is
        if row.kind not in NOT_TOLD[role]
        and (role is not Role.OFFICER or row.kind != "concern" or row.school == shared.authority.ours.school)
    ]
    assert len(all_there_is) > len(expected) or not NOT_TOLD[role]
    assert [entry.position for entry in everything(shared, shared.authority.people[role])] == expected


def test_every_kind_of_record_has_a_right_that_it_takes_to_be_told_of_it() -> None:
    ours = {kind for kind, record in RECORDS.items() if record.__module__.startswith("domain.")}
    assert READING.keys() | {"account", "authority"} == ours


def test_a_school_is_told_nothing_of_another_school(shared: SharedAuthority) -> None:
    theirs = shared.authority.theirs
    for person in (shared.authority.ours.head, shared.authority.ours.chair):
        found = everything(shared, person)
        assert found
        assert {entry.school for entry in found} == {"Ashgrove High School"}
        for kind in theirs.records:
            assert told(shared, person, theirs, kind) == [], kind


def test_a_school_is_told_of_a_record_of_visit_from_its_issue_on(shared: SharedAuthority, ours: Place) -> None:
    assert told(shared, ours.officer, ours, "record-of-visit")[-1] == "started"
    assert told(shared, ours.head, ours, "record-of-visit") == ["issued"]


def test_a_school_is_not_told_whom_the_service_considered(shared: SharedAuthority, ours: Place) -> None:
    to_officer = told(shared, ours.officer, ours, "support-request")
    to_head = told(shared, ours.head, ours, "support-request")
    assert "raised" in to_head
    assert "spending-approved" in to_officer
    assert "spending-approved" not in to_head
    assert "providers-shortlisted" not in to_head
    assert told(shared, ours.head, ours, "tender") == []


def test_a_provider_is_told_of_its_own_invitation_alone(shared: SharedAuthority, ours: Place) -> None:
    assert "provider-invited" in told(shared, ours.specialist, ours, "tender")
    assert told(shared, shared.authority.theirs.specialist, ours, "tender") == []
    assert told(shared, ours.specialist, ours, "concern") == []


def test_a_note_is_told_to_those_for_whom_it_is_written(shared: SharedAuthority, ours: Place) -> None:
    assert told(shared, ours.officer, ours, "note") == ["written"]
    assert told(shared, ours.head, ours, "note") == ["written"]
    assert told(shared, ours.specialist, ours, "note") == []


def test_only_those_who_read_the_trail_are_led_to_it(shared: SharedAuthority) -> None:
    people = shared.authority.people
    for role in Role:
        leads = {bool(entry.href) for entry in everything(shared, people[role])}
        told = set() if role in ASKED_ONLY else {role in {Role.REVIEWER, Role.DIRECTOR, Role.ADMINISTRATOR}}
        assert leads == told, role


def test_an_entry_leads_to_its_record_where_that_may_be_opened(shared: SharedAuthority) -> None:
    by_kind = {entry.kind: entry for entry in everything(shared, shared.authority.people[Role.REVIEWER])}
    assert by_kind["visit"].record_href.startswith("/visits/V-2026-")
    assert by_kind["school"].record_href.startswith("/schools/9")
    assert by_kind["record-of-visit"].record.startswith("Record of visit ROV-2026-")
    assert by_kind["provider"].record_href.startswith("/providers/PV-2026-")
    assert by_kind["authority"].record_href == ""
    administrator = {entry.kind: entry for entry in everything(shared, shared.authority.people[Role.ADMINISTRATOR])}
    assert administrator["school"].record_href.startswith("/schools/9")
    assert administrator["person"].record_href.startswith("/people/PE-2026-")


# A school's file


def of_school(shared: SharedAuthority, person: UUID, **asked: Collection[Purpose]) -> list[TimelineEntry]:
    """The whole of a school's file, read three entries at a time."""
    found: list[TimelineEntry] = []
    after = None
    while True:
        with reading(shared, person) as snapshot:
            page, after = timeline_of_school(snapshot, shared.authority.ours.school, after=after, limit=3, **asked)
        assert len(page) == 3 or after is None
        found += page
        if after is None:
            return found


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.HEADTEACHER])
def test_a_schools_file_is_read_page_by_page_without_gap(shared: SharedAuthority, role: Role) -> None:
    person = shared.authority.people[role]
    places = [entry.position for entry in of_school(shared, person)]
    assert len(places) > 3
    school = shared.authority.ours.school
    with reading(shared, person) as snapshot:
        positions = audit_trail.positions(snapshot.connection, TrailFilter(school=school), None, 10_000)
        assert places == [entry.position for entry in timeline_of(snapshot, positions)]


def test_a_schools_file_is_narrowed_to_a_purpose(shared: SharedAuthority) -> None:
    found = of_school(shared, shared.authority.director, purposes=[Purpose.CHALLENGE])
    assert {entry.purpose for entry in found} == {Purpose.CHALLENGE}
    assert len(found) < len(of_school(shared, shared.authority.director))


# Words


def test_a_post_and_a_kind_of_record_are_called_by_their_names() -> None:
    assert post_label("cpd_manager") == "CPD manager"
    assert post_label("") == ""
    assert kind_label("record-of-visit") == "Record of visit"
    assert kind_label("attachment") == "File"


@pytest.mark.parametrize(
    ("happened", "later"),
    [
        (date(2026, 7, 1), False),
        (date(2026, 6, 30), True),
        (datetime(2026, 7, 1, 8, tzinfo=UTC), False),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), False),
        (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), True),
    ],
)
def test_what_was_recorded_on_a_later_day_is_marked(happened: date | datetime, later: bool) -> None:
    entry = TimelineEntry(
        position=1,
        id=uuid4(),
        kind="visit",
        topic="visit.held",
        sentence="",
        who="",
        post="",
        at=happened,
        recorded_at=datetime(2026, 7, 1, 9, tzinfo=UTC),
        purpose=None,
        reason="",
        href="",
        record="",
        record_href="",
        reference="",
        channel=Channel.SCREEN,
    )
    assert entry.was_recorded_later is later
