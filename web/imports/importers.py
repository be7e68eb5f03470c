"""How each kind of file is read and taken in, the same for pages, API and command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Concatenate, Generic, ParamSpec, TypeVar

import sqlalchemy as sa

from domain.aggregate import Refusal
from domain.authority import SEVERAL
from domain.imports import Count, ImportKind, Outcome
from domain.provider import Provider, ProviderKind
from domain.references import reference
from domain.school import Source
from projections import providers as providers_view
from projections import schools as schools_view
from providers.catalogue.groups import GroupRow, MembershipRow, NotMemberships, read_groups, read_memberships
from providers.catalogue.inspections import read_inspections
from providers.catalogue.links import read_links
from providers.catalogue.problems import RowProblem, Sorted
from providers.catalogue.provider_list import NotProviders, ProviderRow, read_provider_names, read_providers
from providers.catalogue.register import Others, authorities_in, read_register
from providers.catalogue.source import Progress
from providers.enrolment import ProvidersReport, import_providers
from providers.intake.batches import Saved
from providers.intake.groups import GroupsReport, import_groups
from providers.intake.inspections import InspectionsReport, import_inspections
from providers.intake.links import LinksReport, import_links
from providers.intake.schools import ImportReport, Whole, import_schools
from web.runtime.authority import record_of, subjects_of
from web.runtime.services import Services
from web.runtime.virus_scanner import Scanner

P = ParamSpec("P")
R = TypeVar("R", bound=Sorted)
T = TypeVar("T")

ALL = "all"
"""Stands for the schools of every authority."""

NEW_PROVIDER = reference(Provider.prefix, 0, 0)
"""What a provider is called that a rehearsal would register: it draws no number."""


GROUPS_ALONE = (
    "it lists the groups without their schools. Give the list of the schools too: on the page under Schools in the "
    "groups, at the command line after this file"
)


class AuthorityNeeded(Refusal):
    """It has to be said whose schools are to be taken."""


@dataclass(frozen=True, kw_only=True)
class ImportFile:
    """A file on the disk that is to be taken in, and what somebody says of it. `la` is the authority whose schools
    are taken, by name or code, or ALL; None for the service's own, which is found out then and not `is_la_told`.
    `memberships` are the schools of the groups in the file where another file lists them. `reading` and `saving` are
    told how far it is. `provider_kind` is that of a list which does not say, None
    where nobody has said. The `scanner` looks at the files before anything reads them.
    """

    what: ImportKind
    file: Path
    source: Source
    memberships: Path | None = None
    la: str | None = None
    is_la_told: bool = True
    part: bool = False
    force: bool = False
    provider_kind: ProviderKind | None = None
    scanner: Scanner | None = None
    reading: Progress | None = None
    saving: Saved | None = None


@dataclass(frozen=True)
class ImportResult:
    """What became of a file: its counts, in the order in which they are told, and what does not count. `missed` names
    the schools that the file lacks."""

    counts: Sequence[Count]
    problems: Sequence[RowProblem]
    missed: Sequence[str] = ()

    def number(self, outcome: Outcome) -> int:
        """How often there was an outcome."""
        return sum(count.number for count in self.counts if count.outcome is outcome)


@dataclass(frozen=True)
class Importer(Generic[R]):
    """How one kind of file is taken in, and what is told of it: always, and if there was any."""

    take_in: Callable[[Services, ImportFile], R]
    always: Callable[[R], Mapping[Outcome, int]]
    if_any: Callable[[R], Mapping[Outcome, int]] = lambda _: {}
    missed: Callable[[R], Sequence[str]] = lambda _: ()

    def __call__(self, services: Services, wanted: ImportFile) -> ImportResult:
        done = self.take_in(services, wanted)
        if_any = {**self.if_any(done), Outcome.PASSED_OVER: done.passed_over}
        told = [*self.always(done).items(), *(each for each in if_any.items() if each[1])]
        return ImportResult([Count(*each) for each in told], done.problems, self.missed(done))


def _asking(services: Services, query: Callable[Concatenate[sa.Connection, P], T]) -> Callable[P, T]:
    """A question of the views, asked anew each time."""

    def ask(*args: P.args, **kwargs: P.kwargs) -> T:
        with services.read() as connection:
            return query(connection, *args, **kwargs)

    return ask


def _schools(services: Services, wanted: ImportFile) -> ImportReport:
    la = None if wanted.la == ALL else wanted.la
    others: Others = {}
    expected = _asking(services, schools_view.expected_schools)
    return import_schools(
        services.service,
        read_register(wanted.file, la=la, is_la_told=wanted.is_la_told, progress=wanted.reading, others=others),
        source=wanted.source,
        known=_asking(services, schools_view.known_register),
        whole=Whole(expected, _asking(services, schools_view.missed_ids), la, others, wanted.part),
        force=wanted.force,
        progress=wanted.saving,
    )


def _links(services: Services, wanted: ImportFile) -> LinksReport:
    return import_links(
        services.service,
        read_links(wanted.file, progress=wanted.reading),
        source=wanted.source,
        known=_asking(services, schools_view.known_register),
        progress=wanted.saving,
    )


def _inspections(services: Services, wanted: ImportFile) -> InspectionsReport:
    return import_inspections(
        services.service,
        read_inspections(wanted.file, progress=wanted.reading),
        source=wanted.source,
        known=_asking(services, schools_view.known_register),
        known_inspections=_asking(services, schools_view.known_inspections),
        force=wanted.force,
        progress=wanted.saving,
    )


def _groups(services: Services, wanted: ImportFile) -> GroupsReport:
    return import_groups(
        services.service,
        _membership_rows(wanted),
        source=wanted.source,
        known=_asking(services, schools_view.known_register),
        known_groups=_asking(services, schools_view.known_groups),
        full=not wanted.part,
        force=wanted.force,
        progress=wanted.saving,
    )


def _providers(services: Services, wanted: ImportFile) -> ProvidersReport:
    named = _asking(services, providers_view.providers_named)
    return import_providers(
        services.service,
        _provider_rows(wanted),
        known=lambda name: [provider.id for provider in named(name)],
        next_reference=lambda: services.next_reference(Provider),
        listed=subjects_of(services),
        usual_kind=wanted.provider_kind or ProviderKind.PRIVATE,
    )


IMPORTERS: Mapping[ImportKind, Callable[[Services, ImportFile], ImportResult]] = {
    ImportKind.SCHOOLS: Importer(
        _schools,
        lambda done: {
            Outcome.SCHOOLS_REGISTERED: done.registered,
            Outcome.BROUGHT_UP_TO_DATE: done.refreshed,
            Outcome.UNCHANGED: done.unchanged,
        },
        lambda done: {
            Outcome.OUTDATED: done.outdated,
            Outcome.OF_OTHER_AUTHORITIES: done.others,
            Outcome.MOVED: done.moved,
            Outcome.MISSED: len(done.missed),
            Outcome.MISSED_FIRST: done.missed_first,
        },
        lambda done: done.missed,
    ),
    ImportKind.LINKS: Importer(
        _links,
        lambda done: {
            Outcome.SUCCESSIONS_PROPOSED: done.proposed,
            Outcome.KNOWN: done.unchanged,
            Outcome.OF_UNKNOWN_SCHOOLS: done.unknown,
            Outcome.OF_OTHER_KINDS: done.other,
        },
    ),
    ImportKind.INSPECTIONS: Importer(
        _inspections,
        lambda done: {
            Outcome.INSPECTIONS_RECORDED: done.recorded,
            Outcome.KNOWN: done.unchanged,
            Outcome.OF_UNKNOWN_SCHOOLS: done.unknown,
        },
    ),
    ImportKind.GROUPS: Importer(
        _groups,
        lambda done: {
            Outcome.MEMBERSHIPS_NOTED: done.joined,
            Outcome.MEMBERSHIPS_ENDED: done.left,
            Outcome.UNCHANGED: done.unchanged,
            Outcome.OF_UNKNOWN_SCHOOLS: done.unknown,
        },
    ),
    ImportKind.PROVIDERS: Importer(
        _providers,
        lambda done: {
            Outcome.PROVIDERS_REGISTERED: done.registered,
            Outcome.BROUGHT_UP_TO_DATE: done.changed,
            Outcome.UNCHANGED: done.unchanged,
        },
    ),
}


def whose_schools(services: Services, file: Path, la: str | None) -> str:
    """The authority whose schools are taken, by code or name, or ALL.

    The one named, else the one of the authority's own record, else the one of the schools that it has, else the only
    one in the file. Raises AuthorityNeeded where it has to be named.
    """
    if la is not None:
        return ALL if la.casefold() == ALL else la
    own = record_of(services)
    if own is not None and own.la_code != SEVERAL:
        return own.la_code
    in_file = authorities_in(file)
    with services.read() as connection:
        named = schools_view.authorities_of(connection) or in_file
    if len(named) == 1:
        return named[0]
    listed = ", ".join(sorted(named)[:12]) + (f" and {len(named) - 12:,} more" if named[12:] else "")
    told = f"The schools are of {listed}" if named else f"{file.name} does not name an authority"
    raise AuthorityNeeded(f"{told}. Choose one authority", field="la")


def _membership_rows(wanted: ImportFile) -> Iterator[MembershipRow | RowProblem]:
    """The schools in groups, each group as its own list tells it where there is one: its name, its kind, and whether
    it has closed."""
    if wanted.memberships is None:
        try:
            return read_memberships(wanted.file, progress=wanted.reading)
        except NotMemberships as wrong:
            if wrong.missing != ("URN",):
                raise
            raise NotMemberships(wanted.file, GROUPS_ALONE, wrong.missing) from None
    memberships = read_memberships(wanted.memberships, progress=wanted.reading)
    return _as_listed(wanted.file.name, read_groups(wanted.file), memberships)


def _as_listed(
    file: str, groups: Iterator[GroupRow | RowProblem], memberships: Iterator[MembershipRow | RowProblem]
) -> Iterator[MembershipRow | RowProblem]:
    listed: dict[str, GroupRow] = {}
    wrong: list[RowProblem] = []
    for group in groups:
        if isinstance(group, RowProblem):
            wrong.append(group)
        else:
            listed[group.uid] = group
    lines = {group.line for group in listed.values()}
    for each in wrong:
        yield replace(each, reason=f"{each.reason} (in {file})", row_taken=each.row_taken or each.line in lines)
    for row in memberships:
        found = listed.get(row.group_uid) if isinstance(row, MembershipRow) else None
        if found is None or isinstance(row, RowProblem):
            yield row
            continue
        status = found.status or row.group_status
        yield replace(row, group_name=found.name, group_kind=found.kind, group_status=status)


def _provider_rows(wanted: ImportFile) -> Iterator[ProviderRow | RowProblem]:
    is_kind_told = wanted.provider_kind is not None
    try:
        return read_providers(wanted.file, is_kind_told=is_kind_told, progress=wanted.reading)
    except NotProviders as wrong:
        try:
            return read_provider_names(wanted.file)
        except NotProviders as wrong_too:
            raise (wrong if wrong.missing == ("kind",) else wrong_too) from None
