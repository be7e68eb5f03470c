"""Tells an event as the sentence that people read, rendered anew each time with the names of the day.

A word in braces may say what goes with it: `{person:, of …}` puts the value in the place of the dots, and leaves
all of it out where nothing is given.

Nobody is said to have decided or done what somebody else wrote down: `{own_act:started}` stands where whoever acts
names nobody else, `{recorded:recorded the start of}` where they do or act on behalf of others, who are `{on_behalf}`;
`{recorder}` is whoever acts there. Who is named as the decider is left out where that is whoever acts.

Words of people that end a sentence themselves take no second full stop: “{plan}. Reason: …” is told with one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.aggregate import Event
from domain.correction import Restated
from domain.vocabulary import Channel, LabelledEnum, Personal
from web import formats

SUMS = ("amount", "net", "vat", "gross", "rate", "budget", "price", "ceiling", "limit")
"""A number in a field whose name ends so is a sum in pounds."""

NAMELESS = {
    Channel.IMPORT: "An import",
    Channel.RULE: "The service",
    Channel.COMMAND_LINE: "The system operator",
}


UNNAMED = {
    "into": "another",
    "visit": "a visit",
    "school": "a school",
    "provider": "a provider",
    "chosen": "a provider",
    "records": "a record",
}
"""What is said of a record that has no name for whoever reads; of a person, that it is somebody."""


def sentence(event: Event, names: Mapping[UUID, str], says: str = "") -> str:
    """What happened, in one sentence, the event's own or another; somebody who has no name in `names` is called by
    their kind."""
    told = (says or event.says).format_map(_Told(event, names))
    return told.replace(f"{ENDED}.", "").replace(ENDED, "")


def ids_in(events: Iterable[Event]) -> set[UUID]:
    """Every id that the sentences of these events will need a name for."""
    return {
        found
        for event in events
        for value in (*_named_by_meta(event), *vars(event).values())
        for found in _ids(value)
    }


def _named_by_meta(event: Event) -> Iterator[UUID | None]:
    yield from (event.meta.signature.actor, event.meta.signature.on_behalf_of)
    if "{this_person}" in event.says:
        yield event.meta.stream


DOTS = "…"

ENDED = "\N{NULL}"
"""Stands behind words that end a sentence until the sentence is made: no text of an event can hold it."""


class _Given(str):
    """A value in words, which knows whether there was one."""

    __slots__ = ("is_given",)
    is_given: bool

    def __format__(self, around: str) -> str:
        words = str(self) + (ENDED if self.endswith((".", "?", "!", DOTS)) else "")
        if not around:
            return words
        return around.replace(DOTS, words) if self.is_given else ""


class _Told(dict[str, str]):
    """The words that may stand in braces, looked up only when a sentence uses them."""

    def __init__(self, event: Event, names: Mapping[UUID, str]) -> None:
        super().__init__()
        self._event = event
        self._names = names

    def __missing__(self, word: str) -> _Given:
        meta = self._event.meta
        value: Any
        match word:
            case "by":
                value = self._actor()
            case "this_person":
                value = meta.stream
            case "reason":
                value = meta.reason or getattr(self._event, "reason", "")
            case "occurred":
                value = meta.occurred_on
            case "purpose":
                value = meta.purpose or ""
            case "own_act":
                value = self._event.is_own_act
            case "recorded":
                value = not self._event.is_own_act
            case "recorder":
                value = None if self._event.is_own_act else self._actor()
            case "on_behalf":
                value = meta.signature.on_behalf_of
            case _ if self._event.is_own_act and word in (*self._event.DECIDERS, *self._event.DOERS):
                value = None
            case _:
                value = getattr(self._event, word)
        given = _Given(value_in_words(value, self._names, field=word))
        given.is_given = value not in (None, False, "", ())
        return given

    def _actor(self) -> str:
        signature = self._event.meta.signature
        if signature.actor is None:
            return NAMELESS.get(signature.channel, "Somebody")
        return self._names.get(signature.actor, "Somebody")


def value_in_words(value: Any, names: Mapping[UUID, str], *, field: str = "") -> str:
    """A value of an event as people read it."""
    match value:
        case None:
            return "not given"
        case bool():
            return "yes" if value else "no"
        case LabelledEnum():
            return within_a_sentence(value.label)
        case UUID():
            return names.get(value, UNNAMED.get(field, "somebody"))
        case datetime():
            return formats.datetime(value)
        case date():
            return formats.date(value)
        case time():
            return formats.time(value)
        case int() if field == "minutes":
            return formats.counted(value, "minute")
        case Decimal():
            if field == "days":
                return formats.days(value)
            return formats.money(value) if field.endswith(SUMS) else formats.number(value)
        case Personal():
            return value.value
        case tuple() | list():
            return ", ".join(value_in_words(each, names, field=field) for each in value) or "none"
        case dict():
            return ", ".join(
                f"{str(key).replace('_', ' ')}: {value_in_words(each, names)}" for key, each in sorted(value.items())
            )
    if isinstance(value, Restated):
        now, was = (value_in_words(each, names, field=value.field) for each in (value.now, value.was))
        entered = "was left out" if value.was in (None, "") else f"entered as {was}"
        return f"{within_a_sentence(value.label)}: {now or 'none'} ({entered})"
    if dataclasses.is_dataclass(value) and type(value).__str__ is object.__str__:
        parts = (getattr(value, part.name) for part in dataclasses.fields(value))
        return " ".join(
            value_in_words(part, names) for part in parts if part is not None and not isinstance(part, UUID)
        )
    return str(value)


def within_a_sentence(label: str) -> str:
    """A label with a small first letter, unless it begins with an abbreviation or is a title (CPD manager)."""
    is_title = " " in label and label.istitle()
    return label if label[:2].isupper() or is_title else label[:1].lower() + label[1:]


def _ids(value: Any) -> Iterator[UUID]:
    if isinstance(value, UUID):
        yield value
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from _ids(each)
