"""Who reads what is restricted is recorded: every kind of record, by every way, once for a reader, day and way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from domain.concern import ConcernCase
from domain.reading import Door
from domain.references import record_id
from domain.vocabulary import Role, Sensitivity
from projections import readings
from projections.readings import ReadingOfRecord
from tests.restricted_concern import ADDRESSES, SECRET, RestrictedConcern
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.audit.test_pages import text_of
from tests.web.conftest import Browser, Program
from web.accounts import security_trail
from web.accounts.security_trail import SecurityEvent

SignIn = Callable[[UUID], Browser]
Use = Callable[..., Program]

OPEN_TO_REVIEWERS = {what: path for what, path in ADDRESSES.items() if what != "invitation"}
EVERYTHING = {**OPEN_TO_REVIEWERS, "visit": "visits/V-2026-0909", "concern": f"concerns/{SECRET}"}


@pytest.fixture
def restricted(sample: SampleAuthority) -> RestrictedConcern:
    restricted = RestrictedConcern(sample)
    restricted.keep(Sensitivity.RESTRICTED)
    return restricted


@pytest.fixture
def reviewer(restricted: RestrictedConcern) -> UUID:
    return restricted.authority.people[Role.REVIEWER]


def read(sample: SampleAuthority, reader: UUID) -> list[ReadingOfRecord]:
    with sample.services.read() as connection:
        return readings.readings.rows(
            connection, sa.select(readings.readings.table).where(readings.readings.table.c.reader == reader)
        )


def kinds_of(path: str) -> UUID:
    """The record at an address."""
    kinds = {
        "visits": "visit",
        "records": "record-of-visit",
        "requests": "support-request",
        "tenders": "tender",
        "engagements": "engagement",
        "concerns": "concern",
        "notes": "note",
        "files": "attachment",
    }
    place, _, reference = path.partition("/")
    return record_id(kinds[place], reference)


@pytest.mark.parametrize("path", EVERYTHING.values(), ids=EVERYTHING)
def test_the_reading_of_each_kind_of_record_is_recorded(
    sample: SampleAuthority, sign_in: SignIn, program: Use, reviewer: UUID, path: str
) -> None:
    sign_in(reviewer).get(f"/{path}")
    program(reviewer).get(f"/{path}")
    program(reviewer).get(f"/{path}/history")

    assert {(row.record, row.door) for row in read(sample, reviewer)} >= {
        (kinds_of(path), Door.PAGE),
        (kinds_of(path), Door.PROGRAM),
    }


def test_a_reading_is_not_recorded_again_on_the_same_day(
    sample: SampleAuthority, sign_in: SignIn, restricted: RestrictedConcern, reviewer: UUID
) -> None:
    def days() -> list[date]:
        return [row.day for row in read(sample, reviewer) if row.record == restricted.concern]

    for _ in range(3):
        sign_in(reviewer).get(f"/concerns/{SECRET}")
    assert days() == [TODAY]

    sample.clock.go_to(TODAY + timedelta(days=1))
    sign_in(reviewer).get(f"/concerns/{SECRET}")
    assert len(days()) == 2


@pytest.mark.parametrize(
    ("path", "door"),
    [
        ("/audit?kind=concern", Door.PAGE),
        ("/audit.csv?kind=concern", Door.SHEET),
        ("/api/v1/audit?kind=concern", Door.PROGRAM),
        ("/concerns/", Door.PAGE),
        ("/api/v1/concerns", Door.PROGRAM),
        ("/caseload?whose=everybody", Door.PAGE),
    ],
)
def test_what_lists_and_sheets_show_is_recorded(
    sample: SampleAuthority,
    program: Use,
    sign_in: SignIn,
    restricted: RestrictedConcern,
    reviewer: UUID,
    path: str,
    door: Door,
) -> None:
    headers = program(reviewer).headers if path.startswith("/api") else {}
    answer = sign_in(reviewer).client.get(path, headers=headers)
    assert answer.status_code == 200
    assert answer.data
    answer.close()

    assert (restricted.concern, door) in {(row.record, row.door) for row in read(sample, reviewer)}


def test_what_is_not_shown_is_not_recorded(
    sample: SampleAuthority, program: Use, sign_in: SignIn, restricted: RestrictedConcern
) -> None:
    for person in restricted.people.values():
        for path in (f"/concerns/{SECRET}", "/visits/V-2026-0909", "/visits/", "/requests/", "/schools/"):
            sign_in(person).client.get(path)
        assert read(sample, person) == []
    director = restricted.authority.director
    program(director).get("/search?q=SR-2026-0909")
    sign_in(director).get("/concerns/CC-2026-0002")
    sign_in(director).client.get(f"/audit?record={SECRET}&since=nonsense")
    assert read(sample, director) == []


def test_an_open_concern_is_read_without_a_record_of_it(
    sample: SampleAuthority, sign_in: SignIn, restricted: RestrictedConcern
) -> None:
    restricted.keep(Sensitivity.ORDINARY)
    sign_in(restricted.authority.director).get(f"/concerns/{SECRET}")
    assert read(sample, restricted.authority.director) == []


def test_who_read_it_stands_on_its_page_and_in_the_trail_of_those_who_may_read_it(
    sample: SampleAuthority, program: Use, sign_in: SignIn, restricted: RestrictedConcern, reviewer: UUID
) -> None:
    sign_in(reviewer).get("/requests/SR-2026-0909")
    authority, told = restricted.authority, "read restricted information on a page: SR-2026-0909"

    beside = text_of(sign_in(restricted.place.officer).get("/requests/SR-2026-0909")).partition("Who has read this")[
        2
    ]
    assert "Rae Reviewer" in beside
    assert f"Rae Reviewer {told}" in text_of(sign_in(authority.director).get("/audit?kind=reading"))
    for path, status in (("/audit", 200), ("/audit?kind=reading", 422), ("/audit.csv", 200)):
        assert "read restricted information" not in sign_in(authority.people[Role.ADMINISTRATOR]).get(path, status)


def test_reading_changes_no_version_and_makes_nobodys_form_stale(
    sample: SampleAuthority, program: Use, restricted: RestrictedConcern, reviewer: UUID
) -> None:
    tag = program(restricted.authority.director).get(f"/concerns/{SECRET}").headers["ETag"]
    version = sample.services.service.find(ConcernCase, restricted.concern).version
    program(reviewer).get(f"/concerns/{SECRET}")

    assert sample.services.service.find(ConcernCase, restricted.concern).version == version
    assert program(restricted.authority.director).get(f"/concerns/{SECRET}").headers["ETag"] == tag


TAKES_NOTHING = {
    "sqlite": ["CREATE TRIGGER no_more BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no more'); END"],
    "postgresql": [
        "CREATE FUNCTION no_more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no more'; END $$",
        "CREATE TRIGGER no_more BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION no_more()",
    ],
}


def test_a_record_is_shown_although_its_reading_cannot_be_saved_and_the_log_says_so(
    sample: SampleAuthority,
    sign_in: SignIn,
    restricted: RestrictedConcern,
    reviewer: UUID,
    capsys: pytest.CaptureFixture[str],
) -> None:
    browser = sign_in(reviewer)
    with sample.services.writer.begin() as connection:
        for statement in TAKES_NOTHING[connection.dialect.name]:
            connection.exec_driver_sql(statement)

    assert SECRET in browser.get(f"/concerns/{SECRET}")
    assert "reading of restricted records not recorded" in capsys.readouterr().out
    assert read(sample, reviewer) == []


def test_the_page_of_a_visit_says_what_others_see_of_it(
    sign_in: SignIn, restricted: RestrictedConcern, reviewer: UUID
) -> None:
    """The head sees the visit as a plain one: whoever reads of it in full must not believe it hidden."""
    assert "V-2026-0909" in sign_in(restricted.place.head).get("/visits/")
    in_full = text_of(sign_in(reviewer).get("/visits/V-2026-0909"))
    record = text_of(sign_in(reviewer).get("/records/ROV-2026-0909"))

    assert "The school, and everyone in the service, can see that someone is coming, when and who" in in_full
    assert "cannot see it here" not in in_full
    assert "The school and providers cannot see it here" in record


def test_pages_say_how_often_a_reading_is_recorded(
    sign_in: SignIn, restricted: RestrictedConcern, reviewer: UUID
) -> None:
    """Not each reading is: a second one on the same day, by the same way, is not recorded again."""
    pages = [
        sign_in(reviewer).get(f"/concerns/{SECRET}"),
        sign_in(restricted.authority.director).get("/notes/write?record=CC-2026-0002"),
    ]
    for page in map(text_of, pages):
        assert "We record who reads it, once a day" in page
        assert "each reading is recorded" not in page.lower()


def test_the_security_trail_does_not_tell_whether_there_is_a_record(
    sign_in: SignIn, restricted: RestrictedConcern, sample: SampleAuthority
) -> None:
    """Whoever reads that trail administers accounts, and may not know of a restricted concern."""
    officer = restricted.authority.theirs.officer
    numbers = SECRET, "CC-2026-9999"
    for number in numbers:
        sign_in(officer).get(f"/concerns/{number}", status=404)
        sample.clock.pass_by(minutes=2)
    with sample.services.read_present() as connection:
        told = {entry.detail: entry.kind for entry in security_trail.entries(connection, person=officer)}
    assert told == {f"GET /concerns/{number}": SecurityEvent.NOT_SHOWN for number in numbers}
