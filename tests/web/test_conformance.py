"""The conformance walk: whatever layout a register is published in, the service shows what the file holds.

Each real register is taken in for one authority, and what pages and API tell is compared with what the file counts,
by a plain reading of its own.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.account import TokenScopes
from domain.vocabulary import Role
from projections import people
from tests.databases import Databases, with_views
from tests.web.conftest import Browser, Program, an_app
from web.accounts import sessions, tokens
from web.accounts.sessions import COOKIE
from web.demonstration.loading import load_register
from web.office import Office

Rows = list[dict[str, str]]

STATE_FUNDED = ("Academies", "Free Schools", "Local authority maintained schools", "Special schools")
NOT_OURS = ("Non-maintained special school", "Other independent special school")


def is_ours(row: dict[str, str]) -> bool:
    """By the usual settings: open, and state-funded where the file tells a type."""
    if row["EstablishmentStatus (name)"] not in ("Open", "Open, but proposed to close"):
        return False
    kind, group = row.get("TypeOfEstablishment (name)"), row.get("EstablishmentTypeGroup (name)")
    return kind is None or (group in STATE_FUNDED and kind not in NOT_OURS)


@dataclass(frozen=True)
class Register:
    """A real file, the authority that is asked for, and how the file itself names it: column and cell."""

    file: str
    encoding: str
    la: str
    column: str
    cell: str


REGISTERS = [
    Register(
        "salford_355/register_2024-06_all_establishments.csv", "utf-8", "Salford City Council", "LA (name)", "Salford"
    ),
    Register("salford_355/register_2022-04.csv", "cp1252", "E08000006", "LA (code)", "355"),
    Register("gias/register_2024-06_all_establishments.csv.gz", "utf-8", "857", "LA (name)", "Rutland"),
    Register("gias/register_2022-04_mainstream_open.csv.gz", "cp1252", "Rutland", "LA (name)", "Rutland"),
    Register(
        "gias/search_results_hampshire_850_primary_2022-04-20.csv", "ascii", "Hampshire", "LA (name)", "Hampshire"
    ),
    Register(
        "gias/edubasealldata_format_sample_2021-05.csv", "utf-8", "London Borough of Camden", "LA (code)", "202"
    ),
]


def counted(folder: Path, register: Register) -> Rows:
    """The rows of the authority, read without any of the service's own readers."""
    path = folder / register.file
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding=register.encoding, newline="") as file:
        return [row for row in csv.DictReader(file) if row[register.column] == register.cell]


@dataclass(frozen=True)
class Served:
    """An authority that is served, and somebody of its service at the pages and at the API."""

    pages: Browser
    api: Program

    def listed(self, query: str = "") -> list[dict[str, Any]]:
        return self._all("/schools", query)

    def core_visits(self) -> list[dict[str, Any]]:
        return self._all("/core-visits", "")

    def _all(self, path: str, query: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        after = ""
        while True:
            page = self.api.get(f"{path}?limit=200{query}{after}").json
            assert page is not None
            rows += page["items"]
            if page["next"] is None:
                return rows
            after = f"&after={page['next']}"

    def on_pages(self, href: str) -> list[int]:
        """The URNs on a list, from its first page to its last."""
        urns: list[int] = []
        while href:
            page = self.pages.get(href)
            urns += [int(urn) for urn in re.findall(r'href="/schools/(\d{6})"', page)]
            following = re.search(r'rel="next"[^>]*href="([^"]+)"|href="([^"]+)"[^>]*rel="next"', page)
            href = unescape(following.group(1) or following.group(2)) if following else ""
            if href.startswith("?"):
                href = f"/schools/{href}"
        return urns


@pytest.fixture(scope="module", params=REGISTERS, ids=lambda register: f"{register.file} for {register.la}")
def register(request: pytest.FixtureRequest) -> Register:
    found: Register = request.param
    return found


@pytest.fixture(scope="module")
def rows(real_data: Path, register: Register) -> Rows:
    return counted(real_data, register)


@pytest.fixture(scope="module")
def served(databases: Databases, real_data: Path, register: Register) -> Iterator[Served]:
    with databases.like(with_views) as url, closing(Office(url)) as office:
        load_register(office, real_data / register.file, register.la)
        app = an_app(office)
        with office.read() as connection:
            director = people.holders_on(connection, (Role.DIRECTOR,), office.today())[0].id
        with office.write() as connection:
            cookie = sessions.begin(connection, director, office.now())
            token = tokens.create(connection, director, "walk", TokenScopes.READ_WRITE, office.now()).secret
        client: FlaskClient = app.test_client()
        client.set_cookie(COOKIE, cookie)
        yield Served(Browser(client), Program(app.test_client(), token))


@pytest.mark.real_data
def test_the_list_of_schools_is_that_of_the_file(served: Served, rows: Rows) -> None:
    assert Counter(school["urn"] for school in served.listed()) == Counter(int(row["URN"]) for row in rows)
    assert sorted(served.on_pages("/schools/")) == sorted(int(row["URN"]) for row in rows)


@pytest.mark.real_data
def test_the_filters_count_what_the_file_counts(served: Served, rows: Rows) -> None:
    for status, number in Counter(row["EstablishmentStatus (name)"] for row in rows).items():
        assert len(served.listed(f"&status={status}")) == number
    for phase, number in Counter(row["PhaseOfEducation (name)"] for row in rows).items():
        word = re.sub(r"\W", "_", phase.lower()).replace("16_plus", "sixteen_plus")
        assert len(served.listed(f"&phase={word}")) == number


@pytest.mark.real_data
def test_an_authority_has_its_schools_under_each_of_its_names(served: Served, rows: Rows, register: Register) -> None:
    for name in (register.la, register.cell):
        assert len(served.listed(f"&authority={name}")) == len(rows)


@pytest.mark.real_data
def test_the_schools_we_work_with_have_core_visits_and_the_others_are_found(served: Served, rows: Rows) -> None:
    ours = {int(row["URN"]) for row in rows if is_ours(row)}
    assert ours
    assert {line["urn"] for line in served.core_visits()} == ours
    assert {school["urn"] for school in served.listed("&worked_with=served")} == ours
    assert {school["urn"] for school in served.listed("&worked_with=others")} == {
        int(row["URN"]) for row in rows if not is_ours(row)
    }
    assert all(school["is_served"] == (school["urn"] in ours) for school in served.listed())
    assert f"{len(ours)} of {len(ours)} schools have no core visit" in served.pages.get("/visits/coverage")
    assert f"{len(ours)} schools we work with" in served.pages.get("/schools/")
    given = {school["urn"] for school in served.listed() if school["link_officer"]}
    assert given == ours


@pytest.mark.real_data
def test_each_name_finds_its_schools(served: Served, rows: Rows) -> None:
    of_name = Counter(row["EstablishmentName"] for row in rows)
    for name in sorted(of_name)[:: max(1, len(of_name) // 10)]:
        found = served._all("/search", f"&q={name}")
        wanted = {int(row["URN"]) for row in rows if row["EstablishmentName"] == name}
        assert wanted <= {int(each["reference"]) for each in found}
        leads_to = served.pages.client.get("/search", query_string={"q": name}).headers["Location"]
        assert wanted <= set(served.on_pages(leads_to))
