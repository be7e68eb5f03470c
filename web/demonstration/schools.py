"""The 99 schools of Wexmoor and one closed record: a pure function of a seed and a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import cycle, islice
from random import Random

from web.demonstration.kinds import KINDS, Kind
from web.demonstration.names import SampleName, draw
from web.demonstration.places import DOMAIN, WARDS, Address, Surveyor, Ward
from web.demonstration.school_list import ROLL, Entry, Trust

FIRST_URN = 900_001
"""No establishment has ever had a URN from here on."""

LAST_SINGLE_GRADE = date(2024, 7, 19)
"""The end of the last term in which Ofsted gave a state school one grade for everything."""

GRADES = ("Outstanding", "Good", "Requires Improvement", "Inadequate")
_GRADES_OFTEN = (12, 68, 17, 3)

SATISFACTORY_UNTIL = date(2012, 8, 31)
"""Until then the third of the four grades was called Satisfactory."""

EXECUTIVE_HEAD_OF = "Pupil Referral Unit"
"""The schools that share one headteacher."""

_OPEN, _PROPOSED_TO_CLOSE, _CLOSED = "Open", "Open, but proposed to close", "Closed"


@dataclass(frozen=True, slots=True)
class SampleInspection:
    """An inspection: its first day and the single grade of those years."""

    on: date
    grade: str


@dataclass(frozen=True, slots=True)
class SampleSchool:
    """One record of the register. Shares are per cent, ages whole years; `head` is None only where it is closed."""

    urn: int
    number: int
    name: str
    kind: Kind
    address: Address
    telephone: str
    head: SampleName | None
    ages: tuple[int, int]
    girls_and_boys: str
    capacity: int
    pupils: int
    boys: int
    free_meals: float
    status: str
    opened: date | None
    closing: date | None
    trust: Trust | None
    inspections: tuple[SampleInspection, ...]
    predecessor: int | None = None

    @property
    def faith(self) -> str:
        """Its religious character in the register's words."""
        if "CofE" in self.name:
            return "Church of England"
        return "Roman Catholic" if "RC" in self.name.split() else "Does not apply"

    @property
    def site(self) -> str:
        """Its address on the web; schools of one name are told apart by their ward."""
        words = f"{self.name} {self.address.ward.name}".lower().replace("é", "e").replace("è", "e")
        kept = [word for word in words.split() if word not in _WORDS_LEFT_OUT]
        return f"{'-'.join(dict.fromkeys(kept))}.{DOMAIN}".replace("'", "").replace(",", "")


_WORDS_LEFT_OUT = frozenset({"primary", "school", "community", "the", "of", "our"})


def schools(seed: int, on: date) -> tuple[SampleSchool, ...]:
    """Every record of the register on a day: 99 that are open, then the closed one."""
    random = Random(f"schools {seed}")
    surveyor, heads = Surveyor(random), heads_of_schools(seed)
    numbers = {kind.first_number: iter(range(kind.first_number, 10_000)) for kind in KINDS.values()}
    made = [
        _school(
            entry,
            urn=FIRST_URN + place,
            number=next(numbers[entry.kind.first_number]),
            address=surveyor.address_in(ward),
            head=head,
            random=Random(f"school {seed} {place}"),
            on=on,
        )
        for place, (entry, ward, head) in enumerate(zip(ROLL, _wards(random), heads, strict=True))
    ]
    return tuple(_with_predecessor(made, random))


def heads_of_schools(seed: int) -> list[SampleName]:
    """The headteachers in the order of the roll; one of them leads several schools."""
    names = draw(seed)
    executive = next(names)
    return [executive if EXECUTIVE_HEAD_OF in entry.name else next(names) for entry in ROLL]


def people_who_lead_no_school(seed: int) -> Iterator[SampleName]:
    """Everybody else whom the seed draws."""
    heads = len(set(heads_of_schools(seed)))
    return islice(draw(seed), heads, None)


def september(on: date) -> date:
    """The first day of the academic year in which a day lies."""
    return date(on.year if on.month >= 9 else on.year - 1, 9, 1)


def _wards(random: Random) -> Iterator[Ward]:
    """A ward for each entry of the roll: its own where it is named for one, else each in turn."""
    by_name = {ward.name: ward for ward in WARDS}
    turns = cycle(random.sample(WARDS, len(WARDS)))
    for entry in ROLL:
        yield by_name.get(entry.name.split()[0]) or next(turns)


def _school(
    entry: Entry, *, urn: int, number: int, address: Address, head: SampleName, random: Random, on: date
) -> SampleSchool:
    kind = entry.kind
    capacity = random.choice(kind.capacities)
    pupils = round(capacity * random.uniform(0.35, 0.5) if entry.closes else capacity * random.uniform(0.8, 1.02))
    boys = {"Boys": pupils, "Girls": 0}.get(entry.girls_and_boys, round(pupils * random.uniform(0.46, 0.54)))
    opened = _converted(entry, random, on) if entry.trust else None
    return SampleSchool(
        urn=urn,
        number=number,
        name=entry.name,
        kind=kind,
        address=address,
        telephone=f"01632960{urn - FIRST_URN:03}",
        head=head,
        ages=random.choice(kind.ages),
        girls_and_boys=entry.girls_and_boys,
        capacity=capacity,
        pupils=pupils,
        boys=boys,
        free_meals=round(min(70.0, address.ward.entitled * random.uniform(0.65, 1.35)), 1),
        status=_PROPOSED_TO_CLOSE if entry.closes else _OPEN,
        opened=opened,
        closing=date(september(on).year + 1, 8, 31) if entry.closes else None,
        trust=entry.trust,
        inspections=_inspections(random, opened, on),
    )


def _converted(entry: Entry, random: Random, on: date) -> date:
    this_year = september(on).year
    return date(this_year - 2, 9, 1) if entry.was else date(this_year - random.randint(3, 11), 9, 1)


def _inspections(random: Random, opened: date | None, until: date) -> tuple[SampleInspection, ...]:
    """An inspection every three to five years, newest first; none before a new record was opened."""
    made: list[SampleInspection] = []
    day = min(until, LAST_SINGLE_GRADE) - timedelta(days=random.randint(20, 1300))
    while len(made) < 4 and (opened is None or day > opened + timedelta(days=365)):
        weekday = day - timedelta(days=max(0, day.weekday() - 3))
        made.append(SampleInspection(weekday, _graded(random, weekday)))
        day -= timedelta(days=random.randint(1100, 1800))
    return tuple(made)


def _graded(random: Random, on: date) -> str:
    grade = random.choices(GRADES, _GRADES_OFTEN)[0]
    return "Satisfactory" if grade == "Requires Improvement" and on <= SATISFACTORY_UNTIL else grade


def _with_predecessor(made: list[SampleSchool], random: Random) -> Iterator[SampleSchool]:
    """The schools, then the closed record of the one that became an academy two years ago."""
    closed: list[SampleSchool] = []
    for school, entry in zip(made, ROLL, strict=True):
        if entry.was is None or school.opened is None:
            yield school
            continue
        urn = FIRST_URN + len(ROLL) + len(closed)
        closed.append(
            replace(
                school,
                urn=urn,
                name=entry.was,
                kind=KINDS["community"],
                head=None,
                trust=None,
                status=_CLOSED,
                opened=None,
                closing=school.opened - timedelta(days=1),
                inspections=_inspections(random, None, school.opened - timedelta(days=200)),
            )
        )
        yield replace(school, predecessor=urn)
    yield from closed
