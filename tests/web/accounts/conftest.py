"""A door on a database of its own, with accounts opened as tests need them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import Unauthorized

from domain.vocabulary import Channel
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser
from web.access.context import current_context
from web.accounts import account_commands
from web.accounts.accounts import AccountRow
from web.accounts.passwords import Passwords, cheap_passwords
from web.runtime.services import Services

PASSWORD = "correct horse battery"

ANNAS = {"sign_in_name": "anna@example.org", "password": PASSWORD}

SignIn = Callable[[UUID], Browser]
Whoami = Callable[..., tuple[UUID | None, UUID | None]]


class Door:
    """The services with the acts that tests begin with."""

    def __init__(self, services: Services, passwords: Passwords) -> None:
        self.services = services
        self.passwords = passwords

    @contextmanager
    def acting(self, actor: UUID | None = None) -> Iterator[None]:
        with self.services.acting(actor, "administrator", Channel.SCREEN):
            yield

    def opens(self, person: UUID, name: str, password: str | None = PASSWORD) -> AccountRow:
        hashed = self.passwords.hash(password) if password else None
        with self.acting():
            return account_commands.open_account(self.services, person, name, password_hash=hashed)

    def account(self, person: UUID) -> AccountRow:
        return account_commands.find(self.services, person)


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    return cheap_passwords()


@pytest.fixture
def door(services: Services, passwords: Passwords) -> Door:
    return Door(services, passwords)


@pytest.fixture
def anna(sample: SampleAuthority, door: Door) -> UUID:
    person = sample.broker("Anna Able")
    door.opens(person, "anna@example.org")
    return person


@pytest.fixture
def ada(sample: SampleAuthority, door: Door) -> UUID:
    person = sample.administrator("Ada Admin")
    door.opens(person, "ada@example.org")
    return person


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def whoami(app: Flask) -> Whoami:
    """Asks whom a request would be taken to come from: the session's person, the token's person."""

    def whoami(path: str = "/account", method: str = "GET", **headers: str) -> tuple[UUID | None, UUID | None]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        with app.test_request_context(path, method=method, headers=sent):
            with suppress(Unauthorized):
                app.preprocess_request()
            session, token = current_context().session, current_context().token
            return session and session.person, token and token.person

    return whoami
