"""Every problem of every kind of file says whether its row was taken, at every door."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from domain.imports import RowProblem
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser
from tests.web.imports.test_imports import BEGIN, HEADER, Open, Use, at_the_console, imported, recorded, register
from web.imports.pages import problems_told

SCHOOLS = [f"{urn},School {urn},Wexmoor,399,Open,Larkton" for urn in (900101, 900102, 900103)]

LINKS = "URN,Linked establishments\n"
LISTED = "URN,LinkURN,LinkType,LinkEstablishedDate\n"
GRADED = "Inspection start date of latest OEIF graded inspection,Latest OEIF overall effectiveness"
OFFICIAL = f"URN,{GRADED},Date of latest ungraded inspection,Ungraded inspection overall outcome\n"
GROUPS = "URN,Group UID,Group Name,Group Type,Joined date\n"

TAKEN, LEFT = True, False
FILES = [
    ("inspections", "URN,Rating,Inspection Date\n900101,Good,20240101\n900101,Good\n", {3: LEFT}),
    ("inspections", "URN,Rating,Inspection Date\n900101,Good,20240101,and,more\n", {2: LEFT}),
    ("inspections", "URN,Rating,Inspection Date\n900101,Good,20991231\n900102,Fair,20240101\n", {2: LEFT, 3: LEFT}),
    ("inspections", OFFICIAL + "900101,01/02/2024,7,01/03/2024,School remains Good\n", {2: TAKEN}),
    ("inspections", OFFICIAL + "900101,01/02/2024,2,01/03/2099,School remains Good\n", {2: TAKEN}),
    ("inspections", OFFICIAL + "900101,01/02/2099,2,01/03/2099,School remains Good\n", {2: LEFT}),
    ("links", LINKS + "900101,900102 Successor,and so on\n900103,something else\n", {2: TAKEN, 3: LEFT}),
    ("links", LISTED + "900101,900102,Successor,sometime\n", {2: TAKEN}),
    (
        "links",
        LISTED + "900101,900101,Successor,\n900101,1,Successor\n",
        {2: LEFT, 3: LEFT},
    ),
    (
        "groups",
        GROUPS + "900101,55,A Trust,Federation,1-13-2020\n900102,x,A Trust,Federation,\n",
        {2: TAKEN, 3: LEFT},
    ),
    ("groups", GROUPS + "900101,55,A,Multi-academy trust,\n900101,56,B,Multi-academy trust,\n", {2: LEFT, 3: LEFT}),
    ("providers", "name,kind,email\nFractions Ltd,private,nowhere\n,private,\n", {2: TAKEN, 3: LEFT}),
    ("providers", "name,kind,service types\nSums Ltd,private,magic\nWords Ltd,private\n", {2: TAKEN, 3: TAKEN}),
    ("schools", f"{HEADER}\n900104,New School,Wexmoor,399,Open\n900105,,Wexmoor,399,Open,X\n", {2: TAKEN, 3: LEFT}),
    (
        "schools",
        f"{HEADER}\n900104,A,Wexmoor,399,Ajar,X\n900104,B,Wexmoor,399,Open,X\n",
        {2: TAKEN, 3: LEFT},
    ),
    (
        "schools",
        f'{HEADER}\n900104,A,Wexmoor,399,Open,X\n900105,"B,Wexmoor,399,Open,X\n',
        {3: LEFT},
    ),
]
"""Kind and content of a file, and of each line in which something is wrong whether the row is taken."""


@pytest.fixture
def administrator(sample: SampleAuthority, sign_in: Open) -> Browser:
    return sign_in(sample.administrator("Ada Administrator"))


def words(page: str) -> dict[int, str]:
    """What a page says of the row in each line in which something is wrong."""
    table = re.search(r"<caption[^>]*>Problems in the file</caption>.*?<tbody.*?>(.*?)</tbody>", page, re.S)
    assert table is not None, page
    rows = re.findall(r"<tr.*?</tr>", table[1], re.S)
    return {
        int(re.sub("<.*?>|,", "", cells[0])): re.sub("<.*?>", "", cells[-1]).strip()
        for cells in (re.findall(r"<t[hd].*?</t[hd]>", row, re.S) for row in rows)
    }


WORDS = {TAKEN: "taken, except for this", LEFT: "left out"}


@pytest.mark.parametrize(("what", "content", "told"), FILES)
def test_every_problem_says_whether_its_row_was_taken_at_every_door(
    sample: SampleAuthority,
    administrator: Browser,
    program: Use,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    content: str,
    told: dict[int, bool],
) -> None:
    imported(administrator, register(*SCHOOLS))
    name = "told_2026-10-02.csv"
    path = tmp_path / name
    path.write_text(content)
    expected = {line: WORDS[taken] for line, taken in told.items()}
    part = {"part": "yes"} if what == "schools" else {}

    shown = administrator.send(
        BEGIN, {"what": what, "file": (io.BytesIO(content.encode()), name), **part}, status=200
    )
    assert words(shown.text) == expected
    monkeypatch.chdir(tmp_path)
    at_the_console(sample.services, monkeypatch, what, path, *(["--part"] if part else []), "--report", "report.csv")
    with Path("report.csv").open(encoding="utf-8-sig") as report:
        assert {int(row["Line"]): row["What happened to the row"] for row in csv.DictReader(report)} == expected
    [record, *_] = recorded(sample.services)
    assert {each.line: each.row_taken for each in record.problems} == told
    assert words(administrator.get(f"/imports/{record.reference}")) == expected
    answer = program(sample.administrator("Piet Program")).get(f"/imports/{record.reference}").json
    assert answer is not None
    assert {each["line"]: each["row_taken"] for each in answer["problems"]} == told


def test_a_column_that_is_not_read_is_said_to_have_cost_no_row(
    sample: SampleAuthority, administrator: Browser
) -> None:
    file = io.BytesIO(b"name,kind,colour\nFractions Ltd,private,red\n"), "providers.csv"
    page = administrator.get(imported(administrator, file, what="providers"))
    assert words(page) == {1: WORDS[TAKEN]}


def test_an_import_from_before_this_was_kept_says_so() -> None:
    assert problems_told([RowProblem(2, "URN", "is no URN")])[0][-1] == "not recorded"


def test_the_schools_that_an_import_changed_are_named_with_the_way_to_the_rest(
    sample: SampleAuthority,
    administrator: Browser,
    program: Use,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = [f"{urn},School {urn},Wexmoor,399,Open,Larkton" for urn in range(900101, 900131)]
    first = administrator.get(imported(administrator, register(*many)))
    assert "New here: 30" in first
    assert 'href="/schools/900101">School 900101</a>' in first
    assert 'href="/imports/IM-2026-0001/schools?change=came">All 30</a>' in first
    rest = administrator.get("/imports/IM-2026-0001/schools?change=came")
    assert all(f"School {urn}" in rest for urn in range(900101, 900131))

    newer = [
        many[0].replace("Wexmoor,399", "Bolton,350"),
        many[1].replace("Open", "Closed"),
        *many[2:29],
    ]
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "register_2026-10-20.csv"
    path.write_text("\n".join((HEADER, *newer)))
    file = (io.BytesIO(path.read_bytes()), path.name)
    check = administrator.send(BEGIN, {"what": "schools", "file": file}, status=200).text
    for named in ("School 900101 (URN 900101) is now in Bolton", "School 900102 (URN 900102)"):
        assert named in check
    told = at_the_console(sample.services, monkeypatch, "schools", path)
    assert "No longer this authority's: School 900101 (URN 900101) is now in Bolton" in told
    assert "Closed: School 900102 (URN 900102)" in told
    assert "Missing from the file, to be answered at /schools/missed: School 900130 (URN 900130)" in told
    page = administrator.get("/imports/IM-2026-0002")
    for change, urn in (("No longer this authority", 900101), ("Closed", 900102), ("Missing from the file", 900130)):
        assert re.search(rf"{change}[^<]*: 1</h2>\s*<ul[^>]*>\s*<li><a[^>]*href=\"/schools/{urn}\"", page), change
    assert "is now in Bolton" in page
    answer = program(sample.administrator("Piet Program")).get("/imports/IM-2026-0002/schools").json
    assert answer is not None
    assert {(each["change"], each["school"], each["elsewhere"]) for each in answer["items"]} == {
        ("went_to_another_authority", "900101", "Bolton"),
        ("closed", "900102", ""),
        ("not_in_the_file", "900130", ""),
    }
