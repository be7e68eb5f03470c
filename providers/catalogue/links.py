"""Links between establishment records: which school came from which, as the official register says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from providers.catalogue.cells import day, needed, present, urn
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

SUCCESSOR, PREDECESSOR, OTHER = "successor", "predecessor", "other"


class NotLinks(WrongFile):
    """The file has neither links as rows nor a column of linked establishments."""

    what = "a list of links between schools"


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One school's link to another, as its own record tells it; the other record often tells it too.

    `kind` is the source's own word; `direction` what the linked school is to this one: its successor,
    its predecessor, or other (amalgamations, mergers and sixth form centres, where either may have
    come first). `on` is None where the source gives no day.
    """

    line: int
    urn: int
    linked_urn: int
    kind: str
    direction: str
    linked_name: str | None
    on: date | None


def read_links(path: Path, *, progress: Progress | None = None) -> Iterator[LinkRow | RowProblem]:
    """The links of the official list of links, or of the 'Linked establishments' of search results.

    A row without its two different URNs and its kind does not count, nor does a link that came before.
    Raises NotLinks before anything is read.
    """
    table = open_first(path, (("URN", "Linked establishments"), ("URN", "LinkURN", "LinkType")), NotLinks)
    if table.place("Linked establishments") is None:
        return _once(_listed(table.known(_COLUMNS, ("urn", "linked_urn", "kind"), progress)))
    searched = (SourceColumn("urn", urn, ("URN",)), SourceColumn("links", present, ("Linked establishments",)))
    return _once(_in_search_results(table, table.layout(searched), progress))


def direction_of(kind: str) -> str:
    """What the linked school is to the one that names it, by the source's word for the link."""
    for direction in (SUCCESSOR, PREDECESSOR):
        if kind.casefold().startswith(direction):
            return direction
    return OTHER


def _once(links: Iterator[LinkRow | RowProblem]) -> Iterator[LinkRow | RowProblem]:
    earlier: dict[tuple[int, int, str], LinkRow] = {}
    for link in links:
        if isinstance(link, LinkRow):
            first = earlier.setdefault((link.urn, link.linked_urn, link.kind), link)
            if link.urn == link.linked_urn:
                yield RowProblem(link.line, "LinkURN", str(link.urn), "links a school to itself", urn=link.urn)
                continue
            if first is not link:
                loss = Loss.NONE if replace(link, line=first.line) == first else Loss.ONE
                reason = f"stands already in line {first.line}"
                yield RowProblem(link.line, "LinkURN", str(link.linked_urn), reason, loss, link.urn)
                continue
        yield link


def _listed(rows: Iterator[tuple[int, dict[str, Any]] | RowProblem]) -> Iterator[LinkRow | RowProblem]:
    for found in rows:
        if isinstance(found, RowProblem):
            yield found
            continue
        line, known = found
        yield LinkRow(line, direction=direction_of(known["kind"]), **{"linked_name": None, "on": None, **known})


def _in_search_results(table: Table, layout: Layout, progress: Progress | None) -> Iterator[LinkRow | RowProblem]:
    for row in table.rows(progress, repeats_last=True):
        if isinstance(row, RowProblem):
            yield row
            continue
        known, problems = layout.known(row)
        yield from problems
        if "urn" in known:
            yield from _links_of(known["urn"], known.get("links"), row)


def _links_of(school: int, first: str | None, row: SourceRow) -> Iterator[LinkRow | RowProblem]:
    for cell in (first or "", *row.more):
        if cell.casefold() in ("", "does not have links"):
            continue
        match = re.fullmatch(r"([1-9]\d{4,5}) (\S.*)", cell, re.ASCII)
        if match is None:
            yield RowProblem(row.line, "Linked establishments", cell, "is not a URN and a kind of link", urn=school)
        else:
            yield LinkRow(row.line, school, int(match[1]), match[2], direction_of(match[2]), None, None)


_COLUMNS = (
    SourceColumn("urn", urn, ("URN",)),
    SourceColumn("linked_urn", urn, ("LinkURN",)),
    SourceColumn("kind", needed, ("LinkType",)),
    SourceColumn("linked_name", present, ("LinkName",)),
    SourceColumn("on", day, ("LinkEstablishedDate",), dated=True),
)
