"""An event that this release cannot read: what people, watchers and whoever runs the service are told of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from projections.event_log import EVENTS
from projections.view_status import view_statuses
from tests.damage import damage, write_strange_event
from tests.databases import Databases
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, Program
from web.about.health import health_of
from web.cli import main
from web.runtime.registered_views import VIEWS

SignIn = Callable[[UUID], Browser]


@pytest.fixture
def databases(each_databases: Databases) -> Databases:
    return each_databases


@pytest.fixture(autouse=True)
def deployment(sample: SampleAuthority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIS_DATABASE_URL", sample.services.writer.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SIS_SECRET_KEY", "only for tests")


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["views", *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done.exit_code, done.output


def stopped(sample: SampleAuthority) -> dict[str, int]:
    with sample.services.read() as connection:
        known = view_statuses(connection)
    return {each.name: each.stopped_at for each in known.values() if each.stopped_at is not None}


def last_of(sample: SampleAuthority, record: UUID) -> int:
    with sample.services.read() as connection:
        asked = sa.select(sa.func.max(EVENTS.c.position)).where(EVENTS.c.stream_id == record)
        position: int = connection.execute(asked).scalar_one()
        return position


@pytest.mark.parametrize(
    ("columns", "readers"),
    [
        ({"topic": "school.sold"}, {"audit_trail"}),
        ({"topic": "school.closed", "state": '{"weather": "rain"}'}, {"audit_trail", "schools", "caseload"}),
    ],
)
def test_the_commands_name_it_and_only_the_views_that_read_it_stop(
    sample: SampleAuthority, columns: dict[str, str], readers: set[str]
) -> None:
    sample.school("Ashgrove High School")
    position = write_strange_event(sample.services.writer, **columns)
    readers = {view.name for view in VIEWS if view.name in readers and view.reads(columns["topic"])}
    assert "audit_trail" in readers
    count = sample.services.log.ask(
        lambda found: found.execute(sa.select(sa.func.count()).select_from(EVENTS)).scalar()
    )
    sentence = f"Event {position} ({columns['topic']}) cannot be read: "

    status, said = run("status")
    assert status == 1
    assert f"The log has {count} events" in said
    assert said.count(sentence) == 1
    assert "1 event of the log cannot be read: take the release that wrote it" in said
    assert re.search(
        rf"audit_trail +kept in step by every command, and cannot be refilled: it reads event {position}", said
    )
    assert re.search(r"names +kept in step by every command\n", said)

    status, said = run("check")
    assert status == 1
    for name in readers:
        assert f"{name} cannot be checked. {sentence}" in said
    assert f"{len(VIEWS) - len(readers)} other views are what the log says" in said

    with sample.services.write() as connection:
        connection.execute(sa.text("DELETE FROM names"))
    status, said = run("rebuild")
    assert status == 1
    assert f"{len(VIEWS) - len(readers)} views refilled from {count} events" in said
    for name in readers:
        assert f"{name} was not refilled, and is as it was before. {sentence}" in said
    assert stopped(sample) == dict.fromkeys(readers, position)
    with sample.services.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM names")).scalar() == 1

    status, said = run("status")
    assert re.search(rf"audit_trail +STOPPED at event {position}: Event {position} ", said)


def test_other_records_are_changed_and_listed_as_ever(sample: SampleAuthority, sign_in: SignIn) -> None:
    first, second = sample.school("Ashgrove High School"), sample.school("Beech High School")
    officer = sample.link_officer(first)
    damage(sample.services.writer, last_of(sample, first), state="{")
    run("rebuild")
    assert "schools" in stopped(sample)

    browser = sign_in(officer)
    told = browser.get(f"/schools/{_urn(sample, first)}", status=500)
    assert "Part of the history of this record cannot be read" in told
    assert "Try again later" not in told
    assert f"Event {last_of(sample, first)}" not in told
    assert "Beech High School" in browser.get(f"/schools/{_urn(sample, second)}")
    names = " ".join(browser.get("/schools/").split())
    assert "cannot be read, and neither can its record. Anything recorded since may be missing" in names
    sample.link_officer(second, name="Otto Other")
    assert "Otto Other" in browser.get(f"/schools/{_urn(sample, second)}")


def _urn(sample: SampleAuthority, school: UUID) -> str:
    with sample.services.read() as connection:
        found = connection.execute(
            sa.text("SELECT detail FROM names WHERE id = :id"), {"id": _as_kept(sample, school)}
        )
        return str(found.scalar_one())


def _as_kept(sample: SampleAuthority, id: UUID) -> object:
    return id.hex if sample.services.writer.dialect.name == "sqlite" else id


def test_the_api_names_no_position_and_says_that_trying_again_is_in_vain(
    sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    school = sample.school()
    officer = sample.link_officer(school)
    urn = _urn(sample, school)
    damage(sample.services.writer, last_of(sample, school), state="{")
    told = program(officer).get(f"/schools/{urn}", status=500).json
    assert told is not None
    assert told["detail"].startswith("Part of the history of this record cannot be read")
    assert "Event" not in told["detail"]


def test_it_makes_the_service_unready_until_it_is_gone(sample: SampleAuthority, app: Flask, sign_in: SignIn) -> None:
    browser = sign_in(sample.administrator())
    assert app.test_client().get("/readyz").status_code == 200
    position = write_strange_event(sample.services.writer, topic="school.sold")
    assert app.test_client().get("/readyz").json == {"status": "not ready"}
    assert f"Event {position} (school.sold) cannot be read: this release knows no" in browser.get("/service-status")
    damage(sample.services.writer, position, topic="school.link-officer-assigned")
    assert f"Event {position} (school.link-officer-assigned)" in " ".join(health_of(sample.services).causes)
    with sample.services.write() as connection:
        connection.execute(EVENTS.delete().where(EVENTS.c.position == position))
    assert app.test_client().get("/readyz").status_code == 200


def test_the_audit_trail_shows_the_place_of_what_cannot_be_read(sample: SampleAuthority, sign_in: SignIn) -> None:
    school = sample.school()
    position = last_of(sample, school)
    reviewer = sign_in(sample.reviewer())
    assert "cannot be read" not in reviewer.get("/audit")
    damage(sample.services.writer, position, state="{")
    page = reviewer.get("/audit")
    assert page.count(f"Event {position} (school.registered) cannot be read") == 1
    assert "Rae Reviewer" in page
    sheet = reviewer.get("/audit.csv")
    assert f"Event {position} (school.registered) cannot be read" in sheet
