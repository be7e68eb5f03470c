"""The roll of Wexmoor's schools: what each is called and of which kind it is. The rest is drawn from the seed."""

from __future__ import annotations

from dataclasses import dataclass

from web.demonstration.kinds import KINDS, Kind


@dataclass(frozen=True, slots=True)
class Trust:
    """An academy trust by the number and name of its group in the register."""

    number: int
    name: str


TRUSTS = {
    "larkrigg": Trust(99001, "Larkrigg Learning Trust"),
    "wex": Trust(99002, "Wex Valley Academies"),
    "saints": Trust(99003, "All Saints of the Moor Catholic Academy Trust"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A school's name and kind; `was` names the closed school that it succeeds."""

    name: str
    kind: Kind
    trust: Trust | None = None
    closes: bool = False
    girls_and_boys: str = "Mixed"
    was: str | None = None


_ROLL = """\
community           Brackenfold Community Primary School
community           Cinderhill Community Primary School
community           Dunmere Primary School
community           Eddlebank Primary School
community           Fellgate Community Primary School
community           Gildersley Primary School
community           Hawksmere Primary School
community           Ironside Community Primary School
community           Kelderby Primary School
community           Netherwex Primary School
community           Overwex Primary School
community           Priorsgate Community Primary School
community           Quernside Primary School
community           Saltersbeck Community Primary School
community           Thornholme Primary School
community closes    Upperdale Primary School
community           Windlebrook Primary School
community           Alder Grove Primary School
community           Barley Lane Primary School
community           Beech Bank Community Primary School
community           Bobbin Mill Primary School
community           Canalside Community Primary School
community           Clough Lane Primary School
community           Copper Beech Primary School
community           Elm Terrace Primary School
community           Foundry Lane Community Primary School
community           Heron Way Primary School
community           Lime Walk Primary School
community           Millrace Community Primary School
community           Nightingale Road Primary School
foundation          Packhorse Primary School
foundation          Quarry Bank Primary School
foundation          Rushmere Primary School
foundation          Skylark Rise Primary School
controlled          All Saints' CofE Primary School
controlled          Christ Church CofE Primary School
controlled          Holy Trinity CofE Primary School
controlled          St Andrew's CofE Primary School
controlled          St John's CofE Primary School
controlled closes   St Oswald's CofE Primary School
controlled          St Paul's CofE Primary School
controlled          St Thomas' CofE Primary School
aided               Emmanuel CofE Primary School
aided               St Aidan's CofE Primary School
aided               St Hilda's CofE Primary School
aided               St Luke's CofE Primary School
aided               St Michael's CofE Primary School
aided               St Paul's CofE Primary School
aided               St Paul's CofE Primary School
aided               St Paul's CofE Primary School
aided               St Peter's CofE Primary School
aided               Holy Family RC Primary School
aided               Our Lady of the Moor RC Primary School
aided               Sacred Heart RC Primary School
aided               St Anne's RC Primary School
aided               St Bernadette's RC Primary School
aided               St Cuthbert's RC Primary School
aided               St Joseph's RC Primary School
aided               St Patrick's RC Primary School
aided               St Thérèse's RC Primary School
academy saints      English Martyrs RC Primary School
academy saints      St Edmund Campion RC Primary School
academy saints      St Wilfrid's RC Primary School
academy wex         St Mark's CofE Primary School
academy larkrigg    Larkrigg Primary Academy
academy larkrigg    Marlbeck Academy
academy larkrigg    Ravensough Primary Academy
academy larkrigg    Oakenfold Primary School
academy larkrigg    Poplar Street Primary School
academy larkrigg    Rowan Bank Primary School
academy wex         Springwood Primary School
academy wex         Stonebridge Primary School
academy wex         The Willows Primary School
academy wex         Viaduct Road Primary School
academy wex         Weavers Green Primary School
academy wex         Woodside Primary School
community-high      Fellgate High School
community-high      Ironside High School
community-high      Kelderby High School
community-high      Netherwex Community High School
community-high      Priorsgate High School
foundation-high     Sir Amos Thornholme School
aided-high girls    Our Lady of the Moor RC High School for Girls
aided-high boys     St Cuthbert's RC High School for Boys
aided-high          St Hilda's CofE High School
academy-high saints     St Edmund Campion RC High School
academy-high larkrigg   Cinderhill Academy
academy-high larkrigg   Kelderby Moor Academy
academy-high wex        Marlbeck High School
academy-high wex        Saltersbeck Academy
academy-high wex        Wex Valley School
special             Beaconside School
special             Meadowgate School
special             Tarn House School
special             The Orchard School
nursery             Hebble Lane Nursery School
nursery             Jubilee Nursery School
referral-unit       Kiln Lane Primary Pupil Referral Unit
referral-unit       Tollbar Pupil Referral Unit
"""

_SUCCEEDS = {"Marlbeck Academy": "Marlbeck Community Primary School"}


def _entry(line: str) -> Entry:
    split = next(place for place, letter in enumerate(line) if letter.isupper())
    (kind, *marks), name = line[:split].split(), line[split:]
    return Entry(
        name=name,
        kind=KINDS[kind],
        trust=next((TRUSTS[mark] for mark in marks if mark in TRUSTS), None),
        closes="closes" in marks,
        girls_and_boys=next((mark.title() for mark in marks if mark in {"girls", "boys"}), "Mixed"),
        was=_SUCCEEDS.get(name),
    )


ROLL = tuple(_entry(line) for line in _ROLL.splitlines())
"""The schools in the order of their URNs."""
