"""Sessions end by themselves, by sign-out, and when an account is disabled."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from tests.sample_authority import Clock
from tests.web.accounts.conftest import Door
from web.access.session_user import BrowserSession
from web.accounts import account_commands, session_commands, sessions
from web.runtime.tables import SESSIONS

ANNA, BEN = uuid4(), uuid4()


class Browsers:
    """Begins sessions and uses them as requests do."""

    def __init__(self, door: Door, clock: Clock) -> None:
        self.door, self.clock = door, clock

    def begin(self, person: UUID = ANNA) -> str:
        with self.door.services.write() as connection:
            return sessions.begin(connection, person, self.clock.now)

    def find(self, cookie: str) -> BrowserSession | None:
        with self.door.services.read() as connection:
            return sessions.find(connection, cookie, self.clock.now)

    def use(self, cookie: str) -> BrowserSession:
        session = self.find(cookie)
        assert session is not None
        if session.was_seen_long_ago(self.clock.now):
            with self.door.services.write() as connection:
                connection.execute(sessions.mark_used(session, self.clock.now))
        return session


@pytest.fixture
def browsers(door: Door, clock: Clock) -> Browsers:
    return Browsers(door, clock)


def test_a_session_is_found_by_its_cookie_and_belongs_to_its_person(browsers: Browsers) -> None:
    annas, bens = browsers.begin(ANNA), browsers.begin(BEN)
    assert browsers.use(annas).person == ANNA
    assert browsers.use(bens).person == BEN
    assert browsers.find("made-up") is None


def test_each_session_has_a_value_of_its_own(browsers: Browsers) -> None:
    assert len({browsers.begin() for _ in range(5)}) == 5


def test_a_session_left_alone_for_half_an_hour_ends(browsers: Browsers, clock: Clock) -> None:
    cookie = browsers.begin()
    clock.pass_by(minutes=29, seconds=59)
    assert browsers.find(cookie)
    clock.pass_by(seconds=1)
    assert browsers.find(cookie) is None


def test_a_session_in_use_lasts_twelve_hours_and_no_longer(browsers: Browsers, clock: Clock) -> None:
    cookie = browsers.begin()
    for _ in range(12 * 60 // 20 - 1):
        clock.pass_by(minutes=20)
        browsers.use(cookie)
    clock.pass_by(minutes=19)
    assert browsers.find(cookie)
    clock.pass_by(minutes=1)
    assert browsers.find(cookie) is None


def test_use_is_written_down_once_a_minute_at_most(browsers: Browsers, clock: Clock) -> None:
    cookie = browsers.begin()
    clock.pass_by(seconds=59)
    browsers.use(cookie)
    assert browsers.use(cookie).last_seen_at == clock.now.replace(minute=0, second=0)
    clock.pass_by(seconds=1)
    browsers.use(cookie)
    assert browsers.use(cookie).last_seen_at == clock.now


def test_an_ended_session_stays_ended(browsers: Browsers, door: Door, clock: Clock) -> None:
    ended, other = browsers.begin(), browsers.begin()
    with door.services.write() as connection:
        sessions.end(connection, ended, clock.now)
    assert browsers.find(ended) is None
    assert browsers.find(other)


def test_the_others_end_and_this_one_stays(browsers: Browsers, door: Door) -> None:
    kept, other, bens = browsers.begin(), browsers.begin(), browsers.begin(BEN)
    session_commands.end_other_sessions(door.services, browsers.use(kept))
    assert browsers.find(kept)
    assert browsers.find(other) is None
    assert browsers.find(bens)


def test_a_person_sees_their_own_living_sessions(browsers: Browsers, door: Door, clock: Clock) -> None:
    browsers.begin()
    clock.pass_by(minutes=31)
    second = browsers.begin()
    browsers.begin(BEN)
    with door.services.read() as connection:
        assert sessions.of_person(connection, ANNA, clock.now) == [browsers.find(second)]


def test_a_disabled_account_ends_the_persons_sessions_and_nobody_elses(browsers: Browsers, door: Door) -> None:
    door.opens(ANNA, "anna@example.org")
    annas, bens = browsers.begin(), browsers.begin(BEN)
    with door.acting():
        account_commands.disable(door.services, ANNA, reason="Has left")
    assert browsers.find(annas) is None
    assert browsers.find(bens)


def test_a_session_begun_while_an_account_is_being_disabled_lets_nobody_in(browsers: Browsers, door: Door) -> None:
    door.opens(ANNA, "anna@example.org")
    with door.acting():
        account_commands.disable(door.services, ANNA, reason="Has left")
    assert browsers.find(browsers.begin()) is None


def test_sessions_long_over_are_swept_away(browsers: Browsers, door: Door, clock: Clock) -> None:
    browsers.begin()
    clock.pass_by(hours=12)
    browsers.begin(BEN)
    with door.services.read() as connection:
        assert connection.execute(sa.select(SESSIONS.c.person)).scalars().all() == [BEN]
