"""What the imports have in common: the file and its date, the bars, the summary, the report of what was refused."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from domain.aggregate import Aggregate, Event, Refusal
from domain.school import Source
from domain.service import rehearsing
from domain.vocabulary import Channel
from projections.database import alone
from providers.catalogue.register import UnknownAuthority
from providers.catalogue.report import write_report
from providers.catalogue.source import Loss, Problem, WrongFile, date_in_name
from web import words
from web.console.opening import at_the_console
from web.office import Office
from web.sentences import sentence

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

Command = Callable[..., Any]


def dated_option(command: Command) -> Command:
    """`--dated`: the day on which what the file tells was true."""
    text = "The day of the file, as 2024-06-17; without it, the day in its name, else today."
    return click.option("--dated", type=click.DateTime(["%Y-%m-%d"]), help=text)(command)


def report_option(command: Command) -> Command:
    """`--report`: where the rows that do not count are listed."""
    text = "Where to list what does not count; without it, a file beside the one you are in, named after FILE."
    return click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help=text)(command)


def force_option(command: Command) -> Command:
    """`--force`: an older file over a newer one."""
    return click.option("--force", is_flag=True, help="Take the file also where a newer one told otherwise.")(command)


def part_option(command: Command) -> Command:
    """`--part`: a file that is not meant to be full."""
    text = "The file is a part: what it lacks is not missed, and nothing ends because it is not in it."
    return click.option("--part", is_flag=True, help=text)(command)


DRY_RUN = "sis.dry-run"
"""Where the context of a command holds that nothing is to be changed."""


def with_dry_run(group: click.Group) -> None:
    """Give every command of a group `--dry-run`: show what would change, and change nothing."""
    for command in group.commands.values():
        command.params.append(
            click.Option(
                ["--dry-run"],
                is_flag=True,
                expose_value=False,
                callback=lambda context, _, chosen: context.meta.__setitem__(DRY_RUN, chosen),
                help="Show what would change, and change nothing.",
            )
        )


def is_dry_run() -> bool:
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(DRY_RUN))


class Bar:
    """A progress bar that appears with the first step it is told; called with what is done and what there is."""

    def __init__(self, label: str) -> None:
        self._label = "Trying" if label == SAVING and is_dry_run() else label
        self._shown: Any = None

    def __call__(self, done: int, total: int) -> None:
        if self._shown is None:
            self._shown = click.progressbar(length=max(total, 1), label=self._label, file=sys.stderr)
            self._shown.__enter__()
        self._shown.update(done - self._shown.pos)
        if done >= total:
            self._shown.render_finish()


_NAMED = 100
MORE = "{count:,} more"
SAVING = "Saving"


@dataclass(frozen=True)
class Intake:
    """One file on its way in. `report` is where to list what does not count, None for the usual place."""

    file: Path
    report: Path | None
    rehearsed: Counter[str] = field(default_factory=Counter)
    """Sentences of what a dry run would record; the first of them alone are kept, the others are counted."""

    def __post_init__(self) -> None:
        """Raises click.BadParameter before anything is read where the report cannot be written."""
        if self.report is None:
            return
        if not self.report.absolute().parent.is_dir():
            raise click.BadParameter(f"there is no folder {self.report.parent}", param_hint="--report")
        if self.report.exists() and self.report.samefile(self.file):
            raise click.BadParameter("the report would be written over the file itself", param_hint="--report")

    @contextmanager
    def office(self) -> Iterator[Office]:
        """The office that takes the file in, one file at a time; what is refused as a whole is said in one line, and
        changes nothing."""
        with refused_aloud(), at_the_console(channel=Channel.IMPORT) as office:
            by_itself = rehearsing(self._rehearse) if is_dry_run() else alone(office.writer, "import", _another_runs)
            with by_itself:
                yield office

    def _rehearse(self, record: Aggregate, events: list[Event]) -> None:
        for event in events:
            told = f"{record.reference}: {sentence(event, {})}" if len(self.rehearsed) < _NAMED else MORE
            self.rehearsed[told] += 1

    def source(self, office: Office, dated: datetime | None) -> Source:
        """File and day, the day said aloud where nobody gave it."""
        today = office.today()
        if dated is not None:
            return Source(self.file.name, _not_ahead(dated.date(), today))
        named = date_in_name(self.file)
        day = min(named, today) if named else today
        why = "by its name" if named else "as neither --dated nor its name tells a day"
        click.echo(f"{self.file.name} is taken to be of {words.date(day)}, {why}")
        return Source(self.file.name, day)

    def tell(self, summary: Iterable[tuple[int, str]], problems: list[Problem], passed_over: int = 0) -> None:
        """Say what became of the file, and list what does not count; exits with 1 where anything does not.

        `passed_over` counts the exact doubles and closing lines, which are no fault.
        """
        if is_dry_run():
            for told, count in self.rehearsed.items():
                click.echo(f"Would be recorded: {MORE.format(count=count) if told == MORE else told}")
            click.echo("This is a dry run: nothing was changed. Without --dry-run it would be:")
        doubles = [(passed_over, "doubles and closing lines passed over")] if passed_over else []
        click.echo(", ".join(f"{count:,} {what}" for count, what in (*summary, *doubles)))
        self.tell_problems(problems)
        if problems:
            raise click.exceptions.Exit(1)

    def tell_aloud(self, what: str, named: list[str]) -> None:
        """Name what a person has to know of, as far as it can be read; the rest by its number."""
        for each in named[:_NAMED]:
            click.echo(f"{what}: {each}")
        if named[_NAMED:]:
            click.echo(f"{what}: {len(named) - _NAMED:,} more")

    def tell_problems(self, problems: list[Problem]) -> None:
        """List what does not count, and say where."""
        if problems:
            path = self.report or Path(f"{self.file.name.split('.')[0]}-problems.csv")
            try:
                write_report(problems, path)
            except OSError as error:
                raise click.ClickException(
                    f"What counts is saved, but {path} cannot be written: {error.strerror}"
                ) from None
            click.echo(f"Problems: {len(problems):,}. See {path} for line, column and reason")
            for problem in problems:
                if problem.loss is Loss.MANY:
                    where = f"Line {problem.line:,}, {problem.column}" if problem.column else f"Line {problem.line:,}"
                    value = f" ({problem.value})" if problem.value else ""
                    click.echo(f"{where}{value}: {problem.reason}", err=True)


@contextmanager
def refused_aloud() -> Iterator[None]:
    """Tell a file that cannot be taken in as one line, and exit with 1."""
    try:
        yield
    except (WrongFile, UnknownAuthority, Refusal) as refusal:
        raise click.ClickException(str(refusal)) from None


def _another_runs() -> None:
    raise click.ClickException(
        "Another import is running on this database. Nothing was changed. Begin again after it"
    )


def _not_ahead(day: date, today: date) -> date:
    if day > today:
        raise click.BadParameter("the day of a file does not lie ahead", param_hint="--dated")
    return day
