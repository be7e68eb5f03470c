"""`sis views`: how the views stand to the log; fill them anew beside the live ones; prove that they are right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

from domain.service import Unavailable, Unreadable
from projections.checking import Difference, Stopped, unreadable_in
from projections.checking import check as find_differences
from projections.follower import CannotFold
from projections.following import IsStopped, keep_inline, let_follow
from projections.rebuilding import rebuild as fill_anew
from projections.standing import Standing, count_after, standings
from projections.view import View
from web.about.health import health_of, note_check
from web.console.opening import opened
from web.office import Office
from web.views import DECIDED_BY, VIEWS

SHOWN = 20

OF_ANOTHER_RELEASE = "not filled by this release: run `sis views rebuild`, or start the service"

NAMES = click.Choice([view.name for view in VIEWS])


@click.group()
def views() -> None:
    """The views: what follows from the log, kept ready to be asked."""


@views.command()
def status() -> None:
    """Say of each view whether it is in step with the log, and what stopped it if it is not."""
    with opened(to_read=True) as office, office.read() as connection:
        known = standings(connection)
        behind = {name: count_after(connection, each.position) for name, each in known.items() if each.follows}
        count = count_after(connection, 0)
        unreadable = list(unreadable_in(office.log))
        health = health_of(office, may_write=False)
    click.echo(f"The log has {count:,} events")
    for view in VIEWS:
        click.echo(f"{view.name:<18} {_told(view, known.get(view.name), behind.get(view.name, 0), unreadable)}")
    of_health = (*health.causes, *filter(None, [health.checked]), *health.warnings)
    for sentence in dict.fromkeys((*map(str, unreadable[:SHOWN]), *of_health)):
        click.echo(sentence)
    if unreadable:
        raise click.ClickException(_of_unreadable(len(unreadable)))
    if any(standing.stopped_at is not None for standing in known.values()):
        raise click.ClickException("a view is stopped: mend what it says, then start the service anew")


def _of_unreadable(count: int) -> str:
    events = "1 event of the log cannot" if count == 1 else f"{count:,} events of the log cannot"
    return f"{events} be read: take the release that wrote it, or see docs/operate.md, When the log is damaged"


def _told(view: View, standing: Standing | None, behind: int, unreadable: Sequence[Unreadable]) -> str:
    if standing is None or not standing.is_of(view):
        return OF_ANOTHER_RELEASE
    if standing.stopped_at is not None:
        return f"STOPPED at event {standing.stopped_at:,}: {standing.error}"
    said = f"follows, {behind:,} events behind" if standing.follows else "kept in step by every command"
    lacking = [f"{each.position:,}" for each in unreadable if view.reads(each.topic)]
    if not lacking:
        return said
    return f"{said}, and cannot be refilled: it reads event {', '.join(lacking[:SHOWN])}, which cannot be read"


@views.command()
@click.argument("name", required=False, type=NAMES)
def rebuild(name: str | None) -> None:
    """Fill all views, or the view NAME, anew beside the live tables, then put the new ones in their place.

    The service may run meanwhile. Interrupted, it goes on from there when it is called again.
    """
    count = 0
    failures = []
    with _in_words(), opened() as office:
        for view in _named(name):
            try:
                with _progress(office, view.name) as progress:
                    done = fill_anew(office.log, view, progress)
            except CannotFold as failed:
                failures.append(f"{view.name} was not refilled, and is as it was before. {_said(failed)}")
                continue
            count = done.events
            if done.differing:
                click.echo(
                    f"{view.name}: {len(done.differing)} rows or more were not what the log says, and now are:"
                )
                for sheet, key in done.differing:
                    click.echo(f"  {sheet} {key}")
    click.echo(f"{len(_named(name)) - len(failures)} views refilled from {count:,} events")
    if failures:
        raise click.ClickException("\n".join(failures))


@views.command()
@click.option(
    "--record", is_flag=True, help="Write down when this was and what was found, for `sis views status` and the page."
)
def check(record: bool) -> None:
    """Prove that the live views equal what a rebuild would give; exits with 1 and the differences if not."""
    with opened(to_read=True) as office, _progress(office, "Events", times=len(VIEWS)) as progress:
        _refuse_those_of_another_release(office)
        seen = [0]

        def more(number: int) -> None:
            seen[0] += number
            progress(seen[0])

        all_found = find_differences(office.log, VIEWS, more)
        stopped = [each for each in all_found if isinstance(each, Stopped)]
        differences = [each for each in all_found if isinstance(each, Difference)]
    found = _found(len(differences), len(stopped))
    if record:
        with opened() as office:
            note_check(office, found)
    for each in stopped:
        click.echo(f"{each.view} cannot be checked. {_at(each.position, each.error)}")
    for difference in differences[:SHOWN]:
        click.echo(str(difference))
    if differences or stopped:
        raise click.ClickException(found)
    click.echo(found)


def _found(differences: int, stopped: int) -> str:
    if differences:
        return f"{differences} rows differ from the log; run `sis views rebuild`"
    if stopped:
        return f"{stopped} views cannot be checked; the other {len(VIEWS) - stopped} are what the log says"
    return f"All {len(VIEWS)} views are what the log says"


@views.command()
@click.argument("name", type=NAMES)
def follow(name: str) -> None:
    """Let the view NAME follow the log, by `sis follow`, in place of being kept in step by every command.

    Not those by which commands decide, and the door who somebody is.
    """
    if any(view.name == name for view in DECIDED_BY):
        raise click.ClickException(f"Commands decide by {name}: every command has to keep it in step")
    with _in_words(), opened() as office:
        let_follow(office.log, _named(name)[0])
    click.echo(f"{name} follows the log: see to it that `sis follow` runs")


@views.command()
@click.argument("name", type=NAMES)
def inline(name: str) -> None:
    """Let every command keep the view NAME in step again."""
    with _in_words(), opened() as office:
        keep_inline(office.log, office.follower, _named(name)[0])
    click.echo(f"{name} is kept in step by every command")


def _refuse_those_of_another_release(office: Office) -> None:
    with office.read() as connection:
        known = standings(connection)
    others = [view.name for view in VIEWS if view.name not in known or not known[view.name].is_of(view)]
    if others:
        raise click.ClickException(f"{', '.join(others)}: {OF_ANOTHER_RELEASE}")


@contextmanager
def _in_words() -> Iterator[None]:
    """Say what stood in the way, as the views themselves put it."""
    try:
        yield
    except CannotFold as failed:
        raise click.ClickException(_said(failed)) from failed
    except (IsStopped, Unavailable) as failed:
        raise click.ClickException(str(failed)) from failed


def _said(failed: CannotFold) -> str:
    return _at(failed.position, str(failed))


def _at(position: int, error: str) -> str:
    """What an event did to a view, with its position."""
    return error if error.startswith(f"Event {position:,} ") else f"{error} (event {position:,})"


def _named(name: str | None) -> list[View]:
    return [view for view in VIEWS if name in {None, view.name}]


@contextmanager
def _progress(office: Office, label: str, *, times: int = 1) -> Iterator[Callable[[int], None]]:
    """A bar with rate and time left, told how many events are done."""
    with office.read() as connection:
        total = count_after(connection, 0) * times
    with click.progressbar(length=total, label=label, show_eta=True, show_pos=True) as bar:
        yield lambda done: bar.update(done - bar.pos)
