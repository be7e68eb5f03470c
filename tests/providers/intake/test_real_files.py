"""The real files, taken in whole: new once, refused when older, and nothing the second time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.school import Source
from domain.service import Service
from projections.schools import known_groups, known_inspections, proposed_successions, search
from providers.catalogue.groups import read_memberships
from providers.catalogue.inspections import read_inspections
from providers.catalogue.links import read_links
from providers.catalogue.register import read_register
from providers.catalogue.source import date_in_name
from providers.intake.groups import import_groups
from providers.intake.inspections import import_inspections
from providers.intake.links import import_links
from providers.intake.schools import ImportReport, import_schools
from tests.projections.conftest import Ask
from tests.providers.intake.conftest import Lookup
from tests.scenario import signed

pytestmark = pytest.mark.real_data

SALFORD_2022 = "salford_355/register_2022-04.csv"
SALFORD_2024 = "salford_355/register_2024-06_all_establishments.csv"

Register = Callable[..., ImportReport]


@pytest.fixture
def register(service: Service, known: Lookup, real_data: Path) -> Register:
    def taken_in(name: str, **options: Any) -> ImportReport:
        path = real_data / name
        source = Source(path.name, date_in_name(path) or date(2022, 4, 20))
        with signed():
            return import_schools(service, read_register(path), source=source, known=known, **options)

    return taken_in


def test_one_authority_through_two_layouts_of_different_years(register: Register, ask: Ask) -> None:
    first = register(SALFORD_2022)
    newer = register(SALFORD_2024)
    assert first.registered == 91
    assert (newer.registered, newer.registered + newer.refreshed + newer.unchanged) == (195, 286)

    again = register(SALFORD_2022)
    assert (again.registered, again.refreshed, again.unchanged) == (0, 0, 91)
    assert again.outdated > 0

    found = ask(search, "st pauls cofe primary school")
    of_that_name = [school for school in found if not school.closed and "Peel" not in school.name]
    assert {school.name for school in of_that_name} == {"St Paul's CofE Primary School"}
    assert len({school.address for school in of_that_name}) == len(of_that_name) == 4


def test_what_hangs_on_schools_is_taken_in_once(
    register: Register, service: Service, known: Lookup, ask: Ask, real_data: Path
) -> None:
    register(SALFORD_2024)
    gias = real_data / "gias"

    def take_in() -> tuple[int, int, int]:
        rows_of_links = 33_801
        with signed():
            links = import_links(
                service,
                read_links(gias / "links_edubasealldata_2025-04-22.csv.gz"),
                source=Source("links", date(2025, 4, 22)),
                known=known,
            )
        told = links.proposed, links.unchanged, links.unknown, links.other, links.passed_over, len(links.problems)
        assert sum(told) == rows_of_links, told
        with signed():
            groups = import_groups(
                service,
                read_memberships(gias / "group_links_2022-07.csv.gz"),
                source=Source("groups", date(2022, 7, 31)),
                known=known,
                known_groups=lambda: ask(known_groups),
            )
        with signed():
            inspections = import_inspections(
                service,
                read_inspections(real_data / "ofsted" / "inspections_2005-2020.csv.gz"),
                source=Source("inspections", date(2020, 2, 26)),
                known=known,
                known_inspections=lambda asked: ask(known_inspections, asked),
            )
        return links.proposed, groups.joined, inspections.recorded

    first = take_in()

    assert all(count > 30 for count in first), first
    assert len(ask(proposed_successions)) == first[0]
    assert len(ask(known_groups)) == first[1]
    assert take_in() == (0, 0, 0)
