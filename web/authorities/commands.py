"""`sis authorities`: list an authority, move it to another database, strike it off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import click

from domain.aggregate import Refusal
from web import formats
from web.authorities import places
from web.authorities.copying import CopyDiffers
from web.authorities.directory import Directory, DirectoryEntry
from web.authorities.moving import move as move_away
from web.authorities.open_services import open_authority
from web.runtime.migrate import refuse_moved
from web.runtime.settings import authorities_url, settings_from_environment

HOST = click.option("--host", "hosts", multiple=True, help="A host name at which it is served. You can give several.")
DOMAIN = click.option(
    "--domain", "domains", multiple=True, help="Email addresses at this domain sign in here, on a shared host."
)


@click.group()
def authorities() -> None:
    """Several authorities in one deployment, each with its own database.

    The directory is where SIS_AUTHORITIES says (an address, or the path of a SQLite file), or beside the
    databases under var/.
    """


@authorities.command("create")
@click.argument("name")
@HOST
@DOMAIN
@click.option("--label", help="What people call it. Without this, its name.")
@click.option("--database", help="Where its data goes. Without this, beside the directory.")
def create(name: str, hosts: Sequence[str], domains: Sequence[str], label: str | None, database: str | None) -> None:
    """Add the authority NAME, and make its database, or use the one that --database names."""
    if not hosts:
        raise click.UsageError("Give a --host so that people can reach it")
    # What stands against the deployment's own settings is said before anything is made.
    settings = settings_from_environment()
    with _directory() as directory:
        url = database or places.default_place(directory.url, name)
        if not database and not places.is_empty(url):
            raise click.ClickException(
                f"There is something at {places.printable(url)}: to take it in, say --database"
            )
        directory.add(name, label=label or name, database_url=url, hosts=hosts, domains=domains)
        try:
            places.make(url)
            with (
                closing(open_authority(directory, directory.named(name), settings)) as services,
                services.read_present() as connection,
            ):
                refuse_moved(connection)
        except BaseException:
            directory.remove(name)
            raise
        click.echo(f"{name} is at {places.printable(url)}")


@authorities.command("list")
def show() -> None:
    """Say where each authority is served, where its data is, and whether it is open."""
    with _directory(to_read=True) as directory:
        listed = directory.everyone()
        if not listed:
            click.echo("No authorities yet: add one with `sis authorities create`")
        for authority in listed:
            hosts = " ".join(sorted(authority.hosts))
            click.echo(
                f"{authority.name:<20} {_state(authority):<8} {hosts}  {places.printable(authority.database_url)}"
            )


@authorities.command("change")
@click.argument("name")
@HOST
@DOMAIN
@click.option("--label", help="What people call it.")
@click.option("--replica", help="The address of a PostgreSQL standby that answers its queries, or '' for none.")
def change(name: str, hosts: Sequence[str], domains: Sequence[str], label: str | None, replica: str | None) -> None:
    """Change the details of the authority NAME. The hosts or domains you give replace the present ones."""
    with _directory() as directory:
        directory.change(name, label=label, hosts=hosts, domains=domains, replica_url=replica)


@authorities.command("open")
@click.argument("name")
def let_in(name: str) -> None:
    """Serve the authority NAME again."""
    with _directory() as directory:
        directory.change(name, is_open=True)


@authorities.command("close")
@click.argument("name")
def keep_out(name: str) -> None:
    """Stop serving the authority NAME until it is opened. Its pages say that it is closed."""
    with _directory() as directory:
        directory.change(name, is_open=False)


@authorities.command("move")
@click.argument("name")
@click.option("--to", "url", required=True, help="The address of the file, or of the schema, it goes to.")
def move(name: str, url: str) -> None:
    """Move the authority NAME to another database, of either kind, on this server or another.

    It is closed only for the last part. If it is interrupted, run it again to continue.
    """
    with _directory() as directory:
        done = move_away(directory, name, url, tell=lambda step: click.echo(f"{step} ..."), progress=_Told())
        events = formats.counted(done.proof.count, "event")
        rows = formats.counted(sum(done.tables.values()), "row")
        click.echo(
            f"{name} is at {places.printable(url)}: {events} up to position {done.proof.last:,}, "
            f"sha256 {done.proof.digest}, and {rows} of other tables, checked to be the same"
        )
        click.echo(
            f"What it left at {places.printable(done.left)} can no longer be changed. Remove it when you are sure"
        )


class _Told:
    """Says now and then how far the copying has come."""

    def __init__(self) -> None:
        self._next = EVERY

    def __call__(self, position: int) -> None:
        if position >= self._next:
            click.echo(f"  {position:,}", err=True)
            self._next = position + EVERY


EVERY = 50_000


@authorities.command("drop")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask, and remove it even while it is being served.")
def drop(name: str, *, yes: bool) -> None:
    """Remove the authority NAME and delete its data (the file or the schema)."""
    with _directory() as directory:
        authority = directory.named(name)
        if authority.is_open and not yes:
            raise click.ClickException(f"{name} is being served: close it first (sis authorities close {name})")
        if not yes:
            click.echo(f"This deletes everything at {places.printable(authority.database_url)}.")
            if click.prompt("Type the name of the authority to continue") != name:
                raise click.ClickException("That is a different name. Nothing was deleted")
        directory.remove(name)
        places.remove(authority.database_url)
        click.echo(f"{name} is gone")


def _state(authority: DirectoryEntry) -> str:
    if authority.is_moving(datetime.now(UTC)):
        return "moving"
    return "open" if authority.is_open else "closed"


@contextmanager
def _directory(*, to_read: bool = False) -> Iterator[Directory]:
    """The directory of this deployment; what stands against a command is said in one line."""
    try:
        directory = Directory(authorities_url(), to_read=to_read)
        try:
            yield directory
        finally:
            directory.close()
    except (Refusal, CopyDiffers) as refusal:
        raise click.ClickException(str(refusal)) from None
