"""Accounts from the command line, for whoever has the machine: the first account is opened here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import click

from domain.aggregate import Refusal
from domain.person import Person
from domain.service import NotFound, UnitOfWork
from domain.vocabulary import Channel
from web.accounts import (
    account_commands,
    administrators,
    council_commands,
    factor_commands,
    password_commands,
    second_person,
)
from web.accounts import accounts as kept
from web.console.opening import ADMINISTRATOR, opened, present_settings, way_in
from web.runtime.services import Services


@click.group()
def accounts() -> None:
    """Create accounts and make password links."""


@accounts.command("create")
@click.argument("reference")
@click.argument("email", required=False)
def create(reference: str, email: str | None) -> None:
    """Create an account for the person with this REFERENCE (PE-2026-0001) and print a link to set a password.

    EMAIL is what the person will sign in with. If you leave it out, it is the email address on their record.
    """
    with opened() as services:
        person = _person(services, reference)
        with at_the_console(services):
            account_commands.open_account(services, person.id, email or str(person.email or ""))
        print_link(services, person.id)


@accounts.command("link")
@click.argument("email")
@click.option(
    "--reason",
    default="",
    help="Why, if the role takes two people to let in. Every administrator sees it.",
)
def link(email: str, reason: str) -> None:
    """Print a one-time link to set a password for the account with this EMAIL.

    If the person's role takes two people to let in, and there is another administrator, give a --reason. It is kept
    in the audit trail and shown to every administrator who signs in.
    """
    with opened() as services:
        person = _named(services, email)
        with at_the_console(services):
            with services.read_present() as connection:
                able = administrators.who_can_sign_in(connection, services.today())
            is_wide = second_person.has_wide_rights(UnitOfWork(services.service), person)
            if is_wide and not reason.strip() and any(each.id != person for each in able):
                raise click.ClickException(
                    "This person's role takes two people to let in. Give a --reason, which administrators will see"
                )
        print_link(services, person, reason=reason)


@accounts.command("remove-second-factor")
@click.argument("email")
@click.option("--reason", required=True, help="Why, such as a lost phone. It is kept in the audit trail.")
def remove_second_factor(email: str, reason: str) -> None:
    """Let EMAIL, who has lost their phone and recovery codes, sign in without a code."""
    with opened() as services:
        person = _named(services, email)
        with at_the_console(services):
            factor_commands.remove(services, person, reason=reason)
        click.echo(f"{email} is signed out, and signs in with a password alone until they set up another.")


@accounts.command("remove-council-account")
@click.argument("email")
@click.option("--reason", required=True, help="Why. It is kept in the audit trail.")
def remove_council_account(email: str, reason: str) -> None:
    """Stop EMAIL signing in with a council account, and print a one-time link to set a password."""
    with opened() as services:
        person = _named(services, email)
        with at_the_console(services):
            council_commands.remove(services, person, reason=reason)
        print_link(services, person, reason=reason)


def _named(services: Services, email: str) -> UUID:
    with services.read() as connection:
        account = kept.by_sign_in_name(connection, email)
    if account is None:
        raise click.ClickException(f"Nobody signs in as {email}")
    return account.person


def _person(services: Services, reference: str) -> Person:
    try:
        return services.service.find(Person, kept.person_id(reference))
    except NotFound:
        raise click.ClickException(f"There is no person {reference}") from None


def print_link(services: Services, person: UUID, *, reason: str = "") -> None:
    """Print a one-time link for a person to set a password."""
    with at_the_console(services):
        secret = password_commands.make_password_link(services, person, reason=reason)
    at = present_settings().public_url
    click.echo(f"{at}{way_in()}/password/{secret}")
    where = "Open it" if at else "Open this path at the service's address (SIS_PUBLIC_URL)"
    click.echo(f"{where} within 48 hours. It works once.", err=True)


@contextmanager
def at_the_console(services: Services) -> Iterator[None]:
    """Act as whoever has the machine. What is refused is said in one line. Raises click.ClickException."""
    try:
        with services.acting(None, ADMINISTRATOR, Channel.COMMAND_LINE):
            yield
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
