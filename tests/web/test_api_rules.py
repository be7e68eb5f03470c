"""What every command and every list holds to at the API: versions, keys, bodies, queries and pages of rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from domain.concern import ConcernCase
from domain.references import record_id
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Program
from tests.web.test_doors import A_CONCERN
from web import SWEPT_EVERY
from web.api.idempotency import KEPT

CASE = "/concerns/CC-2026-0001"
ID = record_id("concern", "CC-2026-0001")


@pytest.fixture
def director(sample: SampleAuthority) -> UUID:
    return sample.director()


@pytest.fixture
def api(program: Callable[..., Program], director: UUID) -> Program:
    return program(director)


@pytest.fixture
def a_case(sample: SampleAuthority) -> dict[str, Any]:
    return {**A_CONCERN, "school": str(sample.urn(sample.school()))}


@pytest.fixture
def raised(api: Program, a_case: dict[str, Any]) -> TestResponse:
    return api.post("/concerns/raise", a_case, key="raise-the-case", status=201)


@pytest.fixture
def a_reason(sample: SampleAuthority, director: UUID) -> dict[str, Any]:
    return {"reason": "Holidays"}


def version(sample: SampleAuthority) -> int:
    return sample.services.service.find(ConcernCase, ID).version


def test_a_record_that_is_not_there_is_missed_in_plain_words(api: Program) -> None:
    assert api.get("/concerns/CC-2026-9999", 404).json["detail"] == "This record does not exist"


# Versions


def test_what_is_begun_is_answered_with_where_it_is_and_its_version(api: Program, raised: TestResponse) -> None:
    assert raised.headers["Location"] == f"/api/v1{CASE}"
    assert raised.headers["ETag"] == api.get(CASE).headers["ETag"]


def test_a_record_one_has_already_is_not_sent_again(api: Program, raised: TestResponse) -> None:
    answer = api.get(CASE, status=304, **{"If-None-Match": raised.headers["ETag"]})

    assert answer.get_data() == b""
    assert answer.headers["ETag"] == raised.headers["ETag"]


def test_a_record_that_has_changed_is_sent_again(
    api: Program, raised: TestResponse, a_reason: dict[str, Any]
) -> None:
    api.post(f"{CASE}/pause", a_reason, key="pause-the-case", at=raised.headers["ETag"])

    assert api.get(CASE, **{"If-None-Match": raised.headers["ETag"]}).json["is_paused"] is True


def test_a_change_names_the_version_it_was_decided_on(
    api: Program, raised: TestResponse, a_reason: dict[str, Any], sample: SampleAuthority
) -> None:
    problem = api.post(f"{CASE}/pause", a_reason, key="pause-the-case", status=428).json

    assert problem["type"].endswith("#precondition-required")
    assert version(sample) == 1


def test_a_change_decided_on_an_old_version_is_refused(
    api: Program, raised: TestResponse, a_reason: dict[str, Any], sample: SampleAuthority
) -> None:
    api.post(f"{CASE}/pause", a_reason, key="pause-the-case", at=raised.headers["ETag"])

    problem = api.post(f"{CASE}/resume", a_reason, key="resume-the-case", at=raised.headers["ETag"], status=412).json

    assert problem["type"].endswith("#precondition-failed")
    assert version(sample) == 2


@pytest.mark.parametrize("etag", ["7", "W/1", "*", '"one"', '"99999999999"'])
def test_a_version_that_is_none_is_refused(
    api: Program, raised: TestResponse, a_reason: dict[str, Any], etag: str, sample: SampleAuthority
) -> None:
    api.post(f"{CASE}/pause", a_reason, key="pause-the-case", at=etag, status=400)

    assert version(sample) == 1


# Keys


def test_a_request_without_a_key_is_refused(api: Program, a_case: dict[str, Any]) -> None:
    answer = api.client.post("/api/v1/concerns/raise", json=a_case, headers=api.headers)

    assert answer.status_code == 422
    assert "Idempotency-Key" in str(answer.json["errors"])


@pytest.mark.parametrize("key", ["short", "x" * 101, "with blanks in it"])
def test_a_key_that_is_none_is_refused(api: Program, a_case: dict[str, Any], key: str) -> None:
    api.post("/concerns/raise", a_case, key=key, status=422)

    assert api.get("/concerns").json["items"] == []


def test_a_repeated_request_gets_the_first_answer_to_the_letter(
    api: Program, raised: TestResponse, a_case: dict[str, Any]
) -> None:
    again = api.post("/concerns/raise", a_case, key="raise-the-case", status=201)

    assert again.get_data() == raised.get_data()
    assert [again.headers[name] for name in ("ETag", "Location")] == [
        raised.headers[name] for name in ("ETag", "Location")
    ]
    assert len(api.get("/concerns").json["items"]) == 1


def test_a_repeated_change_gets_the_first_answer_though_the_record_went_on(
    api: Program, raised: TestResponse, a_reason: dict[str, Any], sample: SampleAuthority
) -> None:
    paused = api.post(f"{CASE}/pause", a_reason, key="pause-the-case", at=raised.headers["ETag"])
    api.post(f"{CASE}/resume", a_reason, key="resume-the-case", at=paused.headers["ETag"])

    again = api.post(f"{CASE}/pause", a_reason, key="pause-the-case", at=raised.headers["ETag"])

    assert again.get_data() == paused.get_data()
    assert version(sample) == 3


def test_a_quoted_key_is_the_same_key(api: Program, raised: TestResponse, a_case: dict[str, Any]) -> None:
    again = api.post("/concerns/raise", a_case, key='"raise-the-case"', status=201)

    assert again.json["reference"] == raised.json["reference"]


def test_a_key_is_not_used_for_another_request(api: Program, raised: TestResponse, a_case: dict[str, Any]) -> None:
    problem = api.post("/concerns/raise", {**a_case, "severity": "low"}, key="raise-the-case", status=422).json

    assert problem["type"].endswith("#key-used-for-another")
    assert len(api.get("/concerns").json["items"]) == 1


def test_a_key_is_forgotten_after_thirty_days(
    sample: SampleAuthority, api: Program, raised: TestResponse, a_case: dict[str, Any]
) -> None:
    another = {**a_case, "severity": "low"}
    for days, status in ((29, 422), (2, 201)):
        sample.clock.pass_by(days=days)
        # Whatever is sent sweeps away what is too old.
        api.post("/concerns/raise", {**a_case, "detail": f"{days} days on"}, key=f"raise-{days}-days-on", status=201)
        api.post("/concerns/raise", another, key="raise-the-case", status=status)


def test_a_key_is_kept_for_thirty_days_to_the_moment_and_swept_an_hour_after_the_last_sweep(
    sample: SampleAuthority, api: Program, raised: TestResponse, a_case: dict[str, Any]
) -> None:
    def send_another_after(span: timedelta) -> None:
        sample.clock.pass_by(seconds=span.total_seconds())
        api.post(
            "/concerns/raise",
            {**a_case, "detail": f"{sample.clock.now}"},
            key=f"at-{sample.clock.now:%s}",
            status=201,
        )

    changed = {**a_case, "severity": "low"}
    moment = timedelta(microseconds=1)

    send_another_after(KEPT)  # which sweeps
    api.post("/concerns/raise", changed, key="raise-the-case", status=422)
    send_another_after(SWEPT_EVERY - moment)  # which does not sweep
    api.post("/concerns/raise", changed, key="raise-the-case", status=422)
    send_another_after(moment)
    api.post("/concerns/raise", changed, key="raise-the-case", status=201)


def test_a_key_is_its_owners(
    program: Callable[..., Program], sample: SampleAuthority, raised: TestResponse, a_case: dict[str, Any]
) -> None:
    other = program(sample.director("Rita Reid"))

    assert (
        other.post("/concerns/raise", a_case, key="raise-the-case", status=201).json["reference"]
        != (raised.json["reference"])
    )


def test_a_refused_request_gives_its_key_back(api: Program, raised: TestResponse, a_reason: dict[str, Any]) -> None:
    etag = raised.headers["ETag"]
    api.post(f"{CASE}/pause", {**a_reason, "reason": " "}, key="pause-the-case", at=etag, status=422)

    api.post(f"{CASE}/pause", a_reason, key="pause-the-case", at=etag)


def test_a_key_comes_with_one_version_of_the_record(
    api: Program, raised: TestResponse, a_reason: dict[str, Any]
) -> None:
    paused = api.post(f"{CASE}/pause", a_reason, key="pause-the-case", at=raised.headers["ETag"])

    problem = api.post(f"{CASE}/pause", a_reason, key="pause-the-case", at=paused.headers["ETag"], status=422).json

    assert problem["type"].endswith("#key-used-for-another")


def test_a_key_of_a_request_that_a_rule_refused_is_free_for_another(
    api: Program, raised: TestResponse, a_reason: dict[str, Any]
) -> None:
    etag = raised.headers["ETag"]
    api.post(f"{CASE}/resume", a_reason, key="resume-the-case", at=etag, status=422)
    paused = api.post(f"{CASE}/pause", a_reason, key="pause-the-case", at=etag).headers["ETag"]

    other = {**a_reason, "reason": "The holidays are over"}
    api.post(f"{CASE}/resume", other, key="resume-the-case", at=paused)
    assert api.get(CASE).json["is_paused"] is False


def test_a_repeated_answer_says_what_was_then_and_not_what_is_now(
    api: Program, raised: TestResponse, a_case: dict[str, Any], a_reason: dict[str, Any]
) -> None:
    api.post(f"{CASE}/pause", a_reason, key="pause-the-case", at=raised.headers["ETag"])

    assert api.post("/concerns/raise", a_case, key="raise-the-case", status=201).get_data() == raised.get_data()


# Bodies and queries


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("school=900001", "application/x-www-form-urlencoded", 415),
        ("{}", "text/plain", 415),
        ("{not json", "application/json", 400),
        ("", "application/json", 422),
        ("[]", "application/json", 422),
        ("null", "application/json", 422),
        ('"text"', "application/json", 422),
        (b"\xff\xfe", "application/json", 400),
    ],
)
def test_a_body_that_is_none_is_refused(api: Program, body: Any, content_type: str, status: int) -> None:
    headers = {**api.headers, "Idempotency-Key": "bad-body-1", "Content-Type": content_type}

    answer = api.client.post("/api/v1/concerns/raise", data=body, headers=headers)

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_half_a_character_is_refused(api: Program, raised: TestResponse, a_reason: dict[str, Any]) -> None:
    answer = api.post(f"{CASE}/pause", a_reason | {"reason": "\ud800"}, key="half-a-character", at='"1"', status=400)
    assert "half of a character" in answer.get_json()["detail"]


def test_text_is_kept_without_control_characters(api: Program, a_case: dict[str, Any]) -> None:
    answer = api.post(
        "/concerns/raise", a_case | {"detail": " Six\x00 left\r\nin May\x07 "}, key="stray-signs", status=201
    )
    assert answer.get_json()["detail"] == "Six left\nin May"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("school", "123456"),
        ("school", 900001),
        ("school", "9" * 4000),
        ("severity", "enormous"),
        ("severity", None),
        ("detail", ""),
        ("detail", "x" * 20_001),
        ("detail", ["a", "list"]),
        ("on", "31 February"),
        ("on", "0000-00-00"),
        ("purpose", "support"),
        ("unheard_of", "value"),
    ],
)
def test_a_wrong_answer_is_named_by_its_field(
    api: Program, a_case: dict[str, Any], field: str, value: object
) -> None:
    problem = api.post("/concerns/raise", {**a_case, field: value}, key="wrong-answer", status=422).json

    assert field in problem["errors"]["json"]
    assert api.get("/concerns").json["items"] == []


@pytest.mark.parametrize(
    "query", ["unheard_of=1", "limit=0", "limit=201", "limit=many", "after=", "status=none", "review_before=soon"]
)
def test_a_query_that_cannot_be_understood_is_refused(api: Program, query: str) -> None:
    assert api.get(f"/concerns?{query}", status=422).json["errors"]["query"]


@pytest.mark.parametrize("path", ["/concerns", "/caseload"])
def test_a_cursor_that_was_never_given_out_is_no_fault(api: Program, path: str) -> None:
    for after, statuses in (("CC-0000-0000", {200, 400}), ("nonsense", {400}), ("\N{SNOWMAN}", {400})):
        answer = api.client.get(f"/api/v1{path}", query_string={"after": after}, headers=api.headers)

        assert answer.status_code in statuses, after


# Pages of rows


@pytest.mark.parametrize("path", ["/concerns", "/caseload?whose=everybody"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_paging_walks_every_row_once(api: Program, a_case: dict[str, Any], path: str, limit: int) -> None:
    for number in range(7):
        api.post("/concerns/raise", a_case, key=f"raise-number-{number}", status=201)

    rows: list[str] = []
    following = f"{path}{'&' if '?' in path else '?'}limit={limit}"
    while following:
        answer = api.get(following)
        assert 0 < len(answer.json["items"]) <= limit
        rows += [str(row) for row in answer.json["items"]]
        cursor = answer.json["next"]
        assert (f"after={cursor}".replace("/", "%2F") in answer.headers.get("Link", "").replace("/", "%2F")) is bool(
            cursor
        )
        following = f"{path}{'&' if '?' in path else '?'}limit={limit}&after={cursor}" if cursor else ""

    assert len(rows) == len(set(rows)) == 7


def test_the_link_to_the_next_page_keeps_the_question(api: Program, a_case: dict[str, Any]) -> None:
    for number in range(3):
        api.post("/concerns/raise", a_case, key=f"raise-number-{number}", status=201)

    link = api.get("/concerns?limit=2&status=raised").headers["Link"]

    assert "status=raised" in link
    assert 'rel="next"' in link
