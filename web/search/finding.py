"""What is found for what was typed: the record of a reference."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from werkzeug.exceptions import Forbidden

from domain.aggregate import Aggregate
from domain.references import NotAReference, parts
from domain.service import NotFound
from projections import references
from web.attached import nouns_of
from web.doing import find
from web.noun import Noun
from web.office import office


def record_of(typed: str) -> tuple[Noun[Any], Aggregate] | None:
    """The record with that reference and the noun under which it is met; None if there is none for the person who
    asks."""
    try:
        parts(typed)
    except NotAReference:
        return None
    with office().read() as connection:
        found = references.find(connection, typed)
    if found is None:
        return None
    for noun in nouns_of(found.kind):
        with suppress(Forbidden, NotFound):
            return noun, find(noun, found.reference).record
    return None
