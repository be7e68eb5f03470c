"""The `sis` command: run the service, import files, look after views and accounts."""

from __future__ import annotations

import json

import click

from web.accounts.commands import accounts
from web.api import document
from web.authorities.commands import authorities
from web.console.beginning import begin
from web.console.following import follow
from web.console.imports import imports
from web.console.opening import opened, present_settings, with_authority
from web.console.resetting import reset
from web.console.running import run, serve
from web.console.views import views


@click.group()
@click.version_option(package_name="sis-brokerage")
def main() -> None:
    """School improvement service: brokerage and case tracking.

    Every command creates or upgrades the database that it is given: SIS_DATABASE_URL names it, or --authority the
    authority whose it is; else it is the demonstration's, under var/.
    """


@main.command()
def openapi() -> None:
    """Print the OpenAPI document of the API."""
    from web import create_app

    settings = present_settings()
    with opened(settings) as office:
        click.echo(json.dumps(document(create_app(settings, office=office)), indent=2))


for command in (openapi, serve, follow, imports, views, accounts):
    main.add_command(with_authority(command))
for command in (begin, run, reset, authorities):
    main.add_command(command)
