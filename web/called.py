"""What a record is called above its forms, so that nobody takes one for another: its reference, and whose it is."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Aggregate
from web.identity import signed_in
from web.known import expect, rows_of
from web.noun import Noun

A = TypeVar("A", bound=Aggregate)


def called(connection: sa.Connection, noun: Noun[A], record: A) -> str:
    """As `SR-2026-0012, Ashgrove High School`: a person, school or provider by their own name, any other record by
    the school, else by the provider, that it concerns as the person who asks meets it."""
    if noun.called is not None:
        return noun.called(record)
    reference, ids = noun.address(record), _ids(noun, record)
    rows = rows_of(connection, ids)
    names = (rows[id].name for id in ids if id in rows and rows[id].name != reference)
    return ", ".join(filter(None, (reference, next(names, ""))))


def will_be_called(noun: Noun[A], record: A) -> None:
    """Let what a record is called be found together with the next names that are asked for."""
    if noun.called is None:
        expect(_ids(noun, record))


def _ids(noun: Noun[A], record: A) -> list[UUID]:
    """Whose names tell what the record is, the nearest first."""
    about = noun.about(signed_in(), record)
    return [id for id in (record.id, about.school, about.provider) if id is not None]
