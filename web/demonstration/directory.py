"""Wexmoor's directory of providers: who offers what to whom, for how much. All are fictional."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from domain.provider import Capability, ProviderKind
from domain.vocabulary import Phase, ServiceType
from web.demonstration.names import SampleName
from web.demonstration.places import AUTHORITY, DOMAIN
from web.demonstration.schools import SampleSchool


@dataclass(frozen=True, slots=True)
class SampleSpecialist:
    """A person who does a provider's work, the subjects that are theirs, and whether they teach pupils."""

    name: SampleName
    email: str
    subjects: tuple[str, ...]
    teaches: bool


@dataclass(frozen=True, slots=True)
class SampleProvider:
    """An organisation or sole consultant. `day_rate` is in pounds net of VAT for a whole day.

    `host_urn` names the host school of a school-based one in the authority; `based_in` is the authority in which
    it has its seat.
    """

    name: str
    kind: ProviderKind
    sole_consultant: bool
    based_in: str
    host_urn: int | None
    vat_registered: bool
    day_rate: Decimal
    offers: tuple[Capability, ...]
    specialists: tuple[SampleSpecialist, ...]

    @property
    def outside_the_authority(self) -> bool:
        return self.based_in != AUTHORITY


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the directory; {person} and {host} in a name are filled in from the cast and the register."""

    name: str
    kind: ProviderKind
    people: int
    rate: int
    vat_registered: bool
    phases: tuple[Phase, ...]
    subjects: tuple[str, ...]
    services: tuple[ServiceType, ...]

    @classmethod
    def read(cls, line: str) -> _Entry:
        name, kind, people, rate, vat, phases, services, subjects = re.split(r" {2,}", line)
        return cls(
            name=name,
            kind=ProviderKind(kind),
            people=int(people),
            rate=int(rate),
            vat_registered=vat == "VAT",
            phases=_PHASES[phases],
            subjects=tuple(subjects.split(", ")),
            services=_SERVICES[services],
        )


_PHASES = {"P": (Phase.PRIMARY,), "S": (Phase.SECONDARY,), "PS": (Phase.PRIMARY, Phase.SECONDARY)}
_SERVICES = {
    "help": (ServiceType.SPECIALIST_SUPPORT, ServiceType.COACHING),
    "both": (ServiceType.SPECIALIST_SUPPORT, ServiceType.COACHING, ServiceType.TRAINING),
    "courses": (ServiceType.TRAINING,),
    "reviews": (ServiceType.REVIEW, ServiceType.TRAINING),
}

HOST = "Kelderby High School"
"""The school whose lead department is a provider."""

OUTSIDE = {"Harbour Reach Lead Department": "Fennmouth"}
"""The providers of other authorities, with the (fictional) authority."""

_DIRECTORY = """\
Abacus Lane Mathematics Ltd        private       3  560  VAT  S   both     Mathematics
Inkwell and Quire English LLP      private       2  540  VAT  PS  both     English, Literacy
Bunsen Partnership Ltd             private       2  525  VAT  S   help     Science, Computing
Plumbline School Review Ltd        private       2  690  VAT  PS  reviews  Leadership, Assessment, Self-evaluation
Cloughside Courses Ltd             private       3  480  VAT  PS  courses  Early years, Behaviour, Assessment
{person}, languages consultant     private       1  425  -    PS  help     Modern languages
{person}, humanities consultant    private       1  410  -    S   help     History, Geography, Religious education
{person}, early reading            private       1  400  -    P   both     Literacy, Phonics
{person}, inclusion consultant     private       1  450  -    PS  both     Special educational needs, Behaviour
Wexmoor Music and Performing Arts  internal      3  280  -    PS  both     Music, Drama, Dance
Wexmoor ICT Advisory               internal      1  300  -    PS  both     Computing
Wex Valley Teaching School Hub     public        3  350  -    PS  reviews  Leadership, Mathematics, Induction
{host} Science Department          school_based  2  260  -    S   help     Science
Harbour Reach Lead Department      school_based  2  270  -    S   help     Mathematics
"""


def directory(people: Iterator[SampleName], open_schools: Sequence[SampleSchool]) -> tuple[SampleProvider, ...]:
    """The fourteen providers, with specialists taken from people."""
    host = next(school.urn for school in open_schools if school.name == HOST)
    entries = map(_Entry.read, _DIRECTORY.splitlines())
    return tuple(_provider(entry, tuple(islice(people, entry.people)), host) for entry in entries)


def _provider(entry: _Entry, names: tuple[SampleName, ...], host: int) -> SampleProvider:
    sole_consultant = "{person}" in entry.name
    name = entry.name.format(person=names[0], host=HOST)
    domain = (
        DOMAIN
        if entry.kind is ProviderKind.INTERNAL
        else f"{_slug(str(names[0]) if sole_consultant else name)}.example"
    )
    teaches = entry.kind in (ProviderKind.INTERNAL, ProviderKind.SCHOOL_BASED)
    return SampleProvider(
        name=name,
        kind=entry.kind,
        sole_consultant=sole_consultant,
        based_in=OUTSIDE.get(name, AUTHORITY),
        host_urn=host if "{host}" in entry.name else None,
        vat_registered=entry.vat_registered,
        day_rate=Decimal(entry.rate),
        offers=tuple(
            Capability(subject, phase, service)
            for subject in entry.subjects
            for phase in entry.phases
            for service in entry.services
        ),
        specialists=tuple(
            SampleSpecialist(person, f"{person.mailbox}@{domain}", _subjects(entry, place), teaches)
            for place, person in enumerate(names)
        ),
    )


def _slug(name: str) -> str:
    plain = name.lower().replace("'", "").removesuffix(" ltd").removesuffix(" llp")
    return "-".join(plain.split())


def _subjects(entry: _Entry, place: int) -> tuple[str, ...]:
    """Each specialist has a subject; one who works alone has them all."""
    return entry.subjects if entry.people == 1 else (entry.subjects[place % len(entry.subjects)],)
