"""`sis run` and `sis serve`: an authority of its own to look at, and the service itself."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import click

from domain.local_authorities import code_of
from projections.database_file import InUse, delete_databases, make_folder
from web.authorities.directory import Directory
from web.console.intake import Intake, refused_aloud
from web.console.opening import opened, present_settings
from web.console.resetting import MAKING, mark_as_made
from web.runtime.services import Services
from web.runtime.settings import (
    DeploymentSettings,
    authorities_url,
    database_of,
    serves_several,
    settings_from_environment,
)
from web.serving.front import Bounds
from web.serving.waiting import patiently_found

if TYPE_CHECKING:
    from web.demonstration.loading import DemonstrationSignIn

THREADS = 4
ONE_AUTHORITY = "web.serving.applications:one_authority"
SEVERAL = "web.serving.applications:several_authorities"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port to listen at.")
@click.option(
    "--register", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A register of schools."
)
@click.option("--la", help="The authority to take from the register, by code or name.")
def run(host: str, port: int, register: Path | None, la: str | None) -> None:
    """Serve a demonstration authority, or the schools of a real register, in a database of its own."""
    if la and register is None:
        raise click.UsageError("--la says which authority to take from --register; give both")
    from web.demonstration.loading import sign_ins
    from web.serving.server import listening
    from web.serving.server import serve as serve_until_stopped

    with listening(host, port) as held:
        settings = _settings_for(register, la)
        if not made_whole(settings.database_url, partial(_load, register, la)) and register is not None:
            click.echo(f"Kept as it is: import {register.name} tells with `sis import schools`")
        with opened(settings) as services:
            _tell(host, port, settings, sign_ins(services))
        os.environ["SIS_DATABASE_URL"] = settings.database_url
        serve_until_stopped(ONE_AUTHORITY, held, workers=1, threads=THREADS, bounds=Bounds())


def made_whole(database_url: str, load: Callable[[Services], None]) -> bool:
    """Make a database file that is not there yet, under another name until it is complete; whether it was made.

    Broken off in the middle, it is made anew the next time.
    """
    path = Path(database_url.removeprefix("sqlite:///"))
    if not database_url.startswith("sqlite:///") or path.exists():
        return False
    making = path.with_name(f"{path.name}{MAKING}")
    make_folder(path.parent)
    try:
        delete_databases([making])
    except InUse:
        raise click.ClickException(f"Another process is making {path}. Wait for it, or stop it") from None
    try:
        with opened(settings_from_environment(database_url=f"sqlite:///{making}")) as services:
            load(services)
    except Exception:
        delete_databases([making])
        raise
    mark_as_made(path)
    making.rename(path)
    delete_databases([making])
    return True


def _load(register: Path | None, la: str | None, services: Services) -> None:
    from web.demonstration.loading import NoSchools, load_demonstration, load_register

    if register is None:
        load_demonstration(services)
        return
    intake = Intake(register, None)
    try:
        with refused_aloud():
            intake.tell_problems(load_register(services, register, la).problems)
    except NoSchools as lack:
        raise click.ClickException(str(lack)) from None


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port to listen at.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--threads", default=THREADS, show_default=True, type=click.IntRange(1, 64), help="Threads of each.")
@click.option(
    "--seconds",
    default=Bounds.seconds,
    show_default=True,
    type=click.FloatRange(0.1, 600),
    help="How long a request may take to arrive; a large file more, by its size.",
)
def serve(host: str, port: int, workers: int, threads: int, seconds: float) -> None:
    """Serve the database named by SIS_DATABASE_URL with the production server (Granian).

    With SIS_AUTHORITIES, serve every authority of that directory, by its host; with --authority one of them alone.
    A worker that dies is replaced, and one that starts while the database cannot be reached keeps trying.
    """
    from web.serving.server import listening
    from web.serving.server import serve as serve_until_stopped

    with listening(host, port) as held:
        settings = present_settings()
        if is_open_without_https(held.getsockname()[0], settings):
            click.echo(
                "This serves plain HTTP beyond this machine: what people type, even passwords, can be read on the "
                "way. Put a proxy with HTTPS in front (docs/operate.md)",
                err=True,
            )
        several = serves_several() and settings == settings_from_environment()
        _bring_up_to_date(settings, several=several)
        os.environ["SIS_DATABASE_URL"] = settings.database_url
        factory = SEVERAL if several else ONE_AUTHORITY
        serve_until_stopped(factory, held, workers=workers, threads=threads, bounds=Bounds(seconds))


def is_open_without_https(address: str, settings: DeploymentSettings) -> bool:
    """Whether others can reach an address at which the service answers, and nothing says that they come by HTTPS."""
    is_behind_https = settings.public_url.startswith("https:") or settings.trusted_proxies
    return not ip_address(address).is_loopback and not is_behind_https


def _bring_up_to_date(settings: DeploymentSettings, *, several: bool) -> None:
    """Find the database, or the directory of several, in order; a server that is away is waited for."""

    def opened_once() -> None:
        if several:
            Directory(authorities_url()).close()
            return
        with opened(settings):
            pass

    patiently_found(authorities_url() if several else settings.database_url, opened_once)


def _settings_for(register: Path | None, la: str | None) -> DeploymentSettings:
    if register is None or os.environ.get("SIS_DATABASE_URL"):
        return settings_from_environment()
    # By code and by name it is the same authority, and so the same database.
    called = (code_of(la) or la) if la else register.name.split(".")[0]
    name = re.sub(r"[^a-z0-9]+", "-", called.lower()).strip("-")
    return settings_from_environment(database_url=database_of(f"authority-{name}"))


def _tell(host: str, port: int, settings: DeploymentSettings, known: list[DemonstrationSignIn]) -> None:
    click.echo(f"\nPages     http://{host}:{port}/")
    click.echo(f"API       http://{host}:{port}/api")
    click.echo(f"Database  {settings.database_url}")
    if known:
        click.echo("\nDemonstration sign-ins:")
        width = max(len(one.name) for one in known)
        for one in known:
            click.echo(f"  {one.post:<26} {one.name:<{width}}  {one.password}")
    click.echo("\nStop with Ctrl+C.\n")
