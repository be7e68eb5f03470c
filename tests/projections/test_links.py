"""What hangs on a record, and what it came from: its own chain and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from domain.aggregate import Aggregate
from domain.concern import ConcernCase, ConcernKind, ConcernSource, Severity
from domain.note import Note, NoteType
from domain.service import Service
from domain.support_request import SupportRequest
from domain.vocabulary import Purpose
from projections import links
from tests.domain.brokered import a_need
from tests.projections.conftest import Ask
from tests.scenario import TODAY, signed

VIEWS = [links.VIEW]
SCHOOL, WRITER = uuid4(), uuid4()
Condition = sa.ColumnElement[bool]
NONE: Condition = sa.false()


def begun(service: Service, make: Callable[[], Aggregate]) -> UUID:
    with signed(TODAY, by=WRITER):
        return service.add(make).id


def chain(service: Service, number: int) -> list[UUID]:
    """A concern, a request because of it, and a note on that."""
    concern = begun(
        service,
        lambda: ConcernCase.raise_(
            f"CC-2026-000{number}",
            school=SCHOOL,
            kind=ConcernKind.TEACHING,
            source=ConcernSource.DATA,
            severity=Severity.HIGH,
            detail="Results fell",
            purpose=Purpose.CHALLENGE,
        ),
    )
    need = {**a_need(school=SCHOOL), "concern": concern}
    request = begun(service, lambda: SupportRequest.raise_(f"SR-2026-000{number}", **need))
    note = begun(
        service,
        lambda: Note.write(
            f"N-2026-000{number}",
            on_kind=SupportRequest.KIND,
            on_record=request,
            school=SCHOOL,
            note_type=NoteType.MEETING,
            heading="Call",
            text="They agree",
        ),
    )
    return [concern, request, note]


def below(
    connection: sa.Connection, root: UUID, *, closed: bool, apart_from: sa.ColumnElement[bool] = NONE
) -> object:
    first = sa.select(sa.literal(root, sa.Uuid).label("id"), sa.literal("concern").label("kind"), sa.literal(closed))
    return links.with_all_that_hangs_on(connection, first, apart_from=apart_from)


@pytest.mark.parametrize("closed", [True, False])
def test_all_that_hangs_on_a_record_is_found_and_nothing_of_another(service: Service, ask: Ask, closed: bool) -> None:
    concern, request, note = chain(service, 1)
    chain(service, 2)

    found = ask(lambda connection: below(connection, concern, closed=closed))

    assert found == {concern: ("concern", closed), request: ("support-request", closed), note: ("note", closed)}


def test_what_a_record_came_from_is_found_and_nothing_of_another(service: Service, ask: Ask) -> None:
    concern, request, note = chain(service, 1)
    chain(service, 2)

    def above(record: UUID, apart_from: Condition = NONE) -> set[UUID]:
        query = links.above(record, apart_from=apart_from)
        return ask(lambda connection: set(connection.execute(query).scalars()))

    assert (above(note), above(request), above(concern)) == ({request, concern}, {concern}, set())
    to_request = links.links.table.c.parent == request
    assert (above(note, to_request), above(request, to_request)) == (set(), {concern})


def test_a_link_that_is_set_apart_hands_nothing_down(service: Service, ask: Ask) -> None:
    concern, *_ = chain(service, 1)
    on_requests = links.links.table.c.kind == "support-request"

    found = ask(lambda connection: below(connection, concern, closed=True, apart_from=on_requests))

    assert found == {concern: ("concern", True)}


def test_a_link_says_who_began_the_record_when_and_about_which_school(service: Service, ask: Ask) -> None:
    concern, request, _ = chain(service, 1)

    assert ask(lambda connection: links.links.get(connection, request, concern)) == links.Link(
        record=request, parent=concern, kind="support-request", school=SCHOOL, begun_by=WRITER, begun_on=TODAY
    )
