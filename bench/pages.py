"""The caseload with 100,000 open items and the file of a school with a long history (T16): what a page takes beyond
the same statements and the same rendering, and whether that grows with what there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa
import structlog
from flask import Flask, template_rendered
from flask.testing import FlaskClient

from bench.browsing import app_on
from bench.material.place import Place
from bench.material.timing import Told, spent_on
from domain.note import Note, NoteType
from domain.vocabulary import Audience, Role
from projections import caseload
from projections.caseload import Item, Task, WaitingFor
from projections.names import Name, names
from projections.view import ViewTable
from tests.full_authority import FullAuthority
from tests.sample_authority import Clock, SampleAuthority
from web.runtime.migrate import upgrade
from web.runtime.services import Services

ITEMS = (10_000, 100_000)
EVENTS = (330, 3300)
"""What there is in all: a tenth of it, and the whole. A page shows 50."""

SCHOOLS = 600
"""Among which the items are spread."""

WARMING = 3
AT_ONCE = 5000


def on_sqlite(place: Place) -> Told:
    """Milliseconds of the processor for each page: in all, for its statements, for rendering it, and beyond both."""
    figures: dict[str, float] = {}
    for items, events in zip(ITEMS, EVENTS, strict=True):
        with _town(place) as authority:
            _fill_caseload(authority, items)
            _fill_file(authority, events)
            page = _Page(authority)
            figures |= page.figures(f"caseload, {items:,} items", "/caseload?whose=everybody", place.rounds)
            urn = authority.sample.urn(authority.ours.school)
            figures |= page.figures(f"file, {events:,} events", f"/schools/{urn}/file", place.rounds)
            figures |= page.figures(f"school, {events:,} events", f"/schools/{urn}", place.rounds)
    return Told("pages_sqlite", "Pages beyond their statements and rendering, SQLite", "ms of processor", figures)


@contextmanager
def _town(place: Place) -> Iterator[FullAuthority]:
    clock = Clock()
    services = Services(f"sqlite:///{place.file()}", clock=clock)
    upgrade(services.writer)
    services.prepare_views()
    try:
        yield FullAuthority(SampleAuthority(services, clock))
    finally:
        services.close()


def _fill_caseload(authority: FullAuthority, number: int) -> None:
    """Open items straight into the view's table, on records of whom only the names are known."""
    today, others = authority.sample.services.today(), [uuid4() for _ in range(SCHOOLS)]
    items = [
        Item(
            case=(visit := uuid4()),
            kind="visit",
            part="",
            record=visit,
            school=others[each % SCHOOLS] if each % SCHOOLS else authority.ours.school,
            task=Task.HOLD_VISIT,
            waiting_for=WaitingFor.OFFICER,
            since=today,
            due=today + timedelta(days=each % 400),
            person=authority.ours.officer,
            detail="Core visit, autumn term",
        )
        for each in range(number)
    ]
    called = [
        Name(id=item.record, kind="visit", name=f"V-2027-{n:06d}", detail=f"V-2027-{n:06d}")
        for n, item in enumerate(items)
    ]
    _write(authority.sample.services, caseload.items, items)
    _write(authority.sample.services, names, called)


def _write(services: Services, view_table: ViewTable[Any], rows: list[Any]) -> None:
    with services.write() as connection:
        for start in range(0, len(rows), AT_ONCE):
            values = [msgspec.structs.asdict(row) for row in rows[start : start + AT_ONCE]]
            connection.execute(view_table.table.insert(), values)


def _fill_file(authority: FullAuthority, number: int) -> None:
    """Notes on a visit, each an event of the school's file."""
    service, place = authority.service, authority.ours
    for start in range(0, number, 500):
        with authority.sample.acting(authority.director, "director"):
            service.save_together(
                [_note(place.records["visit"], place.school, n) for n in range(start, min(number, start + 500))]
            )


def _note(visit: UUID, school: UUID, number: int) -> Note:
    return Note.write(
        f"N-2027-{number + 1:04d}",
        on_kind="visit",
        on_record=visit,
        school=school,
        note_type=NoteType.TELEPHONE,
        heading="Call with the office",
        text="The visit moves to the afternoon.",
        visible_to=Audience.SCHOOL,
    )


@dataclass
class _Taken:
    """One look at a page: milliseconds of the processor."""

    whole: float
    statements: float
    rendering: float

    @property
    def beyond(self) -> float:
        return self.whole - self.statements - self.rendering


class _Page:
    """Asks for pages as the director, and does again by itself what the database and the template did for them."""

    def __init__(self, authority: FullAuthority) -> None:
        self.services = authority.sample.services
        self.app: Flask = app_on(self.services)
        self.client: FlaskClient = self.app.test_client()
        self.client.set_cookie(*authority.sample.session_of(authority.people[Role.DIRECTOR]))
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))

    def figures(self, name: str, href: str, rounds: int) -> dict[str, float]:
        """The medians of some rounds."""
        taken = [self._taken(href) for _ in range(WARMING + rounds)][WARMING:]
        return {
            f"{name}: page": median(each.whole for each in taken),
            f"{name}: statements": median(each.statements for each in taken),
            f"{name}: rendering": median(each.rendering for each in taken),
            f"{name}: beyond": median(each.beyond for each in taken),
        }

    def _taken(self, href: str) -> _Taken:
        whole = spent_on(lambda: self._get(href), 1).cpu * 1000
        said, rendered = self._watched(href)
        with self.services.reader.connect() as connection:
            cursor = connection.connection.cursor()
            statements = spent_on(lambda: [cursor.execute(each).fetchall() for each in said], 1).cpu * 1000
        template, context = rendered
        with self.app.test_request_context(href):
            rendering = spent_on(lambda: template.render(context), 1).cpu * 1000
        return _Taken(whole, statements, rendering)

    def _get(self, href: str) -> None:
        answer = self.client.get(href)
        if answer.status_code != 200:
            raise LookupError(f"{href}: {answer.status_code}")

    def _watched(self, href: str) -> tuple[list[str], tuple[Any, dict[str, Any]]]:
        """The statements of a page as the database was told them, and the template with what it was given."""
        said: list[str] = []
        rendered: list[tuple[Any, dict[str, Any]]] = []

        def hear(connection: Any, *_: object) -> None:
            connection.set_trace_callback(said.append)

        def see(_: Flask, template: Any, context: dict[str, Any], **__: Any) -> None:
            rendered.append((template, context))

        sa.event.listen(self.services.reader, "checkout", hear)
        try:
            with template_rendered.connected_to(see, self.app):
                self._get(href)
        finally:
            sa.event.remove(self.services.reader, "checkout", hear)
            self._deafen()
        return [each for each in said if each.lstrip().startswith(("SELECT", "WITH"))], rendered[-1]

    def _deafen(self) -> None:
        with self.services.reader.connect() as connection:
            connection.connection.driver_connection.set_trace_callback(None)  # type: ignore[union-attr]  # it is SQLite's
