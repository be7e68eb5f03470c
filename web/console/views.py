"""`sis views`: fill the views anew from the log, or prove that they are what the log says."""

from __future__ import annotations

from collections.abc import Iterator

import click
import sqlalchemy as sa

from domain.aggregate import Event
from web.console.opening import opened
from web.office import Office
from web.views import VIEWS

SHOWN = 20


@click.group()
def views() -> None:
    """The views: what follows from the log, kept ready to be asked."""


@views.command()
@click.argument("name", required=False, type=click.Choice([view.name for view in VIEWS]))
def rebuild(name: str | None) -> None:
    """Throw the rows of all views, or of the view NAME, away and fold the whole log anew."""
    chosen = [view for view in VIEWS if name in {None, view.name}]
    with opened() as office, office.write() as connection:
        count = office.follower.rebuild(connection, _told(office, connection), chosen)
    click.echo(f"{len(chosen)} views refilled from {count:,} events")


@views.command()
def check() -> None:
    """Prove that the live views equal what a rebuild would give; exits with 1 and the differences if not."""
    with opened() as office, office.read() as connection:
        differences = office.follower.check(connection, _told(office, connection))
    for difference in differences[:SHOWN]:
        click.echo(f"{difference.sheet} {difference.key}: is {difference.live}, should be {difference.rebuilt}")
    if differences:
        raise click.ClickException(f"{len(differences)} rows differ from the log; run `sis views rebuild`")
    click.echo(f"All {len(VIEWS)} views are what the log says")


def _told(office: Office, connection: sa.Connection) -> Iterator[Event]:
    """The whole log, with a progress bar while it is read."""
    total = office.log.max_notification_id() or 0
    with click.progressbar(office.store.everything(connection), length=total, label="Events") as events:
        yield from events
