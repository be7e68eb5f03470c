"""How each kind of file is read and taken in, the same for every door."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID

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
from providers.catalogue.provider_list import NotProviders, ProviderRow, read_provider_names, read_providers
from providers.catalogue.register import Others, authorities_in, read_register
from providers.catalogue.source import Problem, Progress
from providers.enrolment import import_providers
from providers.intake.batches import Saved
from providers.intake.groups import import_groups
from providers.intake.inspections import import_inspections
from providers.intake.links import import_links
from providers.intake.schools import Whole, import_schools
from web.authority import record_of
from web.office import Office

ALL = "all"
"""Stands for the schools of every authority."""

NEW_PROVIDER = reference(Provider.prefix, 0, 0)
"""What a provider is called that a rehearsal would register: it draws no number."""


GROUPS_ALONE = (
    "it lists the groups without their schools. Give the list of these too: on the page as Schools of the groups, "
    "at the command line after it"
)


class AuthorityNeeded(Refusal):
    """It has to be said whose schools are to be taken."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A file on the disk that is to be taken in, and what somebody says of it. `la` is the authority whose schools
    are taken, by name or code, or ALL; None for the service's own. `memberships` are the schools of the groups in the
    file where another file lists them. `reading` and `saving` are told how far it is; a `rehearsal`
    changes nothing.
    """

    what: ImportKind
    file: Path
    source: Source
    memberships: Path | None = None
    la: str | None = None
    part: bool = False
    force: bool = False
    provider_kind: ProviderKind = ProviderKind.PRIVATE
    rehearsal: bool = False
    reading: Progress | None = None
    saving: Saved | None = None


@dataclass(frozen=True)
class Done:
    """What became of a file: its counts, in the order in which they are told, and what does not count. `moved` and
    `missed` name the schools that a person has to know of."""

    counts: Sequence[Count]
    problems: Sequence[Problem]
    moved: Sequence[str] = ()
    missed: Sequence[str] = ()

    def number(self, outcome: Outcome) -> int:
        """How often there was an outcome."""
        return sum(count.number for count in self.counts if count.outcome is outcome)


Importer = Callable[[Office, Wanted], Done]


def _done(
    always: Mapping[Outcome, int],
    problems: Sequence[Problem],
    *,
    if_any: Mapping[Outcome, int],
    moved: Sequence[str] = (),
    missed: Sequence[str] = (),
) -> Done:
    told = [*always.items(), *((outcome, number) for outcome, number in if_any.items() if number)]
    left_out = {problem.line for problem in problems if problem.row_taken is False}
    problems = [replace(each, row_taken=False) if each.line in left_out else each for each in problems]
    return Done([Count(outcome, number) for outcome, number in told], problems, moved, missed)


def _schools(office: Office, wanted: Wanted) -> Done:
    la = None if wanted.la == ALL else wanted.la
    others: Others = {}
    done = import_schools(
        office.service,
        read_register(wanted.file, la=la, progress=wanted.reading, others=others),
        source=wanted.source,
        known=_known(office),
        whole=_whole(office, la, others, part=wanted.part),
        force=wanted.force,
        progress=wanted.saving,
    )
    return _done(
        {
            Outcome.SCHOOLS_REGISTERED: done.registered,
            Outcome.BROUGHT_UP_TO_DATE: done.refreshed,
            Outcome.UNCHANGED: done.unchanged,
        },
        done.problems,
        if_any={
            Outcome.OUTDATED: done.outdated,
            Outcome.OF_OTHER_AUTHORITIES: done.others,
            Outcome.MOVED: len(done.moved),
            Outcome.MISSED: len(done.missed),
            Outcome.PASSED_OVER: done.passed_over,
        },
        moved=done.moved,
        missed=done.missed,
    )


def whose_schools(office: Office, file: Path, la: str | None) -> str:
    """The authority whose schools are taken, by code or name, or ALL.

    The one named, else the one of the office's own record, else the one of the schools that it has, else the only one
    in the file. Raises AuthorityNeeded where it has to be named.
    """
    if la is not None:
        return ALL if la.casefold() == ALL else la
    own = record_of(office)
    if own is not None and own.la_code != SEVERAL:
        return own.la_code
    in_file = authorities_in(file)
    with office.read() as connection:
        named = schools_view.authorities_of(connection) or in_file
    if len(named) == 1:
        return named[0]
    listed = ", ".join(sorted(named)[:12]) + (f" and {len(named) - 12:,} more" if named[12:] else "")
    told = f"The schools are of {listed}" if named else f"{file.name} names no authorities"
    raise AuthorityNeeded(f"{told}. Say whose to take", field="la")


def _whole(office: Office, la: str | None, others: Others, *, part: bool) -> Whole:
    def expected() -> Sequence[schools_view.ExpectedSchool]:
        with office.read() as connection:
            return schools_view.expected_schools(connection)

    def missed() -> Collection[UUID]:
        with office.read() as connection:
            return schools_view.missed_ids(connection)

    return Whole(expected, missed, la, others, part)


def _links(office: Office, wanted: Wanted) -> Done:
    done = import_links(
        office.service,
        read_links(wanted.file, progress=wanted.reading),
        source=wanted.source,
        known=_known(office),
        progress=wanted.saving,
    )
    return _done(
        {
            Outcome.SUCCESSIONS_PROPOSED: done.proposed,
            Outcome.KNOWN: done.unchanged,
            Outcome.OF_UNKNOWN_SCHOOLS: done.unknown,
            Outcome.OF_OTHER_KINDS: done.other,
        },
        done.problems,
        if_any={Outcome.PASSED_OVER: done.passed_over},
    )


def _inspections(office: Office, wanted: Wanted) -> Done:
    def known(asked: Collection[UUID]) -> Mapping[tuple[UUID, date, int], schools_view.InspectedOn]:
        with office.read() as connection:
            return schools_view.known_inspections(connection, asked)

    done = import_inspections(
        office.service,
        read_inspections(wanted.file, progress=wanted.reading),
        source=wanted.source,
        known=_known(office),
        known_inspections=known,
        force=wanted.force,
        progress=wanted.saving,
    )
    return _done(
        {
            Outcome.INSPECTIONS_RECORDED: done.recorded,
            Outcome.KNOWN: done.unchanged,
            Outcome.OF_UNKNOWN_SCHOOLS: done.unknown,
        },
        done.problems,
        if_any={Outcome.PASSED_OVER: done.passed_over},
    )


def _groups(office: Office, wanted: Wanted) -> Done:
    def known() -> Mapping[tuple[UUID, str], schools_view.KnownMember]:
        with office.read() as connection:
            return schools_view.known_groups(connection)

    done = import_groups(
        office.service,
        _membership_rows(wanted),
        source=wanted.source,
        known=_known(office),
        known_groups=known,
        full=not wanted.part,
        force=wanted.force,
        progress=wanted.saving,
    )
    return _done(
        {
            Outcome.MEMBERSHIPS_NOTED: done.joined,
            Outcome.MEMBERSHIPS_ENDED: done.left,
            Outcome.UNCHANGED: done.unchanged,
            Outcome.OF_UNKNOWN_SCHOOLS: done.unknown,
        },
        done.problems,
        if_any={Outcome.PASSED_OVER: done.passed_over},
    )


def _providers(office: Office, wanted: Wanted) -> Done:
    def known(name: str) -> Sequence[UUID]:
        with office.read() as connection:
            return [provider.id for provider in providers_view.providers_named(connection, name)]

    done = import_providers(
        office.service,
        _provider_rows(wanted),
        known=known,
        next_reference=lambda: NEW_PROVIDER if wanted.rehearsal else office.next_reference(Provider),
        usual_kind=wanted.provider_kind,
    )
    return _done(
        {
            Outcome.PROVIDERS_REGISTERED: done.registered,
            Outcome.BROUGHT_UP_TO_DATE: done.changed,
            Outcome.UNCHANGED: done.unchanged,
        },
        done.problems,
        if_any={Outcome.PASSED_OVER: done.passed_over},
    )


IMPORTERS: Mapping[ImportKind, Importer] = {
    ImportKind.SCHOOLS: _schools,
    ImportKind.LINKS: _links,
    ImportKind.INSPECTIONS: _inspections,
    ImportKind.GROUPS: _groups,
    ImportKind.PROVIDERS: _providers,
}


def _known(office: Office) -> Callable[[Sequence[int]], Mapping[int, schools_view.KnownSchool]]:
    def known(urns: Sequence[int]) -> Mapping[int, schools_view.KnownSchool]:
        with office.read() as connection:
            return schools_view.known_register(connection, urns)

    return known


def _membership_rows(wanted: Wanted) -> Iterator[MembershipRow | Problem]:
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
    file: str, groups: Iterator[GroupRow | Problem], memberships: Iterator[MembershipRow | Problem]
) -> Iterator[MembershipRow | Problem]:
    listed: dict[str, GroupRow] = {}
    for group in groups:
        if isinstance(group, Problem):
            yield replace(group, reason=f"{group.reason} (in {file})", row_taken=None)
        else:
            listed[group.uid] = group
    for row in memberships:
        found = listed.get(row.group_uid) if isinstance(row, MembershipRow) else None
        if found is None or isinstance(row, Problem):
            yield row
            continue
        status = found.status or row.group_status
        yield replace(row, group_name=found.name, group_kind=found.kind, group_status=status)


def _provider_rows(wanted: Wanted) -> Iterator[ProviderRow | Problem]:
    try:
        return read_providers(wanted.file, progress=wanted.reading)
    except NotProviders:
        return read_provider_names(wanted.file)
