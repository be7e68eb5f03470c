"""What was proved has still to hold at the moment at which something is begun by it, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from uuid import UUID

import pyotp
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from tests.databases import Databases, with_views
from tests.sample_authority import Clock, SampleAuthority
from tests.web.accounts.conftest import ANNAS, PASSWORD, Door, SignIn
from tests.web.accounts.test_second_factor import TOKEN
from web.accounts import account_commands, factor_commands, factors, password_commands, sessions
from web.accounts.passwords import EXTENSION, Passwords, cheap_passwords
from web.runtime.services import Services
from web.runtime.settings import DeploymentSettings
from web.runtime.tables import TOKENS

NEW = "three other random words"


class Interrupted(PasswordHasher):
    """Does its work, and has something happen before it answers, as it may while somebody waits in the queue."""

    meanwhile: Callable[[], object] | None = None

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        right = super().verify(hash, password)
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            act()
        return right


@pytest.fixture
def services(each_databases: Databases, clock: Clock) -> Iterator[Services]:
    with each_databases.like(with_views) as url, closing(Services(url, clock=clock)) as services:
        yield services


@pytest.fixture
def hasher(app: Flask) -> Interrupted:
    hasher = Interrupted(time_cost=1, memory_cost=8, parallelism=1)
    app.extensions[EXTENSION] = Passwords(hasher)
    return hasher


def changes_password(door: Door, anna: UUID) -> None:
    with door.acting(anna):
        password_commands.change_password(door.services, door.account(anna), cheap_passwords().hash(NEW))


def uses_link(door: Door, anna: UUID) -> None:
    with door.acting():
        link = password_commands.make_password_link(door.services, anna)
    with door.acting():
        password_commands.use_password_link(door.services, link, cheap_passwords().hash(NEW))


def disables(door: Door, anna: UUID) -> None:
    with door.acting():
        account_commands.disable(door.services, anna, reason="Has left")


def disables_and_enables(door: Door, anna: UUID) -> None:
    disables(door, anna)
    with door.acting():
        account_commands.enable(door.services, anna)
    changes_password(door, anna)


def sets_up_factor(door: Door, anna: UUID) -> None:
    new, settings = factors.NewFactor.drawn(), DeploymentSettings("", secret_key="only for tests")
    code = pyotp.TOTP(new.secret, interval=factors.STEP).at(door.services.now())
    with door.acting(anna):
        factor_commands.set_up(door.services, door.account(anna), new, code, settings)


MEANWHILE = [changes_password, uses_link, disables, disables_and_enables, sets_up_factor]


@pytest.mark.parametrize("act", MEANWHILE)
def test_nobody_is_let_in_by_what_no_longer_holds_when_the_session_begins(
    act: Callable[[Door, UUID], None], anna: UUID, door: Door, client: FlaskClient, hasher: Interrupted
) -> None:
    begun: list[str] = []

    def meanwhile() -> None:
        act(door, anna)
        begun.extend(living(door, anna))

    hasher.meanwhile = meanwhile
    asked_anew = "/sign-in/code" if act is sets_up_factor else "/sign-in"
    assert client.post("/sign-in", data=ANNAS).location == asked_anew
    assert client.get("/account").status_code == 303
    assert living(door, anna) == begun


@pytest.mark.parametrize("act", MEANWHILE[:3])
def test_no_token_is_made_from_a_session_that_ended_while_its_person_proved_who_they_are(
    act: Callable[[Door, UUID], None],
    anna: UUID,
    door: Door,
    sign_in: SignIn,
    sample: SampleAuthority,
    hasher: Interrupted,
) -> None:
    browser = sign_in(anna)
    sample.clock.pass_by(minutes=11)
    hasher.meanwhile = lambda: act(door, anna)
    sent = browser.client.post("/account/tokens/new", data={**TOKEN, "proof_password": PASSWORD})
    assert "sis_" not in sent.text
    with door.services.read_present() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(TOKENS)).scalar() == 0


def living(door: Door, person: UUID) -> list[str]:
    with door.services.read_present() as connection:
        return [each.id_hash for each in sessions.of_person(connection, person, door.services.now())]
