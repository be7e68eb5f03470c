"""An authority begins: its schools as the register tells of them, its people in their posts, its providers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

from bench.workload.diary import Story, When, working_day
from bench.workload.world import NOBODY, ProviderKnown, SchoolKnown, World
from domain.assignment import assign_link_officer
from domain.authority import Authority
from domain.person import Person
from domain.provider import Provider, ProviderKind, Requirement
from domain.school import Need, School, Source
from domain.service import UnitOfWork
from domain.vocabulary import Phase, Role, ServiceType, Team
from providers.vetting import USUAL_POLICY, demands_on
from web.demonstration.names import draw

FIRST_URN = 1_000_000
"""No establishment has ever had a URN from here on."""

SUBJECTS = ("Mathematics", "English", "Science", "Literacy", "Behaviour", "Assessment", "Music", "Early years")
KINDS = (ProviderKind.PRIVATE, ProviderKind.PRIVATE, ProviderKind.PUBLIC, ProviderKind.INTERNAL)
"""Kinds of providers, in turn."""

SERVICES = (ServiceType.SPECIALIST_SUPPORT, ServiceType.TRAINING)
MATERIAL = {"la_code": "399", "la_name": "Wexmoor", "town": "Wexmoor", "county": "Wexmoor"}
RENEWED_EVERY = timedelta(days=182)
INSURED_FOR = timedelta(days=560)
YEARLY = 12


def begin(world: World, on: date) -> Story:
    """Everything that there is on the first day."""
    yield When(on, None, Role.ADMINISTRATOR)
    world.add(Authority.begin(name="Wexmoor Council", la_code="399", service_name="School improvement"))
    names = _names(world.model.seed)
    yield from _colleagues(world, on, names)
    yield from _schools(world, on, names)
    yield from _providers(world, on, names)


def _names(seed: int) -> Iterator[str]:
    """Names of people without end; after some thousands they come again."""
    drawn = draw(seed)
    some = [str(next(drawn)) for _ in range(1000)]
    while True:
        yield from some


def _registered(world: World, name: str, mailbox: str) -> Person:
    return Person.register(world.reference(Person), name=name, email=f"{mailbox}@wexmoor.example")


def _colleagues(world: World, on: date, names: Iterator[str]) -> Story:
    schools = world.model.schools
    of_team = {Team.SECONDARY: schools.secondary, Team.PRIMARY: 1 - schools.secondary}
    for role in (Role.DIRECTOR, Role.BROKER, Role.CPD_MANAGER, Role.ADMINISTRATOR, Role.REVIEWER):
        yield When(on, None, Role.ADMINISTRATOR)
        person = _registered(world, next(names), role.value.replace("_", "."))
        leads = role is Role.DIRECTOR
        person.take_post(role, from_=on, team=Team.PRIMARY if leads else None, leads_team=leads)
        world.add(person)
        setattr(world, role.value, person.id)
    for team, share in of_team.items():
        for number in range(max(1, round(world.wanted * share / schools.a_school_per_officer))):
            yield When(on, None, Role.ADMINISTRATOR)
            person = _registered(world, next(names), f"officer.{team.value}.{number}")
            person.take_post(Role.OFFICER, from_=on, team=team)
            world.officers[team].append(world.add(person).id)


def _schools(world: World, on: date, names: Iterator[str]) -> Story:
    for number in range(world.wanted):
        yield When(on, None, Role.ADMINISTRATOR, 10)
        phase = Phase.SECONDARY if world.chance(world.model.schools.secondary) else Phase.PRIMARY
        name = f"{next(names).split()[-1]} {number} {phase.label} School"
        school = _school(world, FIRST_URN + number, name, phase=phase, on=on, head=next(names))
        yield When(on, None, Role.ADMINISTRATOR, 11)
        head = _leader(world, Role.HEADTEACHER, school, on, name=next(names), mailbox=f"head.{number}")
        yield When(on, None, Role.ADMINISTRATOR, 11)
        chair = _leader(world, Role.CHAIR, school, on, name=next(names), mailbox=f"chair.{number}")
        yield When(on, world.director, Role.DIRECTOR, 12)
        team = Team.SECONDARY if phase is Phase.SECONDARY else Team.PRIMARY
        officer = world.officers[team][number % len(world.officers[team])]
        assign_link_officer(world.service, school, officer, from_=on, reason="Schools were shared out")
        yield When(on, world.director, Role.DIRECTOR, 12)
        category = world.dice.choices("ABCD", (30, 45, 18, 7))[0]
        world.service.change(School, school, partial(_rate, category=category, on=on))
        rate = world.dice.uniform(world.model.requests.least, world.model.requests.most)
        world.schools.append(SchoolKnown(school, name, phase, head, chair, officer, rate))


def _rate(school: School, category: str, on: date) -> None:
    rationale = "Results of three years, the last inspection, and what officers saw"
    school.keep_need(Need(category, on, on + timedelta(days=365), rationale, "settings-0"))


def _school(world: World, urn: int, name: str, *, phase: Phase, on: date, head: str) -> UUID:
    dice = world.dice
    pupils = dice.randint(90, 480) * (3 if phase is Phase.SECONDARY else 1)
    details = MATERIAL | {
        "establishment_number": str(2000 + urn - FIRST_URN),
        "school_type": "Community school",
        "type_group": "Local authority maintained schools",
        "status": "Open",
        "phase": phase.value,
        "statutory_low_age": 11 if phase is Phase.SECONDARY else 4,
        "statutory_high_age": 16 if phase is Phase.SECONDARY else 11,
        "gender": "Mixed",
        "postcode": f"WX{dice.randint(1, 20)} {dice.randint(1, 9)}AB",
        "street": "School Lane",
        "telephone": f"01632960{urn % 1000:03}",
        "website": f"https://www.school-{urn}.wexmoor.example/",
        "head_job_title": "Headteacher",
        "pupils": pupils,
        "capacity": round(pupils * 1.1),
        "percent_fsm": str(dice.randint(4, 45)),
        "last_inspected": (on - timedelta(days=dice.randint(30, 1500))).isoformat(),
        "inspection_rating": "Good",
    }
    source = Source("register.csv", on)
    return world.add(School.register(urn, name=name, details=details, head=f"Ms {head}", source=source)).id


def _leader(world: World, role: Role, school: UUID, on: date, *, name: str, mailbox: str) -> UUID:
    person = _registered(world, name, mailbox)
    person.take_post(role, from_=on, school=school)
    return world.add(person).id


def _providers(world: World, on: date, names: Iterator[str]) -> Story:
    least = len(SUBJECTS) * len(KINDS)
    for number in range(max(least, world.wanted // world.model.schools.schools_per_provider)):
        subject = SUBJECTS[number % len(SUBJECTS)]
        kind = KINDS[number // len(SUBJECTS) % len(KINDS)]
        yield When(on, world.broker, Role.BROKER, 14)
        known = _provider(world, f"{next(names).split()[-1]} {subject} {number}", kind, subject, on)
        yield When(on, world.broker, Role.BROKER, 15)
        known.specialist = _specialist(world, known.id, on, next(names), f"specialist.{number}")
        by_subject = world.own if kind is ProviderKind.INTERNAL else world.outside
        by_subject.setdefault(subject, []).append(known)
        world.diary.begin(_vetting(world, known.id, on))


def _provider(world: World, name: str, kind: ProviderKind, subject: str, on: date) -> ProviderKnown:
    provider = Provider.register(world.reference(Provider), trading_as=name, kind=kind)
    for phase in (Phase.PRIMARY, Phase.SECONDARY):
        for service in SERVICES:
            provider.offer(subject=subject, phase=phase, service=service)
    rate = Decimal(world.dice.randrange(280, 600, 10))
    provider.set_rate(from_=on, day_rate=rate, vat_registered=kind is ProviderKind.PRIVATE)
    return ProviderKnown(world.add(provider).id, subject, NOBODY, rate)


def _specialist(world: World, provider: UUID, on: date, name: str, mailbox: str) -> UUID:
    def join(work: UnitOfWork) -> UUID:
        person = work.add(_registered(world, name, mailbox))
        person.take_post(Role.SPECIALIST, from_=on, provider=provider)
        work.find(Provider, provider).add_specialist(person=person.id, teaches=False)
        return person.id

    return world.service.do(join)


def _vetting(world: World, provider: UUID, on: date) -> Story:
    """Everything is checked on the first day; what is good for a year is checked again each half year."""
    yield When(on, world.broker, Role.BROKER, 16)
    world.service.change(Provider, provider, _check)
    while True:
        on += RENEWED_EVERY
        yield When(working_day(on), world.broker, Role.BROKER, 16)
        months = YEARLY if world.today.month < 6 else 3 * YEARLY
        world.service.change(Provider, provider, partial(_check, months=months))


def _check(provider: Provider, months: int | None = None) -> None:
    """Check all requirements, or only those good for so many months at most."""
    for person in (None, *provider.specialists):
        for demand in demands_on(provider.facts, person, USUAL_POLICY):
            insured = demand.item in {Requirement.PUBLIC_LIABILITY, Requirement.PROFESSIONAL_INDEMNITY}
            good_for = YEARLY if insured else demand.months or 0
            if demand.item.of_organisation == (person is None) and (months is None or 0 < good_for <= months):
                provider.meet(
                    demand.item,
                    checked_on=provider.today,
                    evidence=demand.item.evidence[0],
                    person=person,
                    expires=provider.today + INSURED_FOR if insured else None,
                )
