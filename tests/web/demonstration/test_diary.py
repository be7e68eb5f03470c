"""The diary plays its acts in the order in which people do them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from domain.vocabulary import Role
from web.demonstration.calendar import Diary
from web.runtime.services import Services

TODAY = date(2026, 3, 2)
BEGAN = TODAY - timedelta(days=7)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = Services(f"sqlite:///{tmp_path / 'diary.sqlite'}")
    yield services
    services.close()


def test_acts_of_one_hour_are_played_in_the_order_in_which_they_were_written(services: Services) -> None:
    diary, played = Diary(services, TODAY), list[int]()
    for number in range(150):
        diary.write(BEGAN, None, Role.ADMINISTRATOR, partial(played.append, number))
    diary.play()
    assert played == list(range(150))


def test_time_never_runs_backwards(services: Services) -> None:
    diary, moments = Diary(services, TODAY), list[datetime]()
    for number in range(150):
        hour = 9 + number % 2
        diary.write(BEGAN, None, Role.ADMINISTRATOR, lambda: moments.append(services.now()), hour=hour)
    diary.play()
    assert moments == sorted(moments)


def test_what_is_written_for_later_has_not_happened(services: Services) -> None:
    diary, played = Diary(services, TODAY), list[int]()
    diary.write(TODAY + timedelta(days=1), None, Role.ADMINISTRATOR, partial(played.append, 1))
    diary.play()
    assert played == []
