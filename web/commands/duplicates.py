"""What is like something that is there already: whoever enters it again is asked whether it is another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

from domain.names import look
from domain.text import day_in_words
from domain.unusual import Oddity, Unusual
from domain.vocabulary import SupportKind
from projections import open_requests, people, providers
from web.access.context import Snapshot
from web.access.restricted import hidden_from, restricted_records
from web.runtime.authority import subjects_of

FORMS_OF_FIRMS = re.compile(r"\b(the|ltd|limited|llp|plc|cic|co|company|and)\b")
"""What is written in the name of a firm or left out."""


def look_of_firm(name: str) -> str:
    """What two names of one firm have in common: as of people, and without what may be left out."""
    return look(FORMS_OF_FIRMS.sub("", name.casefold().replace(".", ""))) or look(name)


def like_people(snapshot: Snapshot, name: str, email: str | None = None) -> Iterator[Oddity]:
    """Asks about those of the same name, or with the same address."""
    columns = people.people.table.c
    same = columns.look == look(name)
    if email:
        same |= columns.email == email
    found = people.people.rows(snapshot.connection, people.people.table.select().where(same).order_by("reference"))
    for each in found:
        yield Oddity(Unusual.LIKE_PERSON, f"{each.name} ({each.reference}) is registered already", each.reference)


def like_providers(snapshot: Snapshot, name: str) -> Iterator[Oddity]:
    """Asks about providers of the same name, whatever their form, also those removed from the list."""
    table = providers.providers
    asked = look_of_firm(name)
    for each in table.rows(snapshot.connection, table.table.select().order_by(*providers.BY_NAME)):
        if look_of_firm(each.name) == asked:
            where = "was removed from the list" if each.removed_on else "is on the list already"
            yield Oddity(Unusual.LIKE_PROVIDER, f"{each.name} ({each.reference}) {where}", each.reference)


def like_requests(snapshot: Snapshot, school: UUID, kind: SupportKind, subject: str) -> Iterator[Oddity]:
    """Asks about open requests of the school for the same subject, as far as everybody may know of them who reads
    the new one, in whose history the question is kept."""
    asked = open_requests.listed(
        schools=[school], kind=kind, subject_keys=subjects_of(snapshot.services).keys_of(subject), is_open=True
    )
    closed = hidden_from(snapshot).closed | restricted_records(snapshot)
    for each in open_requests.requests.rows(snapshot.connection, asked):
        if each.id not in closed:
            sentence = f"{each.reference} of {day_in_words(each.raised_on)} asks for {each.subject} there already"
            yield Oddity(Unusual.LIKE_REQUEST, sentence, each.reference)
