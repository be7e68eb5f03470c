"""An import: which file was taken in, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from domain.imports import (
    LONGEST,
    LONGEST_REFUSAL,
    MOST_PROBLEMS,
    Asked,
    Begun,
    Count,
    Import,
    ImportedFile,
    ImportIsFinished,
    ImportKind,
    NotAHash,
    Outcome,
    RowProblem,
)
from domain.vocabulary import Channel
from tests.scenario import at_the_machine, given, signed
from web.history.sentences import sentence

ADMINISTRATOR = UUID(int=1)
REGISTER = ImportedFile("register_2024-06-17.csv", 31_820, "ab" * 32)
ASKED = Asked(ImportKind.SCHOOLS, (REGISTER,), date(2024, 6, 17))
COUNTS = (Count(Outcome.SCHOOLS_REGISTERED, 1_286), Count(Outcome.UNCHANGED, 0))
NO_DAY = RowProblem(3, "OpenDate", "is no day")


def an_import(asked: Asked = ASKED) -> Import:
    with signed(by=ADMINISTRATOR, post="administrator"):
        return Import.begin("IM-2026-0001", asked)


def a_finished_import() -> Import:
    record = an_import()
    with signed(by=ADMINISTRATOR):
        record.finish(COUNTS, [NO_DAY])
    return record


def test_an_import_knows_its_file_its_day_and_who_began_it() -> None:
    record = an_import()
    assert record.asked == ASKED
    assert (record.begun.by, record.begun.channel) == (ADMINISTRATOR, Channel.SCREEN)
    assert not record.is_finished


def test_an_import_ends_with_its_counts_and_problems() -> None:
    given(an_import()).when(lambda record: record.finish(COUNTS, [NO_DAY])).then(
        Import.Finished, counts=COUNTS, problem_count=1, problems=(NO_DAY,)
    ).then_holds(lambda record: record.is_finished and record.counts == COUNTS)


def test_the_first_problems_are_kept_and_all_are_counted() -> None:
    problems = [RowProblem(line, "x" * 1000, "y" * 1000) for line in range(2, MOST_PROBLEMS + 52)]
    record = given(an_import()).when(lambda record: record.finish(COUNTS, problems)).then(Import.Finished).record
    assert record.problem_count == MOST_PROBLEMS + 50
    assert [problem.line for problem in record.problems] == list(range(2, MOST_PROBLEMS + 2))
    assert {len(problem.column) for problem in record.problems} == {LONGEST}


def test_an_import_that_broke_off_goes_on_when_it_is_begun_again() -> None:
    other = UUID(int=2)
    record = (
        given(an_import())
        .when(lambda record: record.resume(), by=other)
        .then(Import.Resumed)
        .when(lambda record: record.finish(COUNTS, []))
        .then(Import.Finished, problem_count=0)
        .record
    )
    assert [begun.by for begun in record.beginnings] == [ADMINISTRATOR, other]
    assert (record.begun.by, [begun.by for begun in record.begun_again]) == (ADMINISTRATOR, [other])


def test_what_is_counted_after_a_break_is_said_to_be_so() -> None:
    with at_the_machine():
        record = Import.begin("IM-2026-0001", ASKED)
        record.resume()
        record.finish(COUNTS, [])
    assert sentence(record.pending[-1], {}) == (
        "The system operator finished the import: 1,286 schools registered, 0 unchanged; problems: 0"
    ), "what is counted now is the whole import"
    finished = record.pending[-1]
    assert isinstance(finished, Import.Finished)
    assert replace(finished, is_whole=False).counted_since == (
        ". The import was interrupted: what was saved before it restarted is counted as already known"
    ), "as an older release counted"
    state: dict[str, object] = {"counts": [], "problem_count": 0, "problems": []}
    Import.Finished.upcast_v1_v2(state)
    Import.Finished.upcast_v2_v3(state)
    assert state["times_begun"] is None, "an older release did not keep whether it had broken off"
    assert state["is_whole"] is False
    state["times_begun"] = 1
    Import.Finished.upcast_v2_v3(state)
    assert state["is_whole"] is True


def test_an_import_that_is_refused_says_why_and_is_over() -> None:
    given(an_import()).when(lambda record: record.refuse("It has no column URN")).then(
        Import.Refused, reason="It has no column URN"
    ).then_holds(lambda record: record.is_refused and not record.is_finished).when(
        lambda record: record.finish(COUNTS, [])
    ).then_refused(ImportIsFinished)
    given(a_finished_import()).when(lambda record: record.refuse("It is late")).then_refused(ImportIsFinished)
    long = given(an_import()).when(lambda record: record.refuse("Wexmoor; " * 1000)).then(Import.Refused).record
    assert len(long.refusal) <= LONGEST_REFUSAL


def test_a_finished_import_neither_goes_on_nor_ends_again() -> None:
    given(a_finished_import()).when(lambda record: record.resume()).then_refused(ImportIsFinished)
    given(a_finished_import()).when(lambda record: record.finish(COUNTS, [])).then_refused(ImportIsFinished)


@pytest.mark.parametrize("files", [(), (replace(REGISTER, sha256="AB" * 32),), (replace(REGISTER, sha256="ab"),)])
def test_a_file_is_known_by_the_hash_of_its_bytes(files: tuple[ImportedFile, ...]) -> None:
    with pytest.raises(NotAHash):
        an_import(replace(ASKED, files=files))


def test_what_is_done_at_the_machine_is_told_as_such() -> None:
    with at_the_machine():
        record = Import.begin("IM-2026-0001", ASKED)
        record.finish(COUNTS, [NO_DAY])
    assert record.begun == Begun(record.begun.at, None, Channel.COMMAND_LINE)
    assert [sentence(event, {}) for event in record.pending] == [
        "The system operator started to import register_2024-06-17.csv (register of schools), dated 17 June 2024",
        "The system operator finished the import: 1,286 schools registered, 0 unchanged; problems: 1",
    ]
