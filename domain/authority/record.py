"""Authority: whose service it is, and its settings, each version in force from a day on."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date
from itertools import zip_longest
from uuid import UUID

from domain.aggregate import Aggregate, Event, Refusal, reasoned
from domain.authority.settings import CALLED, Settings, check_settings, compared, in_words, must, rows_compared
from domain.references import record_id
from domain.text import plain
from domain.vocabulary import LabelledEnum, Role

AUTHORITY = record_id("authority", "settings")
"""The id of the one authority that a database belongs to."""

SEVERAL = "000"
"""Stands for an authority's code where a database holds the schools of several."""


@dataclass(frozen=True, slots=True)
class Version:
    """Settings in force from a day until a later version's."""

    number: int
    from_: date
    settings: Settings


@dataclass(frozen=True, slots=True)
class Recovery:
    """An administrator let in from the command line, because nobody could sign in as one any more."""

    person: UUID
    on: date
    reason: str


class NothingChanged(Refusal):
    """The settings are what they were."""


class SchemeNeverBack(Refusal):
    """The scheme of delegation would be changed for days on which it was gone by."""


class Authority(Aggregate):
    """The one authority of a database. Version 0 of its settings is the service's defaults."""

    KIND = "authority"

    name: str
    la_code: str
    service_name: str

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.versions: list[Version] = []
        self.recoveries: list[Recovery] = []

    @property
    def own_code(self) -> str | None:
        """The code that tells this authority's schools from those of others, None where it has those of several."""
        return None if self.la_code == SEVERAL else self.la_code

    class Named(Event):
        TOPIC = "authority.named"
        says = "{by} named the authority {name} ({la_code}) and its service {service_name}"
        name: str
        la_code: str
        service_name: str

        def apply(self, authority: Authority) -> None:
            authority.name, authority.la_code = self.name, self.la_code
            authority.service_name = self.service_name

    class SettingsChanged(Event):
        """`changed` names the settings that differ from those in force on `from_` before; `before` says in words, in
        the same order, what those were that are no lists, and `after` what they are where one list
        alone does not tell it; `settings` are all."""

        TOPIC = "authority.settings-changed"
        says = "{by} changed {changes}, with effect from {from_}: {reason}"
        settings_version: int
        from_: date
        changed: tuple[str, ...]
        settings: Settings
        before: tuple[str, ...] = ()
        after: tuple[str, ...] = ()

        @property
        def changes(self) -> str:
            told = []
            for words, before, rows in zip_longest(self.changed, self.before, self.after):
                name = words.replace(" ", "_")
                after = rows or in_words(name, getattr(self.settings, name))
                values = (f" from {before}" if before else "") + (f" to {after}" if after else "")
                told.append(CALLED.get(name, words) + values)
            return "; ".join(told)

        def apply(self, authority: Authority) -> None:
            authority.versions.append(Version(self.settings_version, self.from_, self.settings))

    class AccessRecovered(Event):
        TOPIC = "authority.access-recovered"
        says = "{by} let {person} in as an administrator: {reason}"
        person: UUID

        def apply(self, authority: Authority) -> None:
            authority.recoveries.append(Recovery(self.person, self.meta.occurred_on, self.meta.reason))

    class FirstHolderAppointed(Event):
        """Saved with the post itself: of two first appointments at the same moment, the later is decided anew."""

        TOPIC = "authority.first-holder-appointed"
        says = "{by} added {person} as {role} when there was nobody to confirm it"
        person: UUID
        role: Role

        def apply(self, authority: Authority) -> None:
            """The post is the person's; nothing of the authority changes."""

    @classmethod
    def begin(cls, *, name: str, la_code: str, service_name: str) -> Authority:
        """The authority of a new database. Raises NotASetting."""
        authority = cls.named("settings")
        authority.rename(name=name, la_code=la_code, service_name=service_name)
        return authority

    def rename(self, *, name: str, la_code: str, service_name: str) -> None:
        """Give authority and service their names. Raises NotASetting, NothingChanged."""
        must(bool(plain(name)), "Enter the authority's name", "name")
        must(re.fullmatch(r"\d{3}", la_code) is not None, "Enter the authority's 3-digit code", "la_code")
        must(bool(plain(service_name)), "Enter the service's name", "service_name")
        named = self.Named(name=plain(name), la_code=la_code, service_name=plain(service_name))
        if self.version and (self.name, self.la_code, self.service_name) == (named.name, la_code, named.service_name):
            raise NothingChanged("You have not changed either name. Change at least one")
        self.record(named)

    def change_settings(self, settings: Settings, *, from_: date, reason: str) -> str:
        """Put settings in force from a day; returns the version's name.

        Raises NotASetting, NothingChanged, ReasonNeeded, SchemeNeverBack, and what stands against the scheme.
        """
        check_settings(settings)
        before, _ = self.settings_on(from_)
        names = [each.name for each in fields(Settings) if getattr(before, each.name) != getattr(settings, each.name)]
        changed = tuple(name.replace("_", " ") for name in names)
        if not changed:
            raise NothingChanged("You have not changed any settings. Change at least one")
        if "delegation" in names and from_ <= self.today:
            raise SchemeNeverBack("A change of the scheme takes effect tomorrow or later", field="from_")
        number = len(self.versions) + 1
        event = self.SettingsChanged(
            settings_version=number,
            from_=from_,
            changed=changed,
            settings=settings,
            before=tuple(compared(name, before, settings) for name in names),
            after=tuple(rows_compared(name, settings, before) for name in names) if "delegation" in names else (),
        )
        self.record(event, occurred=from_ if from_ <= self.today else None, reason=reasoned(reason))
        return version_name(number)

    def recover_access(self, person: UUID, *, reason: str) -> None:
        """Let a person in as an administrator where those there are cannot sign in. Raises ReasonNeeded."""
        self.record(self.AccessRecovered(person=person), reason=reasoned(reason), people=[person])

    def appoint_first_holder(self, person: UUID, role: Role) -> None:
        """Tell that a person was given a post that takes two people, while there was nobody for the second."""
        self.record(self.FirstHolderAppointed(person=person, role=role), people=[person])

    def settings_on(self, day: date) -> tuple[Settings, str]:
        """The settings in force on a day, and the name of their version for decisions to name."""
        begun = [version for version in self.versions if version.from_ <= day]
        if not begun:
            return Settings(), version_name(0)
        latest = max(begun, key=lambda version: (version.from_, version.number))
        return latest.settings, version_name(latest.number)

    def state_of(self, version: Version, day: date) -> VersionState:
        """How a version stands on a day."""
        if any(each.from_ == version.from_ and each.number > version.number for each in self.versions):
            return VersionState.REPLACED
        if version.from_ > day:
            return VersionState.TO_COME
        _, in_force = self.settings_on(day)
        return VersionState.IN_FORCE if version_name(version.number) == in_force else VersionState.EARLIER


class VersionState(LabelledEnum):
    """How a version of the settings stands on a day."""

    TO_COME = "to_come"
    IN_FORCE = "in_force"
    EARLIER = "earlier"
    REPLACED = "replaced"
    """Another version is for the same day and counts in its place: this one was never in force from then on."""


def version_name(number: int) -> str:
    """As `settings-3`."""
    return f"settings-{number}"
