"""The `sis` command: run the service, import files, look after views and accounts."""

from __future__ import annotations

import json

import click

from web.api import document
from web.authorities.commands import authorities
from web.console.accounts import accounts
from web.console.beginning import begin
from web.console.failures import CommandsInWords
from web.console.following import follow
from web.console.imports import imports
from web.console.licences import licences
from web.console.opening import with_authority
from web.console.resetting import reset
from web.console.running import run, serve
from web.console.successions import confirm_links_that_agree
from web.console.views import views
from web.runtime.settings import DeploymentSettings


@click.group(cls=CommandsInWords)
@click.version_option(package_name="sis-brokerage")
def main() -> None:
    """School improvement service: brokerage and case tracking.

    SIS_DATABASE_URL names the database, or --authority its authority. Otherwise it is the demonstration's,
    under var/. Commands that write create or upgrade it; those that read (views status, views check, openapi,
    authorities list) change nothing.
    """


@main.command()
def openapi() -> None:
    """Print the OpenAPI document of the API."""
    from web import make_app

    click.echo(json.dumps(document(make_app(DeploymentSettings("", secret_key=""))), indent=2))


for command in (openapi, serve, follow, imports, confirm_links_that_agree, views, accounts):
    main.add_command(with_authority(command))
for command in (begin, run, reset, authorities, licences):
    main.add_command(command)
