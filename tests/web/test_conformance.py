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
from domain.vocabulary import Channel, Role
from projections import people
from providers.catalogue.source import date_in_name
from tests.databases import Databases, with_views
from tests.web.conftest import Browser, Program, an_app
from web.accounts import sessions, tokens
from web.accounts.sessions import COOKIE
from web.demonstration.loading import load_register
from web.demonstration.setting_up import take_in_register
from web.runtime.services import Services

Rows = list[dict[str, str]]

STATE_FUNDED = ("Academies", "Free Schools", "Local authority maintained schools", "Special schools")
NOT_OURS = ("Non-maintained special school", "Other independent special school")
NOT_KNOWN = "not_known"
STATUS, PHASE = "EstablishmentStatus (name)", "PhaseOfEducation (name)"


def status_of(row: dict[str, str]) -> str:
    """As a file tells it; a day of closing that has passed says it too, where no file tells a status."""
    if STATUS in row:
        return row[STATUS]
    day, month, year = (row.get("close_date") or "31-12-9999").split("-")
    return "Closed" if (year, month, day) <= ("2022", "04", "30") else NOT_KNOWN


def is_ours(row: dict[str, str]) -> bool:
    """By the usual settings: open, and state-funded, as far as a file tells either."""
    if status_of(row) not in ("Open", "Open, but proposed to close", NOT_KNOWN):
        return False
    kind, group = row.get("TypeOfEstablishment (name)"), row.get("EstablishmentTypeGroup (name)")
    return kind is None or (group in STATE_FUNDED and kind not in NOT_OURS)


@dataclass(frozen=True)
class File:
    """A real file, and how it names the authority: column and cell. One that names none is cut to the schools that
    another file has of it."""

    file: str
    encoding: str
    column: str = ""
    cell: str = ""
    cut_by: str = ""

    def rows(self, folder: Path) -> Rows:
        """Its rows of the authority, read without any of the service's own readers."""
        named = {"urn": "URN", "name": "EstablishmentName"}
        header, *rows = self._read(folder)
        return [dict(zip((named.get(name, name) for name in header), row, strict=False)) for row in rows]

    def at(self, folder: Path, empty: Path) -> Path:
        """Where the service reads it: as it is published, or the part that is cut out of it."""
        if self.column:
            return folder / self.file
        cut = empty / Path(self.file).name.removesuffix(".gz")
        with cut.open("w", encoding=self.encoding, newline="") as file:
            csv.writer(file).writerows(self._read(folder))
        return cut

    def _read(self, folder: Path) -> list[list[str]]:
        path = folder / self.file
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding=self.encoding, newline="") as file:
            header, *rows = csv.reader(file)
        if self.column:
            place = header.index(self.column)
            return [header, *(row for row in rows if row[place] == self.cell)]
        with (folder / self.cut_by).open(encoding="utf-8", newline="") as file:
            urns = {row["URN"] for row in csv.DictReader(file)}
        return [header, *(row for row in rows if row[0] in urns)]


@dataclass(frozen=True)
class Register:
    """The files of an authority in the order in which they are taken in, and what it is called by whoever asks."""

    la: str | None
    files: tuple[File, ...]

    def rows(self, folder: Path) -> Rows:
        """What the files together tell: of each cell the newest, and what it does not tell as an older one does."""
        told: dict[str, dict[str, str]] = {}
        for file in sorted(self.files, key=lambda each: each.file.partition("20")[2]):
            for row in file.rows(folder):
                told.setdefault(row["URN"], {}).update(row)
        return list(told.values())


SALFORD = "salford_355/register_2024-06_all_establishments.csv"
NATIONAL_NARROW = File(SALFORD, "utf-8", "LA (name)", "Salford")
WIDE = File("salford_355/register_2022-04.csv", "cp1252", "LA (code)", "355")
DATES = File("gias/open_close_dates_2022-04.csv.gz", "utf-8", cut_by=SALFORD)

REGISTERS = [
    Register("Salford City Council", (NATIONAL_NARROW,)),
    Register("E08000006", (WIDE,)),
    Register(
        "857",
        (File("gias/register_2024-06_all_establishments.csv.gz", "utf-8", "LA (name)", "Rutland"),),
    ),
    Register(
        "Rutland",
        (File("gias/register_2022-04_mainstream_open.csv.gz", "cp1252", "LA (name)", "Rutland"),),
    ),
    Register(
        "Hampshire",
        (
            File(
                "gias/search_results_hampshire_850_primary_2022-04-20.csv",
                "ascii",
                "LA (name)",
                "Hampshire",
            ),
        ),
    ),
    Register(
        "London Borough of Camden",
        (File("gias/edubasealldata_format_sample_2021-05.csv", "utf-8", "LA (code)", "202"),),
    ),
    Register(None, (DATES,)),
    Register("Salford", (DATES, WIDE)),
    Register("355", (WIDE, NATIONAL_NARROW)),
    Register("355", (NATIONAL_NARROW, WIDE)),
]


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


def _called(register: Register) -> str:
    return f"{', '.join(file.file for file in register.files)} for {register.la}"


@pytest.fixture(scope="module", params=REGISTERS, ids=_called)
def register(request: pytest.FixtureRequest) -> Register:
    found: Register = request.param
    return found


@pytest.fixture(scope="module")
def rows(real_data: Path, register: Register) -> Rows:
    return register.rows(real_data)


@pytest.fixture(scope="module")
def served(
    databases: Databases, real_data: Path, register: Register, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    first, *more = [file.at(real_data, tmp_path_factory.mktemp("cut")) for file in register.files]
    with databases.like(with_views) as url, closing(Services(url)) as services:
        load_register(services, first, register.la if register.files[0].column else None)
        for path in more:
            with services.acting(None, Role.ADMINISTRATOR.value, Channel.IMPORT):
                take_in_register(services, path, dated=date_in_name(path) or services.today(), la=register.la)
        app = an_app(services)
        with services.read() as connection:
            director = people.holders_on(connection, (Role.DIRECTOR,), services.today())[0].id
        with services.write() as connection:
            cookie = sessions.begin(connection, director, services.now())
            token = tokens.create(connection, director, "walk", TokenScopes.READ_WRITE, services.now()).secret
        client: FlaskClient = app.test_client()
        client.set_cookie(COOKIE, cookie)
        yield Served(Browser(client), Program(app.test_client(), token))


@pytest.mark.real_data
def test_the_list_of_schools_is_that_of_the_file(served: Served, rows: Rows) -> None:
    assert Counter(school["urn"] for school in served.listed()) == Counter(int(row["URN"]) for row in rows)
    assert sorted(served.on_pages("/schools/")) == sorted(int(row["URN"]) for row in rows)


@pytest.mark.real_data
def test_the_filters_count_what_the_file_counts(served: Served, rows: Rows) -> None:
    for status, number in Counter(map(status_of, rows)).items():
        assert len(served.listed(f"&status={status}")) == number
    by_phase = Counter(row.get(PHASE, NOT_KNOWN) or NOT_KNOWN for row in rows)
    for phase, number in by_phase.items():
        word = re.sub(r"\W", "_", phase.lower()).replace("16_plus", "sixteen_plus")
        assert len(served.listed(f"&phase={word}")) == number


@pytest.mark.real_data
def test_every_school_is_reached_by_one_choice_of_each_filter(served: Served, rows: Rows) -> None:
    page = served.pages.get("/schools/")
    for name in ("status", "phase"):
        choices = re.findall(rf'name="{name}"[^>]*value="([^"]+)"', page) or re.findall(
            r'<option value="([^"]+)"', page.split(f'name="{name}"')[1].split("</select>")[0]
        )
        assert NOT_KNOWN in choices
        found = [school["urn"] for choice in choices for school in served.listed(f"&{name}={choice}")]
        assert Counter(found) == Counter(int(row["URN"]) for row in rows)
        on_pages = [urn for choice in choices for urn in served.on_pages(f"/schools/?{name}={choice}")]
        assert Counter(on_pages) == Counter(found)


@pytest.mark.real_data
def test_an_authority_has_its_schools_under_each_of_its_names(served: Served, rows: Rows, register: Register) -> None:
    named = [row for row in rows if row.get("LA (name)") or row.get("LA (code)")]
    for name in filter(None, (register.la, *(file.cell for file in register.files))):
        assert len(served.listed(f"&authority={name}")) == len(named)


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


@pytest.mark.real_data
def test_the_schools_that_were_worked_with_at_first_have_a_link_officer(
    served: Served, register: Register, real_data: Path
) -> None:
    given = {school["urn"] for school in served.listed() if school["link_officer"]}
    assert given == {int(row["URN"]) for row in register.files[0].rows(real_data) if is_ours(row)}


@pytest.mark.real_data
def test_a_school_is_told_as_the_newest_file_that_tells_each_detail(served: Served, rows: Rows) -> None:
    for row in rows[:: max(1, len(rows) // 12)]:
        school = served.api.get(f"/schools/{row['URN']}").json
        assert school is not None
        pupils = row.get("NumberOfPupils") or None
        assert (school["name"], school["details"].get("status", NOT_KNOWN), school["details"].get("pupils")) == (
            " ".join(row["EstablishmentName"].split()),
            status_of(row),
            int(float(pupils)) if pupils else None,
        )


@pytest.mark.real_data
def test_each_name_finds_its_schools(served: Served, rows: Rows) -> None:
    of_name = Counter(row["EstablishmentName"] for row in rows)
    for name in sorted(of_name)[:: max(1, len(of_name) // 10)]:
        found = served._all("/search", f"&q={name}")
        wanted = {int(row["URN"]) for row in rows if row["EstablishmentName"] == name}
        assert wanted <= {int(each["record"]) for each in found}
        leads_to = served.pages.client.get("/search", query_string={"q": name}).headers["Location"]
        assert wanted <= set(served.on_pages(leads_to))
