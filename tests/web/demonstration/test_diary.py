"""The diary plays its acts in the order in which people do them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from domain.vocabulary import Role
from web.demonstration.diary import Diary
from web.office import Office

TODAY = date(2026, 3, 2)
BEGAN = TODAY - timedelta(days=7)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(f"sqlite:///{tmp_path / 'diary.sqlite'}")
    yield office
    office.close()


def test_acts_of_one_hour_are_played_in_the_order_in_which_they_were_written(office: Office) -> None:
    diary, played = Diary(office, TODAY), list[int]()
    for number in range(150):
        diary.write(BEGAN, None, Role.ADMINISTRATOR, partial(played.append, number))
    diary.play()
    assert played == list(range(150))


def test_time_never_runs_backwards(office: Office) -> None:
    diary, moments = Diary(office, TODAY), list[datetime]()
    for number in range(150):
        hour = 9 + number % 2
        diary.write(BEGAN, None, Role.ADMINISTRATOR, lambda: moments.append(office.now()), hour=hour)
    diary.play()
    assert moments == sorted(moments)


def test_what_is_written_for_later_has_not_happened(office: Office) -> None:
    diary, played = Diary(office, TODAY), list[int]()
    diary.write(TODAY + timedelta(days=1), None, Role.ADMINISTRATOR, partial(played.append, 1))
    diary.play()
    assert played == []
