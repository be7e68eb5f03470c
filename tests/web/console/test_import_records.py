"""Every import that is begun at the command line is a record: of which file, by whom, and what came of it."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from domain.imports import Count, Import, ImportKind, Outcome, SchoolChange
from domain.vocabulary import Channel
from projections import audit_trail, schools
from projections import imports as view
from projections.event_log import EVENTS
from providers.intake.batches import AT_ONCE
from tests.web.console.test_dry_run import INSPECTED, LINKED, LISTED
from tests.web.console.test_imports import (
    ASHGROVE,
    HEADER,
    LARK_HILL,
    MEMBERSHIPS,
    file_of,
    run,
    taken_in,
    taken_in_part,
)
from web.history.sentences import sentence
from web.imports.schools import first_schools
from web.runtime.services import Services


def recorded(services: Services) -> list[Import]:
    """The imports that stand in the log, the latest first."""
    with services.read() as connection:
        return [services.service.find(Import, row.id) for row in view.list_rows(connection)]


def all_events(services: Services) -> int:
    with services.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(EVENTS)).scalar_one())


def register(*rows: str) -> Path:
    return file_of("register_2024-06-17.csv", HEADER, *rows)


def test_an_import_tells_its_file_its_day_and_its_counts(services: Services) -> None:
    file = register(ASHGROVE, LARK_HILL)

    told = taken_in("schools", file)

    [record] = recorded(services)
    assert f"Recorded as the import {record.reference}" in told
    [imported] = record.asked.files
    assert (imported.name, imported.size) == (file.name, file.stat().st_size)
    assert imported.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (record.asked.what, record.asked.dated) == (ImportKind.SCHOOLS, date(2024, 6, 17))
    assert (record.begun.by, record.begun.channel) == (None, Channel.COMMAND_LINE)
    assert record.is_finished
    assert ", ".join(map(str, record.counts)) in told
    assert record.counts[0] == Count(Outcome.SCHOOLS_REGISTERED, 2)


def test_what_is_wrong_in_a_file_stands_in_its_record_without_what_the_cells_held(services: Services) -> None:
    taken_in_part("schools", register("12,No Such Number,Wexmoor,Open,,", LARK_HILL.replace("Open", "Ajar")))

    [record] = recorded(services)
    assert record.problem_count == 2
    assert [(each.line, each.column) for each in record.problems] == [(2, "URN"), (3, "EstablishmentStatus (name)")]
    assert [each.row_taken for each in record.problems] == [False, True]
    [row] = view_rows(services)
    assert row.problem_count == 2
    [*_, finished] = services.store.get(record.id)
    assert "Ajar" not in repr(finished)


def view_rows(services: Services) -> list[view.ImportRow]:
    with services.read() as connection:
        return view.list_rows(connection)


@pytest.mark.parametrize(
    ("command", "lines"),
    [("links", LINKED), ("inspections", INSPECTED), ("groups", MEMBERSHIPS), ("providers", LISTED)],
)
def test_each_kind_of_file_is_recorded_and_none_by_a_dry_run(
    services: Services, command: str, lines: tuple[str, ...]
) -> None:
    taken_in("schools", register(ASHGROVE, LARK_HILL))
    file = file_of("file_2024-06-18.csv", *lines)
    before = all_events(services)

    run(command, file, "--dry-run")
    assert all_events(services) == before

    told = run(command, file).stdout
    record, _ = recorded(services)
    assert record.asked.what is ImportKind(command)
    assert ", ".join(map(str, record.counts)) in told


def test_a_file_that_is_refused_as_a_whole_is_recorded_with_the_reason(services: Services) -> None:
    file = file_of("wrong_2024-06-17.csv", "name", "no register")
    run("schools", file, "--dry-run")
    assert all_events(services) == 0, "a dry run is no import"
    assert run("schools", file).exit_code == 1

    [refused] = recorded(services)
    assert refused.is_refused
    assert "wrong_2024-06-17.csv is not a register of schools" in refused.refusal
    assert refused.asked.files[0].sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (refused.begun.channel, refused.is_finished) == (Channel.COMMAND_LINE, False)
    assert all_events(services) == 2

    taken_in("schools", register(ASHGROVE))
    assert run("schools", file).exit_code == 1
    assert [record.reference[-4:] for record in recorded(services)] == ["0003", "0002", "0001"]
    assert "You already imported this file" not in run("schools", file).output, "refused is not imported"


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("schools", (f"{HEADER},Town,Town", f"{ASHGROVE},a,b")),
        ("schools", (HEADER, ASHGROVE.replace("Wexmoor", "Far Away"))),
        ("links", ("a,b", "1,2")),
        ("inspections", ("a,b", "1,2")),
        ("groups", ("a,b", "1,2")),
        ("providers", ("a,b", "1,2")),
    ],
)
def test_whatever_refuses_a_file_of_any_kind_is_recorded(
    services: Services, command: str, lines: tuple[str, ...]
) -> None:
    taken_in("schools", register(ASHGROVE, LARK_HILL))
    before = all_events(services)
    told = run(command, file_of("file_2024-06-18.csv", *lines))
    assert told.exit_code == 1
    refused = recorded(services)[0]
    assert refused.refusal
    assert refused.refusal in " ".join(told.output.split())
    assert all_events(services) == before + 2


def test_the_very_same_file_again_is_told_with_the_day_on_which_it_came(services: Services) -> None:
    file = register(ASHGROVE)
    assert "You already imported this file" not in taken_in("schools", file)

    again = taken_in("schools", file.rename("renamed_2024-06-17.csv"))

    second, first = recorded(services)
    assert f"You already imported this file on {services.today():%-d %B %Y} ({first.reference})" in again
    assert second.counts[:3] == (
        Count(Outcome.SCHOOLS_REGISTERED, 0),
        Count(Outcome.BROUGHT_UP_TO_DATE, 0),
        Count(Outcome.UNCHANGED, 1),
    )


def test_the_trail_leads_from_an_import_to_all_that_it_recorded(services: Services) -> None:
    taken_in("schools", register(ASHGROVE, LARK_HILL))
    [record] = recorded(services)

    with services.read() as connection:
        caused = audit_trail.entries(connection, audit_trail.TrailFilter(correlation=record.reference), None, 10)
    assert [entry.kind for entry in caused] == ["school", "school"]
    assert [sentence(event, {}) for event in services.store.get(record.id)] == [
        "The system operator started to import register_2024-06-17.csv (register of schools), dated 17 June 2024",
        "The system operator finished the import: "
        "2 schools registered, 0 brought up to date, 0 unchanged; problems: 0",
    ]


KILLED = """
import os, signal, sys
from click.testing import CliRunner
from providers.intake import batches
from web.console.imports import imports
from web.console.intake import Bar

def dies(self, done, total):
    if done == batches.AT_ONCE:
        os.kill(os.getpid(), signal.SIGKILL)

Bar.__call__ = dies
imports.main(["schools", sys.argv[1]])
"""


def test_an_import_that_was_killed_is_seen_as_unfinished_and_goes_on_when_it_is_begun_again(
    services: Services,
) -> None:
    rows = [f"{200_000 + number},School {number},Wexmoor,Open,," for number in range(AT_ONCE + 5)]
    file = register(*rows)
    killed = subprocess.run([sys.executable, "-c", KILLED, file], env=os.environ, check=False)
    assert killed.returncode == -signal.SIGKILL

    [broken_off] = recorded(services)
    assert not broken_off.is_finished
    assert view_rows(services)[0].finished_at is None

    other = taken_in("schools", file_of("register_2024-06-18.csv", HEADER, *rows[:AT_ONCE]), "--part")
    assert "1,000 unchanged" in other
    told = taken_in("schools", file)

    assert "1,005 schools registered, 0 brought up to date, 0 unchanged" in told, "of both runs"
    assert "This import was interrupted: the counts are those of the whole import" in told
    assert "was interrupted" not in other
    _, first = recorded(services)
    assert first.id == broken_off.id, "another file does not go on with it, the same file does"
    assert first.is_finished
    assert (first.begun, len(first.begun_again)) == (broken_off.begun, 1)
    assert view_rows(services)[1].begun_at == broken_off.begun.at
    [*_, finished] = services.store.get(first.id)
    assert sentence(finished, {}).endswith("1,005 schools registered, 0 brought up to date, 0 unchanged; problems: 0")


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("schools", (HEADER, ASHGROVE.replace("Ashgrove", "Oakgrove"), "900109,New School,Wexmoor,Open,,")),
        ("links", LINKED),
        ("inspections", INSPECTED),
        ("groups", MEMBERSHIPS),
        ("providers", LISTED),
    ],
)
def test_the_counts_of_an_import_that_broke_off_are_those_of_one_that_did_not(
    services: Services, command: str, lines: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All was saved before it broke off: the last run alone would count everything as known."""
    taken_in("schools", register(ASHGROVE, LARK_HILL))
    file = file_of("file_2024-06-18.csv", *lines)
    words = [command, file, *(["--part"] if command == "schools" else [])]
    told = run(*words, "--dry-run").stdout.splitlines()

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Import, "finish", stopped)
        assert run(*words).exit_code == 1
    assert not recorded(services)[0].is_finished
    again = run(*words).stdout

    record = recorded(services)[0]
    assert record.begun_again
    counts = ", ".join(map(str, record.counts))
    assert counts in told
    assert counts in again


DATES = "urn,name,open_date,close_date"


def test_a_school_that_a_list_of_dates_alone_closes_is_among_those_that_closed(services: Services) -> None:
    """Such a list has no column for the status, which follows from the day of closing."""

    def closed_by(name: str, *rows: str) -> list[str]:
        run("schools", file_of(name, DATES, *rows), "--la", "all")
        with services.read() as connection:
            found = first_schools(connection, recorded(services)[0].reference)
        return [school.name for change, _, schools in found if change is SchoolChange.CLOSED for school in schools]

    assert closed_by("dates_2024-06-01.csv", "900001,Ashgrove,,", "900002,Birchwood,,") == []
    ahead = "900002,Birchwood,,31-08-2024"
    assert closed_by("dates_2024-06-08.csv", "900001,Ashgrove,,31-05-2024", ahead) == ["Ashgrove"]
    assert closed_by("dates_2024-06-15.csv", "900001,Ashgrove,,31-05-2024", ahead) == [], "it was closed before"
    rows = ("900001,Ashgrove,,31-05-2024", ahead)
    would = run("schools", file_of("dates_2024-09-01.csv", DATES, *rows), "--la", "all", "--dry-run").stdout
    assert "Closed: Birchwood (URN 900002)" in would
    assert closed_by("dates_2024-09-01.csv", *rows) == ["Birchwood"], "the day has come"


def test_a_register_without_a_column_of_authorities_is_of_the_one_that_is_told(services: Services) -> None:
    file = file_of("register_2024-06-17.csv", "URN,EstablishmentName,EstablishmentStatus (name)", "900001,A,Open")
    assert "does not name an authority" in run("schools", file).output
    told = taken_in("schools", file, "--la", "Salford")
    assert "1 school registered" in told
    assert recorded(services)[0].asked.authority == "Salford"
    with services.read() as connection:
        school = schools.by_urn(connection, 900001)
    assert school is not None
    assert (school.la_name, school.la_code) == ("Salford", "355")
