"""`sis import`: schools, their links, inspections and groups, and providers, from files as they are published."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import click

from domain.provider import Provider, ProviderKind
from domain.references import reference
from projections import providers as providers_view
from projections import schools as schools_view
from providers.catalogue.groups import GroupRow, MembershipRow, read_groups, read_memberships
from providers.catalogue.inspections import read_inspections
from providers.catalogue.links import read_links
from providers.catalogue.provider_list import NotProviders, ProviderRow, read_provider_names, read_providers
from providers.catalogue.register import Others, authorities_in, read_register
from providers.catalogue.source import Problem
from providers.enrolment import import_providers
from providers.intake.groups import import_groups
from providers.intake.inspections import import_inspections
from providers.intake.links import import_links
from providers.intake.schools import Whole, import_schools
from web.authority import record_of
from web.console.intake import (
    FILE,
    SAVING,
    Bar,
    Intake,
    dated_option,
    force_option,
    is_dry_run,
    part_option,
    refused_aloud,
    report_option,
    with_dry_run,
)
from web.office import Office

ALL = "all"
NEW_PROVIDER = reference(Provider.prefix, 0, 0)
"""What a provider is called that a dry run would register: it draws no number."""

NO_CODE = "000"
"""The code of a demonstration of several authorities."""


@click.group("import")
def imports() -> None:
    """Take in files: only what is new or different is recorded, with its source and its day."""


@imports.command()
@click.argument("file", type=FILE)
@click.option("--la", help="Take the schools of one authority, by code or name, or of all (--la all).")
@dated_option
@force_option
@part_option
@report_option
def schools(
    file: Path, *, la: str | None, dated: datetime | None, force: bool, part: bool, report: Path | None
) -> None:
    """Take in the register of schools FILE, in any of its official layouts.

    Without --la, the schools of the authority whose database this is; `--la all` takes those of every authority.
    """
    intake = Intake(file, report)
    with intake.office() as office:
        taken = _authority(office, file, la)
        others: Others = {}
        rows = read_register(file, la=taken, progress=Bar("Reading"), others=others)
        done = import_schools(
            office.service,
            rows,
            source=intake.source(office, dated),
            known=_known(office),
            whole=_whole(office, taken, others, part=part),
            force=force,
            progress=Bar(SAVING),
        )
        summary = [(done.registered, "schools registered"), (done.refreshed, "brought up to date")]
        summary += [(done.unchanged, "unchanged")]
        summary += [(done.others, "of other authorities")] if done.others else []
        intake.tell_aloud("No longer this authority's", done.moved)
        intake.tell_aloud("Not in the file, to be looked into at /schools/missed", done.missed)
        intake.tell(summary, done.problems, done.passed_over)


def _authority(office: Office, file: Path, la: str | None) -> str | None:
    """The authority whose schools are taken, by code or name; None for those of all.

    Named, else the one of the office's own record, else the one of the schools that it has, else the only one in the
    file. Raises click.ClickException where it has to be named.
    """
    if la is not None:
        return None if la.casefold() == ALL else la
    own = record_of(office)
    if own is not None and own.la_code != NO_CODE:
        return own.la_code
    in_file = authorities_in(file)
    with office.read() as connection:
        named = schools_view.authorities_of(connection) or in_file
    if len(named) == 1:
        return named[0]
    listed = ", ".join(sorted(named)[:12]) + (f" and {len(named) - 12:,} more" if named[12:] else "")
    told = f"The schools are of {listed}" if named else f"{file.name} names no authorities"
    raise click.ClickException(f"{told}. Say whose to take with --la CODE or NAME, or take them all with --la {ALL}")


def _whole(office: Office, la: str | None, others: Others, *, part: bool) -> Whole:
    def expected() -> Sequence[schools_view.ExpectedSchool]:
        with office.read() as connection:
            return schools_view.expected_schools(connection)

    def missed() -> Collection[UUID]:
        with office.read() as connection:
            return schools_view.missed_ids(connection)

    return Whole(expected, missed, la, others, part)


@imports.command()
@click.argument("file", type=FILE)
@dated_option
@report_option
def links(file: Path, dated: datetime | None, report: Path | None) -> None:
    """Propose the successions that FILE tells; a person confirms or declines each."""
    intake = Intake(file, report)
    with refused_aloud():
        rows = read_links(file, progress=Bar("Reading"))
    with intake.office() as office:
        done = import_links(
            office.service,
            rows,
            source=intake.source(office, dated),
            known=_known(office),
            progress=Bar(SAVING),
        )
        summary = (done.proposed, "successions proposed"), (done.unchanged, "known already")
        others = (done.unknown, "of schools not in the register"), (done.other, "links of other kinds")
        intake.tell([*summary, *others], done.problems, done.passed_over)


@imports.command()
@click.argument("file", type=FILE)
@dated_option
@force_option
@report_option
def inspections(file: Path, dated: datetime | None, force: bool, report: Path | None) -> None:
    """Take in the list of inspections FILE."""
    intake = Intake(file, report)
    with refused_aloud():
        rows = read_inspections(file, progress=Bar("Reading"))
    with intake.office() as office:

        def known_inspections(asked: Collection[UUID]) -> Mapping[tuple[UUID, date, int], schools_view.InspectedOn]:
            with office.read() as connection:
                return schools_view.known_inspections(connection, asked)

        done = import_inspections(
            office.service,
            rows,
            source=intake.source(office, dated),
            known=_known(office),
            known_inspections=known_inspections,
            force=force,
            progress=Bar(SAVING),
        )
        summary = (done.recorded, "inspections recorded"), (done.unchanged, "known already")
        intake.tell([*summary, (done.unknown, "of schools not in the register")], done.problems, done.passed_over)


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
    """Take in which school belongs to which trust, federation or other group.

    FILE lists the schools in groups; or FILE lists the groups, and MEMBERSHIPS the schools in them.
    """
    intake = Intake(memberships or file, report)
    with refused_aloud():
        rows = read_memberships(file, progress=Bar("Reading")) if memberships is None else _joined(file, memberships)
    with intake.office() as office:

        def known_groups() -> Mapping[tuple[UUID, str], schools_view.KnownMember]:
            with office.read() as connection:
                return schools_view.known_groups(connection)

        done = import_groups(
            office.service,
            rows,
            source=intake.source(office, dated),
            known=_known(office),
            known_groups=known_groups,
            full=not part,
            force=force,
            progress=Bar(SAVING),
        )
        summary = (done.joined, "memberships noted"), (done.left, "ended"), (done.unchanged, "unchanged")
        intake.tell([*summary, (done.unknown, "of schools not in the register")], done.problems, done.passed_over)


@imports.command()
@click.argument("file", type=FILE)
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in ProviderKind]),
    default=ProviderKind.PRIVATE.value,
    show_default=True,
    help="What the providers are, where the list does not say.",
)
@report_option
def providers(file: Path, kind: str, report: Path | None) -> None:
    """Take in the list of providers FILE: the service's own layout, or a published list of names."""
    intake = Intake(file, report)
    with refused_aloud():
        rows = _provider_rows(file)
    with intake.office() as office:

        def known(name: str) -> Sequence[UUID]:
            with office.read() as connection:
                return [provider.id for provider in providers_view.providers_named(connection, name)]

        done = import_providers(
            office.service,
            rows,
            known=known,
            next_reference=lambda: NEW_PROVIDER if is_dry_run() else office.next_reference(Provider),
            usual_kind=ProviderKind(kind),
        )
        summary = (done.registered, "providers registered"), (done.changed, "brought up to date")
        intake.tell([*summary, (done.unchanged, "unchanged")], done.problems, done.passed_over)


def _known(office: Office) -> Callable[[Sequence[int]], Mapping[int, schools_view.KnownSchool]]:
    def known(urns: Sequence[int]) -> Mapping[int, schools_view.KnownSchool]:
        with office.read() as connection:
            return schools_view.known_register(connection, urns)

    return known


def _joined(groups: Path, memberships: Path) -> Iterator[MembershipRow | Problem]:
    """The schools in groups, each group as its own list tells it: its name, its kind, and whether it has closed."""
    return _as_listed(groups.name, read_groups(groups), read_memberships(memberships, progress=Bar("Reading")))


def _as_listed(
    file: str, groups: Iterator[GroupRow | Problem], memberships: Iterator[MembershipRow | Problem]
) -> Iterator[MembershipRow | Problem]:
    listed: dict[str, GroupRow] = {}
    for group in groups:
        if isinstance(group, Problem):
            yield replace(group, reason=f"{group.reason} (in {file})")
        else:
            listed[group.uid] = group
    for row in memberships:
        found = listed.get(row.group_uid) if isinstance(row, MembershipRow) else None
        if found is None or isinstance(row, Problem):
            yield row
            continue
        status = found.status or row.group_status
        yield replace(row, group_name=found.name, group_kind=found.kind, group_status=status)


def _provider_rows(file: Path) -> Iterator[ProviderRow | Problem]:
    try:
        return read_providers(file, progress=Bar("Reading"))
    except NotProviders:
        return read_provider_names(file)


with_dry_run(imports)
