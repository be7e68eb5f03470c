"""Nothing is given to somebody in the moment in which they leave, on either kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from domain.person import Person
from domain.school import School
from domain.service import before_saving
from tests.databases import Databases, with_views
from tests.sample_authority import Clock, SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import a_program
from web.runtime.services import Services

NEXT_WEEK = (TODAY + timedelta(days=7)).isoformat()
YESTERDAY = (TODAY - timedelta(days=1)).isoformat()
REASON = {"reason": "Olive goes to another authority"}


@pytest.fixture
def services(each_databases: Databases, clock: Clock) -> Iterator[Services]:
    """services on a database of one kind and of the other."""
    with each_databases.like(with_views) as url, closing(Services(url, clock=clock)) as services:
        yield services


class Leaving:
    """An officer who is recorded to have left in the moment before an act of a director's is saved."""

    def __init__(self, app: Flask, sample: SampleAuthority) -> None:
        self.sample, self.officer, self.school = sample, sample.officer(), sample.school()
        self.reference = sample.reference(self.officer)
        self.director = a_program(app, sample, sample.director())
        self.administrator = a_program(app, sample, sample.administrator())

    def _leave(self) -> None:
        at = self.administrator.get(f"/people/{self.reference}").headers["ETag"]
        with ThreadPoolExecutor(1) as other:
            leave = {"on": YESTERDAY, **REASON}
            path = f"/people/{self.reference}/leave"
            other.submit(self.administrator.post, path, leave, key="leaving-1", at=at).result()

    def meanwhile(self, path: str, answers: dict[str, Any], *, at: str | None = None) -> str:
        """What the director is told, whose act is sent while the officer stays and saved once they have left."""
        with before_saving(self._leave):
            refused = self.director.post(path, answers, key="giving-01", at=at, status=422)
        assert self.sample.services.service.find(Person, self.officer).left_on is not None
        return refused.text


@pytest.fixture
def leaving(app: Flask, sample: SampleAuthority) -> Leaving:
    return Leaving(app, sample)


def test_no_visit_is_planned_for_an_officer_who_leaves_meanwhile(leaving: Leaving) -> None:
    visit = {
        "school": str(leaving.sample.urn(leaving.school)),
        "kind": "core",
        "purpose": "challenge",
        "on": NEXT_WEEK,
        "visitors": [{"person": leaving.reference, "capacity": "officer"}],
        "focus": "Mathematics",
    }
    assert "Choose somebody who works for the service or a provider" in leaving.meanwhile("/visits/plan", visit)
    assert leaving.director.get("/visits").json["items"] == []


def test_no_school_is_given_to_an_officer_who_leaves_meanwhile(leaving: Leaving) -> None:
    urn = leaving.sample.urn(leaving.school)
    at = leaving.director.get(f"/schools/{urn}").headers["ETag"]
    given = {"officer": leaving.reference, "from": TODAY.isoformat(), **REASON}
    told = leaving.meanwhile(f"/schools/{urn}/assign-officer", given, at=at)
    assert "Choose someone who is an officer on that date" in told
    assert leaving.sample.services.service.find(School, leaving.school).link_officers == []
