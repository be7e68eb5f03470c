"""What anybody may read of the service, its colours, and the addresses by which it is watched."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from structlog.testing import capture_logs

from domain.authority import AUTHORITY, Authority, Settings
from domain.service import Displaced, NoRoom
from projections.tables import EVENTS
from tests.sample_authority import Clock, SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import HIDDEN, Browser
from web.about.brand import contrast_with_white, readable, style_sheet
from web.about.health import health_of


@pytest.fixture
def anybody(app: Flask, sample: SampleAuthority) -> Browser:
    """Somebody who is not signed in."""
    return Browser(app.test_client())


def test_anybody_may_read_what_the_service_says_of_itself(anybody: Browser) -> None:
    for path in ("/help", "/contact", "/accessibility", "/cookies", "/privacy"):
        page = anybody.get(path)
        assert page.count("<h1") == 1, path
        assert "Wexmoor Council" in page, path
        assert 'mailto:"' not in page, path


def test_the_accessibility_statement_says_what_the_law_asks(anybody: Browser) -> None:
    page = " ".join(anybody.get("/accessibility").split())
    assert "partially compliant" in page
    assert "Web Content Accessibility Guidelines version 2.2</a> AA standard" in page
    assert "(No. 2) Accessibility Regulations 2018" in page
    assert "Equality and Human Rights Commission (EHRC) is responsible for enforcing" in page
    assert "This statement was prepared on" in page


def test_every_cookie_that_is_set_is_told(sample: SampleAuthority, app: Flask, anybody: Browser) -> None:
    told = anybody.get("/cookies")
    client = app.test_client()
    client.set_cookie(*sample.session_of(sample.reviewer()))
    client.get("/audit")
    cookies = {cookie.key for cookie in client._cookies.values()}
    assert cookies == {"sis_session", "session", "sis_signed_in_last"}
    assert all(cookie in told for cookie in cookies)


def test_the_privacy_notice_promises_no_years_after_which_nothing_happens(anybody: Browser) -> None:
    page = " ".join(anybody.get("/privacy").split())
    assert "does not delete records by itself" in page
    assert "Years" not in page


def test_the_privacy_notice_tells_all_that_is_kept_of_people_and_how_readings_are_recorded(anybody: Browser) -> None:
    page = " ".join(anybody.get("/privacy").split())
    for kept in (
        "raise concerns, or are named",
        "network address",
        "sessions",
        "tokens",
        "second factor",
        "refusals",
    ):
        assert kept in page, kept
    assert "are kept for 366 days" in page
    assert "each reading is recorded" not in page
    assert "record who reads it, once a day" in page


def change(sample: SampleAuthority, settings: Settings) -> None:
    """Settings in force tomorrow, which then is today."""
    tomorrow = TODAY + timedelta(days=1)
    with sample.acting():
        sample.services.service.change(
            Authority,
            AUTHORITY,
            lambda authority: authority.change_settings(settings, from_=tomorrow, reason="Agreed by the council"),
        )
    sample.clock.go_to(tomorrow)


def test_questions_go_to_the_authority(sample: SampleAuthority, anybody: Browser) -> None:
    assert "the administrator of this service" in anybody.get("/contact")
    change(sample, replace(Settings(), contact_email="schools@wexmoor.example"))
    assert 'href="mailto:schools@wexmoor.example"' in anybody.get("/contact")


# Where one begins


def test_each_post_begins_where_its_work_is(sample: SampleAuthority, sign_in: Callable[[UUID], Browser]) -> None:
    for person, page in ((sample.officer(), "/caseload"), (sample.administrator(), "/schools")):
        response = sign_in(person).client.get("/")
        assert (response.status_code, response.location) == (303, page)


def test_a_stranger_is_asked_to_sign_in_first(anybody: Browser) -> None:
    response = anybody.client.get("/")
    assert response.location.startswith("/sign-in")


# Colours


def test_pages_take_the_colour_of_the_authority(sample: SampleAuthority, anybody: Browser) -> None:
    change(sample, replace(Settings(), colour="#552288"))
    response = anybody.client.get("/brand.css")
    assert response.content_type == "text/css; charset=utf-8"
    assert "--app-brand: #552288;" in response.text
    assert "--govuk-brand-colour: #552288;" in response.text
    assert response.headers["Cache-Control"] == "public, max-age=300"
    again = anybody.client.get("/brand.css", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("colour", "contrast"), [("#ffffff", 1.0), ("#000000", 21.0), ("#767676", 4.54), ("#777777", 4.48)]
)
def test_contrast_is_measured_as_the_guidelines_do(colour: str, contrast: float) -> None:
    assert contrast_with_white(colour) == pytest.approx(contrast, abs=0.005)


@pytest.mark.parametrize("colour", ["#777777", "#ffdd00", "red", "#1d4f71} body {display: none", ""])
def test_a_colour_on_which_nothing_can_be_read_gives_way_to_the_services_own(colour: str) -> None:
    assert readable(colour) == Settings().colour
    assert "display" not in style_sheet(colour)


def test_the_services_own_colour_can_be_read_on() -> None:
    assert readable("#767676") == "#767676"
    assert contrast_with_white(Settings().colour) >= 4.5


# Health


def test_a_service_that_answers_is_alive(anybody: Browser) -> None:
    assert anybody.get("/healthz") == "ok\n"


NOT_READY = {"status": "not ready"}


def test_a_service_is_ready_when_it_can_do_its_work(anybody: Browser) -> None:
    told = anybody.client.get("/readyz")
    assert (told.status_code, told.json) == (200, {"status": "ready"})


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("UPDATE views SET fingerprint = 'of another day' WHERE name = 'names'", "names must be rebuilt"),
        ("UPDATE views SET stopped_at = 1, error = 'a name is missing' WHERE name = 'names'", "a name is missing"),
        ("DROP TABLE names", "A table of the view names is damaged"),
        ("ALTER TABLE names RENAME COLUMN name TO title", "A table of the view names is damaged"),
        ("DROP TABLE views", "The database does not answer"),
    ],
)
def test_whatever_keeps_commands_from_being_carried_out_makes_it_unready(
    sample: SampleAuthority, anybody: Browser, fault: str, cause: str
) -> None:
    with sample.services.write() as connection:
        connection.execute(sa.text(fault))

    told = anybody.client.get("/readyz")

    assert (told.status_code, told.json) == (503, NOT_READY)
    assert cause in health_of(sample.services).causes[0]
    assert anybody.get("/healthz") == "ok\n"


def test_an_event_that_cannot_be_read_is_named_and_makes_it_unready(
    sample: SampleAuthority, anybody: Browser
) -> None:
    assert anybody.client.get("/readyz").status_code == 200
    last = sample.services.log.max_notification_id() or 0
    with sample.services.write() as connection:
        row = connection.execute(EVENTS.select().order_by(EVENTS.c.position.desc())).mappings().first()
        assert row is not None
        odd = {**row, "position": last + 1, "stream_id": uuid4(), "event_id": uuid4(), "topic": "school.sold"}
        connection.execute(EVENTS.insert().values(**odd))

    for _ in range(2):
        assert anybody.client.get("/readyz").json == NOT_READY
        assert f"Event {last + 1} (school.sold) cannot be read" in health_of(sample.services).causes[-1]


def test_a_disk_without_room_makes_it_unready_and_is_named_to_whoever_sends_something(
    sample: SampleAuthority, anybody: Browser, sign_in: Callable[[UUID], Browser]
) -> None:
    browser = sign_in(sample.administrator())
    page = browser.get("/people/register")
    if sample.services.writer.dialect.name != "sqlite":
        pytest.skip("needs SQLite")

    def limit(connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # as many as there are: it is never less

    for engine in (sample.services.writer, sample.services.reader):
        sa.event.listen(engine, "begin", limit)
    with sample.services.log.primary.connect() as connection:
        limit(connection)

    assert anybody.client.get("/readyz").json == NOT_READY
    assert health_of(sample.services).causes == (NoRoom.says,)
    for number in range(100):
        told = browser.client.post(
            "/people/register", data={**dict(HIDDEN.findall(page)), "name": f"{number:x>100}", "another": "yes"}
        )
        page = browser.get("/people/register")
        if told.status_code != 303:
            break
    assert told.status_code == 503
    assert "There is no room left on the disk" in told.text


def test_a_clock_that_has_jumped_is_noticed(
    sample: SampleAuthority, clock: Clock, sign_in: Callable[[UUID], Browser]
) -> None:
    browser = sign_in(sample.administrator())
    assert "ahead of this machine's clock" not in " ".join(health_of(sample.services).warnings)
    clock.pass_by(seconds=30)
    sample.school()
    clock.pass_by(seconds=-30)
    assert "ahead of this machine's clock" not in " ".join(health_of(sample.services).warnings)
    clock.pass_by(seconds=150)
    sample.school()
    clock.pass_by(seconds=-150)

    assert "ahead of this machine" in browser.get("/service-status")
    assert health_of(sample.services).is_ready
    with capture_logs() as logged:
        assert browser.client.get("/readyz").json == {"status": "ready"}
    assert [line["said"] for line in logged if line["event"] == "clock"] == [health_of(sample.services).clock]


def test_a_file_that_is_deleted_or_replaced_takes_nothing_that_would_be_lost(
    sample: SampleAuthority, anybody: Browser, sign_in: Callable[[UUID], Browser], tmp_path: Path
) -> None:
    if sample.services.writer.dialect.name != "sqlite":
        pytest.skip("needs SQLite")
    browser = sign_in(sample.administrator())
    page = browser.get("/people/register")
    with sample.services.log.primary.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    file, aside = Path(str(sample.services.writer.url.database)), tmp_path / "aside.sqlite"
    shutil.copyfile(file, aside)
    file.unlink()

    lost = browser.client.post("/people/register", data={**dict(HIDDEN.findall(page)), "name": "Anna Kowalski"})

    assert lost.status_code == 503
    assert "deleted or replaced" in lost.text
    assert anybody.client.get("/readyz").json == NOT_READY
    assert health_of(sample.services).causes == (Displaced.says,)
    for beside in ("-wal", "-shm"):
        file.with_name(file.name + beside).unlink(missing_ok=True)
    aside.rename(file)
    assert anybody.client.get("/readyz").json == {"status": "ready"}
    assert browser.send_page("/people/register", page, {"name": "Anna Kowalski"}).location
