"""`sis run` and `sis serve`: an authority of its own to look at, and the service itself."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
from granian.constants import Interfaces
from granian.server import Server

from domain.local_authorities import code_of
from projections.database_file import InUse, delete_databases, make_folder
from web.authorities.directory import Directory
from web.console.intake import Intake, refused_aloud
from web.console.opening import opened, present_settings
from web.console.resetting import MAKING, mark_as_made
from web.demonstration.loading import NoSchools, SignIn, load_demonstration, load_register, sign_ins
from web.office import Office
from web.settings import Settings, authorities_url, database_of, serves_several, settings_from_environment

THREADS = 4


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
    can_listen(host, port)
    settings = _settings_for(register, la)
    if not made_whole(settings.database_url, partial(_load, register, la)) and register is not None:
        click.echo(f"Kept as it is: take in what {register.name} tells by `sis import schools`")
    with opened(settings) as office:
        _tell(host, port, settings, sign_ins(office))
    _serve(host, port, settings)


def can_listen(host: str, port: int) -> None:
    """Find out before long work whether the address is to be had. Raises click.ClickException."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        why = f"Cannot listen at {host}:{port} ({error.strerror}): choose another address"
        raise click.ClickException(why) from error


def made_whole(database_url: str, load: Callable[[Office], None]) -> bool:
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
        raise click.ClickException(f"Another process is making {path}: wait for it, or end it") from None
    try:
        with opened(settings_from_environment(database_url=f"sqlite:///{making}")) as office:
            load(office)
    except Exception:
        delete_databases([making])
        raise
    mark_as_made(path)
    making.rename(path)
    delete_databases([making])
    return True


def _load(register: Path | None, la: str | None, office: Office) -> None:
    if register is None:
        load_demonstration(office)
        return
    intake = Intake(register, None)
    try:
        with refused_aloud():
            intake.tell_problems(load_register(office, register, la).problems)
    except NoSchools as lack:
        raise click.ClickException(str(lack)) from None


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port to listen at.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--threads", default=THREADS, show_default=True, type=click.IntRange(1, 64), help="Threads of each.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the database named by SIS_DATABASE_URL with the production server (Granian).

    With SIS_AUTHORITIES, serve every authority of that directory, by its host; with --authority one of them alone.
    """
    can_listen(host, port)
    settings = present_settings()
    if serves_several() and settings == settings_from_environment():
        Directory(authorities_url()).close()
        router = "web.authorities.router:create_router"
        _serve(host, port, settings, factory=router, workers=workers, threads=threads)
        return
    with opened(settings):
        pass
    _serve(host, port, settings, workers=workers, threads=threads)


def _settings_for(register: Path | None, la: str | None) -> Settings:
    if register is None or os.environ.get("SIS_DATABASE_URL"):
        return settings_from_environment()
    # By code and by name it is the same authority, and so the same database.
    called = (code_of(la) or la) if la else register.name.split(".")[0]
    name = re.sub(r"[^a-z0-9]+", "-", called.lower()).strip("-")
    return settings_from_environment(database_url=database_of(f"authority-{name}"))


def _tell(host: str, port: int, settings: Settings, known: list[SignIn]) -> None:
    click.echo(f"\nPages     http://{host}:{port}/")
    click.echo(f"API       http://{host}:{port}/api")
    click.echo(f"Database  {settings.database_url}")
    if known:
        click.echo("\nDemonstration sign-ins:")
        width = max(len(one.name) for one in known)
        for one in known:
            click.echo(f"  {one.post:<26} {one.name:<{width}}  {one.password}")
    click.echo("\nStop with Ctrl+C.\n")


def _serve(
    host: str,
    port: int,
    settings: Settings,
    *,
    factory: str = "web:create_app",
    workers: int = 1,
    threads: int = THREADS,
) -> None:
    os.environ["SIS_DATABASE_URL"] = settings.database_url
    Server(
        factory,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        factory=True,
        log_access=False,
    ).serve()
