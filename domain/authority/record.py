"""Authority: whose service it is, and its settings, each version in force from a day on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from itertools import zip_longest
from uuid import UUID

from domain.aggregate import Aggregate, Event, Refusal, reasoned
from domain.authority.settings import (
    CALLED,
    DECIDED_BY_OTHERS,
    Settings,
    check_settings,
    compared,
    in_words,
    must,
    rows_compared,
)
from domain.delegation import Act, Decider, Granted, never_held
from domain.references import record_id
from domain.text import plain
from domain.vocabulary import LabelledEnum, Role

AUTHORITY = record_id("authority", "settings")
"""The id of the one authority that a database belongs to."""

SEVERAL = "000"
"""Stands for an authority's code where a database holds the schools of several."""


@dataclass(frozen=True, slots=True)
class Version:
    """Settings in force from a day until a later version's, of which those that are named were changed by it."""

    number: int
    from_: date
    settings: Settings
    changed: tuple[str, ...] = ()

    def on_top_of(self, before: Settings) -> Settings:
        """What is in force from its day on: what it changed, and the rest as it was before."""
        changed = {name: getattr(self.settings, name) for name in self.changed if hasattr(before, name)}
        if "delegation" in changed:
            rows = {row.code: row for row in (*before.delegation, *self.settings.delegation)}
            changed["delegation"] = tuple(rows.values())
        return replace(before, **changed)


@dataclass(frozen=True, slots=True)
class Recovery:
    """An administrator let in from the command line, because nobody could sign in as one any more."""

    person: UUID
    on: date
    reason: str


class OthersDecide(Refusal):
    """Whoever asks for a change of the scheme of delegation would make it."""


class NothingChanged(Refusal):
    """The settings are what they were."""


class SchemeNeverBack(Refusal):
    """The scheme of delegation, or what it rests on, would be changed for days on which it was gone by."""


class _Changed(Event):
    """`changed` names the settings that differ from those in force on `from_` before; `before` says in words, in
    the same order, what those were that are no lists, and `after` what they are where one list
    alone does not tell it; `settings` are all."""

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
        names = tuple(words.replace(" ", "_") for words in self.changed)
        authority.versions.append(Version(self.settings_version, self.from_, self.settings, names))


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

    class SettingsChanged(_Changed):
        TOPIC = "authority.settings-changed"
        says = "{by} changed {changes}, with effect from {from_}: {reason}"

    class SchemeChanged(_Changed):
        """Those who decide on it approved it; of the posts that are `unfilled` nobody has held one yet."""

        TOPIC = "authority.scheme-changed"
        says = "{by} approved a change of {changes}, with effect from {from_}: {reason}{not_asked:. …}"
        unfilled: tuple[Decider, ...] = ()

        @property
        def not_asked(self) -> str:
            return never_held(self.unfilled)

    class SchemeSetUp(_Changed):
        """Recorded while nobody had held any of the posts that decide on it."""

        TOPIC = "authority.scheme-set-up"
        says = "{by} recorded a change of {changes}, with effect from {from_}: {reason}. {undecided}"
        unfilled: tuple[Decider, ...]

        @property
        def undecided(self) -> str:
            return f"{never_held(self.unfilled)}, so nobody was asked"

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
        """Put settings in force from a day that one administrator may change; returns the version's name.

        Raises NotASetting, NothingChanged, ReasonNeeded, OthersDecide.
        """
        names = self._changed(settings, from_)
        asked = [CALLED.get(name, name) for name in names if name in DECIDED_BY_OTHERS]
        if asked:
            raise OthersDecide(f"Others decide on a change of the {asked[0]}. Ask them", field="from_")
        return self._put_in_force(self.SettingsChanged, settings, names, from_=from_, reason=reason)

    def change_scheme(
        self,
        settings: Settings,
        *,
        from_: date,
        reason: str,
        granted: Granted,
        unfilled: tuple[Decider, ...] = (),
        rules: tuple[str, ...] = (),
    ) -> str:
        """Put settings in force from a day, as others decided; of the posts that are `unfilled` nobody has held one.

        Raises NotCovered, NotASetting, NothingChanged, ReasonNeeded, SchemeNeverBack, and what stands against the
        scheme.
        """
        granted.must_cover(Act.CHANGE_SCHEME, self.id)
        return self._put_in_force(
            self.SchemeChanged,
            settings,
            self._changed_ahead(settings, from_),
            from_=from_,
            reason=reason,
            decision=granted.decision,
            rules=rules,
            unfilled=unfilled,
        )

    def set_up_scheme(self, settings: Settings, *, from_: date, reason: str, unfilled: tuple[Decider, ...]) -> str:
        """Put settings in force from a day while nobody has held any of the posts that would decide on it.

        Raises OthersDecide, and what `change_scheme` does.
        """
        if not unfilled:
            raise OthersDecide("Others decide on a change of the scheme of delegation. Ask them", field="from_")
        names = self._changed_ahead(settings, from_)
        return self._put_in_force(self.SchemeSetUp, settings, names, from_=from_, reason=reason, unfilled=unfilled)

    def must_come_ahead(self, from_: date) -> None:
        """Raises SchemeNeverBack unless a day is one on which the scheme may still be changed."""
        if from_ <= self.today:
            raise SchemeNeverBack("A change of the scheme takes effect tomorrow or later", field="from_")

    def _changed_ahead(self, settings: Settings, from_: date) -> tuple[str, ...]:
        names = self._changed(settings, from_)
        self.must_come_ahead(from_)
        return names

    def _changed(self, settings: Settings, from_: date) -> tuple[str, ...]:
        check_settings(settings)
        changed = self.settings_on(from_)[0].changed_in(settings)
        if not changed:
            raise NothingChanged("You have not changed any settings. Change at least one")
        return changed

    def _put_in_force(
        self,
        event: Callable[..., _Changed],
        settings: Settings,
        names: tuple[str, ...],
        *,
        from_: date,
        reason: str,
        decision: UUID | None = None,
        rules: tuple[str, ...] = (),
        **unfilled: tuple[Decider, ...],
    ) -> str:
        before, _ = self.settings_on(from_)
        rows = tuple(rows_compared(name, settings, before) for name in names)
        number = len(self.versions) + 1
        changed = event(
            settings_version=number,
            from_=from_,
            changed=tuple(name.replace("_", " ") for name in names),
            settings=settings,
            before=tuple(compared(name, before, settings) for name in names),
            after=rows if any(rows) else (),
            **unfilled,
        )
        occurred = from_ if from_ <= self.today else None
        self.record(changed, occurred=occurred, reason=reasoned(reason), decision=decision, rules=rules)
        return version_name(number)

    def recover_access(self, person: UUID, *, reason: str) -> None:
        """Let a person in as an administrator where those there are cannot sign in. Raises ReasonNeeded."""
        self.record(self.AccessRecovered(person=person), reason=reasoned(reason), people=[person])

    def appoint_first_holder(self, person: UUID, role: Role) -> None:
        """Tell that a person was given a post that takes two people, while there was nobody for the second."""
        self.record(self.FirstHolderAppointed(person=person, role=role), people=[person])

    def settings_on(self, day: date) -> tuple[Settings, str]:
        """The settings in force on a day, and the name of their version for decisions to name."""
        begun = sorted(
            (version for version in self.versions if version.from_ <= day),
            key=lambda version: (version.from_, version.number),
        )
        if not begun:
            return Settings(), version_name(0)
        in_force = reduce(lambda before, version: version.on_top_of(before), begun[1:], begun[0].settings)
        return in_force, version_name(begun[-1].number)

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
