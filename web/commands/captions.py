"""What a record is called above its forms, so that nobody takes one for another: its reference, and whose it is."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from domain.aggregate import Aggregate
from web.access.context import RequestContext, Snapshot
from web.access.name_cache import rows_of
from web.commands.resource import Resource

A = TypeVar("A", bound=Aggregate)


def caption(snapshot: Snapshot, resource: Resource[A], record: A) -> str:
    """As `SR-2026-0012, Ashgrove High School`: a person, school or provider by their own name, any other record by
    the school, else by the provider, that it concerns as the person who asks meets it."""
    if resource.called is not None:
        return resource.called(record)
    reference, ids = resource.address(record), _ids(snapshot.context, resource, record)
    rows = rows_of(snapshot, ids)
    names = (rows[id].name for id in ids if id in rows and rows[id].name != reference)
    return ", ".join(filter(None, (reference, next(names, ""))))


def _ids(context: RequestContext, resource: Resource[A], record: A) -> list[UUID]:
    """Whose names tell what the record is, the nearest first."""
    about = resource.about(context, record)
    return [id for id in (record.id, about.school, about.provider) if id is not None]
