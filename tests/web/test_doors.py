"""What both doors hold to, whatever the room: safe forms, safe headers, plain errors, and nothing half-saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pysqlite3.dbapi2 as sqlite
import pytest
import sqlalchemy as sa
from flask import Flask
from flask_smorest.fields import Upload
from structlog.testing import capture_logs

from domain.attachment import MOST_BYTES
from domain.concern import CaseStatus, ConcernCase
from domain.references import record_id
from domain.vocabulary import Role
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, Program, SharedAuthority
from web import create_app
from web.imports.commands import MOST_BYTES as MOST_OF_IMPORT
from web.resources import RESOURCES
from web.runtime.requests import DEEPEST, LONGEST, MOST_FIELDS, MOST_TYPED, bytes_taken_by, too_large
from web.runtime.services import Services
from web.runtime.settings import DeploymentSettings

SignIn = Callable[[UUID], Browser]

A_CONCERN = {
    "kind": "achievement",
    "source": "data",
    "severity": "high",
    "detail": "Results in mathematics fell twice",
    "purpose": "challenge",
}
FIRST = record_id("concern", "CC-2026-0001")
PAUSE = "/concerns/CC-2026-0001/pause"


@pytest.fixture
def a_case(sample: SampleAuthority) -> dict[str, Any]:
    """What is typed to raise a concern about the one school of this authority."""
    return {**A_CONCERN, "school": str(sample.urn(sample.school()))}


def raised(sample: SampleAuthority, by: UUID, sign_in: SignIn, answers: dict[str, Any]) -> None:
    assert sign_in(by).send("/concerns/raise", answers).headers["Location"] == "/concerns/CC-2026-0001"


def cases(sample: SampleAuthority) -> int:
    """How many records of concern there are."""
    with sample.services.read() as connection:
        return sum(event.TOPIC == "concern.raised" for event in sample.services.store.everything(connection))


# Forms


def test_a_form_sent_twice_is_carried_out_once(
    sample: SampleAuthority, sign_in: SignIn, a_case: dict[str, Any]
) -> None:
    browser = sign_in(sample.director())
    page = browser.get("/concerns/raise")

    first = browser.send_page("/concerns/raise", page, a_case)
    again = browser.send_page("/concerns/raise", page, a_case)

    assert first.headers["Location"] == again.headers["Location"]
    assert cases(sample) == 1


def test_a_form_opened_twice_with_answers_of_its_own_each_time_is_carried_out_twice(
    sample: SampleAuthority, sign_in: SignIn, a_case: dict[str, Any]
) -> None:
    browser = sign_in(sample.director())

    answers = ({**a_case, "severity": severity} for severity in ("high", "low"))
    first, second = (browser.send("/concerns/raise", each).headers["Location"] for each in answers)

    assert first != second


def test_a_stale_form_tells_what_has_changed_keeps_what_was_typed_and_can_be_sent_again(
    sample: SampleAuthority, sign_in: SignIn, a_case: dict[str, Any]
) -> None:
    dora, rita = sample.director("Dora Director"), sample.director("Rita Reid")
    raised(sample, dora, sign_in, a_case)
    answers = {"reason": "The school is closed for a week"}
    before = sign_in(rita).get("/concerns/CC-2026-0001/close")
    sign_in(dora).send("/concerns/CC-2026-0001/record-step", a_step(sample, dora))

    stale = sign_in(rita).send_page(
        "/concerns/CC-2026-0001/close", before, {**answers, "confirmed": "yes"}, status=409
    )

    assert "Dora Director" in stale.text
    assert "Spoke with the chair of governors" in stale.text
    assert answers["reason"] in stale.text
    assert sample.services.service.find(ConcernCase, FIRST).status is CaseStatus.RAISED
    sign_in(rita).send_page("/concerns/CC-2026-0001/close", stale.text, {**answers, "confirmed": "yes"})
    assert sample.services.service.find(ConcernCase, FIRST).status is CaseStatus.CLOSED


def a_step(sample: SampleAuthority, authoriser: UUID) -> dict[str, Any]:
    today = sample.services.today()
    return {
        "on-day": today.day,
        "on-month": today.month,
        "on-year": today.year,
        "kind": "informal",
        "text": "Spoke with the chair of governors",
    }


@pytest.mark.parametrize("lost", ["version", "command"])
def test_a_form_that_has_lost_its_number_is_not_carried_out(
    sample: SampleAuthority, sign_in: SignIn, a_case: dict[str, Any], lost: str
) -> None:
    director = sample.director()
    raised(sample, director, sign_in, a_case)
    answers = {"reason": "Holidays"}

    answer = sign_in(director).send(PAUSE, {**answers, lost: "nonsense"}, status=400)

    assert "Open the page again" in answer.text
    assert not sample.services.service.find(ConcernCase, FIRST).is_paused


# Forms of other sites


@pytest.fixture
def guarded(services: Services) -> Flask:
    """The application as it is deployed: forms need their token."""
    return create_app(DeploymentSettings("", secret_key="only for tests", testing=True), services=services)


def browser_of(app: Flask, sample: SampleAuthority, person: UUID) -> Browser:
    client = app.test_client()
    client.set_cookie(*sample.session_of(person))
    return Browser(client)


def test_a_form_of_another_site_is_refused(guarded: Flask, sample: SampleAuthority, a_case: dict[str, Any]) -> None:
    browser = browser_of(guarded, sample, sample.director())
    browser.get("/concerns/raise")

    assert browser.client.post("/concerns/raise", data=a_case).status_code == 400
    assert cases(sample) == 0


def test_the_token_of_somebody_elses_form_is_refused(
    guarded: Flask, sample: SampleAuthority, a_case: dict[str, Any]
) -> None:
    mine, theirs = (browser_of(guarded, sample, sample.director(name)) for name in ("Dora Director", "Rita Reid"))
    mine.get("/concerns/raise")

    mine.send_page("/concerns/raise", theirs.get("/concerns/raise"), a_case, status=400)

    assert cases(sample) == 0


def test_ones_own_form_is_taken(guarded: Flask, sample: SampleAuthority, a_case: dict[str, Any]) -> None:
    browser_of(guarded, sample, sample.director()).send("/concerns/raise", a_case)

    assert cases(sample) == 1


@pytest.mark.parametrize("href", ["/sign-in", "/sign-out"])
def test_signing_in_and_out_need_the_pages_own_form(guarded: Flask, sample: SampleAuthority, href: str) -> None:
    browser = browser_of(guarded, sample, sample.director())

    assert browser.client.post(href, data={}).status_code == 400


# Headers


ANSWERS = [
    "/caseload",
    "/concerns/",
    "/concerns/CC-2026-0001",
    "/concerns/raise",
    "/concerns/CC-2026-9999",
    "/nowhere",
    "/sign-in",
    "/api/v1/concerns",
    "/api/v1/concerns/CC-2026-9999",
    "/api/v1/openapi.json",
    "/static/service.css",
]


@pytest.mark.parametrize("href", ANSWERS)
def test_every_answer_is_protected(shared: SharedAuthority, href: str) -> None:
    with shared.browser(shared.authority.director).get(href) as answer:
        headers = answer.headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Request-ID"]
    assert ("no-store" in headers["Cache-Control"]) is not href.startswith("/static/")


def test_the_nonce_of_scripts_is_new_each_time_and_stands_in_the_page(shared: SharedAuthority) -> None:
    browser = shared.browser(shared.authority.director)
    nonces = []
    for _ in range(2):
        answer = browser.get("/caseload")
        found = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
        assert found is not None
        assert f'nonce="{found[1]}"' in answer.text
        nonces.append(found[1])

    assert nonces[0] != nonces[1]


def test_the_request_id_is_the_correlation_id_of_what_was_caused(
    sample: SampleAuthority, sign_in: SignIn, program: Callable[..., Program], a_case: dict[str, Any]
) -> None:
    director = sample.director()
    answer = sign_in(director).send("/concerns/raise", a_case)
    again = program(director).post("/concerns/raise", a_case, key="with-an-id-1", status=201)

    ids = [answer.headers["X-Request-ID"], again.headers["X-Request-ID"]]
    events = [next(iter(sample.services.store.get(record_id("concern", f"CC-2026-000{n}")))) for n in (1, 2)]
    assert [event.meta.signature.correlation for event in events] == ids


def test_an_id_that_came_with_a_request_is_logged_and_never_that_of_what_it_caused(
    sample: SampleAuthority, program: Callable[..., Program], a_case: dict[str, Any]
) -> None:
    api = program(sample.director())
    api.headers |= {"X-Request-ID": "my-request-0001"}
    with capture_logs() as logged:
        answer = api.post("/concerns/raise", a_case, key="with-an-id-1", status=201)

    event = next(iter(sample.services.store.get(FIRST)))
    assert event.meta.signature.correlation == answer.headers["X-Request-ID"] != "my-request-0001"
    [line] = [line for line in logged if line["event"] == "request"]
    assert (line["request_id"], line["outside_id"]) == (answer.headers["X-Request-ID"], "my-request-0001")


@pytest.mark.parametrize("given", ["x" * 65, "with blanks in it", "<script>alert(1)</script>", "caf\xe9", "a\tb"])
def test_an_id_that_is_none_is_not_logged(shared: SharedAuthority, given: str) -> None:
    with capture_logs() as logged:
        answer = shared.browser(shared.authority.director).get("/caseload", headers={"X-Request-ID": given})

    assert UUID(answer.headers["X-Request-ID"])
    assert [line["outside_id"] for line in logged if line["event"] == "request"] == [None]


# Errors


def test_an_unknown_address_is_told_in_the_form_of_its_door(shared: SharedAuthority) -> None:
    browser = shared.browser(shared.authority.director)
    page, problem = browser.get("/nowhere"), browser.get("/api/v1/nowhere")

    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert (problem.status_code, problem.mimetype) == (404, "application/problem+json")
    assert problem.json["title"] == "There is nothing at this address"
    assert problem.json["request_id"] == problem.headers["X-Request-ID"]


@pytest.mark.parametrize("href", ["/caseload", "/concerns/CC-2026-0001", "/api/v1/concerns"])
def test_what_cannot_be_done_at_an_address_names_what_can(shared: SharedAuthority, href: str) -> None:
    program = shared.program(shared.authority.director)
    browser = shared.browser(shared.authority.director)

    api = href.startswith("/api/")
    answer = program.client.delete(href, headers=program.headers) if api else browser.delete(href)

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


TAKE_FILES = {
    "files_forms.add": MOST_BYTES,
    "api_files.files_add": MOST_BYTES,
    "imports_forms.begin": MOST_OF_IMPORT,
    "api_imports.imports_begin": MOST_OF_IMPORT,
    "api_imports.imports_begin_preview": MOST_OF_IMPORT,
}
"""The endpoints that take files, and of how many bytes together."""


def test_only_the_routes_that_ask_for_files_take_more_than_is_typed(shared: SharedAuthority) -> None:
    taken = {endpoint: bytes_taken_by(view) for endpoint, view in shared.app.view_functions.items()}
    more = {endpoint: most - MOST_TYPED for endpoint, most in taken.items() if most != MOST_TYPED}
    assert more == TAKE_FILES


def test_every_command_that_asks_for_a_file_declares_how_large_it_may_be() -> None:
    for resource, _ in RESOURCES:
        for command in resource.commands.values():
            has_file = any(isinstance(field, Upload) for field in command.schema().load_fields.values())
            assert bool(command.files) is has_file, f"{resource.path} {command.name}"


@pytest.mark.parametrize("href", ["/concerns/raise", "/api/v1/concerns/raise", "/files/add", "/api/v1/files/add"])
def test_more_than_can_be_taken_is_refused(shared: SharedAuthority, href: str) -> None:
    program = shared.program(shared.authority.director)
    client = program.client if href.startswith("/api/") else shared.browser(shared.authority.director)
    headers = {**program.headers, "Idempotency-Key": "far-too-large"} if href.startswith("/api/") else {}
    most = MOST_TYPED + (MOST_BYTES if "files" in href else 0)

    for kind in ("multipart/form-data; boundary=x", *(() if "files" in href else ("application/json",))):
        answer = client.post(href, data=b"x" * (most + 1), headers={**headers, "Content-Type": kind})
        assert answer.status_code == 413


@pytest.mark.parametrize("href", ["/sign-in", "/concerns/raise"])
def test_a_form_of_more_fields_than_any_page_has_is_refused(shared: SharedAuthority, href: str) -> None:
    kind = "application/x-www-form-urlencoded"
    answer = shared.browser(shared.authority.director).post(href, data=b"a=&" * MOST_FIELDS, content_type=kind)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "told",
    [
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"reason": ' + "[" * DEEPEST + "]" * DEEPEST + "}",
        '{"reason": ' + '{"a": ' * 900 + "1" + "}" * 901,
        '{"reason": [' + "1," * LONGEST + "1]}",
    ],
    ids=["never closed", "very deep", "deep", "deep objects", "long"],
)
def test_json_that_nests_deeper_or_is_longer_than_any_command_asks_for_is_refused(
    shared: SharedAuthority, told: str
) -> None:
    program = shared.program(shared.authority.director)
    headers = {**program.headers, "Idempotency-Key": "far-too-deep", "Content-Type": "application/json"}
    answer = program.client.post("/api/v1/concerns/raise", data=told, headers=headers)
    assert answer.status_code == 422
    assert "body" in (answer.json or {})["detail"]


PLAIN = {
    404: ("/nowhere", Role.DIRECTOR, "Page not found"),
    403: ("/concerns/CC-2026-0001", Role.BROKER, "You do not have access to this page"),
}


@pytest.mark.parametrize("status", PLAIN)
def test_an_error_is_a_page_in_plain_words_with_a_way_on(shared: SharedAuthority, status: int) -> None:
    href, role, heading = PLAIN[status]
    answer = shared.browser(shared.authority.people[role]).get(href)

    assert answer.status_code == status
    assert heading in answer.text
    for word in ("Traceback", "Exception", "werkzeug"):
        assert word not in answer.text


# Nothing half-saved


@contextmanager
def locked(services: Services) -> Iterator[None]:
    """Somebody else holds the log, and this service waits for it a twentieth of a second only."""
    hold = file_held if services.writer.dialect.name == "sqlite" else table_held
    with hold(services):
        yield


@contextmanager
def file_held(services: Services) -> Iterator[None]:
    with services.writer.begin() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    other = sqlite.connect(str(services.writer.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def table_held(services: Services) -> Iterator[None]:
    other = sa.create_engine(services.writer.url)
    with other.connect() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {services.writer.url.database} SET lock_timeout = 50")
        connection.commit()
        services.writer.dispose()  # the setting holds for those who connect from now on
        connection.exec_driver_sql("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE")
        yield
    other.dispose()


def test_a_busy_database_is_told_with_when_to_come_back_and_nothing_is_half_saved(
    sample: SampleAuthority, sign_in: SignIn, a_case: dict[str, Any]
) -> None:
    browser = sign_in(sample.director())
    page = browser.get("/concerns/raise")

    with locked(sample.services):
        busy = browser.send_page("/concerns/raise", page, a_case, status=503)
        assert "Caseload" in browser.get("/caseload"), "reading goes on"
    assert int(busy.headers["Retry-After"]) > 0
    assert cases(sample) == 0

    browser.send_page("/concerns/raise", page, a_case)
    assert cases(sample) == 1


def test_a_busy_database_is_a_problem_at_the_api(
    sample: SampleAuthority, program: Callable[..., Program], a_case: dict[str, Any]
) -> None:
    api = program(sample.director())
    api.get("/concerns")

    with locked(sample.services):
        busy = api.post("/concerns/raise", a_case, key="while-it-is-busy", status=503)
    assert int(busy.headers["Retry-After"]) > 0
    assert busy.json["title"] == "The service is unavailable"

    api.post("/concerns/raise", a_case, key="while-it-is-busy", status=201)
    assert cases(sample) == 1


def test_a_refusal_saves_nothing(sample: SampleAuthority, sign_in: SignIn, a_case: dict[str, Any]) -> None:
    director = sample.director()
    raised(sample, director, sign_in, a_case)
    before = sample.services.service.find(ConcernCase, FIRST).version

    on = {"on-day": "1", "on-month": "1", "on-year": "2099"}
    answers = {**on, "kind": "informal", "text": "Met the head"}
    refused = sign_in(director).send("/concerns/CC-2026-0001/record-step", answers, status=422)
    assert "must be today or in the past" in refused.text

    assert sample.services.service.find(ConcernCase, FIRST).version == before


@pytest.mark.parametrize("after", ["nonsense", "2026-11-02/not-an-id/", "\N{SNOWMAN}"])
def test_a_place_in_a_list_that_was_never_given_out_is_no_fault(shared: SharedAuthority, after: str) -> None:
    answer = shared.browser(shared.authority.director).get("/caseload", query_string={"after": after})

    assert answer.status_code == 400
    assert "Go to the first page" in answer.text


@pytest.mark.parametrize("form", ["/concerns/raise", "/visits/plan"])
def test_a_form_begun_by_its_address_with_what_is_no_day_opens_without_it(shared: SharedAuthority, form: str) -> None:
    page = shared.browser(shared.authority.director).get(form, query_string={"on": "2026-02-30"})

    assert page.status_code == 200
    assert "2026" not in re.findall(r'name="on-year"[^>]*value="(\d*)"', page.text)


# What the library would make of a head


def test_a_redirect_to_the_address_with_a_slash_stays_at_the_host_whatever_the_request_calls_it(
    shared: SharedAuthority,
) -> None:
    client = shared.app.test_client()
    client.set_cookie(
        *shared.authority.sample.session_of(shared.authority.people[Role.BROKER]), domain="evil.example"
    )
    answer = client.get("/schools?q=a", base_url="http://evil.example")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/schools/?q=a")
    assert b"evil.example" not in answer.data


def test_a_wish_for_another_protocol_is_ignored(shared: SharedAuthority) -> None:
    asked = {"Upgrade": "websocket", "Connection": "Upgrade"}
    assert shared.app.test_client().get("/healthz", headers=asked).status_code == 200


@pytest.mark.parametrize(
    ("most", "said"),
    [(0, "0 KiB"), (1536, "1.5 KiB"), (16 * 1024, "16 KiB"), (1024**2, "1 MiB"), (11 * 1024**2, "11 MiB")],
)
def test_a_request_that_is_too_large_is_told_how_much_is_taken(most: int, said: str) -> None:
    assert f": {said} is the most we accept here" in too_large(most)


@pytest.mark.parametrize("typed", ["%", "_", "%%_", "\N{SCHOOL}", "\\", "'"])
@pytest.mark.parametrize("path", ["schools", "people"])
def test_a_search_for_nothing_that_a_name_can_hold_finds_nothing(
    shared: SharedAuthority, path: str, typed: str
) -> None:
    asked = {"q": typed}
    assert shared.program(shared.authority.people[Role.BROKER]).get(f"/{path}?{urlencode(asked)}").json["items"] == []
    page = shared.browser(shared.authority.people[Role.BROKER]).get(f"/{path}/", query_string=asked)
    assert (page.status_code, "<tbody" in page.text) == (200, False)


def test_a_search_over_all_for_nothing_that_a_name_can_hold_finds_nothing(shared: SharedAuthority) -> None:
    for typed in ("%", "_", "\N{SCHOOL}"):
        found = shared.program(shared.authority.people[Role.BROKER]).get(f"/search?{urlencode({'q': typed})}")
        assert found.json["items"] == []
