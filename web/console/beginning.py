"""`sis begin`: the first administrator of an authority, and a way back in where no administrator can sign in."""

from __future__ import annotations

import re
from contextlib import closing
from uuid import UUID

import click

from domain.aggregate import Refusal, reasoned
from domain.authority import AUTHORITY as AUTHORITY_ID
from domain.authority import Authority
from domain.local_authorities import code_of, name_of, nearest
from domain.person import Person
from domain.service import NotFound, UnitOfWork
from domain.vocabulary import Role
from projections import people
from projections.people import PersonRow
from web.accounts import account_commands, accounts, administrators
from web.authorities.directory import Directory, DirectoryRefusal
from web.console.accounts import at_the_console, print_link
from web.console.opening import AUTHORITY, opened
from web.runtime.services import Services
from web.runtime.settings import authorities_url, serves_several

SERVICE = "School Improvement Service"
"""What a service is called until its authority says otherwise."""


class AdministratorExists(Refusal):
    """An authority begins once: whoever is to be an administrator later is let in by those there are."""


class NobodyToRecover(Refusal):
    """There was never an administrator who could have lost the way in."""


class CanSignIn(Refusal):
    """Who is to be let in is an administrator already, and has a way in."""


class AnotherAuthority(Refusal):
    """The database is that of another authority."""


class AnotherName(Refusal):
    """Somebody of another name signs in with this email address."""


@click.command()
@click.option(
    "--authority", "named", required=True, help="Its name or code, or its name in the directory if there are several."
)
@click.option("--administrator", required=True, metavar="NAME", help='The full name, as "Jo Smith".')
@click.option("--email", required=True, help="The email address that the administrator signs in with.")
@click.option("--called", help="What the authority calls itself, if that is not its name in the register.")
@click.option("--code", help="The authority's 3-digit code, if its name does not identify it.")
@click.option("--recover", is_flag=True, help="Let an administrator in if none of the others can sign in.")
@click.option("--reason", default="", help="With --recover: why. It is kept in the audit trail.")
@click.pass_context
def begin(
    context: click.Context,
    *,
    named: str,
    administrator: str,
    email: str,
    called: str | None,
    code: str | None,
    recover: bool,
    reason: str,
) -> None:
    """Set up an authority: its record, its first administrator, and a one-time link to set their password.

    If it is interrupted, run it again to continue. With --recover it lets an administrator in where there
    have been others, and tells every administrator. If somebody can already sign in as an administrator, it
    names them and does nothing.
    """
    if reason and not recover:
        raise click.UsageError("Give --reason only with --recover: it says why you are recovering access")
    label = _label_in_directory(context, named)
    code = code or next(filter(None, map(code_of, (named, label))), None) or named
    called = called or label or name_of(code)
    if called is None or not re.fullmatch(r"\d{3}", code):
        alike = "; ".join(nearest(named))
        told = f"The names most like it are: {alike}. " if alike else ""
        raise click.ClickException(
            f'No authority is known as "{named}". {told}Otherwise give its --code, and its name as --called'
        )
    with opened() as services:
        if recover:
            with services.read_present() as connection:
                for each in administrators.who_can_sign_in(connection, services.today()):
                    click.echo(f"{each.name} is an administrator already, whose account lets them sign in.", err=True)
        with at_the_console(services):
            person = let_in(
                services, code, called, name=administrator, email=email, recovery=reason if recover else None
            )
        with at_the_console(services):
            open_way_in(services, person, email)
        print_link(services, person)


def _label_in_directory(context: click.Context, named: str) -> str:
    """What people call the authority of that name where the deployment serves several, whose database the command
    is then for; empty where it serves one."""
    if not serves_several():
        return ""
    with closing(Directory(authorities_url(), to_read=True)) as directory:
        try:
            listed = directory.named(named)
        except DirectoryRefusal as refusal:
            there = ", ".join(each.name for each in directory.everyone()) or "none yet: see sis authorities create"
            raise click.ClickException(f"{refusal}. The directory lists {there}") from None
    context.meta[AUTHORITY] = listed.name
    return listed.label


def let_in(services: Services, code: str, called: str, *, name: str, email: str, recovery: str | None) -> UUID:
    """Make somebody an administrator, the caller having signed; returns the person. `recovery` says why access has
    to be recovered, None where the authority only begins.

    Who was made the administrator but never set a password is made so again without a change.
    Raises AdministratorExists, NobodyToRecover, CanSignIn, AnotherAuthority, AnotherName, ReasonNeeded.
    """
    email = accounts.as_sign_in_name(email)

    def decide(work: UnitOfWork) -> UUID:
        authority = _authority(work, code, called)
        with services.read_present() as connection:
            before = people.holders_ever(connection, Role.ADMINISTRATOR)
            account = accounts.by_sign_in_name(connection, email)
            known = people.by_id(connection, account.person) if account else _of_email(before, email)
            able = administrators.who_can_sign_in(connection, services.today())
        if known is not None and known.name.casefold() != name.strip().casefold():
            raise AnotherName(f"{known.name} signs in as {email}. Give that name, or another email address")
        if recovery is None and known in before and (account is None or account.password_hash is None):
            return known.id
        if recovery is None and before:
            raise AdministratorExists(
                f"{before[0].name} is an administrator already: sign in as one to register others. "
                "If nobody can sign in any more, give --recover with a --reason"
            )
        if recovery is not None and not before:
            raise NobodyToRecover("There is no administrator yet: leave out --recover")
        if recovery is not None and known is not None and known in able:
            raise CanSignIn(
                f"{known.name} is an administrator already, whose account lets them sign in. If the password, "
                "phone or council account is lost, see sis accounts --help"
            )
        person = (
            work.find(Person, known.id)
            if known is not None
            else work.add(Person.register(services.next_reference(Person), name=name, email=email))
        )
        if not person.holds(Role.ADMINISTRATOR, services.today()):
            person.take_post(Role.ADMINISTRATOR, from_=services.today())
        if recovery is not None:
            authority.recover_access(person.id, reason=reasoned(recovery, "Give a --reason"))
        else:
            authority.appoint_first_holder(person.id, Role.ADMINISTRATOR)
        return person.id

    return services.service.do(decide)


def open_way_in(services: Services, person: UUID, email: str) -> None:
    """Open the account of a person, or enable it again, unless it is open."""
    try:
        account = account_commands.find(services, person)
    except account_commands.NoAccount:
        account_commands.open_account(services, person, email)
    else:
        if account.disabled_at is not None:
            account_commands.enable(services, person)


def _authority(work: UnitOfWork, code: str, called: str) -> Authority:
    try:
        authority = work.find(Authority, AUTHORITY_ID)
    except NotFound:
        return work.add(Authority.begin(name=called, la_code=code, service_name=SERVICE))
    if authority.la_code != code:
        raise AnotherAuthority(f"This database is that of {authority.name} ({authority.la_code}), not of {called}")
    return authority


def _of_email(everybody: list[PersonRow], email: str) -> PersonRow | None:
    return next((each for each in everybody if (each.email or "").casefold() == email), None)
