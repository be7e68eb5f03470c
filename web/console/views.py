"""`sis views`: how the views stand to the log; fill them anew beside the live ones; prove that they are right."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

import click

from domain.service import Unavailable, Unreadable
from projections.checking import Broken, Difference, Stopped, unreadable_in
from projections.checking import check as find_differences
from projections.follower import CannotFold
from projections.following import IsStopped, keep_inline, let_follow
from projections.rebuilding import rebuild as fill_anew
from projections.view import View
from projections.view_status import ViewStatus, behind_since, count_after, view_statuses
from web import formats
from web.about.health import health_of, note_check, note_refilled
from web.console.failures import FAILURES, in_words
from web.console.opening import opened
from web.runtime.registered_views import DECIDED_BY, VIEWS
from web.runtime.services import Services

SHOWN = 20

OF_ANOTHER_RELEASE = "not filled by this release: run `sis views rebuild`, or start the service"

NAMES = click.Choice([view.name for view in VIEWS])


@click.group()
def views() -> None:
    """The views: tables made from the log, ready to be searched."""


@views.command()
def status() -> None:
    """Say whether each view is in step with the log and, if it is not, what stopped it."""
    with opened(to_read=True) as services, services.read() as connection:
        known = view_statuses(connection)
        behind = {name: count_after(connection, each.position) for name, each in known.items() if each.follows}
        count = count_after(connection, 0)
        unreadable = list(unreadable_in(services.log))
        health = health_of(services, may_write=False)
    click.echo(f"The log has {formats.counted(count, 'event')}")
    for view in VIEWS:
        told = _told(view, known.get(view.name), behind.get(view.name, 0), health.of_views.get(view.name), unreadable)
        click.echo(f"{view.name:<18} {told}")
    of_events = [str(each) for each in unreadable]
    for sentence in dict.fromkeys((*of_events[:SHOWN], *filter(None, [health.checked]), *health.warnings)):
        click.echo(sentence)
    failures = [_of_unreadable(len(unreadable))] if unreadable else []
    if any(status.stopped_at is not None for status in known.values()):
        failures.append("a view is stopped: fix the cause, then restart the service")
    failures += [cause for cause in health.causes if cause not in of_events]
    failures += health.unproven
    if failures:
        raise click.ClickException("\n".join(failures))


def _of_unreadable(count: int) -> str:
    of_log = f"{formats.counted(count, 'event')} of the log cannot be read"
    return f"{of_log}: take the release that wrote it, or see docs/operate.md, When the log is damaged"


def _told(
    view: View, status: ViewStatus | None, behind: int, cause: str | None, unreadable: Sequence[Unreadable]
) -> str:
    if status is None or not status.is_of(view):
        return OF_ANOTHER_RELEASE
    if status.stopped_at is not None:
        return f"STOPPED at event {status.stopped_at:,}: {status.error}"
    if cause is not None:
        return cause
    said = (
        f"follows, {formats.counted(behind, 'event')} behind" if status.follows else "kept in step by every command"
    )
    lacking = [f"{each.position:,}" for each in unreadable if view.reads(each.topic)]
    if not lacking:
        return said
    return f"{said}, and cannot be refilled: it reads event {', '.join(lacking[:SHOWN])}, which cannot be read"


@views.command()
@click.argument("name", required=False, type=NAMES)
def rebuild(name: str | None) -> None:
    """Rebuild all views, or the view NAME, beside the live tables, then replace the live ones.

    The service can keep running. If it is interrupted, run it again to continue.
    """
    count = 0
    failures = []
    with _in_words(), opened() as services:
        for view in _named(name):
            try:
                with _progress(services, view.name) as progress:
                    done = fill_anew(services.log, view, progress)
            except CannotFold as failed:
                failures.append(f"{view.name} was not refilled, and is as it was before. {_said(failed)}")
                continue
            count = done.events
            note_refilled(services, view.name)
            if done.differing:
                rows = formats.counted(len(done.differing), "row")
                click.echo(f"{view.name}: {rows} or more were not what the log says, and now are:")
                for sheet, key in done.differing:
                    click.echo(f"  {sheet} {key}")
    refilled = formats.counted(len(_named(name)) - len(failures), "view")
    click.echo(f"{refilled} refilled from {formats.counted(count, 'event')}")
    if failures:
        raise click.ClickException("\n".join(failures))


@views.command()
@click.option(
    "--record",
    is_flag=True,
    help="Record the time and the result, for `sis views status` and the service status page.",
)
def check(record: bool) -> None:
    """Check that the live views are what a rebuild would give. If not, show the differences and exit with 1."""
    with opened(to_read=True) as services, _progress(services, "Events", times=len(VIEWS)) as progress:
        _refuse_those_of_another_release(services)
        seen = [0]

        def more(number: int) -> None:
            seen[0] += number
            progress(seen[0])

        with services.read_present() as connection:
            behind = behind_since(connection)
        all_found = find_differences(services.log, VIEWS, more)
        stopped = [each for each in all_found if isinstance(each, Stopped)]
        broken = [each for each in all_found if isinstance(each, Broken)]
        differences = [each for each in all_found if isinstance(each, Difference)]
    for each in stopped:
        click.echo(f"{each.view} cannot be checked. {_at(each.position, each.error)}")
    for lost in broken:
        click.echo(str(lost))
    for difference in differences[:SHOWN]:
        for line in _lines_of(difference):
            click.echo(line)
    found = _found(sum(each.rows for each in differences), len(stopped) + len(broken)) + _as_far_as(behind)
    failure = _not_recorded(found, {_view_of(each) for each in all_found}) if record else ""
    if all_found or failure:
        raise click.ClickException("\n".join(filter(None, [found, failure])))
    click.echo(found)


def _lines_of(found: Difference) -> Iterator[str]:
    """View and row, with the columns that differ, a line for each."""
    if not found.key:
        yield f"{_view_of(found)}: {found.live}"
        return
    row = found.rebuilt if found.live is None else found.live
    known_as = [str(value) for name in ("reference", "urn", "name") if (value := getattr(row, name, None))]
    where = f"{_view_of(found)}, {' '.join(known_as[:1])} ({found.table} {' '.join(map(str, found.key))})"
    if found.live is None:
        yield f"{where}: the row is missing"
    elif found.rebuilt is None:
        yield f"{where}: the log has no such row"
    else:
        for name in found.live.__struct_fields__:
            here, there = getattr(found.live, name), getattr(found.rebuilt, name)
            if here != there:
                yield f"{where}: {name} is {_value(here)}, by the log {_value(there)}"


def _value(value: object) -> str:
    return "empty" if value is None else f'"{value}"'


def _view_of(found: Difference | Stopped | Broken) -> str:
    if not isinstance(found, Difference):
        return found.view
    return next(view.name for view in VIEWS for sheet in view.tables if sheet.table.name == found.table)


def _not_recorded(found: str, failing: Collection[str]) -> str:
    """Write down what a check found, and which views failed it; returns what stood in the way, if anything did."""
    try:
        with opened() as services:
            note_check(services, found, failing)
    except FAILURES as failure:
        return f"This was not written down. {in_words(failure)}"
    return ""


def _found(differences: int, unchecked: int) -> str:
    rows = formats.counted(differences, "row differs", "rows differ")
    differing = f"{rows} from the log; run `sis views rebuild`" if differences else ""
    if not unchecked:
        return differing or f"All {len(VIEWS)} views are what the log says"
    others = len(VIEWS) - unchecked
    agree = formats.counted(others, "other view is", "other views are")
    rest = "" if differences or not others else f"; {agree} what the log says"
    return ". ".join(filter(None, [differing, f"{formats.counted(unchecked, 'view')} cannot be checked{rest}"]))


def _as_far_as(behind: Mapping[str, datetime]) -> str:
    """Up to which moment the views were checked that follow and are behind."""
    return "".join(
        f". {name} was only checked up to {formats.datetime(since)}: it is behind, and lacks anything recorded since"
        for name, since in behind.items()
    )


@views.command()
@click.argument("name", type=NAMES)
def follow(name: str) -> None:
    """Let the view NAME follow the log, by `sis follow`, instead of being kept in step by every command.

    Not the views that commands depend on, or that say who somebody is.
    """
    if any(view.name == name for view in DECIDED_BY):
        raise click.ClickException(f"Commands decide by {name}: every command has to keep it in step")
    with _in_words(), opened() as services:
        let_follow(services.log, _named(name)[0])
    click.echo(f"{name} follows the log: make sure that `sis follow` runs")


@views.command()
@click.argument("name", type=NAMES)
def inline(name: str) -> None:
    """Let every command keep the view NAME in step again."""
    with _in_words(), opened() as services:
        keep_inline(services.log, services.follower, _named(name)[0])
    click.echo(f"{name} is kept in step by every command")


def _refuse_those_of_another_release(services: Services) -> None:
    with services.read() as connection:
        known = view_statuses(connection)
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
    except IsStopped as failed:
        raise click.ClickException(str(failed)) from failed
    except Unavailable as failed:
        raise click.ClickException(in_words(failed) if failed.says else str(failed)) from failed


def _said(failed: CannotFold) -> str:
    return _at(failed.position, str(failed))


def _at(position: int, error: str) -> str:
    """What an event did to a view, with its position."""
    return error if error.startswith(f"Event {position:,} ") else f"{error} (event {position:,})"


def _named(name: str | None) -> list[View]:
    return [view for view in VIEWS if name in {None, view.name}]


@contextmanager
def _progress(services: Services, label: str, *, times: int = 1) -> Iterator[Callable[[int], None]]:
    """A bar with rate and time left, told how many events are done."""
    with services.read() as connection:
        total = count_after(connection, 0) * times
    with click.progressbar(length=total, label=label, show_eta=True, show_pos=True) as bar:
        yield lambda done: bar.update(done - bar.pos)
