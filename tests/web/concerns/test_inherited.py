"""Sensitivity is inherited: what hangs on a restricted concern is at least as restricted, however far down."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest

from domain.calendar import default_term_on
from domain.visit import Visit, Visitor
from domain.vocabulary import Purpose, Sensitivity, VisitKind
from tests.domain.brokered import REPLY_BY
from tests.full_authority import TOMORROW
from tests.restricted_concern import ADDRESSES, CANARY, SECRET, RestrictedConcern
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program

SignIn = Callable[[UUID], Browser]
Use = Callable[..., Program]

VISIT = "visits/V-2026-0909"
LISTS = ("visits", "records", "requests", "tenders", "invitations", "engagements", "notes", "files", "concerns")

CHOICES = re.compile(r'<label.*?</label>|<option.*?</option>|value="[^"]*"', re.S)


def without_choices(page: str) -> str:
    """A page without what its filters offer to choose from."""
    return CHOICES.sub("", page)


ROLES = ("head", "chair", "specialist", "bystander", "broker")
pytestmark = pytest.mark.parametrize("role", ROLES)


@pytest.fixture
def restricted(sample: SampleAuthority) -> RestrictedConcern:
    return RestrictedConcern(sample)


def test_what_hangs_on_a_restricted_concern_is_closed(
    restricted: RestrictedConcern, program: Use, sign_in: SignIn, role: str
) -> None:
    asking = restricted.people[role]
    restricted.keep(Sensitivity.RESTRICTED)

    for what, address in ADDRESSES.items():
        for answer in (
            program(asking).client.get(f"/api/v1/{address}", headers=program(asking).headers),
            sign_in(asking).client.get(f"/{address}"),
        ):
            assert answer.status_code in {403, 404}, what
            assert CANARY not in answer.text


def test_its_visit_says_no_more_than_that_somebody_comes(
    restricted: RestrictedConcern, program: Use, sign_in: SignIn, role: str
) -> None:
    restricted.keep(Sensitivity.RESTRICTED)
    if role == "specialist":
        program(restricted.people[role]).get(f"/{VISIT}", status=403)
        return
    asking = restricted.people[role]
    told = program(asking).get(f"/{VISIT}").json
    pages = [sign_in(asking).get(path) for path in (f"/{VISIT}", "/visits/")]

    assert told["on"] == str(TOMORROW)
    assert told["status"] == "planned"
    assert (told["kind"], told["purpose"], told["focus"]) == (None, None, "")
    assert (told["concern"], told["request"], told["record_of_visit"]) == (None, None, None)
    for page in pages:
        assert "V-2026-0909" in page
        for secret in (CANARY, "oncern review", SECRET, "ROV-2026-0909", "estricted"):
            assert secret not in without_choices(page)
    assert "V-2026-0909" not in program(asking).get("/visits?kind=concern_review").text


PLAIN = {"reference", "version", "school", "status", "on", "starts_at", "academic_year", "term", "visitors", "lead"}
"""What a plain visit tells; all else is as of a visit of which nothing is known."""


def test_a_visit_that_was_held_says_no_more_than_that_somebody_came(
    restricted: RestrictedConcern, program: Use, sign_in: SignIn, role: str
) -> None:
    held = "V-2026-0910"
    restricted.authority._add(
        lambda: Visit.record_unplanned(
            held,
            school=restricted.place.school,
            kind=VisitKind.CONCERN_REVIEW,
            purpose=Purpose.INTERVENTION,
            on=TODAY,
            term=default_term_on(TODAY),
            visitors=(Visitor(restricted.place.officer, "officer"),),
            lead=restricted.place.officer,
            focus=CANARY,
            minutes=77,
            attendees=f"{CANARY} and the caller",
            reason=CANARY,
            remote=True,
            concern=restricted.concern,
            write_by=REPLY_BY,
        )
    )
    restricted.keep(Sensitivity.RESTRICTED)
    if role == "specialist":
        return
    asking = restricted.people[role]
    told = program(asking).get(f"/visits/{held}").json
    row = next(row for row in program(asking).get("/visits").json["items"] if row["reference"] == held)

    assert {name for name, value in told.items() if value} == {*PLAIN - {"starts_at"}, "held_on", "agenda"}
    assert len(told["agenda"]) == 1
    assert {name for name, value in row.items() if value} <= {*PLAIN, "visited_by", "held_on"}
    for page in (sign_in(asking).get(f"/visits/{held}"), sign_in(asking).get("/visits/")):
        for secret in (CANARY, "77 minutes", "By video", "At the school", "Who was there"):
            assert secret not in page


def test_no_list_history_search_file_or_caseload_tells_of_it(
    restricted: RestrictedConcern, program: Use, sign_in: SignIn, role: str
) -> None:
    restricted.keep(Sensitivity.RESTRICTED)
    asking, urn = restricted.people[role], restricted.sample.urn(restricted.place.school)
    api, browser = program(asking), sign_in(asking)
    answers = [api.client.get(f"/api/v1/{path}?limit=200", headers=api.headers) for path in LISTS]
    answers += [
        api.client.get(f"/api/v1/{path}", headers=api.headers)
        for path in (f"{VISIT}/history", f"schools/{urn}/file", "caseload?whose=everybody", "search?q=SR-2026-0909")
    ]
    pages = (
        f"schools/{urn}/file",
        f"schools/{urn}",
        "caseload?whose=everybody",
        VISIT,
        *(f"{each}/" for each in LISTS),
    )
    answers += [browser.client.get(f"/{path}") for path in pages]

    for answer in answers:
        for secret in (CANARY, SECRET, "oncern review", "concern_review", "-2026-0909"):
            assert secret not in without_choices(answer.text).replace("V-2026-0909", ""), answer.request.path
        assert "ROV-2026-0909" not in answer.text


def test_all_of_it_opens_with_the_concern(restricted: RestrictedConcern, program: Use, role: str) -> None:
    """To each as far as the rights to it reach: what was closed is open again, and nothing else has changed."""
    api = program(restricted.people[role])

    def opens() -> dict[str, int]:
        return {
            address: api.client.get(f"/api/v1/{address}", headers=api.headers).status_code
            for address in ADDRESSES.values()
        }

    before = opens()
    restricted.keep(Sensitivity.RESTRICTED)
    closed = opens()
    restricted.keep(Sensitivity.ORDINARY)

    assert 200 in before.values()
    assert 200 not in closed.values()
    assert opens() == before
