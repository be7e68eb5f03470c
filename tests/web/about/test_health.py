"""What keeps the service from its work is noticed, named, and costs little to ask."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from domain.service import Displaced, ReadOnly
from projections.following import keep_inline, let_follow
from projections.tables import EVENTS
from tests.sample_authority import SampleAuthority
from tests.web.conftest import HIDDEN, Browser
from tests.web.statements import Statements
from web import formats
from web.about.health import health_of, note_check
from web.runtime.registered_views import VIEWS
from web.runtime.services import Services

NOT_READY = (503, {"status": "not ready"})
MOST = 10
"""Statements: one for all tables of the views, and some for the log."""


def readiness(app: Flask) -> tuple[int, object]:
    told = app.test_client().get("/readyz")
    return told.status_code, told.json


def test_the_file_of_the_last_changes_is_missed_before_anything_is_said_to_be_saved(
    app: Flask, sample: SampleAuthority, sign_in: Callable[[UUID], Browser]
) -> None:
    """And what was saved before is found again, once everybody has closed the database."""
    if sample.services.writer.dialect.name != "sqlite":
        pytest.skip("needs SQLite")
    browser = sign_in(sample.administrator())
    page = browser.get("/people/register")
    url = sample.services.writer.url
    Path(f"{url.database}-wal").unlink()

    lost = browser.client.post("/people/register", data={**dict(HIDDEN.findall(page)), "name": "Anna Kowalski"})

    assert lost.status_code == 503
    assert "deleted or replaced" in lost.text
    assert "Tell the administrator to restart the service" in lost.text
    assert "may be missing" in lost.text
    assert not re.search(r"is safe|was lost|in a few minutes", lost.text)
    assert readiness(app) == NOT_READY
    assert health_of(sample.services).causes == (Displaced.says,)
    assert "Anna Kowalski" not in browser.get("/people/")
    saved = count_of_events(sample.services)
    sample.services.close()
    with closing(Services(url.render_as_string(hide_password=False))) as services:
        assert count_of_events(services) == saved
        assert health_of(services).is_ready


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/brand.css", "/static/favicon.svg", "/static/none"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_what_answers_everybody_alike_tells_nothing_of_a_lost_database_whatever_is_sent_with_it(
    app: Flask, sample: SampleAuthority, path: str, method: str
) -> None:
    if sample.services.writer.dialect.name != "sqlite":
        pytest.skip("needs SQLite")
    readiness(app)
    Path(str(sample.services.writer.url.database)).unlink()
    sender = app.test_client()
    for name in ("sis_session", "sis_since", "sis_signed_in_last", "session"):
        sender.set_cookie(name, "123")
    with (
        app.test_client().open(path, method=method) as plain,
        sender.open(path, method=method, headers={"Authorization": "Bearer sis_123"}) as told,
    ):
        assert (told.status_code, told.mimetype) == (plain.status_code, plain.mimetype)
        assert "deleted" not in told.text
        if path == "/readyz" and method == "GET":
            assert (told.status_code, told.json) == NOT_READY


def count_of_events(services: Services) -> int | None:
    with services.read_present() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(EVENTS)).scalar()


def test_asking_costs_as_much_after_a_thousand_events_and_reads_of_the_log_only_what_is_new(
    sample: SampleAuthority,
) -> None:
    if sample.services.writer.dialect.name != "sqlite":
        pytest.skip("needs SQLite")
    health_of(sample.services)
    sample.school()
    statements = Statements(sample.services)
    with statements.heard() as first:
        assert health_of(sample.services).is_ready
        at_first = len(first.asked)
    for number in range(1000):
        sample.school(f"School {number}")
    end = sample.services.log.max_notification_id()
    assert health_of(sample.services).is_ready
    with statements.heard() as then:
        assert health_of(sample.services).is_ready
    assert len(then.asked) == at_first <= MOST
    read = [each for each in then.asked if "events" in each and "state" in each]
    assert [f"position > {end} " in each for each in read] == [True], read


def test_the_last_check_is_on_the_page_of_administrators(
    sample: SampleAuthority, sign_in: Callable[[UUID], Browser]
) -> None:
    browser = sign_in(sample.administrator())
    assert "The log has not been checked yet" in browser.get("/service-status")
    note_check(sample.services, "3 rows differ from the log")
    assert f"{formats.datetime(sample.services.now())}: 3 rows differ from the log" in browser.get("/service-status")


def test_a_view_that_nobody_brings_forward_is_told_as_behind_after_a_minute(
    sample: SampleAuthority, sign_in: Callable[[UUID], Browser]
) -> None:
    sample.school("Ashgrove High School")
    browser = sign_in(sample.administrator())
    view = next(view for view in VIEWS if view.name == "audit_trail")
    let_follow(sample.services.log, view)
    sample.services.store.learn()
    since = formats.datetime(sample.services.now())
    url, reference = "/audit?record=", sample.reference(sample.officer("Olive Officer"))
    director = sign_in(sample.director())
    said = f"anything recorded since {since} is not shown yet"

    assert said in director.get("/audit")
    assert said in director.get(f"{url}{reference}", status=422)
    assert "no such record" not in director.get(f"{url}{reference}", status=422)
    assert f"Anything recorded since {since} is missing." in director.get("/audit.csv")
    assert said not in browser.get("/service-status")
    sample.clock.pass_by(seconds=61)
    assert f"The view audit_trail is behind: {said}. Check that <code>sis follow</code> runs" in browser.get(
        "/service-status"
    )
    keep_inline(sample.services.log, sample.services.follower, view)
    assert said not in browser.get("/service-status")
    assert said not in director.get("/audit")
    assert "no such record" in director.get(f"{url}PE-1999-0001", status=422)


def test_a_database_that_can_only_be_read_makes_it_unready_and_is_named_to_whoever_sends_something(
    app: Flask, sample: SampleAuthority, sign_in: Callable[[UUID], Browser]
) -> None:
    browser = sign_in(sample.administrator())
    page = browser.get("/people/register")
    only_read = {
        "sqlite": "PRAGMA query_only = ON",
        "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    }

    def limit(connection: sa.Connection) -> None:
        cursor = connection.connection.cursor()
        cursor.execute(only_read[connection.dialect.name])
        cursor.close()

    engines = {sample.services.writer, sample.services.log.primary}
    for engine in engines:
        sa.event.listen(engine, "engine_connect", limit)

    told = browser.client.post("/people/register", data={**dict(HIDDEN.findall(page)), "name": "Anna Kowalski"})

    assert told.status_code == 503
    assert "The database is read-only at the moment" in told.text
    assert "Until this is put right nothing can be saved" in told.text
    assert not re.search(r"is safe|was lost|in a few minutes", told.text)
    assert readiness(app) == NOT_READY
    assert health_of(sample.services).causes == (ReadOnly.says,)
