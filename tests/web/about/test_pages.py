"""What anybody may read of the service, its colours, and the addresses by which it is watched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from domain.authority import AUTHORITY, Authority, Settings
from projections.tables import VIEWS
from tests.scenario import TODAY
from tests.web.conftest import Browser
from tests.world import World
from web.about.brand import contrast_with_white, readable, style_sheet


@pytest.fixture
def anybody(app: Flask, world: World) -> Browser:
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


def test_every_cookie_that_is_set_is_told(world: World, app: Flask, anybody: Browser) -> None:
    told = anybody.get("/cookies")
    client = app.test_client()
    client.set_cookie(*world.session_of(world.reviewer()))
    client.get("/audit")
    cookies = {cookie.key for cookie in client._cookies.values()}
    assert cookies == {"sis_session", "session"}
    assert all(cookie in told for cookie in cookies)


def test_the_privacy_notice_tells_how_long_the_authority_keeps_things(world: World, anybody: Browser) -> None:
    assert "Concern" in anybody.get("/privacy")
    settings = Settings()
    longer = tuple(replace(each, years=33) for each in settings.retention)
    change(world, replace(settings, retention=longer))
    assert ">33<" in anybody.get("/privacy")


def change(world: World, settings: Settings) -> None:
    """Settings in force tomorrow, which then is today."""
    tomorrow = TODAY + timedelta(days=1)
    with world.acting():
        world.office.service.change(
            Authority,
            AUTHORITY,
            lambda authority: authority.change_settings(settings, from_=tomorrow, reason="Agreed by the council"),
        )
    world.clock.go_to(tomorrow)


def test_questions_go_to_the_authority(world: World, anybody: Browser) -> None:
    assert "the administrator of this service" in anybody.get("/contact")
    change(world, replace(Settings(), contact_email="schools@wexmoor.example"))
    assert 'href="mailto:schools@wexmoor.example"' in anybody.get("/contact")


# Where one begins


def test_each_post_begins_where_its_work_is(world: World, sign_in: Callable[[UUID], Browser]) -> None:
    for person, page in ((world.officer(), "/caseload"), (world.administrator(), "/schools")):
        response = sign_in(person).client.get("/")
        assert (response.status_code, response.location) == (303, page)


def test_a_stranger_is_asked_to_sign_in_first(anybody: Browser) -> None:
    response = anybody.client.get("/")
    assert response.location.startswith("/sign-in")


# Colours


def test_pages_take_the_colour_of_the_authority(world: World, anybody: Browser) -> None:
    change(world, replace(Settings(), colour="#552288"))
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


def test_a_service_is_ready_when_its_views_are(world: World, anybody: Browser) -> None:
    told = anybody.client.get("/readyz")
    assert told.status_code == 200
    assert told.json == {
        "status": "ready",
        "database": "reachable",
        "log_position": world.office.log.max_notification_id(),
        "views_to_refill": [],
    }


def test_a_view_that_has_to_be_refilled_makes_it_unready(world: World, anybody: Browser) -> None:
    with world.office.write() as connection:
        connection.execute(VIEWS.update().where(VIEWS.c.name == "names").values(fingerprint="of another day"))
    told = anybody.client.get("/readyz")
    assert told.status_code == 503
    assert told.json
    assert told.json["views_to_refill"] == ["names"]


def test_a_database_that_does_not_answer_makes_it_unready(world: World, anybody: Browser) -> None:
    with world.office.write() as connection:
        connection.execute(sa.text("DROP TABLE views"))
    told = anybody.client.get("/readyz")
    assert told.status_code == 503
    assert told.json
    assert told.json["database"] == "unreachable"
    assert anybody.get("/healthz") == "ok\n"
