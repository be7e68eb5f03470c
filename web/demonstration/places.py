"""The borough of Wexmoor on no map: its wards, streets and postcodes.

Nothing here can be mistaken for a real place in a register: no postcode area is called WX, the authority's codes
are not in use, the grid references lie in the North Sea, and the telephone numbers are those that Ofcom
keeps for drama (01632 960000 to 960999).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

AUTHORITY = "Wexmoor"
AUTHORITY_CODE = "399"
AUTHORITY_GSS = "E08000999"
DOMAIN = "wexmoor.example"
"""Under the top-level domain that RFC 2606 reserves for examples."""

WEST, SOUTH = 560_000, 440_000
"""The grid reference of the borough's south-west corner, in metres."""

ACROSS, WARD = 5, 2_400
"""Wards lie in rows of five, each 2,400 metres wide and high."""


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward: its code, its town, its share of children entitled to free meals (per cent) and where it lies."""

    name: str
    number: int
    town: str
    entitled: int

    @property
    def code(self) -> str:
        return f"E0599{self.number:04}"

    @property
    def district(self) -> str:
        """The outward part of its postcodes."""
        return f"WX{self.number}"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a school stands; easting and northing in metres."""

    street: str
    ward: Ward
    postcode: str
    easting: int
    northing: int


_WARDS = """\
Brackenfold     Overwex         11
Cinderhill      Wexmoor         38
Dunmere         Netherwex       19
Eddlebank       Overwex          7
Fellgate        Wexmoor         31
Gildersley      Netherwex       14
Hawksmere       Overwex          9
Ironside        Wexmoor         46
Kelderby        Kelderby        22
Larkrigg        Kelderby        16
Marlbeck        Wexmoor         41
Netherwex       Netherwex       27
Overwex         Overwex         12
Priorsgate      Wexmoor         24
Quernside       Kelderby        18
Ravensough      Wexmoor         35
Saltersbeck     Netherwex       29
Thornholme      Wexmoor         21
Upperdale       Overwex          5
Windlebrook     Kelderby        13
"""

WARDS = tuple(
    Ward(name, number, town, int(entitled))
    for number, (name, town, entitled) in enumerate((line.split() for line in _WARDS.splitlines()), start=1)
)

_STREETS = (
    "Bobbin Street", "Canal Street", "Carter Lane", "Chapel Brow", "Clough Road", "Coopers Row", "Cross Street",
    "Dyehouse Lane", "Factory Fold", "Fountain Street", "Gas Street", "Hebble Lane", "Hope Street", "Jubilee Road",
    "Kiln Lane", "Ladysmith Avenue", "Mafeking Road", "Market Street", "Mere Lane", "Mill Brow", "Moor Road",
    "New Cut Lane", "Old Hall Lane", "Packhorse Way", "Park Avenue", "Pinfold Lane", "Quarry Road", "Reservoir Road",
    "Ropewalk", "School Lane", "Smithy Lane", "Spinners Way", "Station Road", "Tenter Close", "Tollbar Street",
    "Union Street", "Vicarage Road", "Waterside", "Weavers Court", "Wharf Road",
)  # fmt: skip
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
"""The letters that postcodes use after the space."""


class Surveyor:
    """Gives out addresses; no two share a street in one ward, nor a postcode."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._taken: set[str] = set()

    def address_in(self, ward: Ward) -> Address:
        random = self._random
        row, column = divmod(ward.number - 1, ACROSS)
        return Address(
            street=self._new(lambda: random.choice(_STREETS), within=ward.name),
            ward=ward,
            postcode=self._new(
                lambda: f"{ward.district} {random.randint(1, 9)}{random.choice(_INWARD)}{random.choice(_INWARD)}"
            ),
            easting=WEST + column * WARD + random.randrange(WARD),
            northing=SOUTH + row * WARD + random.randrange(WARD),
        )

    def _new(self, propose: Callable[[], str], within: str = "") -> str:
        while (proposed := propose()) + within in self._taken:
            pass
        self._taken.add(proposed + within)
        return proposed
