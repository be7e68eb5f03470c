"""What is measured is made by the product's own records, in the numbers that the model says."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bench.county import database, office_of
from projections.checking import check
from web.runtime.registered_views import VIEWS

SCHOOLS = 8
A_YEAR = 163
"""Events of one school in a year, in the mean."""


def events(file: Path) -> int:
    with closing(office_of(file)) as services:
        assert check(services.log, VIEWS) == []
        return services.log.max_notification_id() or 0


def test_the_years_of_a_small_authority_are_those_of_the_model(tmp_path: Path) -> None:
    begun = events(database(SCHOOLS, 0, tmp_path / "begun.sqlite"))
    after_a_year = events(database(SCHOOLS, 1, tmp_path / "after-a-year.sqlite"))
    assert (after_a_year - begun) / SCHOOLS == pytest.approx(A_YEAR, rel=0.25)
