"""What is found for what was typed: the record of a reference."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from werkzeug.exceptions import Forbidden

from domain.aggregate import Aggregate
from domain.references import NotAReference, parts
from domain.service import NotFound
from projections import references
from web.access.context import RequestContext
from web.commands.attachments import resources_of
from web.commands.dispatch import load_for_user
from web.commands.resource import Resource


def record_of(context: RequestContext, typed: str) -> tuple[Resource[Any], Aggregate] | None:
    """The record with that reference and the resource under which it is met; None if there is none for the person who
    asks."""
    try:
        parts(typed)
    except NotAReference:
        return None
    with context.read() as snapshot:
        found = references.find(snapshot.connection, typed)
    if found is None:
        return None
    for resource in resources_of(found.kind):
        with suppress(Forbidden, NotFound):
            return resource, load_for_user(context, resource, found.reference).record
    return None
