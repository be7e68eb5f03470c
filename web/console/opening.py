"""Opens the database that a command is given, made or brought up to date first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TypeVar

import click

from domain.vocabulary import Channel
from web import open_services
from web.authorities.choose_authority import WAY_IN
from web.authorities.directory import Directory, DirectoryEntry, NoDirectory
from web.authorities.open_services import open_authority, settings_of
from web.runtime.migrate import refuse_moved
from web.runtime.services import Services
from web.runtime.settings import DeploymentSettings, authorities_url, named_database, settings_from_environment

C = TypeVar("C", bound=click.Command)

ADMINISTRATOR = "administrator"
"""The post that signs what is done at the command line: who sits there, the machine's own records tell."""

AUTHORITY = "sis.authority"
"""Where the context of a command holds the name that `--authority` gives."""


def with_authority(command: C) -> C:
    """Give a command, or every command of a group, `--authority`: which authority of the directory it is for."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            with_authority(each)
    else:
        command.params.append(
            click.Option(
                ["--authority"],
                envvar="SIS_AUTHORITY",
                expose_value=False,
                callback=lambda context, _, name: context.meta.__setitem__(AUTHORITY, name),
                help="The authority of the directory that this is for (see sis authorities).",
            )
        )
    return command


def present_settings() -> DeploymentSettings:
    """The settings of the deployment, with the database of the authority that the command names."""
    settings = settings_from_environment()
    authority = _named()
    return settings_of(settings, authority) if authority else settings


def way_in() -> str:
    """What stands before a path that is to lead to the command's authority, where it shares its host with others."""
    authority = _named()
    if authority is None:
        return ""
    with closing(Directory(authorities_url(), to_read=True)) as directory:
        others = [other for other in directory.everyone() if other.name != authority.name]
    return f"{WAY_IN}/{authority.name}" if any(other.hosts & authority.hosts for other in others) else ""


@contextmanager
def opened(settings: DeploymentSettings | None = None, *, to_read: bool = False) -> Iterator[Services]:
    """The services on the settings' database, or that of the authority that the command names, closed afterwards.

    One that is opened only `to_read` is neither made nor changed (web.open_services).
    """
    if to_read:
        with closing(open_services(DeploymentSettings(_database_to_read(), secret_key=""), to_read=True)) as services:
            yield services
        return
    authority = _named() if settings is None else None
    if authority is not None:
        directory = Directory(authorities_url())
        with (
            closing(directory),
            closing(open_authority(directory, authority, settings_from_environment())) as services,
        ):
            yield _still_here(services)
        return
    settings = settings or settings_from_environment()
    with closing(open_services(settings)) as services:
        yield _still_here(services)


@contextmanager
def at_the_console(
    settings: DeploymentSettings | None = None, channel: Channel = Channel.COMMAND_LINE
) -> Iterator[Services]:
    """Services in which the administrator acts, by the command line or an import."""
    with opened(settings) as services, services.acting(None, ADMINISTRATOR, channel):
        yield services


def _still_here(services: Services) -> Services:
    """The same services. Raises Unfit where the authority has moved elsewhere."""
    with services.log.primary.connect() as connection:
        refuse_moved(connection)
    return services


def _database_to_read() -> str:
    authority = _named()
    return authority.database_url if authority else named_database()


def _named() -> DirectoryEntry | None:
    """The authority that the present command names. Raises click.ClickException if there is none of that name."""
    context = click.get_current_context(silent=True)
    name = context.meta.get(AUTHORITY) if context else None
    if not name:
        return None
    try:
        with closing(Directory(authorities_url(), to_read=True)) as directory:
            return directory.named(name)
    except NoDirectory as lack:
        raise click.ClickException(f"There is no authority {name}: {lack}") from None
