"""A small authority for the tests of views and doors, made by the product's own commands.

sample = SampleAuthority(services, clock)
head = sample.headteacher(school := sample.school("Ashgrove High", phase="secondary"))
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from uuid import UUID, uuid4

from domain.assignment import assign_link_officer
from domain.authority import AUTHORITY, Authority, Settings
from domain.person import Person
from domain.references import reference
from domain.school import School, Source
from domain.signature import LONDON, Signature, acting
from domain.vocabulary import Channel, Role, Team
from tests.grants import change_scheme
from tests.scenario import TODAY
from web.accounts import sessions
from web.accounts.sessions import COOKIE
from web.runtime.services import Services

LONG_AGO = date(2024, 9, 1)


class Clock:
    """The time of a test, set by the test."""

    def __init__(self, day: date = TODAY) -> None:
        self.now = datetime.combine(day, time(10, 0), LONDON).astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now

    def go_to(self, day: date, at: time = time(10, 0)) -> None:
        self.now = datetime.combine(day, at, LONDON).astimezone(UTC)

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


class SampleAuthority:
    """Schools, people and providers as a test needs them; each method returns the id of what it made."""

    mail = "wexmoor.example"
    """Where everybody has their address."""

    def __init__(self, services: Services, clock: Clock) -> None:
        self.services = services
        self.clock = clock
        self._numbers = count(1)
        with self.acting():
            services.service.add(
                lambda: Authority.begin(name="Wexmoor Council", la_code="399", service_name="School improvement")
            )

    @contextmanager
    def acting(self, by: UUID | None = None, post: str = "administrator") -> Iterator[Signature]:
        """Act as somebody, now."""
        with acting(Signature(by, post, Channel.SCREEN, uuid4(), self.services.now())) as signature:
            yield signature

    def put_in_force(self, settings: Settings) -> None:
        """Settings in force from today, as those who may decided yesterday."""
        today = self.services.today()
        yesterday = self.services.now() - timedelta(days=1)
        with acting(Signature(None, "director", Channel.SCREEN, uuid4(), yesterday)):
            self.services.service.change(
                Authority, AUTHORITY, lambda authority: change_scheme(authority, settings, from_=today)
            )

    def school(self, name: str = "Ashgrove High School", *, phase: str = "secondary", **details: str | int) -> UUID:
        urn = 900000 + next(self._numbers)
        told: dict[str, str | int | None] = {
            "phase": phase,
            "status": "Open",
            "la_code": "399",
            "la_name": "Wexmoor",
            "postcode": f"WX1 {urn % 10}AB",
            "town": "Wexmoor",
            **details,
        }
        with self.acting():
            made = self.services.service.add(
                lambda: School.register(
                    urn, name=name, details=told, head=None, source=Source("register.csv", LONG_AGO)
                )
            )
        return made.id

    def urn(self, school: UUID) -> int:
        return self.services.service.find(School, school).urn

    def reference(self, person: UUID) -> str:
        return self.services.service.find(Person, person).reference

    def person(self, name: str, role: Role, **place: object) -> UUID:
        """Somebody who holds a post since long ago."""
        made_as = reference("PE", self.services.today().year, next(self._numbers))
        with self.acting():

            def register() -> Person:
                person = Person.register(made_as, name=name, email=f"{made_as.lower()}@{self.mail}")
                person.take_post(role, from_=LONG_AGO, **place)  # type: ignore[arg-type]  # a test names its place freely
                return person

            return self.services.service.add(register).id

    def officer(self, name: str = "Olive Officer", *, team: Team = Team.SECONDARY, leads: bool = False) -> UUID:
        return self.person(name, Role.OFFICER, team=team, leads_team=leads)

    def link_officer(self, school: UUID, name: str = "Lena Link", **place: object) -> UUID:
        """An officer who has held a school since long ago."""
        officer = self.person(name, Role.OFFICER, **{"team": Team.SECONDARY, **place})
        with self.acting():
            assign_link_officer(self.services.service, school, officer, from_=LONG_AGO, reason="New to the service")
        return officer

    def director(self, name: str = "Dora Director") -> UUID:
        return self.person(name, Role.DIRECTOR)

    def broker(self, name: str = "Bea Broker") -> UUID:
        return self.person(name, Role.BROKER)

    def cpd_manager(self, name: str = "Cyd Course") -> UUID:
        return self.person(name, Role.CPD_MANAGER)

    def reviewer(self, name: str = "Rae Reviewer") -> UUID:
        return self.person(name, Role.REVIEWER)

    def administrator(self, name: str = "Ada Admin") -> UUID:
        return self.person(name, Role.ADMINISTRATOR)

    def headteacher(self, school: UUID, name: str = "Hana Head") -> UUID:
        return self.person(name, Role.HEADTEACHER, school=school)

    def chair(self, school: UUID, name: str = "Chris Chair") -> UUID:
        return self.person(name, Role.CHAIR, school=school)

    def specialist(self, provider: UUID, name: str = "Sam Specialist") -> UUID:
        return self.person(name, Role.SPECIALIST, provider=provider)

    def session_of(self, person: UUID) -> tuple[str, str]:
        """A cookie that signs somebody in: name and value."""
        with self.services.write() as connection:
            return COOKIE, sessions.begin(connection, person, self.services.now())
