"""The official register of schools (Get Information about Schools) in every layout in which it is published.

Full download ((code) and (name) pairs), search results, the narrow national register, registers of
some columns, and the list of opening and closing dates. A layout tells only what it has columns for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from domain.local_authorities import code_of, folded, name_of, nearest
from domain.vocabulary import Phase
from providers.catalogue.cells import (
    day,
    identifier,
    needed,
    percentage,
    postcode,
    present,
    present_or_none,
    telephone,
    tidy,
    ukprn,
    urn,
    website,
    whole,
)
from providers.catalogue.source import (
    Layout,
    Loss,
    Progress,
    RowProblem,
    SourceColumn,
    SourceRow,
    Table,
    WrongFile,
    open_first,
)

Detail = str | int | Decimal | date | None

STATUSES = ("Open", "Open, but proposed to close", "Proposed to open", "Closed")


AUTHORITY = "LA (name)"
"""The column that a register may lack where somebody says whose schools it lists."""


class NotARegister(WrongFile):
    """The file has not the columns of a register of schools."""

    what = "a register of schools"


class UnknownAuthority(Exception):
    """The file names authorities without their codes, and no authority is known to have the code asked for; or it
    has no row of the authority asked for."""


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """One establishment record. `known` holds the details for which the layout has a column, by name:
    None where the cell says there is none; no key where the layout does not tell or the cell was bad."""

    line: int
    urn: int
    known: dict[str, Detail]


@dataclass(frozen=True, slots=True)
class ToldElsewhere:
    """A school that a register tells under another authority than the one that is read."""

    line: int
    la_name: str | None
    la_code: str | None


Others = dict[int, ToldElsewhere]
"""The schools of other authorities in a register, by URN."""


def read_register(
    path: Path,
    *,
    la: str | None = None,
    is_la_told: bool = False,
    progress: Progress | None = None,
    others: Others | None = None,
) -> Iterator[SchoolRow | RowProblem]:
    """The schools of a register, in its order; `la` (code, or name in any case) keeps those of one authority, and
    `others` is filled with the rest of them. Where somebody has said so (`is_la_told`), all schools of a register
    that names no authorities are of that one.

    A row counts unless its URN or name is missing or its URN came before; each cell that cannot be
    read costs its detail only.

    Raises NotARegister before anything is read; UnknownAuthority then, or at the end where the file has no row of the
    authority asked for.
    """
    table = _open(path)
    authority = _Authority(table, la, is_told=is_la_told)
    return _schools(table, table.layout(_COLUMNS, _NEEDED), authority, progress, others)


def authorities_in(path: Path) -> list[str]:
    """The authorities whose schools a register holds, by the name or else the code that it gives, in its order; none
    where it names no authorities. Raises NotARegister."""
    table = _open(path)
    place = table.place("LA (name)")
    place = table.place("LA (code)") if place is None else place
    if place is None:
        return []
    rows = (row for row in table.rows() if isinstance(row, SourceRow) and len(row.cells) > place)
    return list(filter(None, dict.fromkeys(tidy(row.cells[place]) for row in rows)))


def is_of(la: str) -> Callable[[str | None, str | None], bool]:
    """Whether a school of this code and name of its authority belongs to the authority (code or name)."""
    asked = code_of(la)

    def belongs(its_code: str | None, its_name: str | None) -> bool:
        if asked is None:
            return its_name is not None and folded(its_name) == folded(la)
        return code_of(its_code or its_name or "") == asked

    return belongs


def _open(path: Path) -> Table:
    """The register in the file: a layout with the status, or the list of opening and closing dates."""
    listed = ("URN", "name", "open_date", "close_date")
    return open_first(path, (listed, ("URN", "EstablishmentName", "EstablishmentStatus (name)")), NotARegister)


def _schools(
    table: Table, layout: Layout, authority: _Authority, progress: Progress | None, others: Others | None
) -> Iterator[SchoolRow | RowProblem]:
    yield from layout.problems
    lines: dict[int, tuple[int, int]] = {}
    elsewhere = Layout(tuple(each for each in layout.places if each[2].detail in ("urn", "la_name", "la_code")))
    found = False
    for row in table.rows(progress, repeats_last=table.header[-1] == LINKED_ESTABLISHMENTS):
        if isinstance(row, RowProblem):
            yield row
        elif authority.has(row):
            found = True
            yield from _school(row, layout, lines, authority.told)
        elif others is not None:
            known, _ = elsewhere.known(row)
            if "urn" in known:
                others[known["urn"]] = ToldElsewhere(row.line, known.get("la_name"), known.get("la_code"))
    if not found:
        if authority.asked is not None:
            raise authority.not_found(table.path.name)
        yield RowProblem(1, "URN", "", "no school is in the file")


def _school(
    row: SourceRow, layout: Layout, lines: dict[int, tuple[int, int]], more: Mapping[str, Detail]
) -> Iterator[SchoolRow | RowProblem]:
    known, problems = layout.known(row)
    yield from problems
    number = known.pop("urn", None)
    if number is None:
        return
    told = hash(tuple(known.values()))
    earlier, told_there = lines.setdefault(number, (row.line, told))
    if earlier != row.line:
        loss = Loss.NONE if told == told_there else Loss.ONE
        yield RowProblem(row.line, "URN", str(number), f"stands already in line {earlier}", loss, number)
    elif "name" in known:
        yield SchoolRow(row.line, number, {**_with_job_in_its_place(known), **more})


def _with_job_in_its_place(known: dict[str, Detail]) -> dict[str, Detail]:
    """A post written where the head's title belongs ('Headteacher') is the job title if there is none."""
    title = known.get("head_title")
    if isinstance(title, str) and title.casefold() in _POSTS:
        known["head_title"] = None
        if "head_job_title" in known:
            known["head_job_title"] = known["head_job_title"] or title
    return known


class _Authority:
    """The authority whose rows are asked for (None: every one's), and the names of those that the file has."""

    def __init__(self, table: Table, la: str | None, *, is_told: bool) -> None:
        self._places = table.place("LA (code)"), table.place("LA (name)")
        code_place, name_place = self._places
        self.asked = None if la is None else tidy(la)
        self._code = None if self.asked is None else code_of(self.asked)
        self._is_ours: dict[tuple[str, str], bool] = {}
        self.told: dict[str, Detail] = {}
        """What is known of the authority of each school beside what its row tells."""
        if self.asked is None:
            return
        names_none = code_place is None and name_place is None
        if names_none and table.place("EstablishmentStatus (name)") is None:
            raise NotARegister(table.path, "it lists schools of all authorities and names none")
        if names_none and not is_told:
            raise NotARegister(table.path, "it does not name an authority. Choose one authority", (AUTHORITY,))
        if code_place is None and self._code is not None and name_of(self._code) is None:
            raise UnknownAuthority(f"No authority is known to have the code {self._code}; give its name")
        if names_none:
            named = self.asked if self._code is None else name_of(self._code)
            self.told = {"la_code": self._code, "la_name": named} if self._code else {"la_name": named}

    def has(self, row: SourceRow) -> bool:
        """Whether a row belongs to the authority, as far as this layout can tell."""
        if self.asked is None or self.told:
            return True
        code, name = (
            tidy(row.cells[place]) if place is not None and place < len(row.cells) else "" for place in self._places
        )
        if (code, name) not in self._is_ours:
            self._is_ours[code, name] = self._matches(code, name)
        return self._is_ours[code, name]

    def _matches(self, code: str, name: str) -> bool:
        assert self.asked is not None
        if name and name.casefold() == self.asked.casefold():
            return True
        if self._code is None:
            return bool(name) and folded(name) == folded(self.asked)
        return (code_of(code) if code else code_of(name)) == self._code

    def not_found(self, file: str) -> UnknownAuthority:
        """Says that the file has no row of the authority: the names most like it, and those that the file has."""
        there = sorted({name or name_of(code) or code for code, name in self._is_ours if name or code})
        asked = (name_of(self._code) if self._code else None) or self.asked or ""
        alike = [each for each in nearest(asked, there) if folded(each) != folded(asked)]
        said = [
            f"{file} has no school of {asked or 'an authority without a name'}",
            f"The names most like it are: {'; '.join(alike)}" if alike else "",
            f"The authorities in the file are: {'; '.join(there)}" if there else "It names no authority",
        ]
        return UnknownAuthority(". ".join(part for part in said if part))


def _status(text: str) -> str:
    found = needed(text)
    for status in STATUSES:
        if status.casefold() == found.casefold():
            return status
    raise ValueError("is not a status of a school")


_PHASES = {phase.label.casefold(): phase.value for phase in Phase}


def _phase(text: str) -> str | None:
    """The phase by its domain value; 'Not applicable' is a phase here, as of special schools."""
    found = tidy(text).casefold()
    if found and found not in _PHASES:
        raise ValueError("is not a phase of education")
    return _PHASES.get(found)


def _la_code(text: str) -> str | None:
    return identifier(text, 3)


def _establishment_number(text: str) -> str | None:
    return identifier(text, 4)


def _trust_code(text: str) -> str | None:
    number = whole(text)
    return None if number is None else str(number)


_NEEDED = ("urn", "name")
LINKED_ESTABLISHMENTS = "Linked establishments"
_NAME_HEADINGS = ("EstablishmentName", "name")
_POSTS = frozenset({"headteacher", "head teacher", "principal", "co headteacher"})

_COLUMNS = (
    SourceColumn("urn", urn, ("URN",)),
    SourceColumn("name", needed, _NAME_HEADINGS),
    SourceColumn("la_code", _la_code, ("LA (code)",)),
    SourceColumn("la_name", present, ("LA (name)",)),
    SourceColumn("establishment_number", _establishment_number, ("EstablishmentNumber",)),
    SourceColumn("school_type", present, ("TypeOfEstablishment (name)",)),
    SourceColumn("type_group", present, ("EstablishmentTypeGroup (name)",)),
    SourceColumn("status", _status, ("EstablishmentStatus (name)",)),
    SourceColumn("phase", _phase, ("PhaseOfEducation (name)",)),
    SourceColumn("statutory_low_age", whole, ("StatutoryLowAge",)),
    SourceColumn("statutory_high_age", whole, ("StatutoryHighAge",)),
    SourceColumn("opened", day, ("OpenDate", "open_date"), dated=True),
    SourceColumn("closed", day, ("CloseDate", "close_date"), dated=True),
    SourceColumn("reason_opened", present, ("ReasonEstablishmentOpened (name)",)),
    SourceColumn("reason_closed", present, ("ReasonEstablishmentClosed (name)",)),
    SourceColumn("religious_character", present_or_none, ("ReligiousCharacter (name)",)),
    SourceColumn("diocese", present, ("Diocese (name)",)),
    SourceColumn("gender", present, ("Gender (name)",)),
    SourceColumn("postcode", postcode, ("Postcode",)),
    SourceColumn("street", present, ("Street",)),
    SourceColumn("locality", present, ("Locality",)),
    SourceColumn("address3", present, ("Address3",)),
    SourceColumn("town", present, ("Town",)),
    SourceColumn("county", present, ("County (name)",)),
    SourceColumn("telephone", telephone, ("TelephoneNum",)),
    SourceColumn("website", website, ("SchoolWebsite",)),
    SourceColumn("head_title", present, ("HeadTitle (name)",)),
    SourceColumn("head_first_name", present, ("HeadFirstName",)),
    SourceColumn("head_last_name", present, ("HeadLastName",)),
    SourceColumn("head_job_title", present, ("HeadPreferredJobTitle",)),
    SourceColumn("pupils", whole, ("NumberOfPupils",)),
    SourceColumn("capacity", whole, ("SchoolCapacity",)),
    SourceColumn("percent_fsm", percentage, ("PercentageFSM",)),
    SourceColumn("trust_name", present, ("Trusts (name)",)),
    SourceColumn("trust_code", _trust_code, ("Trusts (code)",)),
    SourceColumn("federation_name", present, ("Federations (name)",)),
    SourceColumn("last_inspected", day, ("OfstedLastInsp",), dated=True),
    SourceColumn("inspection_rating", present, ("OfstedRating (name)",)),
    SourceColumn("ukprn", ukprn, ("UKPRN",)),
    SourceColumn("nursery_provision", present, ("NurseryProvision (name)",)),
    SourceColumn("official_sixth_form", present, ("OfficialSixthForm (name)",)),
    SourceColumn("urban_rural", present, ("UrbanRural (name)",)),
    SourceColumn("district", present, ("DistrictAdministrative (name)",)),
    SourceColumn("ward", present, ("AdministrativeWard (name)",)),
    SourceColumn("parliamentary_constituency", present, ("ParliamentaryConstituency (name)",)),
    SourceColumn("easting", whole, ("Easting",)),
    SourceColumn("northing", whole, ("Northing",)),
)
