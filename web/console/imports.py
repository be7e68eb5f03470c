"""`sis import`: schools, their links, inspections and groups, and providers, from files as they are published."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from domain.imports import ImportKind
from domain.provider import ProviderKind
from web.console.intake import FILE, Intake, dated_option, force_option, part_option, report_option, with_dry_run


@click.group("import")
def imports() -> None:
    """Import files: only what is new or different is recorded, with its source and date."""


@imports.command()
@click.argument("file", type=FILE)
@click.option("--la", help="Import the schools of one authority, by code or name, or of all (--la all).")
@dated_option
@force_option
@part_option
@report_option
def schools(
    file: Path, *, la: str | None, dated: datetime | None, force: bool, part: bool, report: Path | None
) -> None:
    """Import the register of schools FILE, in any of its official layouts.

    Without --la, it imports the schools of this database's authority; with `--la all`, those of every authority.
    """
    Intake(file, report).take_in(ImportKind.SCHOOLS, dated, la=la, force=force, part=part)


@imports.command()
@click.argument("file", type=FILE)
@dated_option
@report_option
def links(file: Path, dated: datetime | None, report: Path | None) -> None:
    """Propose the successions in FILE. A person confirms or declines each."""
    Intake(file, report).take_in(ImportKind.LINKS, dated)


@imports.command()
@click.argument("file", type=FILE)
@dated_option
@force_option
@report_option
def inspections(file: Path, dated: datetime | None, force: bool, report: Path | None) -> None:
    """Import the list of inspections FILE."""
    Intake(file, report).take_in(ImportKind.INSPECTIONS, dated, force=force)


@imports.command()
@click.argument("file", type=FILE)
@click.argument("memberships", type=FILE, required=False)
@dated_option
@force_option
@part_option
@report_option
def groups(
    file: Path, memberships: Path | None, *, dated: datetime | None, force: bool, part: bool, report: Path | None
) -> None:
    """Import which school belongs to which trust, federation or other group.

    FILE lists the schools in groups, or FILE lists the groups and MEMBERSHIPS the schools in them.
    """
    Intake(file, report, memberships).take_in(ImportKind.GROUPS, dated, force=force, part=part)


@imports.command()
@click.argument("file", type=FILE)
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in ProviderKind]),
    help="What kind of providers they are, if the list does not say. Without it, they are private.",
)
@report_option
def providers(file: Path, kind: str | None, report: Path | None) -> None:
    """Import the list of providers FILE: the service's own layout, or a published list of names."""
    Intake(file, report).take_in(ImportKind.PROVIDERS, provider_kind=ProviderKind(kind) if kind else None)


with_dry_run(imports)
