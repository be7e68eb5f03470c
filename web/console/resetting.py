"""`sis reset`: deletes the databases that `sis run` has made, and no others."""

from __future__ import annotations

from pathlib import Path

import click

from projections.database_file import OWNER_ONLY, InUse, delete_databases
from web.runtime.settings import DEMONSTRATION, VAR

MAKING = ".making"
"""Ends the name of a database that `sis run` has not filled yet."""

MADE = ".made-by-run"
"""Ends the name of an empty file beside each database that `sis run` has made."""


def mark_as_made(path: Path) -> None:
    """Say beside a database that `sis run` has made it."""
    _mark(path).touch(mode=OWNER_ONLY)


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(*, yes: bool) -> None:
    """Delete the databases under var/ that `sis run` has made, so that the next run starts from scratch."""
    paths = _made_by_run()
    if not paths:
        click.echo("There is nothing to delete")
        return
    click.echo("This deletes these databases, with everything entered in them:")
    for path in paths:
        click.echo(f"  {path}")
    if not yes:
        click.confirm("Continue?", abort=True)
    try:
        gone = delete_databases(paths)
    except InUse as used:
        raise click.ClickException(f"{used} is in use: stop its server first. Nothing was deleted") from None
    for path in paths:
        _mark(path).unlink(missing_ok=True)
    for each in gone:
        click.echo(f"Deleted {each}")


def _made_by_run() -> list[Path]:
    """The demonstration's own database, those marked as made, and what a broken-off `sis run` has left."""
    own = VAR / f"{DEMONSTRATION}.sqlite"
    marked = [mark.with_name(mark.name.removesuffix(MADE)) for mark in VAR.glob(f"*{MADE}")]
    begun = VAR.glob(f"*.sqlite{MAKING}")
    return sorted(path for path in {own, *marked, *begun} if path.is_file())


def _mark(path: Path) -> Path:
    return path.with_name(f"{path.name}{MADE}")
