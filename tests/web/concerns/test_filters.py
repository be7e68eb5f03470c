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
from tests.full_authority import TOMORROW
from tests.restricted_concern import RestrictedConcern
from tests.sample_authority import LONG_AGO, SampleAuthority
from tests.web.conftest import Program

Use = Callable[..., Program]


@pytest.fixture
def restricted(sample: SampleAuthority) -> RestrictedConcern:
    """A core visit, planned because of a concern that is restricted then."""
    restricted = RestrictedConcern(sample)
    restricted.authority._add(
        lambda: Visit.plan(
            "V-2026-0911",
            school=restricted.place.school,
            kind=VisitKind.CORE,
            purpose=Purpose.INTERVENTION,
            on=TOMORROW,
            term=default_term_on(TOMORROW),
            visitors=(Visitor(restricted.place.officer, "officer"),),
            lead=restricted.place.officer,
            focus="How tests are marked",
            concern=restricted.concern,
        )
    )
    restricted.keep(Sensitivity.RESTRICTED)
    return restricted


def planned(api: Program, urn: int | None) -> int:
    lines = api.get("/core-visits?limit=200").json["items"]
    number: int = next(line["planned_count"] for line in lines if line["urn"] == urn)
    return number


@pytest.mark.parametrize("role", ["head", "bystander"])
def test_a_visit_counts_as_a_core_visit_for_those_alone_who_may_know_that_it_is_one(
    restricted: RestrictedConcern, sample: SampleAuthority, program: Use, role: str
) -> None:
    urn = sample.urn(restricted.place.school)
    in_full, plainly = (
        planned(program(restricted.authority.director), urn),
        planned(program(restricted.people[role]), urn),
    )
    assert plainly == in_full - 1
    restricted.keep(Sensitivity.ORDINARY)
    assert planned(program(restricted.people[role]), urn) == in_full


@pytest.mark.parametrize("role", ["head", "broker"])
def test_a_plain_visit_is_found_by_no_purpose(
    restricted: RestrictedConcern, sample: SampleAuthority, program: Use, role: str
) -> None:
    file = f"/schools/{sample.urn(restricted.place.school)}/file?limit=200"
    api = program(restricted.people[role])

    def found(asked: str) -> list[str]:
        return [entry["record"] for entry in api.get(file + asked).json["items"]]

    assert {"V-2026-0909", "V-2026-0911"} <= set(found(""))
    for purpose in Purpose:
        assert not {"V-2026-0909", "V-2026-0911"} & set(found(f"&purpose={purpose.value}"))
    of_director = program(restricted.authority.director).get(f"{file}&purpose=intervention").json["items"]
    assert "V-2026-0911" in {entry["record"] for entry in of_director}


@pytest.mark.parametrize("asked", ["purpose=intervention", "reason=none"])
def test_the_trail_of_an_officer_who_administers_finds_no_plain_visit_by_what_is_kept_back(
    restricted: RestrictedConcern, program: Use, asked: str
) -> None:
    both, trail = restricted.people["bystander"], "/audit?kind=visit&limit=200"
    with restricted.sample.acting():
        restricted.sample.services.service.change(
            Person, both, lambda one: one.take_post(Role.ADMINISTRATOR, from_=LONG_AGO)
        )

    assert "V-2026-0911" in program(both).get(trail).text
    assert "V-2026-0911" not in program(both).get(f"{trail}&{asked}").text
    assert "V-2026-0911" in program(restricted.authority.director).get(f"{trail}&{asked}").text


def test_an_open_request_is_not_merged_into_one_that_its_school_may_not_read(
    restricted: RestrictedConcern, program: Use
) -> None:
    open_one = restricted.authority._add(
        lambda: SupportRequest.raise_("SR-2026-0910", **a_need(school=restricted.place.school))
    )
    director = program(restricted.authority.director)
    into: dict[str, Any] = {"into": "SR-2026-0909", "reason": "Asked twice"}

    refused = director.post(
        "/requests/SR-2026-0910/merge",
        into,
        key="merge-into-1",
        at=director.get("/requests/SR-2026-0910").headers["ETag"],
        status=422,
    )

    assert "belongs to a restricted concern" in refused.json["detail"]
    stands = restricted.sample.services.service.find(SupportRequest, open_one)
    assert stands.status is not RequestStatus.MERGED
    assert program(restricted.place.head).get("/requests/SR-2026-0910").json["status"] == stands.status.value


def test_a_request_that_is_kept_from_the_broker_is_not_offered_to_merge_into(
    restricted: RestrictedConcern, sign_in: Callable[..., Any]
) -> None:
    restricted.authority._add(lambda: SupportRequest.raise_("SR-2026-0910", **a_need(school=restricted.place.school)))
    broker = sign_in(restricted.people["broker"])
    assert "SR-2026-0909" not in broker.get("/requests/SR-2026-0910/merge")
    restricted.keep(Sensitivity.ORDINARY)
    assert "SR-2026-0909" in broker.get("/requests/SR-2026-0910/merge")


def test_a_record_without_a_name_for_the_reader_is_not_called_somebody(
    restricted: RestrictedConcern, program: Use
) -> None:
    """Merged before the concern was restricted."""
    restricted.keep(Sensitivity.ORDINARY)
    request = restricted.authority._add(
        lambda: SupportRequest.raise_("SR-2026-0910", **a_need(school=restricted.place.school))
    )
    other = record_id(SupportRequest.KIND, "SR-2026-0909")
    restricted.authority._then(
        SupportRequest, request, partial(SupportRequest.merge, into=other, reason="Asked twice")
    )
    restricted.keep(Sensitivity.RESTRICTED)
    told = [
        entry["sentence"]
        for entry in program(restricted.place.head).get("/requests/SR-2026-0910/history").json["items"]
    ]
    assert any("merged the request into another" in sentence for sentence in told)
    assert not any("somebody" in sentence for sentence in told)
