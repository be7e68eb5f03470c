"""What a record of visit says: its sections, judgements, issues, agreed actions and good practice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from domain.vocabulary import LabelledEnum, Purpose, Side

if TYPE_CHECKING:
    from domain.record_of_visit.parts import HandedOver


class ExtentOfAgreement(LabelledEnum):
    """Whether a school agrees with what is said of it."""

    AGREES = "agrees"
    IN_PART = "agrees_in_part"
    DISAGREES = "disagrees"


class Priority(LabelledEnum):
    """How soon an issue needs attention."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A passage under a heading; a restricted one is for few eyes."""

    heading: str
    text: str
    restricted: bool = False

    @property
    def key(self) -> str:
        return self.heading


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was judged of an area of the school's work, on which evidence, and what the school thinks of that."""

    area: str
    judgement: str
    evidence: str
    purpose: Purpose
    school_view: ExtentOfAgreement

    @property
    def key(self) -> str:
        return self.area


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A point that needs a response. Its number is 0 until the record gives it one, and stays for ever."""

    number: int = 0
    text: str
    purpose: Purpose
    priority: Priority = Priority.MEDIUM

    @property
    def key(self) -> int:
        return self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedAction:
    """Who does what by when. Its number is 0 until the record gives it one, and stays for ever."""

    number: int = 0
    text: str
    owner_side: Side
    owner: UUID | None = None
    due: date
    purpose: Purpose

    @property
    def key(self) -> int:
        return self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodPractice:
    """Something done well; `shareable` where the school lets others hear of it."""

    text: str
    shareable: bool = False

    @property
    def key(self) -> str:
        return self.text


Numbered = TypeVar("Numbered", Issue, AgreedAction)
Part = Section | Judgement | Issue | AgreedAction | GoodPractice


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that a record says, in the order in which it was first written. Sections go by their heading, judgements
    by their area, issues and actions by their number, good practice by its text.
    """

    sections: tuple[Section, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    issues: tuple[Issue, ...] = ()
    actions: tuple[AgreedAction, ...] = ()
    good_practice: tuple[GoodPractice, ...] = ()

    def __iter__(self) -> Iterator[Part]:
        for group in fields(self):
            yield from getattr(self, group.name)

    def find(self, sort: type[Part], key: str | int) -> Part | None:
        """The part of that sort and key."""
        return next((part for part in self._group(sort) if part.key == key), None)

    def put(self, part: Part) -> Content:
        """The same with this part, in the place of the one of its key or at the end of its sort."""
        group = self._group(type(part))
        if self.find(type(part), part.key) is None:
            return self._with(type(part), (*group, part))
        return self._with(type(part), tuple(part if old.key == part.key else old for old in group))

    def drop(self, sort: type[Part], key: str | int) -> Content:
        """The same without the part of that sort and key."""
        return self._with(sort, tuple(part for part in self._group(sort) if part.key != key))

    def handed_over(self, actions: Mapping[int, HandedOver]) -> Content:
        """The same with these actions, by number, in the hands of others and due by other days."""
        return replace(
            self,
            actions=tuple(
                replace(each, owner=handed.owner, due=handed.due, owner_side=handed.side or each.owner_side)
                if (handed := actions.get(each.number or 0))
                else each
                for each in self.actions
            ),
        )

    def numbered(self, *, issues: int, actions: int) -> Content:
        """The same with numbers for those that have none, after the highest ever given."""
        return replace(self, issues=_numbered(self.issues, issues), actions=_numbered(self.actions, actions))

    def without_restricted(self) -> Content:
        """What may leave in ordinary copies."""
        return replace(self, sections=tuple(section for section in self.sections if not section.restricted))

    @property
    def is_empty(self) -> bool:
        return not any(True for _ in self)

    @property
    def canonical_text(self) -> str:
        """One exact text for one content: JSON with sorted keys, words by their values and days in ISO form."""
        return json.dumps(asdict(self), default=str, ensure_ascii=False, sort_keys=True)

    @property
    def sha256(self) -> str:
        """The SHA-256 hash of the canonical text, in hexadecimal."""
        return sha256(self.canonical_text.encode()).hexdigest()

    def _group(self, sort: type[Part]) -> tuple[Part, ...]:
        group: tuple[Part, ...] = getattr(self, _GROUPS[sort])
        return group

    def _with(self, sort: type[Part], group: tuple[Part, ...]) -> Content:
        changed: dict[str, Any] = {_GROUPS[sort]: group}
        return replace(self, **changed)


_GROUPS: dict[type[Part], str] = {
    Section: "sections",
    Judgement: "judgements",
    Issue: "issues",
    AgreedAction: "actions",
    GoodPractice: "good_practice",
}


def _numbered(parts: tuple[Numbered, ...], highest: int) -> tuple[Numbered, ...]:
    free = count(highest + 1)
    return tuple(part if part.number else replace(part, number=next(free)) for part in parts)
