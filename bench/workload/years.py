"""The years themselves: each September writes down what each school will do until the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from random import Random

from bench.workload.beginning import begin
from bench.workload.bookings import booking
from bench.workload.diary import Diary, Story, When
from bench.workload.model import Model
from bench.workload.requests import request
from bench.workload.visits import year_of_visits
from bench.workload.world import World
from domain.aggregate import Event
from domain.calendar import academic_year_of
from domain.vocabulary import Role

LAST_BOOKING, LAST_REQUEST = 300, 330
"""Days after 1 September."""


def history(model: Model, schools: int, *, name: str = "", years: int | None = None) -> Iterator[Event]:
    """What happens in an authority of so many schools, in the order of time: always the same for a model and name.

    `years` is the number of whole school years before the one in which the history ends.
    """
    for _, happened in acts(new_world(model, schools, name=name, years=years)):
        yield from happened


def new_world(model: Model, schools: int, *, name: str = "", years: int | None = None) -> World:
    """An authority before its first day."""
    if years is not None:
        model = replace(model, school_years_before=years)
    dice = Random(f"{model.seed} {name} {schools}")
    world = World(model, dice, Diary(model.ends, dice), wanted=schools)
    first = academic_year_of(model.ends) - model.school_years_before
    world.diary.begin(begin(world, date(first, 9, 1)))
    for year in range(first, academic_year_of(model.ends) + 1):
        world.diary.begin(_september(world, year))
    return world


def acts(world: World) -> Iterator[tuple[datetime, list[Event]]]:
    """All that happens, act by act: the moment of each and its events."""
    for moment in world.diary.play():
        happened = world.service.happened()
        if happened:
            yield moment, happened


def _september(world: World, academic_year: int) -> Story:
    yield When(date(academic_year, 9, 1), None, Role.ADMINISTRATOR, 18)
    model = world.model
    for school in world.schools:
        stories = year_of_visits(world, school, academic_year)
        for _ in range(world.about(school.requests_a_year)):
            stories.append(request(world, school, world.dice.randrange(5, LAST_REQUEST)))
        for _ in range(world.dice.randint(model.bookings.least, model.bookings.most)):
            stories.append(booking(world, school, world.dice.randrange(5, LAST_BOOKING)))
        for story in stories:
            world.diary.begin(story)
