"""The list of subjects: what stands on it, and the words in use that are not on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import request

from domain.authority import Authority, Settings
from domain.authority.settings import NotASetting
from domain.subjects import Subject, SubjectList, subject_key, with_words
from domain.text import line
from projections import open_requests, providers
from projections.view import Row
from web.access.context import Snapshot
from web.access.identity import ListScope
from web.access.policy import Action
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import Execution, Values
from web.layout.paging import page_after
from web.runtime.authority import subjects_of
from web.settings_pages import schemas
from web.settings_pages.resource import settings


class SubjectWord(Row):
    """A word in use that is not on the list of subjects: in how many requests, and how often providers and their
    people name it. `meant` is the subject that is likeliest meant, empty where none is near."""

    word: str
    requests: int
    offer_count: int
    meant: str


def unlisted_words(snapshot: Snapshot) -> list[SubjectWord]:
    """The words of requests and providers that are not on the list of today, the most used first."""
    listed, asked = subjects_of(snapshot.services), open_requests.requests.table.c.subject
    of_requests: Counter[str] = Counter()
    for word, often in snapshot.connection.execute(sa.select(asked, sa.func.count()).group_by(asked)):
        of_requests[word] += often
    people = providers.specialists.rows(snapshot.connection, providers.specialists.table.select())
    of_providers = Counter(snapshot.connection.execute(sa.select(providers.offers.table.c.subject)).scalars())
    of_providers.update(word for each in people for word in each.subjects)
    spelt: dict[str, str] = {}
    sums: dict[str, list[int]] = {}
    for place, words in enumerate((of_requests, of_providers)):
        for word, often in words.items():
            if listed.find(word) is None:
                key = subject_key(word)
                spelt.setdefault(key, word)
                sums.setdefault(key, [0, 0])[place] += often
    rows = [
        SubjectWord(
            word=spelt[key], requests=asked, offer_count=offered, meant=next(iter(listed.like(spelt[key])), "")
        )
        for key, (asked, offered) in sums.items()
    ]
    return sorted(rows, key=lambda row: (-row.requests - row.offer_count, row.word.casefold()))


def _listed(snapshot: Snapshot, _: ListScope, __: Values, after: str | None, limit: int) -> list[SubjectWord]:
    return page_after(unlisted_words(snapshot), lambda row: row.word, after, limit)


unlisted = ListEndpoint(
    "subject-words",
    Action.KEEP_SETTINGS,
    Listing(SubjectWord, _listed, lambda row: row.word, place=str),
    "List the words in use that are not on the list of subjects",
)


def _change(
    execution: Execution[Authority], values: Values, become: Callable[[SubjectList], tuple[Subject, ...]]
) -> None:
    def changed(authority: Authority) -> None:
        in_force: Settings = authority.settings_on(values["from_"])[0]
        subjects = become(in_force.subject_list)
        authority.change_settings(
            replace(in_force, subjects=subjects), from_=values["from_"], reason=values["reason"]
        )

    execution.change(changed)


def _names(snapshot: Snapshot, _: Authority | None) -> Mapping[str, Any]:
    return {schemas.SUBJECTS: [(each.name, each.name) for each in subjects_of(snapshot.services).subjects]}


def _subject_asked(snapshot: Snapshot, _: Authority) -> Mapping[str, Any]:
    """The subject to which the address leads, as it is today."""
    today: date = snapshot.services.today()
    found = subjects_of(snapshot.services).find(request.args.get("subject", ""))
    if found is None:
        return {"from_": today}
    return {"replaces": found.name, "name": found.name, "aliases": found.aliases, "from_": today}


@settings.command(
    "set-subject",
    "Add or change a subject",
    Action.KEEP_SETTINGS,
    schemas.SetSubject,
    done="List of subjects changed",
    lead="One subject or theme, and the other words for it. Whatever was or is recorded with any of them is found as "
    "this subject.",
    lookups=_names,
    initial=_subject_asked,
)
def set_subject(execution: Execution[Authority], values: Values) -> None:
    """A subject as it is from a day on. Under another name, its former name stays a word for it."""

    def become(listed: SubjectList) -> tuple[Subject, ...]:
        former = listed.find(values.get("replaces", ""))
        if values.get("replaces") and former is None:
            raise NotASetting("Choose a subject that is on the list", field="replaces")
        others = [each for each in listed.subjects if each is not former]
        if values["off_list"]:
            if former is None:
                raise NotASetting("Choose the subject to take off the list", field="replaces")
            return tuple(others)
        name = line(values["name"])
        renamed = [former.name] if former and subject_key(former.name) != subject_key(name) else []
        aliases = dict.fromkeys(map(line, (*values["aliases"], *renamed)))
        return (*others, Subject(name, tuple(aliases)))

    _change(execution, values, become)


def _words_asked(snapshot: Snapshot, _: Authority) -> Mapping[str, Any]:
    words = [{"word": each.word, "subject": each.meant} for each in unlisted_words(snapshot)[: schemas.MOST_WORDS]]
    return {"unlisted": words, "from_": snapshot.services.today()}


@settings.command(
    "map-subjects",
    "Say what words in use mean",
    Action.KEEP_SETTINGS,
    schemas.MapSubjects,
    done="Words added to the list of subjects",
    lead="These words were used in requests or by providers and are not on the list of subjects. Check the subject "
    "proposed for each, or choose another. Words for which you choose none stay as they are.",
    lookups=_names,
    initial=_words_asked,
)
def map_subjects(execution: Execution[Authority], values: Values) -> None:
    """Each word becomes another word for the subject chosen, or a subject of its own."""
    words = [
        (each["word"], each["word"] if each["subject"] == schemas.OF_ITS_OWN else each["subject"])
        for each in values["unlisted"]
        if each.get("subject")
    ]

    def become(listed: SubjectList) -> tuple[Subject, ...]:
        for word, name in words:
            if word != name and listed.find(name) is None:
                raise NotASetting(f"“{name}” is not on the list of subjects", field="unlisted")
        named = [(word, name if word == name else listed.name_of(name)) for word, name in words]
        return with_words(listed.subjects, named)

    _change(execution, values, become)
