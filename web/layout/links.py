"""How a page leads to a record: its title and its reference; and where the things that wait lead to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from uuid import UUID

from domain.support_request import SupportRequest
from projections import links
from projections.caseload import Item, Task
from web.access.context import Snapshot, User
from web.access.disclosure import CONCERN, READING
from web.access.name_cache import references_of
from web.access.policy import RecordScope
from web.access.restricted import concerns_behind
from web.commands.linked_records import concerns_among
from web.history.record_addresses import record_href
from web.runtime.authority import level_of_support
from web.runtime.services import Services


def record_cell(title: str, path: str, reference: str) -> dict[str, str]:
    """A record in a table or a summary: what it is called, with its reference below."""
    return {"text": title, "href": f"/{path}/{reference}", "hint": reference}


def record_rows(snapshot: Snapshot, *records: tuple[str, str, str, UUID | None]) -> list[dict[str, str]]:
    """The rows of a summary that lead to other records, each given by its label, title, path and id; one without an
    id, or that is closed to the user, is left out."""
    refs = references_of(snapshot, [id for *_, id in records if id])
    return [
        {"key": label, **record_cell(title, path, refs[id])}
        for label, title, path, id in records
        if id and id in refs
    ]


def concern_rows(
    snapshot: Snapshot, record: UUID, at: str, *, apart_from: UUID | None = None
) -> list[dict[str, str]]:
    """The rows of a summary that lead to the concerns that a record came of, and to those raised from it, as far as
    the person who asks may read them; `at` is the name of the school."""
    behind = [each for each in concerns_behind(snapshot.connection, record) if each != apart_from]
    raised = [each for each in links.concerns_from(snapshot.connection, record) if each not in behind]
    opened = concerns_among(snapshot, [*behind, *raised])
    rows = [("Concern", each) for each in behind] + [("Concern raised from it", each) for each in raised]
    return record_rows(
        snapshot, *((label, f"Concern about {at}", "concerns", each) for label, each in rows if each in opened)
    )


def linked_records(items: Iterable[Item]) -> set[UUID]:
    """The records whose references have to be known, to say where these items lead."""
    return {id for item in items for id in (item.record, item.case)}


def link_to(item: Item, references: Mapping[UUID, str], user: User) -> tuple[str, str]:
    """The address and the reference to which an item leads: its record, or else the request that the record belongs
    to. The address is empty for whoever may open neither."""
    places = [(item.kind, item.record)]
    if item.case != item.record:
        places.append((SupportRequest.KIND, item.case))
    for kind, record in places:
        reference = references.get(record, "")
        if reference and _may_open(kind, item, user):
            return record_href(kind, reference), reference
    return "", references.get(item.record, "")


def linker(snapshot: Snapshot, items: Collection[Item]) -> Callable[[Item], tuple[str, str]]:
    """`link_to` for a template that lists these items."""
    references = references_of(snapshot, linked_records(items))
    return lambda item: link_to(item, references, snapshot.user)


def _may_open(kind: str, item: Item, user: User) -> bool:
    if kind == CONCERN:
        return True  # of concerns, a list names only those that its reader may read
    people = frozenset({item.person}) if item.person else frozenset[UUID]()
    return user.may(READING[kind], RecordScope(item.school, provider=item.provider, people=people))


def about(services: Services, item: Item) -> str:
    """What an item is about, in the words of today's settings where it is a school's level of support."""
    if item.task is not Task.REVIEW_NEED:
        return item.detail
    return level_of_support(services, item.detail.removeprefix("Category "))
