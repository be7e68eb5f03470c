"""What the imports have in common: the file and its date, the bars, the summary, the report of what was refused."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from domain.aggregate import Refusal
from domain.imports import ImportKind, SchoolChange
from domain.provider import ProviderKind
from domain.school import Source
from domain.vocabulary import Channel
from providers.catalogue.dated_names import date_in_name
from providers.catalogue.problems import WHAT_OF_ROW
from providers.catalogue.report import write_report
from providers.catalogue.source import Loss, RowProblem
from web import formats
from web.console.opening import ADMINISTRATOR, opened
from web.imports.file_import import finished_before, rehearse, take_in
from web.imports.importers import ImportFile, ImportResult
from web.imports.schools import NAMED, first_schools
from web.runtime.services import Services
from web.runtime.virus_scanner import scanner_at

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

Command = Callable[..., Any]


def dated_option(command: Command) -> Command:
    """`--dated`: the day on which what the file tells was true."""
    text = "The date of the file, as 2024-06-17. Without it, the date in its name, or today."
    return click.option("--dated", type=click.DateTime(["%Y-%m-%d"]), help=text)(command)


def report_option(command: Command) -> Command:
    """`--report`: where the rows that do not count are listed."""
    text = "Where to list the problems. Without it, a file in the current folder, named after FILE."
    return click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help=text)(command)


def force_option(command: Command) -> Command:
    """`--force`: an older file over a newer one."""
    return click.option(
        "--force", is_flag=True, help="Use this file's values even if a newer file gave different ones."
    )(command)


def part_option(command: Command) -> Command:
    """`--part`: a file that is not meant to be full."""
    text = "The file is part of a list: nothing is reported missing or ended because it is not in it."
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


SAVING = "Saving"


@dataclass(frozen=True)
class Intake:
    """One file on its way in, with the file that lists the members of its groups where there is one. `report` is
    where to list what does not count, None for the usual place."""

    file: Path
    report: Path | None
    memberships: Path | None = None

    def __post_init__(self) -> None:
        """Raises click.BadParameter before anything is read where the report cannot be written."""
        if self.report is None:
            return
        if not self.report.absolute().parent.is_dir():
            raise click.BadParameter(f"there is no folder {self.report.parent}", param_hint="--report")
        if self.report.exists() and self.report.samefile(self.last):
            raise click.BadParameter("the report would be written over the file itself", param_hint="--report")

    @property
    def last(self) -> Path:
        """The file whose rows are taken."""
        return self.memberships or self.file

    def take_in(
        self,
        what: ImportKind,
        dated: datetime | None = None,
        *,
        la: str | None = None,
        force: bool = False,
        part: bool = False,
        provider_kind: ProviderKind | None = None,
    ) -> None:
        """Take the file in, or show what would change, and say what became of it; what is refused as a whole is said
        in one line."""
        scanner = scanner_at(os.environ.get("SIS_SCANNER", ""))
        if scanner is None:
            click.echo("This file is not checked for viruses: SIS_SCANNER names no scanner")
        with opened() as services:
            wanted = ImportFile(
                what=what,
                file=self.file,
                memberships=self.memberships,
                source=self.source(services, dated, aloud=what is not ImportKind.PROVIDERS),
                la=la,
                force=force,
                part=part,
                provider_kind=provider_kind,
                reading=Bar("Reading"),
                saving=Bar(SAVING),
                scanner=scanner,
            )
            with refused_aloud(), services.acting(None, ADMINISTRATOR, Channel.COMMAND_LINE):
                done = self._rehearse(services, wanted) if is_dry_run() else self._carry_out(services, wanted)
        self._tell_aloud("Missing from the file, to be answered at /schools/missed", done.missed, len(done.missed))
        if is_dry_run():
            click.echo("This is a dry run: nothing was changed. Without --dry-run the result would be:")
        click.echo(", ".join(map(str, done.counts)))
        self.tell_problems(done.problems)
        if done.problems:
            raise click.exceptions.Exit(1)

    def _carry_out(self, services: Services, wanted: ImportFile) -> ImportResult:
        before = finished_before(services, wanted)
        if before is not None:
            click.echo(f"You already imported this file on {formats.date(before.finished_at)} ({before.reference})")
        record, done = take_in(services, wanted)
        click.echo(f"Recorded as the import {record.reference}")
        if record.begun_again:
            click.echo("This import was interrupted: the counts are those of the whole import")
        with services.read() as connection:
            changed = first_schools(connection, record.reference)
        for change, number, named in changed:
            if change is not SchoolChange.MISSED:
                self._tell_aloud(change.label, list(map(str, named)), number, f"/imports/{record.reference}/schools")
        return done

    def _rehearse(self, services: Services, wanted: ImportFile) -> ImportResult:
        rehearsal, done = rehearse(services, wanted)
        for told, count in rehearsal.sentences.items():
            click.echo(f"Would be recorded: {told}" + (f" ({count:,} times)" if count > 1 else ""))
        if rehearsal.more:
            click.echo(f"Would be recorded: {rehearsal.more:,} more")
        for change, schools in rehearsal.changed.items():
            if change is not SchoolChange.MISSED:
                self._tell_aloud(change.label, schools, len(schools))
        return done

    def source(self, services: Services, dated: datetime | None, *, aloud: bool = True) -> Source:
        """File and day, the day said aloud where nobody gave it."""
        today = services.today()
        if dated is not None:
            return Source(self.last.name, _not_ahead(dated.date(), today))
        named = date_in_name(self.last)
        day = min(named, today) if named else today
        why = "by its name" if named else "as neither --dated nor its name gives a date"
        if aloud:
            click.echo(f"{self.last.name} is treated as dated {formats.date(day)}, {why}")
        return Source(self.last.name, day, assumed=named is None)

    def _tell_aloud(self, what: str, named: Sequence[str], number: int, where: str = "") -> None:
        """Name what a person has to know of, as far as it can be read; the rest by its number, and where it is."""
        for each in named[:NAMED]:
            click.echo(f"{what}: {each}")
        if number > NAMED:
            click.echo(f"{what}: {number - NAMED:,} more" + (f", all of them at {where}" if where else ""))

    def tell_problems(self, problems: Sequence[RowProblem]) -> None:
        """List what does not count, and say where."""
        if problems:
            path = self.report or Path(f"{self.last.name.split('.')[0]}-problems.csv")
            try:
                write_report(problems, path)
            except OSError as error:
                raise click.ClickException(
                    f"The import is saved, but {path} cannot be written: {error.strerror}"
                ) from None
            click.echo(f"Problems: {len(problems):,}. See {path} for line, column and reason. {_left_out(problems)}")
            for problem in problems:
                if problem.loss is Loss.MANY:
                    where = f"Line {problem.line:,}, {problem.column}" if problem.column else f"Line {problem.line:,}"
                    value = f" ({problem.value})" if problem.value else ""
                    click.echo(f"{where}{value}: {problem.reason} ({WHAT_OF_ROW[problem.row_taken]})", err=True)


def _left_out(problems: Sequence[RowProblem]) -> str:
    lines = len({problem.line for problem in problems if not problem.row_taken})
    return f"Rows left out: {lines:,}"


@contextmanager
def refused_aloud() -> Iterator[None]:
    """Tell a file that cannot be taken in as one line, with the option that would take it, and exit with 1."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(f"{refusal}{_OPTIONS.get(refusal.field, '')}") from None


_OPTIONS = {
    "part": ". To import it as part of a list, give --part",
    "la": " with --la CODE or NAME, or import them all with --la all",
}
"""What is said of the option that answers a refusal, by the field that it names."""


def _not_ahead(day: date, today: date) -> date:
    if day > today:
        raise click.BadParameter("the date of a file cannot be in the future", param_hint="--dated")
    return day
