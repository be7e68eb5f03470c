"""A real Chromium before a real server on a real file: one of each for all tests of a worker."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from domain.account import TokenScopes
from domain.vocabulary import Role
from tests.browser.page_checks import Window
from tests.databases import Databases
from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.web.conftest import an_office
from web import create_app
from web.accounts import account_commands, tokens
from web.runtime.services import EXTENSION, Services
from web.runtime.settings import DeploymentSettings

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PATIENCE = 60_000
"""Milliseconds after which a page that does not come is a failure."""

OpenWindow = Callable[..., Window]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """The application has a log of its own."""


class BrowserServer:
    """The server, and the application that it serves at present."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def move_in(self, services: Services) -> None:
        """Serve with other services from now on."""
        self.app.extensions[EXTENSION] = services


class LongWorld(SampleAuthority):
    """A world of long names, and of long addresses in which nothing invites a line to end."""

    mail = "headteachersoffice.schoolimprovementpartnership.wexmooranddistrict.example"

    def school(self, name: str = "Ashgrove High School", **details: Any) -> UUID:
        return super().school(f"{name} of Saint Bartholomew the Great and Northallertonshire", **details)

    def person(self, name: str, role: Role, **place: object) -> UUID:
        return super().person(f"{name} Featherstonehaugh-Cholmondeley", role, **place)


@pytest.fixture(scope="session")
def authority(databases: Databases) -> Iterator[FullAuthority]:
    """An authority for tests that only look at its pages."""
    with an_office(databases) as (services, clock):
        authority = FullAuthority(LongWorld(services, clock))
        open_accounts(authority)
        yield authority


def open_accounts(authority: FullAuthority) -> None:
    """Let some people of a town sign in, by addresses as long as theirs."""
    services = authority.sample.services
    for person in (authority.director, authority.ours.head, authority.people[Role.ADMINISTRATOR]):
        name = f"{authority.sample.reference(person).lower()}@{authority.sample.mail}"
        with authority.sample.acting():
            account_commands.open_account(services, person, name, password_hash=None)
    with services.write() as connection:
        for label in ("Nightly", "attendance_and_achievement_of_pupils_for_the_governing_body"):
            tokens.create(connection, authority.ours.head, label, TokenScopes.READ_WRITE, services.now())


@pytest.fixture(scope="session")
def server(authority: FullAuthority) -> Iterator[BrowserServer]:
    server = BrowserServer(
        create_app(DeploymentSettings("", "only for tests", testing=True), services=authority.sample.services)
    )
    serving = threading.Thread(target=server.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    serving.start()
    yield server
    server.server.shutdown()
    serving.join()
    server.server.server_close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "Chromium is not installed: leave these tests out with -m 'not browser'"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


def windows(chromium: Browser, server: BrowserServer) -> Iterator[OpenWindow]:
    """Opens windows of a width in CSS pixels, and closes them in the end."""
    contexts: list[BrowserContext] = []

    def at(width: int = 1280, *, script: bool = True) -> Window:
        context = chromium.new_context(
            base_url=server.address,
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return Window(context.new_page())

    yield at
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def open_for_all(chromium: Browser, server: BrowserServer) -> Iterator[OpenWindow]:
    """Open a window that stays open for all tests of a module."""
    yield from windows(chromium, server)


@pytest.fixture
def open_window(chromium: Browser, server: BrowserServer) -> Iterator[OpenWindow]:
    """Open a window for one test."""
    yield from windows(chromium, server)
