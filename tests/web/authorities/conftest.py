"""Two authorities in one deployment, in every place that an authority can have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import Client

from domain.account import TokenScopes
from domain.vocabulary import Role, Team
from tests.databases import Databases
from tests.full_authority import FullAuthority
from tests.full_authority import Place as TownPlace
from tests.sample_authority import Clock, SampleAuthority
from web.accounts import tokens
from web.accounts.sessions import COOKIE
from web.authorities import places
from web.authorities.directory import Directory
from web.authorities.router import Router
from web.runtime.services import Services
from web.runtime.settings import DeploymentSettings

SETTINGS = DeploymentSettings("", secret_key="only for tests", testing=True)

Place = Callable[[str], str]
"""The address of a place, by a name."""


def places_of(url: str) -> Place:
    """Schemas of a PostgreSQL database, or files in a folder named like a SQLite file."""
    if places.schema_of(url) is None:
        return lambda name: url.replace(".sqlite", f"/{name}.sqlite")
    return lambda name: places.in_schema(url, name.replace("-", "_"))


@pytest.fixture
def place(each_databases: Databases) -> Iterator[Place]:
    """Places of one kind and of the other: the test runs on both."""
    with each_databases.like() as url:
        yield places_of(url)


@pytest.fixture
def directory(place: Place) -> Iterator[Directory]:
    """An empty directory."""
    with closing(Directory(place("directory"))) as directory:
        yield directory


class MarkedWorld(SampleAuthority):
    """An authority in whose names a word stands that stands nowhere else, and whose numbers are its own."""

    def __init__(self, services: Services, clock: Clock, mark: str, first: int) -> None:
        self.mark = mark
        super().__init__(services, clock)
        self._numbers = count(first)

    def school(self, name: str = "Ashgrove High School", **details: Any) -> UUID:
        return super().school(f"{name} {self.mark}", **details)

    def person(self, name: str, role: Role, **place: object) -> UUID:
        return super().person(f"{name} {self.mark}", role, **place)


class MarkedTown(FullAuthority):
    """An authority with records under numbers of its own."""

    def __init__(self, sample: MarkedWorld, first: int) -> None:
        self._first = first
        super().__init__(sample)

    def _place(self, number: int, name: str, team: Team) -> TownPlace:
        return super()._place(self._first + number, name, team)


@dataclass
class Neighbour:
    """One of the authorities that are served: its name, its own host, and its records."""

    name: str
    host: str
    services: Services
    authority: FullAuthority
    mark: str

    def cookie(self, person: UUID) -> str:
        return self.authority.sample.session_of(person)[1]

    def token(self, person: UUID) -> str:
        with self.services.write() as connection:
            made = tokens.create(connection, person, "test", TokenScopes.READ_WRITE, self.services.now())
        return made.secret


SHARED = "sis.example"


@dataclass
class Deployment:
    """A router and the two authorities that it serves, each at a host of its own and both at SHARED."""

    router: Router
    neighbours: tuple[Neighbour, Neighbour]

    def client(self) -> Client:
        return Client(self.router)

    def browser(self, of: Neighbour, person: UUID | None = None, *, host: str = "") -> Client:
        """A browser in which a person of an authority is signed in, the director unless told otherwise."""
        client = self.client()
        client.set_cookie(COOKIE, of.cookie(person or of.authority.director), domain=host or of.host)
        return client


@contextmanager
def deployed(place: Place) -> Iterator[Deployment]:
    """Two towns beside each other, so alike that everything of one would fit into the other."""
    directory = Directory(place("directory"))
    for name in ("alderley", "birchdale"):
        url = place(f"sis-{name}")
        directory.add(
            name, label=name.title(), database_url=url, hosts=[f"{name}.example", SHARED], domains=[f"{name}.uk"]
        )
        places.make(url)
    with closing(Router(directory, SETTINGS)) as router:
        router.app.config["WTF_CSRF_ENABLED"] = False
        alike = (("alderley", 10), ("birchdale", 70))
        yield Deployment(router, (_neighbour(router, *alike[0]), _neighbour(router, *alike[1])))


def _neighbour(router: Router, name: str, first: int) -> Neighbour:
    services = router.services_pool.borrow(router.directory.named(name))
    clock = Clock()
    services.set_clock(clock)
    mark = f"of {name.title()}"
    sample = MarkedWorld(services, clock, mark, 1 + first * 100)
    return Neighbour(name, f"{name}.example", services, MarkedTown(sample, first), mark)
