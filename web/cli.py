"""The `sis` command: run the service, import files, look after views and accounts."""

from __future__ import annotations

import json

import click

from web.accounts.commands import accounts
from web.api import document
from web.console.imports import imports
from web.console.opening import opened
from web.console.running import reset, run, serve
from web.console.views import views


@click.group()
@click.version_option(package_name="sis-brokerage")
def main() -> None:
    """School improvement service: brokerage and case tracking.

    Every command creates or upgrades the database that it is given: SIS_DATABASE_URL names it, else it is the
    demonstration's, under var/.
    """


@main.command()
def openapi() -> None:
    """Print the OpenAPI document of the API."""
    from web import create_app
    from web.settings import settings_from_environment

    settings = settings_from_environment()
    with opened(settings) as office:
        click.echo(json.dumps(document(create_app(settings, office=office)), indent=2))


for command in (run, serve, reset, imports, views, accounts):
    main.add_command(command)
