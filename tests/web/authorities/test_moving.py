"""An authority that is moved arrives whole, whatever happens on the way, and is not left half anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from pyotp import TOTP
from werkzeug.datastructures import MultiDict

from domain.account import TokenScopes
from domain.service import MovedAway
from domain.vocabulary import Role
from projections.checking import check
from projections.event_log import EVENTS
from projections.event_log.faults import meant
from projections.following import let_follow
from projections.view_status import view_statuses
from tests.databases import Databases
from tests.full_authority import FullAuthority
from tests.running_service import until
from tests.sample_authority import Clock, SampleAuthority
from tests.web.authorities.conftest import places_of
from tests.web.console.test_running import a_free_port
from web import create_app
from web.about.health import health_of
from web.accounts import accounts, attempts, council_accounts, factors, sessions, tokens
from web.authorities import moving, places
from web.authorities.copying import CopyDiffers
from web.authorities.directory import Directory, DirectoryRefusal
from web.authorities.moving import Moved
from web.authorities.places import open_place
from web.cli import main
from web.forms import kept
from web.runtime.migrate import upgrade
from web.runtime.problems import problem_of
from web.runtime.registered_views import VIEWS
from web.runtime.services import Services
from web.runtime.settings import DeploymentSettings
from web.runtime.tables import (
    DOOR_TABLES,
    IDEMPOTENCY_KEYS,
    KEPT_FORMS,
    REQUEST_COUNTS,
    SECURITY_TRAIL,
    UPLOADS,
    WAITING_FILES,
)

NAME = "wexmoor"
WAYS = ["sqlite to postgresql", "postgresql to sqlite", "postgresql to postgresql", "sqlite to sqlite"]


@dataclass
class Moving:
    """An authority with a town in it, and the place that it is to go to."""

    directory: Directory
    old: str
    new: str

    def go(self, **more: Any) -> Moved:
        return moving.move(self.directory, NAME, self.new, heard_within=0, **more)

    def services(self) -> Services:
        return Services(self.directory.named(NAME).database_url)


@pytest.fixture(params=WAYS)
def way(
    request: pytest.FixtureRequest, sqlite_databases: Databases, postgresql_databases: Databases
) -> Iterator[Moving]:
    """Every way from one kind of database to the other, and within one kind."""
    kinds = {"sqlite": sqlite_databases, "postgresql": postgresql_databases}
    from_, _, to = request.param.partition(" to ")
    with ExitStack() as stack:
        old = stack.enter_context(kinds[from_].like(furnish))
        new = old if from_ == to else stack.enter_context(kinds[to].like())
        yield from _moving(stack, old, places_of(new)("new"))


@pytest.fixture
def moved_within(each_databases: Databases) -> Iterator[Moving]:
    """A way within one kind."""
    with ExitStack() as stack:
        old = stack.enter_context(each_databases.like(furnish))
        yield from _moving(stack, old, places_of(old)("new"))


def _moving(stack: ExitStack, old: str, new: str) -> Iterator[Moving]:
    directory = stack.enter_context(closing(Directory(places_of(old)("directory"))))
    directory.add(NAME, label="Wexmoor", database_url=old, hosts=["wexmoor.example"])
    yield Moving(directory, old, new)


def furnish(url: str) -> None:
    """Fill the log and every table of the web layer."""
    clock = Clock()
    with closing(Services(url, clock=clock)) as services:
        upgrade(services.writer)
        services.prepare_views()
        authority = FullAuthority(SampleAuthority(services, clock))
        person = authority.people[Role.DIRECTOR]
        with services.write() as connection:
            account = accounts.create(connection, person, "dora@wexmoor.example")
            accounts.add_link(connection, account, services.now())
            sessions.begin(connection, person, services.now())
            tokens.create(connection, person, "nightly", TokenScopes.READ, services.now())
            attempts.begin(connection, "dora@wexmoor.example", "192.0.2.1", services.now())
            answers = {"b": "é", "a": None}
            draft = {"person": person, "kept_as": "draft", "key": "x", "kept_at": services.now(), "answers": answers}
            connection.execute(KEPT_FORMS.insert().values(draft))
            kept.keep_answers(connection, person, "/x", MultiDict({"b": "é"}), services.now(), had_files=False)
            piece = {"person": person, "form": person, "field": "file", "number": 0, "file_name": "a.csv"}
            connection.execute(WAITING_FILES.insert().values(**piece, kept_at=services.now(), bytes=b"\0\xff"))
            happened = {"id": person, "at": services.now(), "kind": "signed_in", "detail": ""}
            connection.execute(SECURITY_TRAIL.insert().values(happened))
            connection.execute(REQUEST_COUNTS.insert().values(key=person, minute=29_000_000, used=30))
            new = factors.NewFactor.drawn()
            code, settings = TOTP(new.secret).at(services.now()), DeploymentSettings(url, secret_key="only for tests")
            factors.put(connection, account.id, new, code, now=services.now(), settings=settings)
            council_accounts.link(connection, account, "https://login.example", "dora", services.now())
            for number in range(9):
                connection.execute(
                    UPLOADS.insert().values(
                        sha256=f"{number}", bytes=b"\0\xff" * 9, size=18, media_type="a/b", stored_at=services.now()
                    )
                )
            connection.execute(
                IDEMPOTENCY_KEYS.insert().values(
                    person=person, route="r", key="k", fingerprint="f", status=200, body=b"{}",
                    content_type="a/b", headers={"ETag": '"1"'}, created_at=services.now(),
                )
            )  # fmt: skip


def everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the log and of the web layer's tables."""
    with open_place(url) as database, database.reader.connect() as connection:
        found = {"events": [tuple(row) for row in connection.execute(EVENTS.select().order_by("position"))]}
        for table in DOOR_TABLES.sorted_tables:
            found[table.name] = sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
        return found


def raise_another(services: Services, number: int = 900901) -> int:
    """Record one more event; returns its position."""
    clock = Clock()
    sample = object.__new__(SampleAuthority)
    sample.services, sample.clock, sample._numbers = services, clock, count(number - 900000)
    sample.school("Yew Tree School")
    return services.log.max_notification_id() or 0


def test_all_of_it_arrives(way: Moving) -> None:
    before = everything(way.old)
    done = way.go()
    assert everything(way.new) == before
    assert all(before.values())
    assert (done.proof.count, done.proof.last) == (len(before["events"]), before["events"][-1][0])
    assert done.tables == {table: len(rows) for table, rows in before.items() if table != "events"}
    assert way.directory.named(NAME).database_url == way.new
    with closing(way.services()) as services:
        services.prepare_views()
        assert check(services.log, VIEWS) == []


def test_what_is_recorded_afterwards_comes_after_all_that_was(way: Moving) -> None:
    last = way.go().proof.last
    with closing(way.services()) as services:
        services.prepare_views()
        assert raise_another(services) > last
        assert check(services.log, VIEWS) == []


def test_nothing_can_be_written_at_the_old_place_any_more(way: Moving) -> None:
    with closing(Services(way.old)) as late:
        late.prepare_views()
        before = everything(way.old)
        way.go()
        with pytest.raises(Exception) as refused:  # noqa: PT011  # told by its kind below
            raise_another(late)
        assert not isinstance(refused.value, sa.exc.IntegrityError)
        with pytest.raises(sa.exc.DBAPIError, match="has moved"), late.write() as connection:
            accounts.create(connection, uuid4(), "late@wexmoor.example")
        assert everything(way.old) == before


def test_what_is_recorded_while_it_is_copied_arrives_too(moved_within: Moving) -> None:
    with closing(Services(moved_within.old)) as services:
        services.prepare_views()
        numbers = count(900950)

        def told(step: str) -> None:
            if step.startswith("Closed"):
                raise_another(services, next(numbers))

        done = moved_within.go(tell=told)
    assert done.proof.last == everything(moved_within.new)["events"][-1][0]
    assert everything(moved_within.new)["events"] == everything(moved_within.old)["events"]


def test_commands_that_come_while_it_is_held_are_in_the_log_or_were_refused(moved_within: Moving) -> None:
    stop = Event()
    with closing(Services(moved_within.old)) as services, ThreadPoolExecutor(3) as threads:
        services.prepare_views()

        def write_on(start: int) -> list[int]:
            kept: list[int] = []
            for number in count(start):
                if stop.is_set():
                    return kept
                try:
                    raise_another(services, number)
                except Exception:
                    return kept
                kept.append(number)
            return kept

        writers = [threads.submit(write_on, start) for start in (910000, 920000, 930000)]
        done = moved_within.go()
        stop.set()
        acknowledged = {number for writer in writers for number in writer.result()}
    assert acknowledged
    states = " ".join(row[-1] for row in everything(moved_within.new)["events"])
    assert [number for number in acknowledged if f'"urn":{number}' not in states] == []
    assert len(everything(moved_within.new)["events"]) == done.proof.count


class Broken(Exception):
    """The machine stops here."""


@pytest.mark.parametrize("where", ["Copying", "Closed", "Checked", "Pointing"])
def test_broken_off_anywhere_it_goes_on_when_called_again(
    moved_within: Moving, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(moved_within.old)

    def stop(step: str) -> None:
        if step.startswith(where):
            raise Broken

    with monkeypatch.context() as patch:
        if where == "Pointing":
            patch.setattr(Directory, "end_move", lambda *_: stop(where))
        with pytest.raises(Broken):
            moved_within.go(tell=stop)
    found = moved_within.directory.named(NAME)
    assert found.database_url == moved_within.old
    assert found.is_served(datetime.now(UTC))
    moved_within.go()
    assert everything(moved_within.new) == before
    assert moved_within.directory.named(NAME).database_url == moved_within.new


def test_broken_off_in_the_middle_of_the_log_it_copies_only_the_rest(
    moved_within: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.authorities.copying.AT_ONCE", 20)

    def stop(position: int) -> None:
        if position >= 40:
            raise Broken

    with pytest.raises(Broken):
        moved_within.go(progress=stop)
    with open_place(moved_within.new) as database, database.reader.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(EVENTS)).scalar_one() == 40
    before = everything(moved_within.old)
    moved_within.go()
    assert everything(moved_within.new) == before


def test_it_is_closed_while_the_last_part_is_copied(moved_within: Moving) -> None:
    seen: dict[str, bool] = {}

    def told(step: str) -> None:
        seen[step.partition(";")[0]] = moved_within.directory.named(NAME).is_served(datetime.now(UTC))

    moved_within.go(tell=told)
    assert seen == {"Copying the log": True, "Closed": False, "Checked": False}
    assert moved_within.directory.named(NAME).is_served(datetime.now(UTC))


def test_a_copy_that_is_not_the_same_is_noticed(moved_within: Moving) -> None:
    def spoil(step: str) -> None:
        if step.startswith("Closed"):
            with open_place(moved_within.new) as database, database.writer.begin() as connection:
                row = connection.execute(EVENTS.select()).mappings().first()
                assert row
                other = {**row, "position": 10**6, "event_id": uuid4(), "stream_id": uuid4()}
                connection.execute(EVENTS.insert().values(other))

    with pytest.raises(CopyDiffers, match="the log has"):
        moved_within.go(tell=spoil)
    assert moved_within.directory.named(NAME).database_url == moved_within.old


def test_it_does_not_go_where_something_is(moved_within: Moving) -> None:
    places.make(moved_within.new)
    furnish(moved_within.new)
    before = everything(moved_within.new)
    with pytest.raises(DirectoryRefusal, match="something at that place"):
        moved_within.go()
    with pytest.raises(DirectoryRefusal, match="there already"):
        moving.move(moved_within.directory, NAME, moved_within.old)
    assert everything(moved_within.new) == before


def test_on_its_way_to_one_place_it_is_not_moved_to_another(moved_within: Moving, monkeypatch: Any) -> None:
    def stop(_: str) -> None:
        raise Broken

    with pytest.raises(Broken):
        moved_within.go(tell=lambda step: stop(step) if step.startswith("Closed") else None)
    other = Moving(moved_within.directory, moved_within.old, moved_within.new.replace("new", "elsewhere"))
    with pytest.raises(DirectoryRefusal, match="on its way"):
        other.go()
    places.remove(moved_within.new)
    other.go()
    assert moved_within.directory.named(NAME).database_url == other.new


def test_a_view_that_followed_follows_at_the_new_place(moved_within: Moving) -> None:
    with closing(Services(moved_within.old)) as services:
        let_follow(services.log, VIEWS[0])
    moved_within.go()
    with closing(moved_within.services()) as services, services.read() as connection:
        assert [name for name, status in view_statuses(connection).items() if status.follows] == [VIEWS[0].name]


def test_an_authority_stays_closed_while_a_long_move_lasts(
    moved_within: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "RENEWED_EVERY", 0.05)
    ends: list[datetime] = []

    def told(step: str) -> None:
        """Wait, again and again, until it stays closed at the moment at which it was to be opened."""
        for _ in range(3 if step.startswith("Checked") else 0):
            end = moved_within.directory.named(NAME).closed_until
            assert end is not None
            ends.append(end)
            until(lambda end=end: not moved_within.directory.named(NAME).is_served(end), "closed for longer")

    moved_within.go(tell=told)
    assert len(ends) == 3
    assert moved_within.directory.named(NAME).is_served(datetime.now(UTC))


OF_AN_OLDER_RELEASE = "SELECT json('the authority has moved to another place')"
"""What the triggers of a file do that was left to an older release."""


@pytest.mark.parametrize("release", ["this", "older"])
def test_the_place_that_an_authority_has_left_says_where_it_went(
    moved_within: Moving, release: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = moved_within.old
    with closing(Services(old)) as late:
        late.prepare_views()
        app = create_app(DeploymentSettings(old, secret_key="only for tests", testing=True), services=late)
        moved_within.go()
        if release == "older" and places.schema_of(old) is None:
            _as_left_by_an_older_release(old)
        for may_write in (True, False):
            (told,) = health_of(late, may_write=may_write).causes
            assert "The authority has moved to" in told
            assert places.printable(moved_within.new) in told
        assert app.test_client().get("/readyz").status_code == 503
        with pytest.raises(MovedAway):
            raise_another(late)
        with pytest.raises(sa.exc.DBAPIError) as refused, late.write() as connection:
            accounts.create(connection, uuid4(), "late@wexmoor.example")
        assert isinstance(meant(refused.value), MovedAway)
        assert problem_of(refused.value).detail == MovedAway.says
    monkeypatch.setenv("SIS_DATABASE_URL", old)
    monkeypatch.setenv("SIS_SECRET_KEY", "only for tests")
    for words in (
        "views status", "views check --record", "views rebuild names", "follow", "serve --port PORT",
        "accounts link dora@wexmoor.example",
    ):  # fmt: skip
        said = CliRunner().invoke(main, words.replace("PORT", str(a_free_port())).split())
        assert said.exit_code == 1, said.output
        assert f"The authority has moved to {places.printable(moved_within.new)}" in said.output, words
        assert not any(wrong in said.output for wrong in ("JSON", "kept in step", "cannot be reached")), words


def _as_left_by_an_older_release(url: str) -> None:
    with open_place(url) as database, database.writer.begin() as connection:
        asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'moved~_%' ESCAPE '~'"
        for name, made in connection.exec_driver_sql(asked).all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.exec_driver_sql(re.sub(r"SELECT RAISE\(ABORT, .*?\)", OF_AN_OLDER_RELEASE, made))
