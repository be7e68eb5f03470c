"""Loads a database of its own: the demonstration authority with its year, or the schools of a real register."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import click

from domain.authority import SEVERAL
from domain.establishments import STATE_FUNDED
from domain.imports import Outcome
from domain.local_authorities import code_of, name_of
from domain.signature import LONDON
from domain.vocabulary import Channel, Role, Team
from projections import caseload
from projections import schools as school_view
from projections.caseload import WaitingFor
from projections.schools import Remit, by_urn
from providers.catalogue.dated_names import date_in_name
from web import formats
from web.access.identity import team_of
from web.accounts import account_commands
from web.accounts import accounts as kept
from web.accounts.passwords import Passwords
from web.demonstration.brokerage import broker_all
from web.demonstration.calendar import Diary
from web.demonstration.concerns import raise_concerns
from web.demonstration.needs import INKWELL
from web.demonstration.people import Cast, Leadership, cast
from web.demonstration.places import AUTHORITY, AUTHORITY_CODE
from web.demonstration.register import write_register
from web.demonstration.sample_authority import SampleAuthority
from web.demonstration.schools import schools, september
from web.demonstration.setting_up import (
    appoint,
    name_authority,
    renew,
    set_own_limit,
    set_whom_to_call,
    settle,
    take_in_register,
)
from web.demonstration.visits import visit_all
from web.imports.importers import ImportResult
from web.runtime.services import Services

MOST_LOOKED_AFTER = 1000
"""A register with more open schools than this is no single authority's."""

SEED = 2003
"""The year in which the service began; the same seed and day give the same authority."""

PASSWORD = "wexmoor demonstration"  # noqa: S105 - printed at every start, for a database that holds nothing real


AWAITED_OF_HEAD = (WaitingFor.HEADTEACHER, WaitingFor.SCHOOL)
AWAITED_OF_CHAIR = (WaitingFor.CHAIR, WaitingFor.SCHOOL)
"""Whose moves a head and a chair make."""


@dataclass(frozen=True)
class DemonstrationSignIn:
    """How to sign in to the demonstration with one post."""

    post: str
    name: str
    password: str


def load_demonstration(services: Services, *, on: date | None = None, seed: int = SEED) -> None:
    """The authority of Wexmoor with the year that lies behind it, as of a day (today)."""
    on = on or datetime.now(LONDON).date()
    click.echo(f"Making the demonstration authority of {AUTHORITY} as of {formats.date(on)}")
    began = september(on).replace(year=september(on).year - 1)
    diary = Diary(services, on)
    diary.write(
        began, None, Role.ADMINISTRATOR, lambda: name_authority(services, f"{AUTHORITY} Council", AUTHORITY_CODE)
    )
    next_day = began + timedelta(days=1)
    diary.write(
        began, None, Role.ADMINISTRATOR, lambda: set_own_limit(services, Decimal(2500), from_=next_day), hour=10
    )
    diary.write(began, None, Role.ADMINISTRATOR, lambda: set_whom_to_call(services, from_=next_day), hour=10)
    with tempfile.TemporaryDirectory() as folder:
        register = Path(folder) / "register.csv"
        write_register(register, seed=seed, on=on)
        diary.write(began, None, Role.ADMINISTRATOR, lambda: take_in_register(services, register, dated=began))
        diary.play()
    sample = _wexmoor(services, seed, on)
    appoint(sample, diary, began)
    diary.play()
    settle(sample, diary, began)
    diary.play()
    visit_all(sample, diary, began)
    raise_concerns(sample, diary, began)
    renew(sample, diary, began)
    broker_all(sample, diary)
    with click.progressbar(length=len(diary), label="A year goes by", show_pos=True) as bar:
        diary.play(bar.update)
    open_accounts(sample)


class NoSchools(ValueError):
    """The register has no school of the authority that was asked for, or none that is open."""


def load_register(services: Services, register: Path, la: str | None) -> ImportResult:
    """The schools of a real register, looked after by the demonstration's (fictional) colleagues.

    Raises NoSchools, and what `take_in` raises.
    """
    today = datetime.now(LONDON).date()
    dated = min(date_in_name(register) or today, today)
    code = code_of(la) if la else None
    name = (name_of(code) if code else None) or la or "All authorities"
    with services.acting(None, Role.ADMINISTRATOR.value, Channel.COMMAND_LINE):
        name_authority(services, name, code or SEVERAL)
    with services.acting(None, Role.ADMINISTRATOR.value, Channel.COMMAND_LINE):
        report = take_in_register(services, register, dated=dated, la=la)
    registered = report.number(Outcome.SCHOOLS_REGISTERED)
    click.echo(f"{registered:,} schools registered from {register.name}, dated {formats.date(dated)}")
    if not registered:
        raise NoSchools(f"{register.name} has no school of {la or 'any authority'}")
    sample = SampleAuthority(services, cast(SEED, today), today, Random(SEED))
    with services.read() as connection:
        asked = school_view.listed(connection, today=today, served=Remit(STATE_FUNDED)).limit(MOST_LOOKED_AFTER + 1)
        found = school_view.schools.rows(connection, asked)
    if len(found) > MOST_LOOKED_AFTER:
        click.echo(
            "Too many schools for one service, so nobody was given a role. Create accounts with `sis accounts`."
        )
        return report
    for school in found:
        sample.knows(school.urn, school.id, team_of(school.phase), school.name)
    if not sample.teams:
        raise NoSchools(
            f"{register.name} has no open school of {la}" if la else f"{register.name} has no open school"
        )
    _lend_leaders(sample)
    diary = Diary(services, today)
    appoint(sample, diary, today)
    diary.play()
    settle(sample, diary, today)
    diary.play()
    open_accounts(sample)
    return report


def _lend_leaders(sample: SampleAuthority) -> None:
    """Give the first secondary school a fictional head and chair, so that those posts can be tried."""
    first = next((urn for urn, team in sample.teams.items() if team is Team.SECONDARY), next(iter(sample.teams)))
    lent = replace(sample.cast.leadership[0], urn=first)
    sample.cast = replace(sample.cast, leadership=(lent,))


def _wexmoor(services: Services, seed: int, on: date) -> SampleAuthority:
    """Wexmoor's open schools as they were registered, and nobody in post yet."""
    sample = SampleAuthority(services, cast(seed, on), on, Random(seed))
    with services.read() as connection:
        for school in schools(seed, on):
            known = by_urn(connection, school.urn)
            if school.head is not None and known is not None:
                sample.knows(school.urn, known.id, team_of(known.phase), known.name)
    return sample


def open_accounts(sample: SampleAuthority) -> None:
    """An account with the demonstration's password for one holder of each post."""
    hashed = Passwords().hash(PASSWORD)
    for _, email in _addresses(sample.cast, _most_awaited(sample)):
        with sample.services.acting(None, Role.ADMINISTRATOR.value, Channel.COMMAND_LINE):
            account_commands.open_account(sample.services, sample.people[email], email, password_hash=hashed)


def _most_awaited(sample: SampleAuthority) -> Leadership:
    """The head and chair of the school from which most is overdue, so that both have something to do."""
    with sample.services.read() as connection:
        overdue = caseload.waiting(
            connection, waiting_for=[*AWAITED_OF_HEAD, *AWAITED_OF_CHAIR], due_before=sample.on, limit=1000
        )

    def both(led: Leadership) -> int:
        moves = [item.waiting_for for item in overdue if item.school == sample.school_ids[led.urn]]
        return min(sum(move in awaited for move in moves) for awaited in (AWAITED_OF_HEAD, AWAITED_OF_CHAIR))

    return max(sample.led, key=both)


def _addresses(everybody: Cast, led: Leadership) -> list[tuple[str, str]]:
    """Post and address of those who have an account, one for each post."""
    invited = next(provider for provider in everybody.providers if provider.name == INKWELL)
    return [
        ("Officer, leads primary", everybody.primary_officers[0].email),
        ("Officer, primary", everybody.primary_officers[1].email),
        ("Officer, secondary", everybody.secondary_officers[0].email),
        ("Director", everybody.director.email),
        ("Broker", everybody.broker.email),
        ("CPD manager", everybody.cpd_manager.email),
        ("Headteacher", led.head.email),
        ("Chair of governors", led.chair.email),
        ("Provider's specialist", invited.specialists[0].email),
        ("Reviewer", everybody.reviewer.email),
        ("Administrator", everybody.administrator.email),
        ("Chief officer", everybody.chief_officer.email),
        ("Countersigner", everybody.countersigner.email),
    ]


def sign_ins(services: Services) -> list[DemonstrationSignIn]:
    """The demonstration's sign-ins, none in any other database."""
    with services.read() as connection:
        known = {account.sign_in_name for account in kept.all_accounts(connection)}
    everybody = cast(SEED, datetime.now(LONDON).date())
    led = [each for each in everybody.leadership if each.head.email.casefold() in known]
    addresses = _addresses(everybody, led[0]) if led else []
    return [DemonstrationSignIn(post, email, PASSWORD) for post, email in addresses if email.casefold() in known]
