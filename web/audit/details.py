"""Everything that is known of one entry: its fields, what it changed in its record, and how it came about."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from domain.aggregate import RECORDS, Aggregate, Event
from domain.authority import CALLED, Retention
from domain.concern import InConfidence
from domain.school import School
from domain.school import parts as school_parts
from domain.service import folded
from domain.vocabulary import LabelledEnum, Personal
from projections.audit_trail import kind_of
from web import formats
from web.access.context import Snapshot, User
from web.access.disclosure import Disclosure
from web.access.list_filters import shows_log_positions
from web.access.name_cache import ids_within, names_of
from web.history.sentences import ids_in, sentence, value_in_words
from web.history.timeline import post_held, who_acted

RESTRICTED = "Restricted"
"""Stands for a passage that is for few eyes, where the reader's are not among them."""

CONFIDENTIAL = "In confidence"
"""The same for who told the service of a concern."""

UNTOLD = frozenset({"id", "version", "_pending"})
"""What a record remembers that is no fact of it."""

ABBREVIATIONS = {"vat": "VAT", "urn": "URN", "urns": "URNs", "uid": "UID", "api": "API"}

Names = Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """One thing in the record that is otherwise after the entry; lines of text, empty where there was nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EntryDetails:
    """An entry in full: labels with their values, and what changed; `technical` are codes."""

    sentence: str
    fields: Sequence[tuple[str, str]]
    changes: Sequence[ChangedValue]
    circumstances: Sequence[tuple[str, str]]
    technical: Sequence[tuple[str, str]]


def details_of(snapshot: Snapshot, event: Event, around: Sequence[Event]) -> EntryDetails:
    """Everything that is known of an event that the person who asks may read; `around` is all that happened to its
    record, in order."""
    before, after = _record_around(event, around)
    names = names_of(snapshot, ids_in([event]) | set(ids_within([vars(event), _facts(before), _facts(after)])))
    told = Disclosure(snapshot)
    reader = _Reader(names, restricted_too=told.may_read_restricted(event), knows_source=told.may_know_source(event))
    fields = [(label_of(name), reader.text(value, name)) for name, value in vars(event).items() if name != "meta"]
    changes = list(reader.changes(_facts(before), _facts(after)))
    codes = dict([(each.label, each.after) for each in changes] + fields)
    technical = [*((label, text) for label, text in codes.items() if _is_code(text)), *_origin(event, snapshot.user)]
    return EntryDetails(
        sentence=sentence(event, names),
        fields=[(label, text) for label, text in fields if not _is_code(text)],
        changes=[each for each in changes if not _is_code(each.after or each.before)],
        circumstances=[(label, value) for label, value in _circumstances(event, names) if value],
        technical=[(label, value) for label, value in technical if value],
    )


def _is_code(text: str) -> bool:
    """Whether a text is nothing but ids, fingerprints or names of versions (settings-1)."""
    return all(re.fullmatch(r"[0-9a-f][0-9a-f-]{15,}|[a-z]+[-/][0-9]+", line) for line in text.split("\n"))


def _record_around(event: Event, around: Sequence[Event]) -> tuple[Aggregate | None, Aggregate | None]:
    """The record as it was before the event, None if it began with it, and as it was after it."""
    kind, meta = RECORDS[kind_of(event)], event.meta
    before = folded(kind, meta.stream, around[: meta.version - 1])
    return before, folded(kind, meta.stream, around[: meta.version])


def _facts(record: Aggregate | None) -> Mapping[str, Any]:
    """What a record remembers, by name; of a school what the files tell together, not each file for itself."""
    if record is None:
        return {}
    facts = {name: value for name, value in vars(record).items() if name not in UNTOLD}
    if isinstance(record, School):
        del facts["tellings"]
        return {"name": record.name, "details": record.details, **facts}
    return facts


def _circumstances(event: Event, names: Names) -> Iterator[tuple[str, str]]:
    meta, signature = event.meta, event.meta.signature
    happened, recorded = _exactly(meta.occurred), _exactly(meta.recorded_at)
    yield "Happened", happened
    yield "Recorded", recorded if recorded != happened else ""
    yield "Who", who_acted(event, names)
    yield "Role", post_held(event)
    yield "Through", signature.channel.label
    yield "Purpose", meta.purpose.label if meta.purpose else ""
    yield "Reason", meta.reason
    yield "Sensitivity", meta.sensitivity.label


def _origin(event: Event, user: User) -> Iterator[tuple[str, str]]:
    """Where an entry stands in the log, and what it came of."""
    meta, signature = event.meta, event.meta.signature
    yield "Rules used", ", ".join(meta.rules)
    yield "Type of entry", f"{event.TOPIC}, schema {event.SCHEMA}"
    yield "Place in the log", str(meta.position) if shows_log_positions(user) else ""
    yield "Place in the record", str(meta.version)
    yield "Entry", str(meta.event_id)
    yield "Command", str(signature.command)
    yield "Request", signature.correlation
    yield "Caused by entry", str(signature.causation or "")


def _exactly(when: date | datetime | None) -> str:
    """A day, or a moment to the second on London's clock."""
    if isinstance(when, datetime):
        return f"{formats.date(when)}, {formats.london(when):%H:%M:%S %Z}"
    return formats.date(when)


class _Reader:
    """Tells values in the words of people; restricted passages only to those who may read them."""

    def __init__(self, names: Names, *, restricted_too: bool, knows_source: bool) -> None:
        self._names = names
        self._restricted_too = restricted_too
        self._knows_source = knows_source

    def text(self, value: Any, name: str = "") -> str:
        """A value in one or more lines; nothing for a value that says nothing."""
        if value is None or value == "":
            return ""
        if isinstance(value, Mapping):
            if name == "details":
                return self._details(value)
            lines = [(self._label(key), self.text(each, str(key))) for key, each in value.items()]
            return "\n".join(f"{label}: {line}" for label, line in lines if line)
        if name in {"empty", "changed"}:
            return "\n".join(map(label_of, value))
        if isinstance(value, (list, tuple, set, frozenset)):
            return "\n".join(filter(None, (self.text(each, name) for each in value)))
        if dataclasses.is_dataclass(value) and not isinstance(value, Personal):
            return self._parts(value)
        return self._one(value, name)

    def _details(self, told: Mapping[str, Any]) -> str:
        """What was told of a school, a line for each detail."""
        lines = (
            f"{label_of(name)}: {school_parts.in_words(name, value)}"
            for name, value in told.items()
            if value is not None
        )
        return "\n".join(lines)

    def _parts(self, value: Any) -> str:
        if isinstance(value, InConfidence):
            return value.value if self._knows_source else CONFIDENTIAL
        if getattr(value, "restricted", False) and not self._restricted_too:
            return RESTRICTED
        if isinstance(value, (school_parts.Change, school_parts.Source, Retention)):
            return str(value)
        parts = ((part.name, self.text(getattr(value, part.name), part.name)) for part in dataclasses.fields(value))
        return "; ".join(f"{label_of(name)}: {text}" for name, text in parts if text and not _is_code(text))

    def _one(self, value: Any, name: str) -> str:
        if isinstance(value, UUID):
            return self._names.get(value, str(value))
        if isinstance(value, (bool, Enum, Decimal, date)):
            text = value_in_words(value, self._names, field=name)
            return formats.upper_first(text)
        return value_in_words(value, self._names, field=name)

    def _label(self, key: Any) -> str:
        if isinstance(key, UUID):
            return self._names.get(key, str(key))
        return key.label if isinstance(key, LabelledEnum) else label_of(str(getattr(key, "value", key)))

    def changes(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ChangedValue]:
        """What differs, by the record's own words for it; of collections only the members that differ."""
        for name in dict.fromkeys((*after, *before)):
            old, new = before.get(name), after.get(name)
            if old == new:
                continue
            old, new = _differing(old, new)
            changed = ChangedValue(label_of(name), self.text(old, name), self.text(new, name))
            if changed.before != changed.after:
                yield changed


def _differing(old: Any, new: Any) -> tuple[Any, Any]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return (
            {key: value for key, value in old.items() if new.get(key) != value},
            {key: value for key, value in new.items() if old.get(key) != value},
        )
    if isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
        return [each for each in old if each not in new], [each for each in new if each not in old]
    return old, new


def label_of(name: str) -> str:
    """A field's name as a label: `reply_by` as "Reply by", `vat_is_known` as "VAT is known"; a detail of a school as
    its page has it."""
    setting = CALLED.get(name.replace(" ", "_"))
    if label := school_parts.LABELS.get(name) or school_parts.WITHIN.get(name) or setting:
        return formats.upper_first(label)
    text = " ".join(ABBREVIATIONS.get(word, word) for word in name.strip("_").replace("-", "_").split("_"))
    return formats.upper_first(text)
