"""Tuition partners of the National Tutoring Programme: what they teach, to which phase, how and where.

The regions files are spreadsheets saved as CSV: perhaps an empty row, then a row with the mode and the
phases, a row with the subjects, the partners, and in one file an unrelated tally to the right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice, zip_longest
from pathlib import Path

from domain import local_authorities
from domain.vocabulary import Phase
from providers.catalogue.cells import PartlyRead, needed, tidy, website
from providers.catalogue.source import Column, Layout, Part, Problem, Row, WrongFile, encoding_of, open_table, records

FACE_TO_FACE, ONLINE = "face_to_face", "online"

REGIONS = {
    "E": "East of England",
    "EM": "East Midlands",
    "L": "London",
    "NE": "North East",
    "NW": "North West",
    "SE": "South East",
    "SW": "South West",
    "WM": "West Midlands",
    "YH": "Yorkshire and the Humber",
}


class NotTuition(WrongFile):
    """The file is neither a list of partners nor of the regions they serve."""

    what = "a list of tuition partners"


@dataclass(frozen=True, slots=True)
class Offer:
    """One subject taught to one phase in one mode, and the regions or authorities where."""

    subject: str
    phase: str
    mode: str
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TuitionPartner:
    """One partner as one file tells of it: its website, or its offers in one mode."""

    line: int
    name: str
    website: str | None = None
    offers: tuple[Offer, ...] = ()

    @property
    def capabilities(self) -> tuple[tuple[str, str], ...]:
        """Each subject and phase that is offered, once."""
        return tuple(dict.fromkeys((offer.subject, offer.phase) for offer in self.offers))

    def areas(self, mode: str) -> tuple[str, ...]:
        """Where anything is offered in this mode, each place once."""
        return tuple(dict.fromkeys(area for offer in self.offers if offer.mode == mode for area in offer.areas))


def read_partners(path: Path) -> Iterator[TuitionPartner | Problem]:
    """The partners with their websites. Raises NotTuition before anything is read."""
    table = open_table(path, ("id", "name", "website"), NotTuition)
    return (
        found if isinstance(found, Problem) else TuitionPartner(found[0], **found[1])
        for found in table.known(_PARTNER_COLUMNS, ("name",))
    )


def read_offers(path: Path) -> Iterator[TuitionPartner | Problem]:
    """The partners with what they offer where, by region or by authority.

    A place that is neither counts as it is written and is also a problem, because nothing can be
    matched with it. Raises NotTuition before anything is read.
    """
    encoding = encoding_of(Part(path), NotTuition)
    layout, first_line = _offer_layout(path, encoding)
    return _offering(path, encoding, layout, first_line)


def merged(partners: Iterable[TuitionPartner]) -> list[TuitionPartner]:
    """One partner for each name, under its first name, with the website and the offers of all its rows.

    Names are compared without 'Ltd' and the like, and by the trading name in brackets or after 't/a'.
    """
    found: list[TuitionPartner] = []
    places: dict[str, int] = {}
    for partner in partners:
        names = _names(partner.name)
        place = next((places[name] for name in names if name in places), len(found))
        if place == len(found):
            found.append(partner)
        else:
            known = found[place]
            offers = known.offers + partner.offers
            found[place] = TuitionPartner(known.line, known.name, known.website or partner.website, offers)
        for name in names:
            places.setdefault(name, place)
    return found


def _names(name: str) -> list[str]:
    """Every name under which the partner may be known: the whole, without brackets, and the trading name."""
    trading = re.findall(r"\((?:trading as )?([^()]*)\)|\bt/a (.+)$", name, re.IGNORECASE)
    forms = [name, re.sub(r"\([^()]*\)|\bt/a .+$", "", name), *(form for pair in trading for form in pair)]
    plain = [re.sub(r"[^a-z0-9& ]", "", form.casefold().replace("-", " ")) for form in forms]
    short = [" ".join(re.sub(r"\b(ltd|limited|cic)\b", "", form).split()) for form in plain]
    return [form for form in dict.fromkeys(short) if form]


def _offer_layout(path: Path, encoding: str) -> tuple[Layout, int]:
    """What each column offers, and the line on which the partners begin."""
    top = [
        row for row in islice(records(Part(path), encoding), 4) if isinstance(row, Row) and any(map(tidy, row.cells))
    ]
    titles = [tidy(row.cells[0]).casefold() for row in top]
    if titles[1:2] != ["tuition partner"] or titles[0] not in _MODES:
        raise NotTuition(path, "it has no rows of mode, phases and subjects", ("Tuition Partner",))
    places: list[tuple[int, str, Column]] = [(0, "Tuition Partner", Column("name", needed, ("Tuition Partner",)))]
    phase = ""
    for place, (over, under) in enumerate(zip_longest(top[0].cells[1:], top[1].cells[1:], fillvalue=""), 1):
        phase = tidy(over).casefold() or phase
        subject = tidy(under)
        if subject and phase in (Phase.PRIMARY, Phase.SECONDARY):
            read = partial(_offer, _SUBJECTS.get(subject, subject), phase, _MODES[titles[0]])
            heading = f"{phase.capitalize()}, {subject}"
            places.append((place, heading, Column(heading, read, (heading,))))
    return Layout(tuple(places)), top[1].line + 1


def _offering(path: Path, encoding: str, layout: Layout, first_line: int) -> Iterator[TuitionPartner | Problem]:
    for row in records(Part(path), encoding):
        if isinstance(row, Problem):
            yield row
        elif row.line >= first_line and any(map(tidy, row.cells)):
            known, problems = layout.known(row)
            yield from problems
            if name := known.pop("name", None):
                yield TuitionPartner(row.line, name, offers=tuple(offer for offer in known.values() if offer))


def _offer(subject: str, phase: str, mode: str, text: str) -> Offer | None:
    """The offer in one cell, a list of places; none if it is empty."""
    names = [tidy(name) for name in text.split(",")]
    names = [name for name in names if name and name.casefold() not in ("city of", "county of")]
    places = {name: _places(name) for name in names}
    areas = tuple(dict.fromkeys(area for name in names for area in places[name] or (name,)))
    offer = Offer(subject, phase, mode, areas) if areas else None
    if unknown := [name for name in names if not places[name]]:
        raise PartlyRead(f"names no region or authority: {', '.join(unknown)}", offer)
    return offer


def _places(name: str) -> tuple[str, ...]:
    """The regions of a code, or the authority of a name; nothing if it is neither."""
    if name == "ALL":
        return tuple(REGIONS.values())
    authority = local_authorities.name_of(local_authorities.code_of(name) or "")
    place = REGIONS.get(name) or authority
    return (place,) if place else ()


_MODES = {"face-to-face": FACE_TO_FACE, "online": ONLINE}
_SUBJECTS = {"MF Languages": "Modern foreign languages"}

_PARTNER_COLUMNS = (
    Column("name", needed, ("name",)),
    Column("website", website, ("website",)),
)
