"""The lists of the API: where their rows lead, what they leave out, and how they go on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from domain.aggregate import RECORDS
from domain.references import PATTERN
from tests.databases import Databases
from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Program, a_program, an_app, an_office
from web.api import document
from web.history.record_addresses import PATHS
from web.resources import LIST_ENDPOINTS, RESOURCES

NEEDED = {
    "clearances": "provider=PV-2026-0001",
    "brokered-history": "provider=PV-2026-0001",
    "brokered-cases": "provider=PV-2026-0001",
    "search": "q=school",
}
"""What lists of one thing alone have to be asked for."""

LISTS = [
    *(resource.path for resource, _ in RESOURCES if resource.listing),
    *(list_endpoint.path for list_endpoint in LIST_ENDPOINTS),
]
OF_ALL = {"caseload": "whose=everybody", "vetting": "standing=missing&standing=ended"}

AN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OWN_ID = {"audit"}
"""Lists of entries, which have an id and no reference."""

URNS = frozenset({"school", "host_school", "urn"})


@pytest.fixture(scope="module")
def everywhere(databases: Databases) -> Iterator[Program]:
    """A program whose owner holds every post, in a town with something in every list."""
    with an_office(databases) as (services, clock):
        authority = FullAuthority(SampleAuthority(services, clock))
        yield a_program(an_app(services), authority.sample, authority.somebody_with_every_post())


def asked(path: str, **more: str) -> str:
    parts = [OF_ALL.get(path, ""), NEEDED.get(path, ""), *(f"{name}={value}" for name, value in more.items())]
    return f"/{path}?{'&'.join(filter(None, parts))}"


def values(row: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every value within a row, by the name under which it stands."""
    if isinstance(row, dict):
        for key, value in row.items():
            yield from values(value, key)
    elif isinstance(row, list):
        for value in row:
            yield from values(value, name)
    elif row is not None:
        yield name, row


def address(name: str, value: Any) -> str:
    """Where a value leads, empty where it leads nowhere."""
    text = str(value)
    if name in URNS and text.isdecimal():
        return f"/schools/{text}"
    if not PATTERN.fullmatch(text):
        return ""
    kind = next(kind for kind in RECORDS.values() if kind.prefix == text.partition("-")[0])
    return f"/{PATHS[kind.KIND]}/{text}"


@pytest.mark.parametrize("path", LISTS)
def test_whatever_a_list_names_can_be_opened(everywhere: Program, path: str) -> None:
    rows = everywhere.get(asked(path)).json["items"]
    assert rows or path in {"gaps", "in-school", "missed-schools", "subject-words", "successions"}, (
        "nothing to look at"
    )

    for name, value in values(rows):
        if leads_to := address(name, value):
            everywhere.get(leads_to)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_names_records_as_commands_do(everywhere: Program, path: str) -> None:
    rows = everywhere.get(asked(path)).json["items"]

    ids = [(name, value) for name, value in values(rows) if AN_ID.fullmatch(str(value))]
    assert {name for name, _ in ids} <= ({"id"} if path in OWN_ID else set())
    assert not [name for name, _ in values(rows) if name.endswith("_key")]


def test_a_list_tells_the_schools_of_its_rows_by_urn(everywhere: Program) -> None:
    for path in ("visits", "records", "requests", "concerns", "engagements", "tenders", "notes", "files"):
        told = {row["school"] for row in everywhere.get(asked(path)).json["items"]}
        assert told, path
        assert all(urn.isdecimal() for urn in told), path


def test_the_caseload_leads_to_what_waits(everywhere: Program) -> None:
    rows = everywhere.get(asked("caseload")).json["items"]

    assert {row["record_kind"] for row in rows} >= {"visit", "record-of-visit", "concern"}
    for row in rows:
        everywhere.get(f"/{PATHS[row['record_kind']]}/{row['record']}")


@pytest.mark.parametrize("path", LISTS)
def test_the_document_describes_the_columns_that_are_told(everywhere: Program, path: str) -> None:
    spec = document(everywhere.client.application)
    answer = spec["paths"][f"/api/v1/{path}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    page = spec["components"]["schemas"][answer["$ref"].rpartition("/")[2]]
    described = spec["components"]["schemas"][page["properties"]["items"]["items"]["$ref"].rpartition("/")[2]]

    for row in everywhere.get(asked(path)).json["items"]:
        assert set(row) == set(described["properties"])


@pytest.mark.parametrize("after", ["zzz", "cc-2026-0001", "'; DROP TABLE events", "\N{SNOWMAN}"])
@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_cannot_be_read_is_refused_by_every_list(everywhere: Program, path: str, after: str) -> None:
    problem = everywhere.get(asked(path, after=after), status=400).json

    assert problem["detail"].endswith("the first page.")


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_sent_without_spaces_between_its_parts(everywhere: Program, path: str) -> None:
    answer = everywhere.get(asked(path))

    assert answer.text == json.dumps(answer.json, separators=(",", ":"), sort_keys=True) + "\n"


# What a list of requests tells of whose turn it is


def requests_told(program: Program) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = program.get("/requests").json["items"]
    return rows


def test_the_list_of_requests_tells_for_whom_they_wait_and_until_when(
    sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    stages = BrokerageStages(sample)
    stages.a_tender()

    (row,) = requests_told(program(stages.broker))

    assert (row["waiting_for"], row["next_on"]) == ("providers", row["reply_by"])
    assert row["unanswered"] == row["shortlist"] == ["PV-2026-0001", "PV-2026-0002"]
    assert (row["tender"], row["ceiling"]) == ("TN-2026-0001", "2500.00")


def test_a_school_is_not_told_in_a_list_what_its_request_keeps_back(
    sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    stages = BrokerageStages(sample)
    stages.a_tender()

    (row,) = requests_told(program(stages.head))

    assert row["waiting_for"] == "providers"
    assert (row["ceiling"], row["shortlist"], row["unanswered"]) == (None, [], [])
