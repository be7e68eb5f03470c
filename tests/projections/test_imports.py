"""The imports view: which files were taken in, which broke off, and which is the very same as another."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from domain.imports import Asked, Count, Import, ImportedFile, ImportKind, Outcome, RowProblem
from domain.service import Service
from projections import imports
from projections.imports import list_rows, of_file
from tests.projections.conftest import Ask
from tests.scenario import signed

VIEWS = [imports.VIEW]

JO, SAM = uuid4(), uuid4()
REGISTERED = (Count(Outcome.SCHOOLS_REGISTERED, 2),)


def begin(service: Service, number: int, what: ImportKind = ImportKind.SCHOOLS, sha256: str = "ab" * 32) -> UUID:
    asked = Asked(what, (ImportedFile(f"file_{number}.csv", 20, sha256),), date(2024, 6, 17))
    with signed(by=JO):
        return service.add(lambda: Import.begin(f"IM-2026-000{number}", asked)).id


@pytest.fixture
def finished(service: Service) -> UUID:
    id = begin(service, 1)
    with signed(by=JO):
        service.change(Import, id, lambda record: record.finish(REGISTERED, [RowProblem(2, "URN", "is missing")]))
    return id


def test_an_import_is_unfinished_until_it_has_told_what_came_of_it(
    service: Service, ask: Ask, finished: UUID
) -> None:
    broken_off = begin(service, 2)
    later, earlier = ask(list_rows)
    assert (later.id, later.finished_at, later.counts) == (broken_off, None, ())
    assert (earlier.id, earlier.counts, earlier.problem_count) == (finished, REGISTERED, 1)
    assert earlier.finished_at is not None


def test_who_began_an_import_first_stands_with_it(service: Service, ask: Ask, finished: UUID) -> None:
    broken_off = begin(service, 2)
    with signed(by=SAM):
        service.change(Import, broken_off, Import.resume)
    assert [row.begun_by for row in ask(list_rows)] == [JO, JO]


def test_the_very_same_file_is_found_among_those_of_its_kind(service: Service, ask: Ask, finished: UUID) -> None:
    begin(service, 2, ImportKind.PROVIDERS)
    begin(service, 3, sha256="cd" * 32)
    again = begin(service, 4)
    assert [row.id for row in ask(of_file, ImportKind.SCHOOLS, "ab" * 32)] == [again, finished]


def test_imports_are_walked_and_narrowed_by_what_they_tell(service: Service, ask: Ask, finished: UUID) -> None:
    begin(service, 2, ImportKind.LINKS)
    begin(service, 3)
    assert [row.reference for row in ask(list_rows, what=ImportKind.SCHOOLS)] == ["IM-2026-0003", "IM-2026-0001"]
    assert [row.reference for row in ask(list_rows, after="IM-2026-0003", limit=1)] == ["IM-2026-0002"]
    with pytest.raises(ValueError, match="IM-2026-0009"):
        ask(list_rows, after="IM-2026-0009")
