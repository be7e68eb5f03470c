"""Links between establishment records: which school came from which, as the official register says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from providers.catalogue.cells import day, needed, present, urn
from providers.catalogue.source import Column, Problem, Progress, Row, Table, WrongFile, open_table

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


def read_links(path: Path, *, progress: Progress | None = None) -> Iterator[LinkRow | Problem]:
    """The links of the official list of links, or of the 'Linked establishments' of search results.

    A row without its two different URNs and its kind does not count, nor does a link that came before.
    Raises NotLinks before anything is read.
    """
    try:
        table = open_table(path, ("URN", "Linked establishments"), NotLinks)
    except NotLinks:
        table = open_table(path, ("URN", "LinkURN", "LinkType"), NotLinks)
        return _once(_listed(table, progress))
    return _once(_in_search_results(table, progress))


def direction_of(kind: str) -> str:
    """What the linked school is to the one that names it, by the source's word for the link."""
    for direction in (SUCCESSOR, PREDECESSOR):
        if kind.casefold().startswith(direction):
            return direction
    return OTHER


def _once(links: Iterator[LinkRow | Problem]) -> Iterator[LinkRow | Problem]:
    lines: dict[tuple[int, int, str], int] = {}
    for link in links:
        if isinstance(link, LinkRow):
            earlier = lines.setdefault((link.urn, link.linked_urn, link.kind), link.line)
            if link.urn == link.linked_urn:
                yield Problem(link.line, "LinkURN", str(link.urn), "links a school to itself")
                continue
            if earlier != link.line:
                yield Problem(link.line, "LinkURN", str(link.linked_urn), f"stands already in line {earlier}")
                continue
        yield link


def _listed(table: Table, progress: Progress | None) -> Iterator[LinkRow | Problem]:
    for found in table.known(_COLUMNS, ("urn", "linked_urn", "kind"), progress):
        if isinstance(found, Problem):
            yield found
            continue
        line, known = found
        yield LinkRow(line, direction=direction_of(known["kind"]), **{"linked_name": None, "on": None, **known})


def _in_search_results(table: Table, progress: Progress | None) -> Iterator[LinkRow | Problem]:
    layout = table.layout((Column("urn", urn, ("URN",)), Column("links", present, ("Linked establishments",))))
    for row in table.rows(progress, repeats_last=True):
        if isinstance(row, Problem):
            yield row
            continue
        known, problems = layout.known(row)
        yield from problems
        if "urn" in known:
            yield from _links_of(known["urn"], known.get("links"), row)


def _links_of(school: int, first: str | None, row: Row) -> Iterator[LinkRow | Problem]:
    for cell in (first or "", *row.more):
        if cell.casefold() in ("", "does not have links"):
            continue
        match = re.fullmatch(r"([1-9]\d{4,5}) (\S.*)", cell, re.ASCII)
        if match is None:
            yield Problem(row.line, "Linked establishments", cell, "is not a URN and a kind of link")
        else:
            yield LinkRow(row.line, school, int(match[1]), match[2], direction_of(match[2]), None, None)


_COLUMNS = (
    Column("urn", urn, ("URN",)),
    Column("linked_urn", urn, ("LinkURN",)),
    Column("kind", needed, ("LinkType",)),
    Column("linked_name", present, ("LinkName",)),
    Column("on", day, ("LinkEstablishedDate",)),
)
