"""Accounts from the command line, for whoever has the machine: the first account is opened here."""

from __future__ import annotations

from uuid import UUID

import click
from flask.cli import with_appcontext

from domain.aggregate import Refusal
from domain.person import Person
from domain.service import NotFound
from domain.vocabulary import Channel
from web.accounts import accounts as kept
from web.accounts import keeping
from web.office import office


@click.group()
def accounts() -> None:
    """Open accounts and make password links."""


@accounts.command("create")
@click.argument("reference")
@click.argument("email", required=False)
@with_appcontext
def create(reference: str, email: str | None) -> None:
    """Open an account for the person with this REFERENCE (PE-2026-0001); prints a link to set a password.

    EMAIL is what the person signs in with: without it, the e-mail address that is kept of the person.
    """
    person = _person(reference)
    name = email or str(person.email or "")
    try:
        with office().acting(None, "", Channel.COMMAND_LINE):
            keeping.open_account(office(), person.id, name)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    _print_link(person.id)


@accounts.command("link")
@click.argument("email")
@with_appcontext
def link(email: str) -> None:
    """Print a one-time link to set a password for the account with this EMAIL."""
    with office().read() as connection:
        account = kept.named(connection, email)
    if account is None:
        raise click.ClickException(f"Nobody signs in as {email}")
    _print_link(account.person)


def _person(reference: str) -> Person:
    try:
        return office().service.find(Person, kept.person_id(reference))
    except NotFound:
        raise click.ClickException(f"There is no person {reference}") from None


def _print_link(person: UUID) -> None:
    try:
        with office().acting(None, "", Channel.COMMAND_LINE):
            secret = keeping.make_password_link(office(), person)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"/password/{secret}")
    click.echo("Open this path at the service's address within 48 hours. It works once.", err=True)
