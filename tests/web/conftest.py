"""The application on a small authority, and clients who are signed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from domain.account import TokenScopes
from tests.databases import Databases, with_views
from tests.full_authority import FullAuthority
from tests.sample_authority import Clock, SampleAuthority
from web import create_app
from web.accounts import tokens
from web.runtime.services import EXTENSION, Services
from web.runtime.settings import DeploymentSettings

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def text_of(page: str) -> str:
    """What a person reads on a page, with single spaces."""
    return " ".join(re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", " ", page).split())


class Browser:
    """Somebody at the pages, without a browser: follows links, fills forms and sends them back."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, href: str, status: int = 200) -> str:
        response = self.client.get(href)
        assert response.status_code == status, f"{href}: {response.status_code}\n{response.text[:3000]}"
        return response.text

    def send(self, href: str, answers: dict[str, Any], *, status: int = 303) -> TestResponse:
        """Open the form at an address, fill it and send it."""
        return self.send_page(href, self.get(href), answers, status=status)

    def send_page(self, href: str, page: str, answers: dict[str, Any], *, status: int = 303) -> TestResponse:
        """Send a form that was opened before."""
        hidden = dict(HIDDEN.findall(page))
        response = self.client.post(href, data={**hidden, **answers})
        assert response.status_code == status, f"{href}: {response.status_code}\n{_errors(response.text)}"
        return response

    def send_and_check(self, href: str, answers: dict[str, Any]) -> TestResponse:
        """Fill a form that asks to check the answers, and confirm them."""
        check = self.send(href, answers, status=200)
        assert "Check your answers" in check.text
        return self.send_page(href, check.text, {**answers, "confirmed": "yes"})


def _errors(page: str) -> str:
    found = re.search(r'<div class="govuk-error-summary.*?</div>\s*</div>', page, re.S)
    return re.sub(r"<[^>]+>|\s+", " ", found.group(0)) if found else page[:3000]


class Program:
    """Somebody at the API, with a token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, status: int = 200, **headers: str) -> TestResponse:
        response = self.client.get(f"/api/v1{path}", headers={**self.headers, **headers})
        assert response.status_code == status, response.text[:2000]
        return response

    def post(
        self, path: str, body: dict[str, Any], *, key: str, at: str | None = None, status: int = 200
    ) -> TestResponse:
        headers = {**self.headers, "Idempotency-Key": key} | ({"If-Match": at} if at else {})
        response = self.client.post(f"/api/v1{path}", json=body, headers=headers)
        assert response.status_code == status, response.text[:2000]
        return response


class Client(FlaskClient):
    """Closes the file in which it sends a large form, which is left open otherwise."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        response.request.environ["wsgi.input"].close()
        return response


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every application of a run takes the templates as the first one has compiled them."""
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))}


def an_app(services: Services) -> Flask:
    """The application on services, whose forms may be sent without a token."""
    app = create_app(DeploymentSettings("", secret_key="only for tests", testing=True), services=services)
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = Client
    return app


@pytest.fixture(scope="session")
def made_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application, made once: it asks for its services with each request."""
    nowhere = Services(f"sqlite:///{tmp_path_factory.mktemp('nowhere') / 'never.sqlite'}")
    yield an_app(nowhere)
    nowhere.close()


@pytest.fixture
def app(made_app: Flask, services: Services) -> Iterator[Flask]:
    """The application on the services of the test, as it was made."""
    config = dict(made_app.config)
    made_app.extensions[EXTENSION] = services
    yield made_app
    made_app.config.clear()
    made_app.config.update(config)


@pytest.fixture
def sign_in(app: Flask, sample: SampleAuthority) -> Callable[[UUID], Browser]:
    """Open a browser in which somebody is signed in."""

    def browse(person: UUID) -> Browser:
        client = app.test_client()
        client.set_cookie(*sample.session_of(person))
        return Browser(client)

    return browse


@pytest.fixture
def program(app: Flask, sample: SampleAuthority) -> Callable[..., Program]:
    """Open the API for somebody, by a token that reads and writes unless told otherwise."""

    def use(person: UUID, scopes: TokenScopes = TokenScopes.READ_WRITE) -> Program:
        return a_program(app, sample, person, scopes)

    return use


def a_program(
    app: Flask, sample: SampleAuthority, person: UUID, scopes: TokenScopes = TokenScopes.READ_WRITE
) -> Program:
    with sample.services.write() as connection:
        made = tokens.create(connection, person, "test", scopes, sample.services.now())
    return Program(app.test_client(), made.secret)


@dataclass(frozen=True)
class SharedAuthority:
    """An authority for tests that only look, or are turned away; it is made once for all of them."""

    app: Flask
    authority: FullAuthority
    _browsers: dict[UUID, FlaskClient] = field(default_factory=dict)

    def browser(self, person: UUID) -> FlaskClient:
        if person not in self._browsers:
            client = self._browsers[person] = self.app.test_client()
            client.set_cookie(*self.authority.sample.session_of(person))
        return self._browsers[person]

    def program(self, person: UUID, scopes: TokenScopes = TokenScopes.READ_WRITE) -> Program:
        return a_program(self.app, self.authority.sample, person, scopes)


@contextmanager
def an_office(databases: Databases) -> Iterator[tuple[Services, Clock]]:
    """services on a database of its own, for tests that share it."""
    clock = Clock()
    with databases.like(with_views) as url, closing(Services(url, clock=clock)) as services:
        yield services, clock


@pytest.fixture(scope="session")
def shared(databases: Databases) -> Iterator[SharedAuthority]:
    with an_office(databases) as (services, clock):
        yield SharedAuthority(an_app(services), FullAuthority(SampleAuthority(services, clock)))
