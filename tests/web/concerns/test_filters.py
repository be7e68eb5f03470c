"""What somebody may not know of the visits of a restricted concern narrows no list and counts in no number."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from domain.calendar import default_term_on
from domain.person import Person
from domain.references import record_id
from domain.support_request import RequestStatus, SupportRequest
from domain.visit import Visit, Visitor
from domain.vocabulary import Purpose, Role, Sensitivity, VisitKind
from tests.domain.brokered import a_need
from tests.hanging import Hanging
from tests.town import TOMORROW
from tests.web.conftest import Program
from tests.world import LONG_AGO, World

Use = Callable[..., Program]


@pytest.fixture
def hanging(world: World) -> Hanging:
    """A core visit, planned because of a concern that is restricted then."""
    hanging = Hanging(world)
    hanging.town._add(
        lambda: Visit.plan(
            "V-2026-0911",
            school=hanging.place.school,
            kind=VisitKind.CORE,
            purpose=Purpose.INTERVENTION,
            on=TOMORROW,
            term=default_term_on(TOMORROW),
            visitors=(Visitor(hanging.place.officer, "officer"),),
            lead=hanging.place.officer,
            focus="How tests are marked",
            concern=hanging.concern,
        )
    )
    hanging.keep(Sensitivity.RESTRICTED)
    return hanging


def planned(api: Program, urn: int | None) -> int:
    lines = api.get("/core-visits?limit=200").json["items"]
    number: int = next(line["planned_count"] for line in lines if line["urn"] == urn)
    return number


@pytest.mark.parametrize("role", ["head", "bystander"])
def test_a_visit_counts_as_a_core_visit_for_those_alone_who_may_know_that_it_is_one(
    hanging: Hanging, world: World, program: Use, role: str
) -> None:
    urn = world.urn(hanging.place.school)
    in_full, plainly = planned(program(hanging.town.director), urn), planned(program(hanging.asking[role]), urn)
    assert plainly == in_full - 1
    hanging.keep(Sensitivity.ORDINARY)
    assert planned(program(hanging.asking[role]), urn) == in_full


@pytest.mark.parametrize("role", ["head", "broker"])
def test_a_plain_visit_is_found_by_no_purpose(hanging: Hanging, world: World, program: Use, role: str) -> None:
    file = f"/schools/{world.urn(hanging.place.school)}/file?limit=200"
    api = program(hanging.asking[role])

    def found(asked: str) -> list[str]:
        return [entry["record"] for entry in api.get(file + asked).json["items"]]

    assert {"V-2026-0909", "V-2026-0911"} <= set(found(""))
    for purpose in Purpose:
        assert not {"V-2026-0909", "V-2026-0911"} & set(found(f"&purpose={purpose.value}"))
    of_director = program(hanging.town.director).get(f"{file}&purpose=intervention").json["items"]
    assert "V-2026-0911" in {entry["record"] for entry in of_director}


@pytest.mark.parametrize("asked", ["purpose=intervention", "reason=none"])
def test_the_trail_of_an_officer_who_administers_finds_no_plain_visit_by_what_is_kept_back(
    hanging: Hanging, program: Use, asked: str
) -> None:
    both, trail = hanging.asking["bystander"], "/audit?kind=visit&limit=200"
    with hanging.world.acting():
        hanging.world.services.service.change(
            Person, both, lambda one: one.take_post(Role.ADMINISTRATOR, from_=LONG_AGO)
        )

    assert "V-2026-0911" in program(both).get(trail).text
    assert "V-2026-0911" not in program(both).get(f"{trail}&{asked}").text
    assert "V-2026-0911" in program(hanging.town.director).get(f"{trail}&{asked}").text


def test_an_open_request_is_not_merged_into_one_that_its_school_may_not_read(hanging: Hanging, program: Use) -> None:
    open_one = hanging.town._add(lambda: SupportRequest.raise_("SR-2026-0910", **a_need(school=hanging.place.school)))
    director = program(hanging.town.director)
    into: dict[str, Any] = {"into": "SR-2026-0909", "reason": "Asked twice"}

    refused = director.post(
        "/requests/SR-2026-0910/merge",
        into,
        key="merge-into-1",
        at=director.get("/requests/SR-2026-0910").headers["ETag"],
        status=422,
    )

    assert "belongs to a restricted concern" in refused.json["detail"]
    stands = hanging.world.services.service.find(SupportRequest, open_one)
    assert stands.status is not RequestStatus.MERGED
    assert program(hanging.place.head).get("/requests/SR-2026-0910").json["status"] == stands.status.value


def test_a_request_that_is_kept_from_the_broker_is_not_offered_to_merge_into(
    hanging: Hanging, sign_in: Callable[..., Any]
) -> None:
    hanging.town._add(lambda: SupportRequest.raise_("SR-2026-0910", **a_need(school=hanging.place.school)))
    broker = sign_in(hanging.asking["broker"])
    assert "SR-2026-0909" not in broker.get("/requests/SR-2026-0910/merge")
    hanging.keep(Sensitivity.ORDINARY)
    assert "SR-2026-0909" in broker.get("/requests/SR-2026-0910/merge")


def test_a_record_without_a_name_for_the_reader_is_not_called_somebody(hanging: Hanging, program: Use) -> None:
    """Merged before the concern was restricted."""
    hanging.keep(Sensitivity.ORDINARY)
    request = hanging.town._add(lambda: SupportRequest.raise_("SR-2026-0910", **a_need(school=hanging.place.school)))
    other = record_id(SupportRequest.KIND, "SR-2026-0909")
    hanging.town._then(SupportRequest, request, partial(SupportRequest.merge, into=other, reason="Asked twice"))
    hanging.keep(Sensitivity.RESTRICTED)
    told = [
        entry["sentence"] for entry in program(hanging.place.head).get("/requests/SR-2026-0910/history").json["items"]
    ]
    assert any("merged the request into another" in sentence for sentence in told)
    assert not any("somebody" in sentence for sentence in told)
