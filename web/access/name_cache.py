"""What ids are called, looked up once for each request: names, references and URNs. A record that is closed to
whoever asks, because a concern is restricted or a record of visit not issued, is not called anything.

A page that knows its ids beforehand asks for all of them at once (`rows_of`); whatever is asked of them afterwards is
answered from what was found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from domain.aggregate import RECORDS, Aggregate
from domain.references import NotAReference, parts, record_id
from projections import names
from projections.names import Name
from web.access.context import RequestContext, Snapshot
from web.access.restricted import hidden_from

MOST = 5000
"""What makes a list of everything passes by more names than need be kept."""


@dataclass
class NameCache:
    """What ids are called, None for what has neither name nor reference."""

    known: dict[UUID, Name | None] = field(default_factory=dict)


@dataclass
class FormerNames:
    """The names that records had before, by kind and reference or URN."""

    of_kind: dict[str, dict[str, str]] = field(default_factory=dict)


def rows_of(snapshot: Snapshot, ids: Collection[UUID]) -> dict[UUID, Name]:
    """What these are called, by id; whatever has neither name nor reference is left out."""
    if not ids:
        return {}
    known = snapshot.context.kept(NameCache).known
    if len(known) > MOST:
        known.clear()
    asked = [id for id in dict.fromkeys(ids) if id not in known]
    if asked:
        known |= dict.fromkeys(asked) | {row.id: row for row in names.rows_of(snapshot.connection, asked)}
    closed = hidden_from(snapshot).closed
    return {id: row for id in ids if (row := known[id]) is not None and id not in closed}


def names_of(snapshot: Snapshot, ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of these."""
    return {id: row.name for id, row in rows_of(snapshot, ids).items()}


def names_on(snapshot: Snapshot, ids: Collection[UUID], day: date) -> dict[UUID, str]:
    """The names that these had on a day: as a document of that day calls them."""
    return {id: row.on(day) for id, row in rows_of(snapshot, ids).items()}


def with_former_names(snapshot: Snapshot, kind: str, options: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Records of a kind as a form offers them, by reference or URN and with a hint or none, each with the name that
    it had before: who looks for the one finds it under the other."""
    former = snapshot.context.kept(FormerNames).of_kind
    if kind not in former:
        former[kind] = names.called_before(snapshot.connection, kind)
    before = former[kind]
    return [
        (key, f"{text} (formerly {before[key]})" if key in before else text, *hint) for key, text, *hint in options
    ]


def references_of(snapshot: Snapshot, ids: Collection[UUID]) -> dict[UUID, str]:
    """The references of these; of a school its URN."""
    return {id: row.detail for id, row in rows_of(snapshot, ids).items()}


def reference_of(snapshot: Snapshot, id: UUID) -> str | None:
    """The reference of a record, the URN of a school."""
    return references_of(snapshot, [id]).get(id)


def id_of_reference(text: str) -> UUID | None:
    """The id that a record of that reference has, whether or not there is one; None where it is no reference."""
    try:
        prefix, _, _ = parts(text)
    except NotAReference:
        return None
    kind = next((kind for kind in RECORDS.values() if kind.prefix == prefix), None)
    return record_id(kind.KIND, text.strip().upper()) if kind else None


def invalidate(context: RequestContext, changed: Iterable[UUID]) -> None:
    """Look up anew what was not there before a command, and what it changed."""
    cache, gone = context.kept(NameCache), set(changed)
    cache.known = {id: row for id, row in cache.known.items() if row is not None and id not in gone}


def ids_within(value: Any) -> Iterator[UUID]:
    """Every id within a value, however deep."""
    if isinstance(value, UUID):
        yield value
    elif isinstance(value, Mapping):
        yield from _ids_of_each(value.keys())
        yield from _ids_of_each(value.values())
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield from _ids_of_each(value)
    elif isinstance(value, msgspec.Struct):
        yield from _ids_of_each(getattr(value, name) for name in value.__struct_fields__)
    elif isinstance(value, Aggregate):
        yield from _ids_of_each(vars(value).values())
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _ids_of_each(getattr(value, part.name) for part in fields(value))


def _ids_of_each(values: Iterable[Any]) -> Iterator[UUID]:
    for value in values:
        yield from ids_within(value)
