"""A restricted concern is known to those alone who may read it: nothing else tells that there is one."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.concern import ConcernCase
from domain.note import Audience, Note, NoteType
from domain.references import record_id
from tests import grants
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program
from tests.web.test_doors import A_CONCERN

SignIn = Callable[[UUID], Browser]
Use = Callable[..., Program]

SECRET, OPEN, ELSEWHERE, NOWHERE = "CC-2026-0001", "CC-2026-0002", "CC-2026-0003", "CC-2026-0999"
TOLD = "Somebody changes the marks of tests"
NOTED, FILED = "What the caller said", "marks.csv"


@pytest.fixture
def school(sample: SampleAuthority) -> UUID:
    return sample.school()


@pytest.fixture
def lead(sample: SampleAuthority, school: UUID) -> UUID:
    return sample.link_officer(school)


@pytest.fixture
def head(sample: SampleAuthority, school: UUID) -> UUID:
    return sample.headteacher(school)


@pytest.fixture
def a_request(sample: SampleAuthority, school: UUID) -> dict[str, Any]:
    """What a program sends to ask for a specialist."""
    return {
        "school": str(sample.urn(school)),
        "kind": "specialist",
        "subject": "Mathematics",
        "phase": "secondary",
        "need": "Help with tests",
        "outcome_wanted": "Tests that can be trusted",
        "needed_from": str(TODAY),
        "needed_by": str(TODAY + timedelta(days=60)),
    }


@pytest.fixture
def a_visit(sample: SampleAuthority, school: UUID, lead: UUID) -> dict[str, Any]:
    """What a program sends to plan a visit."""
    return {
        "school": str(sample.urn(school)),
        "kind": "concern_review",
        "purpose": "monitoring",
        "on": str(TODAY + timedelta(days=7)),
        "visitors": [{"person": sample.reference(lead), "capacity": "officer"}],
        "focus": "How tests are marked",
    }


@pytest.fixture(autouse=True)
def concerns(
    sample: SampleAuthority,
    program: Use,
    school: UUID,
    lead: UUID,
    a_request: dict[str, Any],
    a_visit: dict[str, Any],
) -> None:
    """A whistleblower's concern about the school with all that may hang on it, an open one, and one elsewhere."""
    api, elm = program(lead), sample.school("Elm School")
    heard = {"source": "whistleblowing", "detail": TOLD}
    for number, (at, told) in enumerate([(school, heard), (school, {}), (elm, {})], 1):
        about = {**A_CONCERN, **told, "school": str(sample.urn(at))}
        by = api if at == school else program(sample.director())
        by.post("/concerns/raise", about, key=f"raise-concern-{number}", status=201)
    share_with_school(sample, OPEN)
    for number, concern in enumerate((SECRET, OPEN), 1):
        api.post("/requests/raise", {**a_request, "concern": concern}, key=f"raise-request-{number}", status=201)
        api.post("/visits/plan", {**a_visit, "concern": concern}, key=f"plan-visit-{number}", status=201)
        _note_and_file(sample, api, school, concern)


def share_with_school(sample: SampleAuthority, concern: str) -> None:
    with sample.acting():
        sample.services.service.change(ConcernCase, record_id("concern", concern), grants.assess_and_share)


def _note_and_file(sample: SampleAuthority, api: Program, school: UUID, concern: str) -> None:
    said = {"heading": f"{NOTED} on {concern}", "text": "More is to come", "visible_to": Audience.SCHOOL}
    place = {"on_kind": "concern", "on_record": record_id("concern", concern), "school": school}
    with sample.acting():
        sample.services.service.add(
            lambda: Note.write(f"N-2026-{concern[-4:]}", note_type=NoteType.MEETING, **place, **said)
        )
    sent = {"record": concern, "visible_to": "school"}
    sent |= {"file": (io.BytesIO(b"pupil,mark\n1,7\n"), f"{concern}-{FILED}")}
    headers = {**api.headers, "Idempotency-Key": f"add-file-{concern}"}
    answer = api.client.post("/api/v1/files/add", data=sent, headers=headers)
    assert answer.status_code == 201, answer.text


PAGES = ("/requests/SR-2026-{n}", "/visits/V-2026-{n}")
LISTS = ("/visits", "/requests", "/concerns", "/notes", "/files", "/caseload?whose=everybody")


@pytest.mark.parametrize("path", PAGES)
def test_what_belongs_to_a_restricted_concern_does_not_say_so(
    program: Use, sign_in: SignIn, head: UUID, lead: UUID, path: str
) -> None:
    first, second = path.format(n="0001"), path.format(n="0002")

    shown = 404 if "requests" in path else 200
    assert SECRET not in sign_in(head).get(first, shown)
    assert program(head).get(first, shown).json.get("concern") is None
    assert SECRET in sign_in(lead).get(first)
    assert program(lead).get(first).json["concern"] == SECRET
    assert OPEN in sign_in(head).get(second)
    assert program(head).get(second).json["concern"] == OPEN


@pytest.mark.parametrize("path", PAGES)
def test_those_who_may_not_read_concerns_are_told_of_none(
    sample: SampleAuthority, program: Use, sign_in: SignIn, path: str
) -> None:
    broker = sample.broker()

    for number, concern in (("0001", SECRET), ("0002", OPEN)):
        shown = 404 if "requests" in path and concern == SECRET else 200
        assert concern not in sign_in(broker).get(path.format(n=number), shown)
        assert program(broker).get(path.format(n=number), shown).json.get("concern") is None


@pytest.mark.parametrize("path", LISTS)
def test_no_list_tells_the_school_of_it(program: Use, head: UUID, path: str) -> None:
    answer = program(head).get(path).text

    for secret in (SECRET, str(record_id("concern", SECRET)), TOLD):
        assert secret not in answer


def test_a_list_tells_the_concern_of_a_visit_to_those_who_may_open_it(program: Use, head: UUID, lead: UUID) -> None:
    def told(person: UUID) -> list[str | None]:
        return sorted(row["concern"] for row in program(person).get("/visits").json["items"] if row["concern"])

    assert told(lead) == [SECRET, OPEN]
    assert told(head) == [OPEN]


def test_a_schools_file_tells_the_school_nothing_of_it(
    sample: SampleAuthority, sign_in: SignIn, school: UUID, head: UUID, lead: UUID
) -> None:
    page = f"/schools/{sample.urn(school)}/file"
    to_head, to_lead = sign_in(head).get(page), sign_in(lead).get(page)

    for told in (SECRET, TOLD, f"{NOTED} on {SECRET}", f"{SECRET}-{FILED}"):
        assert told in to_lead
        assert told not in to_head
    for told in (OPEN, f"{NOTED} on {OPEN}", f"{OPEN}-{FILED}"):
        assert told in to_head
    assert "restricted" not in to_head.lower()


def test_a_schools_file_tells_what_is_put_to_a_concern_to_those_who_may_read_it(
    sample: SampleAuthority, sign_in: SignIn, school: UUID
) -> None:
    page = sign_in(sample.broker()).get(f"/schools/{sample.urn(school)}/file")

    for told in (SECRET, OPEN, NOTED, FILED):
        assert told not in page
    assert "SR-2026-0001" not in page
    assert "SR-2026-0002" in page


def test_trying_references_tells_a_head_nothing(
    sample: SampleAuthority, program: Use, head: UUID, a_request: dict[str, Any], a_visit: dict[str, Any]
) -> None:
    visit = {**a_visit, "school": str(sample.urn(sample.school("Fir School")))}
    program(sample.director("Dana Director")).post("/visits/plan", visit, key="plan-elsewhere", status=201)

    def answer(field: str, tried: str) -> dict[str, Any]:
        sent = {**a_request, field: tried}
        told: dict[str, Any] = program(head).post("/requests/raise", sent, key=f"try-{tried}", status=422).json
        del told["request_id"]
        return told

    assert answer("concern", SECRET) == answer("concern", ELSEWHERE) == answer("concern", NOWHERE)
    assert answer("visit", "V-2026-0003") == answer("visit", "V-2026-0999")


def test_a_head_is_told_the_same_on_the_page(
    sign_in: SignIn, sample: SampleAuthority, school: UUID, head: UUID, a_request: dict[str, Any]
) -> None:
    ends = TODAY + timedelta(days=60)
    days = {
        f"needed_{name}-{part}": getattr(on, part)
        for name, on in (("from", TODAY), ("by", ends))
        for part in ("day", "month", "year")
    }
    told = {
        sign_in(head)
        .send("/requests/raise", {**a_request, **days, "concern": each}, status=422)
        .text.count("There is no concern with that reference, or you cannot open it")
        for each in (SECRET, ELSEWHERE, NOWHERE)
    }

    assert told == {2}
    asked = sign_in(head).send("/requests/raise", {**a_request, **days, "concern": OPEN}, status=422).text
    assert "SR-2026-0002 of" in asked
    assert "SR-2026-0001" not in asked
    another = {"unusual": "like_request", "why_unusual": "For another year group"}
    sign_in(head).send("/requests/raise", {**a_request, **days, **another, "concern": OPEN})


def test_a_concern_of_another_school_is_not_put_to_a_request_or_visit(
    sample: SampleAuthority, program: Use, a_request: dict[str, Any], a_visit: dict[str, Any]
) -> None:
    api = program(sample.director("Dana Director"))

    for path, answers in (("/requests/raise", a_request), ("/visits/plan", a_visit)):
        refused = api.post(path, {**answers, "concern": ELSEWHERE}, key="of-another-school", status=422).json
        assert refused["type"].endswith("#belongs-elsewhere")
    other = {**a_visit, "school": str(sample.urn(sample.school("Fir School"))), "request": "SR-2026-0001"}
    refused = api.post("/visits/plan", other, key="request-of-another", status=422).json
    assert refused["type"].endswith("#belongs-elsewhere")


@pytest.mark.parametrize("path", ["/concerns/{ref}", "/api/v1/concerns/{ref}"])
def test_it_answers_as_a_concern_that_does_not_exist_does(sign_in: SignIn, head: UUID, path: str) -> None:
    answers = [sign_in(head).get(path.format(ref=ref), status=404) for ref in (SECRET, ELSEWHERE, NOWHERE)]

    for answer in answers:
        for told in (SECRET, ELSEWHERE, "posts", "not open to you"):
            assert told not in answer


def test_a_search_finds_nothing_that_may_not_be_opened(
    sample: SampleAuthority, sign_in: SignIn, head: UUID, lead: UUID
) -> None:
    def leads_to(person: UUID, typed: str) -> str:
        return sign_in(person).client.get("/search", query_string={"q": typed}).headers["Location"]

    for typed in (SECRET, ELSEWHERE, NOWHERE, "N-2026-0001", "F-2026-0001", sample.reference(lead)):
        assert leads_to(head, typed) == f"/schools/?q={typed}"
    assert leads_to(head, OPEN) == f"/concerns/{OPEN}"
    assert leads_to(lead, SECRET.lower()) == f"/concerns/{SECRET}"
    assert leads_to(lead, "N-2026-0001") == "/notes/N-2026-0001"
