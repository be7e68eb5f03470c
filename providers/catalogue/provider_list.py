"""Providers from a list: the service's own CSV, and published lists of names (teacher training, NPQ, hubs).

The service's own list has one provider a row under these headings, in any order and case; all but the
name may be left out (the kind only where all columns are of the list, or somebody says it), and a cell may be empty.
Several values in one cell are separated by ';'.

| heading        | what stands there                                             |
|----------------|---------------------------------------------------------------|
| name           | the organisation or, if self-employed, the person             |
| kind (or type) | private, public, internal or school-based                     |
| email          | the organisation's address for enquiries, nobody's own        |
| telephone      |                                                               |
| website        |                                                               |
| subjects       | mathematics; science                                          |
| phases         | primary; secondary (or any other phase of the register; all)  |
| service types  | coaching; training                                            |
| areas          | regions, authorities or parts of one                          |
| day rate       | pounds without VAT: 450 or £450.00                            |
| VAT registered | yes or no                                                     |
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain, product
from pathlib import Path
from typing import Any

from domain.vocabulary import Phase
from providers.catalogue.cells import PartlyRead, needed, present, telephone, tidy, website
from providers.catalogue.source import (
    Loss,
    Progress,
    RowProblem,
    SourceColumn,
    Table,
    WrongFile,
    open_first,
    open_table,
)

KINDS = ("private", "public", "internal", "school_based")


SAY_KIND = "Say of what kind all its providers are, if it is one"


class NotProviders(WrongFile):
    """The file has not the columns of a list of providers."""

    what = "a list of providers"


@dataclass(frozen=True, slots=True)
class ListedCapability:
    """One subject, phase and type of service; None where the list leaves it open."""

    subject: str | None
    phase: str | None
    service_type: str | None


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """One provider. What a list does not tell is None or empty. `day_rate` is in pounds without VAT."""

    line: int
    name: str
    kind: str | None = None
    email: str | None = None
    telephone: str | None = None
    website: str | None = None
    subjects: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    service_types: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    day_rate: Decimal | None = None
    vat_registered: bool | None = None

    @property
    def capabilities(self) -> tuple[ListedCapability, ...]:
        """Every subject in every phase by every type of service; none if the list names none of them."""
        if not (self.subjects or self.phases or self.service_types):
            return ()
        parts = (self.subjects or (None,), self.phases or (None,), self.service_types or (None,))
        return tuple(ListedCapability(*part) for part in product(*parts))


def read_providers(
    path: Path, *, is_kind_told: bool = False, progress: Progress | None = None
) -> Iterator[ProviderRow | RowProblem]:
    """The providers of the service's own list; one without a name, or whose name came before, does not count. Without
    kinds it may have columns of other things only where somebody has told the kind of all. Raises NotProviders before
    anything is read."""
    table = open_table(path, ("name",), NotProviders)
    known = {heading for column in _COLUMNS for heading in column.headings if table.place(heading) is not None}
    others = [] if is_kind_told or known & {"kind", "type"} else _others(table)
    if known == {"name", "type"} or others:
        reason = f"it has no column kind, and columns of other things ({', '.join(others)}). {SAY_KIND}"
        raise NotProviders(path, reason, ("kind",))
    return chain(_not_known(table), _providers(table.known(_COLUMNS, ("name",), progress)))


def read_provider_names(path: Path) -> Iterator[ProviderRow | RowProblem]:
    """The providers that a published list names, each once: teacher-training providers by the name they
    work under, NPQ lead providers, appropriate bodies. Raises NotProviders before anything is read."""
    table = open_first(path, (("Operating name",), ("lead_provider_name",), ("name", "type")), NotProviders)
    heading = next(each for each in ("Operating name", "lead_provider_name", "name") if table.place(each) is not None)
    return _named(table.known((SourceColumn("name", needed, (heading,)),), ("name",)))


def _others(table: Table) -> list[str]:
    """The columns that are none of the service's own list: without kinds the file may be any table."""
    ours = {heading.casefold() for column in _COLUMNS for heading in column.headings}
    return [heading for heading in table.header if heading and heading.casefold() not in ours]


def _not_known(table: Table) -> Iterator[RowProblem]:
    """The columns that the service's own list does not know, each said once."""
    reason = f"is no column of a list of providers, which has {', '.join(c.headings[0] for c in _COLUMNS)}"
    for heading in _others(table):
        yield RowProblem(table.line, heading, "", f"{reason}; nothing of it is taken", Loss.MANY, row_taken=True)


def _providers(rows: Iterator[tuple[int, dict[str, Any]] | RowProblem]) -> Iterator[ProviderRow | RowProblem]:
    firsts: dict[str, ProviderRow] = {}
    for found in rows:
        if isinstance(found, RowProblem):
            yield found
            continue
        line, known = found
        provider = ProviderRow(line, **known)
        first = firsts.setdefault(provider.name.casefold(), provider)
        if first is provider:
            yield provider
        else:
            loss = Loss.NONE if replace(provider, line=first.line) == first else Loss.ONE
            yield RowProblem(line, "name", provider.name, f"stands already in line {first.line}", loss)


def _named(rows: Iterator[tuple[int, dict[str, Any]] | RowProblem]) -> Iterator[ProviderRow | RowProblem]:
    """Each name once; that it comes again is no fault in a list of offers."""
    seen: set[str] = set()
    for found in rows:
        if isinstance(found, RowProblem):
            yield found
        elif found[1]["name"] not in seen:
            seen.add(found[1]["name"])
            yield ProviderRow(found[0], found[1]["name"])


def _kind(text: str) -> str:
    found = re.sub(r"[ -]", "_", needed(text).casefold())
    if found not in KINDS:
        raise ValueError(f"is none of {', '.join(KINDS)}")
    return found


def _email(text: str) -> str | None:
    found = present(text)
    if found is not None and not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", found):
        raise ValueError("is not an email address")
    return found


def _several(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in map(tidy, text.split(";")) if part))


_PHASES = {form.casefold(): phase.value for phase in Phase for form in (phase.value, phase.label)}
_TAUGHT = tuple(phase.value for phase in Phase if phase is not Phase.NOT_APPLICABLE)


def _phases(text: str) -> tuple[str, ...]:
    named = _several(text)
    if [name.casefold() for name in named] == ["all"]:
        return _TAUGHT
    phases = tuple(_PHASES[name.casefold()] for name in named if name.casefold() in _PHASES)
    if unknown := [name for name in named if name.casefold() not in _PHASES]:
        raise PartlyRead(f"has what is no phase of education: {', '.join(unknown)}", phases)
    return phases


def _pounds(text: str) -> Decimal | None:
    found = present(text)
    if found is None:
        return None
    plain = re.fullmatch(r"£? ?(\d{1,3}(?:,\d{3})+|\d{1,6})(\.\d{2})?", found, re.ASCII)
    if plain is None:
        raise ValueError("is not an amount in pounds and pence")
    return Decimal(plain[1].replace(",", "") + (plain[2] or ".00"))


def _yes_or_no(text: str) -> bool | None:
    found = present(text)
    if found is None:
        return None
    answers = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
    if found.casefold() not in answers:
        raise ValueError("is neither yes nor no")
    return answers[found.casefold()]


_COLUMNS = (
    SourceColumn("name", needed, ("name",)),
    SourceColumn("kind", _kind, ("kind", "type")),
    SourceColumn("email", _email, ("email", "e-mail")),
    SourceColumn("telephone", telephone, ("telephone", "phone")),
    SourceColumn("website", website, ("website",)),
    SourceColumn("subjects", _several, ("subjects", "subject")),
    SourceColumn("phases", _phases, ("phases", "phase")),
    SourceColumn("service_types", _several, ("service types", "service type", "service_types")),
    SourceColumn("areas", _several, ("areas", "area", "regions", "region")),
    SourceColumn("day_rate", _pounds, ("day rate", "day_rate")),
    SourceColumn("vat_registered", _yes_or_no, ("VAT registered", "vat_registered")),
)
