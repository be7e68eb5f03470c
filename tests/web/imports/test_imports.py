"""Files imported on a page and by API: what would change is shown before, and what came of it afterwards."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from werkzeug.test import TestResponse

from domain.imports import Import
from domain.provider import ProviderKind
from domain.vocabulary import Channel, Role
from projections import imports as view
from projections import providers as providers_view
from projections import schools
from projections.database import alone
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, Program
from web.console.imports import imports as console
from web.forms.waiting_files import MOST_FORMS
from web.imports.commands import folder
from web.runtime.environment import BadSetting
from web.runtime.services import Services
from web.runtime.settings import settings_from_environment
from web.runtime.tables import UPLOADS, WAITING_FILES

Open = Callable[[UUID], Browser]
Use = Callable[..., Program]

HEADER = "URN,EstablishmentName,LA (name),LA (code),EstablishmentStatus (name),Town"
BIRCHWOOD = "900101,Birchwood School,Wexmoor,399,Open,Larkton"
CEDAR = "900102,Cedar School,Wexmoor,399,Open,Larkton"
NO_STATUS = "900103,Elm School,Wexmoor,399,Ajar,Larkton"
NAME = "register_2026-10-01.csv"

BEGIN = "/imports/begin"


def register(*rows: str, name: str = NAME) -> tuple[io.BytesIO, str]:
    return io.BytesIO("\n".join((HEADER, *rows)).encode()), name


def answers(**more: Any) -> dict[str, Any]:
    return {"what": "schools", **more}


def counted(page: str, caption: str) -> str:
    """The counts in a table, as the command line tells them."""
    table = re.search(rf"<caption[^>]*>{caption}</caption>(.*?)</table>", page, re.S)
    assert table is not None, page
    told = re.findall(r'<th scope="row"[^>]*>(.*?)</th>\s*<td[^>]*>(.*?)</td>', table.group(1), re.S)
    return ", ".join(f"{number} {unescape(outcome)[0].lower()}{unescape(outcome)[1:]}" for outcome, number in told)


def as_said(counts: str) -> str:
    """The same as the command line says it, which speaks of one in the singular."""
    return re.sub(r"(^|, )1 (\w+)s\b", r"\g<1>1 \2", counts)


def recorded(services: Services) -> list[Import]:
    with services.read() as connection:
        return [services.service.find(Import, row.id) for row in view.list_rows(connection)]


def imported(browser: Browser, file: tuple[io.BytesIO, str], **more: Any) -> str:
    """Import a file on the page: look at what would come of it, and confirm that; where the import is then."""
    check = browser.send(BEGIN, answers(file=file, **more), status=200)
    return browser.send_page(BEGIN, check.text, answers(confirmed="yes", **more)).headers["Location"]


def post(
    use: Program, file: tuple[io.BytesIO, str], *, key: str = "a-first-key", status: int = 201, **more: Any
) -> TestResponse:
    return _sent(use, "begin", {**answers(**more), "file": file}, {"Idempotency-Key": key}, status)


def previewed(use: Program, file: tuple[io.BytesIO, str], *, status: int = 200, **more: Any) -> Any:
    """What a program is told that an import would change, or of why it is refused."""
    return _sent(use, "begin/preview", {**answers(**more), "file": file}, {}, status).json


def _sent(use: Program, to: str, data: dict[str, Any], headers: dict[str, str], status: int) -> TestResponse:
    answer = use.client.post(
        f"/api/v1/imports/{to}",
        data=data,
        headers={**use.headers, **headers},
        content_type="multipart/form-data",
    )
    assert answer.status_code == status, answer.text
    return answer


@pytest.fixture
def administrator(sample: SampleAuthority, sign_in: Open) -> Browser:
    return sign_in(sample.administrator("Ada Administrator"))


@pytest.fixture
def use(sample: SampleAuthority, program: Use) -> Program:
    return program(sample.administrator("Piet Program"))


def test_what_would_change_is_shown_before_it_is_imported(sample: SampleAuthority, administrator: Browser) -> None:
    check = administrator.send(BEGIN, answers(file=register(BIRCHWOOD, CEDAR, NO_STATUS)), status=200).text

    would = counted(check, "What will change")
    assert would == "3 schools registered, 0 brought up to date, 0 unchanged"
    assert "The file is treated as dated 1 October 2026" in check
    assert "Ada Administrator added Birchwood School, URN 900101" in check
    assert "Ajar" in check, "what cannot be read is shown before, with what stands there"
    assert recorded(sample.services) == []
    with sample.services.read() as connection:
        assert schools.by_urn(connection, 900101) is None

    done = administrator.send_page(BEGIN, check, answers(confirmed="yes"))

    [record] = recorded(sample.services)
    assert done.headers["Location"] == f"/imports/{record.reference}"
    page = administrator.get(f"/imports/{record.reference}")
    assert counted(page, "What changed") == would
    assert "EstablishmentStatus (name)" in page
    assert [each.row_taken for each in record.problems] == [True]
    assert "taken, except for this" in page
    assert "Ajar" not in page
    assert "Import finished" in page
    assert (record.begun.channel, len(record.beginnings)) == (Channel.SCREEN, 1)
    assert NAME in administrator.get("/imports/")
    assert "Birchwood School" in administrator.get(f"/audit?request_id={record.reference}")


def test_a_day_that_nothing_told_is_said_to_be_taken_as_that_of_the_import(
    sample: SampleAuthority, administrator: Browser
) -> None:
    content, _ = register(BIRCHWOOD)
    page = administrator.get(imported(administrator, (content, "schools.csv")))
    assert "No date given: treated as" in page
    assert "the date of the import, because the file has no date" in unescape(page)
    assert "schools.csv, not dated, imported on" in unescape(administrator.get("/schools/900101"))
    dated = administrator.get(imported(administrator, register(BIRCHWOOD, CEDAR)))
    assert "Not told" not in dated


def test_an_import_sent_twice_is_carried_out_once(sample: SampleAuthority, administrator: Browser) -> None:
    check = administrator.send(BEGIN, answers(file=register(BIRCHWOOD)), status=200).text
    first = administrator.send_page(BEGIN, check, answers(confirmed="yes"))
    again = administrator.send_page(BEGIN, check, answers(confirmed="yes"))
    assert first.headers["Location"] == again.headers["Location"] == "/imports/IM-2026-0001"
    assert len(recorded(sample.services)) == 1


def test_the_same_import_begun_anew_at_once_is_asked_about(sample: SampleAuthority, administrator: Browser) -> None:
    imported(administrator, register(BIRCHWOOD))
    check = administrator.send(BEGIN, answers(file=register(BIRCHWOOD)), status=200).text
    twin = administrator.send_page(BEGIN, check, answers(confirmed="yes"), status=409).text
    assert "You have just saved" in twin
    assert 'type="file"' not in twin
    administrator.send_page(BEGIN, twin, answers(another="yes"))
    assert len(recorded(sample.services)) == 2


def test_the_very_same_file_is_told_before_it_is_imported_again(
    sample: SampleAuthority, administrator: Browser
) -> None:
    imported(administrator, register(BIRCHWOOD))
    again = administrator.send(BEGIN, answers(file=register(BIRCHWOOD)), status=200).text
    assert "You already imported this file on 2 November 2026 (IM-2026-0001)" in again


def test_one_import_at_a_time_is_carried_out_at_either_door(
    sample: SampleAuthority, administrator: Browser, use: Program
) -> None:
    check = administrator.send(BEGIN, answers(file=register(BIRCHWOOD)), status=200).text
    with alone(sample.services.writer, "import"):
        refused = administrator.send_page(BEGIN, check, answers(confirmed="yes"), status=422)
        problem = post(use, register(BIRCHWOOD), status=409).json
    assert "Another import is running" in refused.text
    assert problem is not None
    assert "Another import is running" in problem["detail"]
    assert recorded(sample.services) == []
    administrator.send_page(BEGIN, refused.text, answers(confirmed="yes"))
    assert len(recorded(sample.services)) == 1, "the file was still there"


def test_a_file_of_something_else_is_refused_beside_the_question_and_another_takes_its_place(
    administrator: Browser,
) -> None:
    other = administrator.send(BEGIN, answers(file=(io.BytesIO(b"a,b\n1,2\n"), "others.csv")), status=422)
    assert "others.csv is not a register of schools" in unescape(other.text)
    assert "others.csv is already uploaded" not in other.text
    check = administrator.send_page(BEGIN, other.text, answers(file=register(BIRCHWOOD)), status=200).text
    assert counted(check, "What will change").startswith("1 schools registered")


def test_a_form_whose_other_answers_are_wrong_keeps_its_file(administrator: Browser) -> None:
    wrong = {"dated-day": "31", "dated-month": "2", "dated-year": "2026"}
    page = administrator.send(BEGIN, answers(file=register(BIRCHWOOD), **wrong), status=422).text
    assert f"{NAME} is already uploaded" in page
    day = {"dated-day": "3", "dated-month": "10", "dated-year": "2026"}
    check = administrator.send_page(BEGIN, page, answers(**day), status=200).text
    assert "treated as dated 3 October 2026" in check


def test_a_file_waits_for_the_form_and_the_person_who_sent_it_alone(
    sample: SampleAuthority, administrator: Browser, sign_in: Open
) -> None:
    large = register(BIRCHWOOD, *(f"{number},{'x' * 150},Far Away,001,Open," for number in range(200_000, 212_000)))
    check = administrator.send(BEGIN, answers(file=large), status=200).text
    other = sign_in(sample.administrator("Olga Other"))
    stolen = other.send_page(BEGIN, check, answers(confirmed="yes"), status=422)
    assert "Choose the file again" in stolen.text

    assert "12,000" in check, "several pieces are one file"
    tabs, began = [], sample.services.now()
    for minutes in range(1, MOST_FORMS + 1):
        later = began + timedelta(minutes=minutes)
        sample.services.set_clock(lambda later=later: later)  # type: ignore[misc]  # each tab has its own
        tabs.append(administrator.send(BEGIN, answers(file=register(CEDAR)), status=200).text)
    gone = administrator.send_page(BEGIN, check, answers(confirmed="yes"), status=422)
    assert "you uploaded another one" in gone.text
    administrator.send_page(BEGIN, tabs[0], answers(confirmed="yes"))


def test_uploads_in_two_tabs_are_each_imported(sample: SampleAuthority, administrator: Browser) -> None:
    first = administrator.send(BEGIN, answers(file=register(BIRCHWOOD)), status=200).text
    second = administrator.send(BEGIN, answers(file=register(CEDAR), part="yes"), status=200).text
    administrator.send_page(BEGIN, first, answers(confirmed="yes"))
    administrator.send_page(BEGIN, second, answers(confirmed="yes", part="yes"))
    with sample.services.read() as connection:
        assert schools.by_urn(connection, 900101) is not None
        assert schools.by_urn(connection, 900102) is not None
    assert bytes_kept(sample.services) == 0


def bytes_kept(services: Services) -> int:
    """Bytes of files that the database holds, of records and of forms."""
    with services.read_present() as connection:
        found = [connection.execute(sa.select(table.c.bytes)).scalars().all() for table in (UPLOADS, WAITING_FILES)]
    return sum(len(each) for kept in found for each in kept)


def test_nothing_that_was_refused_or_left_alone_is_kept(
    sample: SampleAuthority, administrator: Browser, sign_in: Open
) -> None:
    administrator.send(BEGIN, answers(file=(io.BytesIO(b"a,b\n1,2\n"), "others.csv")), status=422)
    assert bytes_kept(sample.services) == 0, "a file that is refused"
    wrong = {"dated-day": "31", "dated-month": "2", "dated-year": "2026"}
    page = administrator.send(BEGIN, answers(file=register(BIRCHWOOD), **wrong), status=422).text
    kept = bytes_kept(sample.services)
    assert kept > 0, "it waits while another answer is put right"
    administrator.send_page(BEGIN, page, answers(file=(io.BytesIO(b"a,b\n1,2\n"), "others.csv")), status=422)
    assert bytes_kept(sample.services) == 0
    administrator.send(BEGIN, answers(file=register(BIRCHWOOD)), status=200)
    assert bytes_kept(sample.services) == kept
    sample.services.set_clock(lambda: datetime(2026, 11, 3, 9, tzinfo=UTC))
    administrator.client.get("/healthz")
    assert bytes_kept(sample.services) == 0, "left alone for a day"


def test_what_a_rule_says_against_a_file_stands_beside_the_answer_that_meets_it(
    sample: SampleAuthority, administrator: Browser
) -> None:
    imported(administrator, register(BIRCHWOOD, CEDAR))
    lacking = administrator.send(
        BEGIN, answers(file=register(BIRCHWOOD, name="register_2026-10-08.csv")), status=422
    ).text
    assert "lacks 1 of the 2 schools" in lacking
    assert 'href="#part' in lacking
    assert "--part" not in lacking
    check = administrator.send_page(BEGIN, lacking, answers(part="yes"), status=200).text
    administrator.send_page(BEGIN, check, answers(part="yes", confirmed="yes"))


def test_an_older_file_is_forced_by_an_answer(administrator: Browser) -> None:
    imported(administrator, register(BIRCHWOOD, CEDAR))
    older = register(BIRCHWOOD.replace("Birchwood", "Old Birchwood"), CEDAR, name="register_2026-09-01.csv")
    check = administrator.send(BEGIN, answers(file=older), status=200).text
    assert "1 cells told otherwise by a newer file" in counted(check, "What will change")
    forced = administrator.send_page(BEGIN, check, answers(force="yes"), status=200).text
    assert "1 brought up to date" in counted(forced, "What will change")


def test_a_file_of_every_authority_is_for_the_command_line(administrator: Browser, use: Program) -> None:
    refused = administrator.send(BEGIN, answers(file=register(BIRCHWOOD), la="ALL"), status=422)
    assert "The system operator can import all of them at once" in refused.text
    problem = post(use, register(BIRCHWOOD), la="all", status=422).json
    assert problem is not None
    assert "The system operator can import all of them at once" in problem["detail"]


def test_groups_without_their_schools_are_answered_with_what_is_needed_too(administrator: Browser) -> None:
    listed = b"Group UID,Group Name,Group Type,Group Status\n55,The Wexmoor Trust,Multi-academy trust,Open\n"
    sent = {"what": "groups", "file": (io.BytesIO(listed), "groups.csv")}
    refused = administrator.send(BEGIN, sent, status=422).text
    assert "Give the list of the schools too: on the page under Schools in the groups" in refused
    assert "it has no column URN" not in refused


def test_a_list_of_providers_may_leave_their_kind_to_the_form_and_shows_no_number_before_it_is_imported(
    administrator: Browser,
) -> None:
    file = (io.BytesIO(b"name,email\nFractions Ltd,office@fractions.example\n"), "providers.csv")
    sent = {"what": "providers", "provider_kind": "public", "file": file}
    check = administrator.send(BEGIN, sent, status=200).text
    assert counted(check, "What will change").startswith("1 providers registered")
    assert "New provider: " in check
    assert "PV-0000" not in check


def test_what_kind_the_providers_of_a_list_are_counts_as_told_where_somebody_says_it(
    administrator: Browser, use: Program, sample: SampleAuthority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = b"id,name,website\n1,Fractions Ltd,https://fractions.example\n"
    refused = administrator.send(BEGIN, {"what": "providers", "file": (io.BytesIO(listed), "list.csv")}, status=422)
    assert "columns of other things (id). Say of what kind all its providers are" in refused.text
    sent = {"what": "providers", "provider_kind": "public"}
    check = administrator.send(BEGIN, {**sent, "file": (io.BytesIO(listed), "list.csv")}, status=200).text
    assert counted(check, "What will change").startswith("1 providers registered")
    told = post(use, (io.BytesIO(listed), "list.csv"), what="providers", provider_kind="public").json
    assert told is not None
    assert [each["number"] for each in told["counts"]] == [1, 0, 0]
    with sample.services.read() as connection:
        [provider] = providers_view.providers_named(connection, "Fractions Ltd")
    assert provider.kind is ProviderKind.PUBLIC
    path = tmp_path / "list.csv"
    path.write_bytes(listed.replace(b"Fractions", b"Decimals"))
    monkeypatch.chdir(tmp_path)
    assert "Say of what kind" in at_the_console(sample.services, monkeypatch, "providers", path)
    assert "1 provider registered" in at_the_console(
        sample.services, monkeypatch, "providers", path, "--kind", "internal"
    )


def test_how_large_an_import_may_be_is_set_by_the_operator_and_said_in_the_refusal(
    sample: SampleAuthority, use: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = register(*(f"{number},{'x' * 1000},Far Away,001,Open," for number in range(200_000, 202_200)))
    settings = use.client.application.config["SIS_SETTINGS"]
    monkeypatch.setitem(use.client.application.config, "SIS_SETTINGS", replace(settings, import_mib=1))
    problem = post(use, large, status=413).json
    assert problem is not None
    assert "2 MiB is the most we accept here" in problem["detail"]
    monkeypatch.setenv("SIS_IMPORT_MIB", "120")
    assert settings_from_environment().import_mib == 120
    monkeypatch.setenv("SIS_IMPORT_MIB", "501")
    with pytest.raises(BadSetting, match="SIS_IMPORT_MIB is a whole number from 1 to 500"):
        settings_from_environment()


def test_groups_may_come_in_two_files(sample: SampleAuthority, administrator: Browser) -> None:
    imported(administrator, register(BIRCHWOOD))
    listed = b"Group UID,Group Name,Group Type,Group Status\n55,The Wexmoor Trust,Multi-academy trust,Open\n"
    members = b"URN,Group UID,Group Name,Group Type,Joined date\n900101,55,The Trust,Multi-academy trust,01-09-2025\n"
    sent = {
        "what": "groups",
        "file": (io.BytesIO(listed), "groups.csv"),
        "memberships": (io.BytesIO(members), "members_2026-10-01.csv"),
    }
    check = administrator.send(BEGIN, sent, status=200).text
    assert counted(check, "What will change").startswith("1 memberships noted")
    assert "The Wexmoor Trust" in check
    administrator.send_page(BEGIN, check, {"what": "groups", "confirmed": "yes"})
    assert [file.name for file in recorded(sample.services)[0].asked.files] == [
        "groups.csv",
        "members_2026-10-01.csv",
    ]


def test_an_import_that_broke_off_is_shown_as_not_finished_and_goes_on(
    sample: SampleAuthority, administrator: Browser, use: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Import, "finish", stopped)
        with pytest.raises(KeyboardInterrupt):
            post(use, register(BIRCHWOOD))
    page = administrator.get("/imports/IM-2026-0001")
    assert "This import has not finished" in page
    assert "Not finished" in administrator.get("/imports/")
    assert use.get("/imports/IM-2026-0001").json["is_finished"] is False

    imported(administrator, register(BIRCHWOOD))

    [record] = recorded(sample.services)
    assert record.is_finished
    assert len(record.beginnings) == 2
    page = administrator.get("/imports/IM-2026-0001")
    assert counted(page, "What changed") == "1 schools registered, 0 brought up to date, 0 unchanged"
    assert re.search(r"Restarted by Ada Administrator on .*, after it was interrupted", page)


def test_who_reads_imports_and_who_begins_them(
    sample: SampleAuthority, administrator: Browser, sign_in: Open
) -> None:
    imported(administrator, register(BIRCHWOOD))
    reviewer = sign_in(sample.person("Rita Reviewer", Role.REVIEWER))
    assert "Import a file" not in reviewer.get("/imports/")
    reviewer.get("/imports/IM-2026-0001")
    reviewer.get(BEGIN, 403)
    officer = sign_in(sample.officer())
    for href in ("/imports/", "/imports/IM-2026-0001", BEGIN):
        officer.get(href, 403)
    assert "/imports" not in officer.get("/caseload")


def test_a_program_imports_a_file_and_is_answered_the_same_again(sample: SampleAuthority, use: Program) -> None:
    first = post(use, register(BIRCHWOOD, NO_STATUS))
    again = post(use, register(BIRCHWOOD, NO_STATUS))
    told = first.json
    assert told is not None
    assert again.json == told
    assert again.headers["ETag"] == first.headers["ETag"]
    assert told["is_finished"] is True
    assert [(each["counted"], each["number"]) for each in told["counts"][:2]] == [
        ("schools_registered", 2),
        ("brought_up_to_date", 0),
    ]
    assert told["problems"] == [
        {
            "line": 3,
            "column": "EstablishmentStatus (name)",
            "reason": told["problems"][0]["reason"],
            "row_taken": True,
        }
    ]
    assert (told["dated"], told["authority"], told["problem_count"]) == ("2026-10-01", "399", 1)
    [row] = use.get("/imports").json["items"]
    assert (row["reference"], row["is_finished"], row["problem_count"]) == (told["reference"], True, 1)
    assert use.get("/imports?what=links").json["items"] == []
    assert len(recorded(sample.services)) == 1


def test_a_program_sends_a_file_of_a_kind_and_nothing_else(use: Program) -> None:
    wrong = post(use, (io.BytesIO(b"a,b\n1,2\n"), "others.csv"), status=422).json
    assert wrong is not None
    assert "others.csv is not a register of schools" in wrong["detail"]
    assert post(use, register(BIRCHWOOD), what="weather", status=422)


def everything_kept(services: Services) -> dict[str, int]:
    """How many rows each table of the database has."""
    with services.read_present() as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
            for name in sa.inspect(connection).get_table_names()
        }


def test_a_program_sees_what_an_import_would_change_and_nothing_of_it_is_kept(
    sample: SampleAuthority, administrator: Browser, use: Program
) -> None:
    imported(administrator, register(BIRCHWOOD, name="register_2026-09-01.csv"))
    before = everything_kept(sample.services)
    told = previewed(use, register(BIRCHWOOD, CEDAR, NO_STATUS))

    assert everything_kept(sample.services) == before
    assert (told["dated"], told["imported_before"]) == ("2026-10-01", None)
    assert [(each["counted"], each["number"]) for each in told["counts"]] == [
        ("schools_registered", 2),
        ("brought_up_to_date", 0),
        ("unchanged", 1),
    ]
    assert told["schools"] == [
        {"change": "came", "number": 2, "names": ["Cedar School (URN 900102)", "Elm School (URN 900103)"]}
    ]
    assert told["problem_count"] == 1
    assert (told["problems"][0]["value"], told["problems"][0]["row_taken"]) == ("Ajar", True)
    assert any("Piet Program added Cedar School, URN 900102" in each["sentence"] for each in told["recorded"])
    assert told["more_recorded"] == 0

    done = post(use, register(BIRCHWOOD, CEDAR, NO_STATUS)).json
    assert done is not None
    assert done["counts"] == told["counts"], "what is done is what was said"
    assert previewed(use, register(BIRCHWOOD, CEDAR, NO_STATUS))["imported_before"] == done["reference"]


def test_a_preview_is_refused_as_the_import_would_be(
    sample: SampleAuthority, administrator: Browser, use: Program, program: Use
) -> None:
    imported(administrator, register(BIRCHWOOD, CEDAR))
    before = everything_kept(sample.services)
    for file, more in (
        ((io.BytesIO(b"a,b\n1,2\n"), "others.csv"), {}),
        (register(BIRCHWOOD, name="register_2026-10-08.csv"), {}),
        (register(BIRCHWOOD), {"la": "all"}),
        (register(BIRCHWOOD), {"la": "Nowhere"}),
        (register(BIRCHWOOD), {"what": "weather"}),
    ):
        content = file[0].getvalue()
        refused = previewed(use, file, status=422, **more)
        problem = post(use, (io.BytesIO(content), file[1]), status=422, **more).json
        assert problem is not None
        assert {**problem, "request_id": ""} == {**refused, "request_id": ""}
    assert everything_kept(sample.services)["waiting_files"] == before["waiting_files"]
    officer = program(sample.officer())
    assert previewed(officer, register(BIRCHWOOD), status=403)
    assert _sent(officer, "begin/preview", {}, {}, 403), "the right comes before what was sent"


def test_a_preview_takes_no_more_bytes_than_the_import(use: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    large = register(*(f"{number},{'x' * 1000},Far Away,001,Open," for number in range(200_000, 202_200)))
    settings = use.client.application.config["SIS_SETTINGS"]
    monkeypatch.setitem(use.client.application.config, "SIS_SETTINGS", replace(settings, import_mib=1))
    assert "2 MiB is the most we accept here" in previewed(use, large, status=413)["detail"]


def test_an_import_that_is_refused_is_on_the_list_with_file_person_and_reason(
    sample: SampleAuthority, administrator: Browser, use: Program
) -> None:
    wrong = b"a,b\n1,2\n"
    previewed(use, (io.BytesIO(wrong), "others.csv"), status=422)
    administrator.send(BEGIN, answers(file=(io.BytesIO(wrong), "others.csv")), status=422)
    assert recorded(sample.services) == [], "a preview is no import, on the page or by API"

    post(use, (io.BytesIO(wrong), "others.csv"), status=422)
    post(use, (io.BytesIO(wrong), "others.csv"), status=422)
    [refused] = recorded(sample.services)
    told = use.get(f"/imports/{refused.reference}").json
    assert "others.csv is not a register of schools" in told["refusal"]
    assert told["refused_at"] is not None
    assert (told["is_finished"], told["files"][0]["name"]) == (False, "others.csv")
    [row] = use.get("/imports").json["items"]
    assert (row["refusal"], row["is_finished"]) == (told["refusal"], False)
    assert "Refused: nothing changed" in administrator.get("/imports/")
    page = unescape(administrator.get(f"/imports/{refused.reference}"))
    assert "others.csv is not a register of schools" in page
    assert "Piet Program" in page
    assert "This import has not finished" not in page
    assert "The file was refused, and nothing was changed" in administrator.get(f"/audit?record={refused.reference}")

    done = post(use, register(BIRCHWOOD)).json
    assert done is not None
    assert done["is_finished"], "the key of what was refused is free"
    post(use, (io.BytesIO(wrong), "others.csv"), key="a-second-key", status=422)
    assert [each.is_refused for each in recorded(sample.services)] == [True, False, True]


def test_what_is_refused_when_it_is_confirmed_is_recorded_and_the_form_may_be_sent_again(
    sample: SampleAuthority, administrator: Browser
) -> None:
    check = administrator.send(BEGIN, answers(file=register(BIRCHWOOD)), status=200).text
    answer = administrator.send_page(BEGIN, check, answers(confirmed="yes", la="Nowhere"), status=422)
    assert "register_2026-10-01.csv has no school of Nowhere" in unescape(answer.text)
    [refused] = recorded(sample.services)
    assert (refused.is_refused, refused.asked.authority) == (True, "Nowhere")
    check = administrator.send_page(BEGIN, answer.text, answers(file=register(BIRCHWOOD)), status=200).text
    administrator.send_page(BEGIN, check, answers(confirmed="yes"))
    assert [each.is_finished for each in recorded(sample.services)] == [True, False]


DIRTY = [
    ("schools", "open_quotation_mark.csv"),
    ("schools", "american_dates.csv"),
    ("schools", "register_as_downloaded.zip"),
    ("schools", "semicolons.csv"),
    ("schools", "title_lines.csv"),
    ("inspections", "inspections_one_in_the_future.csv"),
    ("providers", "providers_type_for_kind.csv"),
]


def at_the_console(services: Services, monkeypatch: pytest.MonkeyPatch, *words: object) -> str:
    monkeypatch.setenv("SIS_DATABASE_URL", str(services.writer.url))
    monkeypatch.setenv("SIS_SECRET_KEY", "only for tests")
    return CliRunner().invoke(console, list(map(str, words))).output


@pytest.mark.real_data
def test_pages_and_programs_count_what_the_command_line_counts(
    sample: SampleAuthority,
    administrator: Browser,
    use: Program,
    real_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for number, (what, name) in enumerate(DIRTY):
        path = real_data / "dirty" / name
        options = ["--la", "355"] if what == "schools" else []
        told = at_the_console(sample.services, monkeypatch, what, path, "--dry-run", *options)
        sent = {"what": what, **({"la": "355"} if what == "schools" else {})}
        file = (io.BytesIO(path.read_bytes()), name)

        check = administrator.send(BEGIN, {**sent, "file": file}, status=200).text
        assert as_said(counted(check, "What will change")) in told.splitlines(), name

        if number % 2:
            administrator.send_page(BEGIN, check, {**sent, "confirmed": "yes"})
        else:
            post(use, (io.BytesIO(path.read_bytes()), name), key=f"dirty-file-{number}", **sent)
        record = recorded(sample.services)[0]
        assert ", ".join(map(str, record.counts)) in told.splitlines(), name
        page = administrator.get(f"/imports/{record.reference}")
        assert as_said(counted(page, "What changed")) in told.splitlines(), name
        problems = re.search(r"Problems: ([\d,]+)", told)
        assert record.problem_count == (int(problems[1].replace(",", "")) if problems else 0), name

    doubled = real_data / "dirty" / "doubled_heading.csv"
    refused = administrator.send(BEGIN, answers(file=(io.BytesIO(doubled.read_bytes()), doubled.name)), status=422)
    assert "EstablishmentName" in refused.text


def test_what_a_killed_process_left_on_the_disk_is_cleared_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = (
        "import os, signal\n"
        "from web.imports.commands import folder\n"
        "with folder() as place:\n"
        "    (place / 'register.csv').write_bytes(b'x' * 1000)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", killed], env={**os.environ, "TMPDIR": str(tmp_path)}, check=False)
    assert [path.stat().st_size for path in tmp_path.rglob("*.csv")] == [1000]
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with folder() as place:
        (place / "mine.csv").write_bytes(b"x")
        with folder():
            assert [path.name for path in tmp_path.rglob("*.csv")] == ["mine.csv"], "what is in use stays"
    assert list(tmp_path.iterdir()) == []


def test_the_schools_that_are_missed_are_as_many_on_the_list_as_are_counted(
    sample: SampleAuthority, administrator: Browser
) -> None:
    rows = [f"{900_200 + number},School {number},Wexmoor,399,Open,Larkton" for number in range(22)]
    imported(administrator, register(*rows))
    imported(administrator, register(*rows[1:], name="register_2026-10-08.csv"))
    again = imported(administrator, register(*rows[2:], name="register_2026-10-15.csv"))
    page = administrator.get(again)
    told = counted(page, "What changed")
    assert told.endswith("2 not in the file, 1 not in the file for the first time")
    assert "Missing from the file for the first time: 1</h2>" in page
    assert "School 1" in page
    assert "School 0" not in page
    missed = administrator.get("/schools/missed")
    assert [f'/schools/90020{number}"' in missed for number in range(3)] == [True, True, False]
