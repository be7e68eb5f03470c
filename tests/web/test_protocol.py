"""What goes beside the answers of the API: headers as the document declares them, and what a refusal names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, Response
from werkzeug.exceptions import HTTPException, ServiceUnavailable, TooManyRequests
from werkzeug.test import TestResponse

from domain.tender import DeclineReason, Tender
from domain.vocabulary import Role
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Program, SharedAuthority
from web.api import document
from web.api.protocol import HEADERS
from web.commands.resource import Resource
from web.resources import RESOURCES

READERS = {"invitations": Role.SPECIALIST, "settings": Role.ADMINISTRATOR}
"""Who reads what directors do not."""


def declared(app: Flask, path: str, status: int, method: str = "get") -> set[str]:
    """The headers that the document names for an answer."""
    spec = document(app)
    told: dict[str, Any] = spec["paths"][f"/api/v1{path}"][method]["responses"][str(status)]
    if "$ref" in told:
        told = spec["components"]["responses"][told["$ref"].rpartition("/")[2]]
    return set(told.get("headers", {}))


def sent(answer: TestResponse | Response) -> set[str]:
    """The headers of an answer that speak of the protocol."""
    return {name for name in HEADERS if name in answer.headers}


@pytest.fixture(scope="module")
def api(shared: SharedAuthority) -> Program:
    return shared.program(shared.authority.director)


def test_a_page_of_a_list_declares_where_it_goes_on(api: Program, shared: SharedAuthority) -> None:
    for path in ("/schools", "/visits", "/caseload"):
        answer = api.get(f"{path}?limit=1{'&whose=everybody' if path == '/caseload' else ''}")
        assert sent(answer) == declared(shared.app, path, 200) == {"Link"}


@pytest.mark.parametrize("resource", [pytest.param(resource, id=resource.path) for resource, _ in RESOURCES])
def test_a_record_declares_its_version(shared: SharedAuthority, resource: Resource[Any]) -> None:
    authority = shared.authority
    reader = shared.program(authority.people[READERS.get(resource.path, Role.DIRECTOR)])
    path, address = f"/{resource.path}/{{ref}}", resource.href(authority.record(resource.kind, authority.ours))
    read = reader.get(address, status=200)
    same = reader.get(address, status=304, **{"If-None-Match": read.headers["ETag"]})

    assert sent(read) == declared(shared.app, path, 200) == {"ETag"}
    assert sent(same) == declared(shared.app, path, 304) == {"ETag"}


def test_a_change_declares_version_address_and_position(
    sample: SampleAuthority, app: Flask, program: Callable[..., Program]
) -> None:
    stages = BrokerageStages(sample)
    broker = program(stages.broker)
    request = stages.an_approved_request()
    assert isinstance(request, UUID)

    asked = broker.post(
        "/requests/SR-2026-0001/ask-for-information",
        {"question": "Which year groups?"},
        key="ask-for-more",
        at=broker.get("/requests/SR-2026-0001").headers["ETag"],
    )

    described = declared(app, "/requests/{ref}/ask-for-information", 200, "post")
    assert sent(asked) == described - {"Position"} == {"ETag", "Location"}
    assert "Position" in described
    assert declared(app, "/requests/raise", 201, "post") == described


def test_a_file_declares_its_name(app: Flask) -> None:
    assert declared(app, "/files/{ref}/content", 200) == {"Content-Disposition"}


def test_whoever_is_not_signed_in_is_told_how_to_sign(shared: SharedAuthority) -> None:
    answer = shared.app.test_client().get("/api/v1/concerns")

    assert sent(answer) == declared(shared.app, "/concerns", 401) == {"WWW-Authenticate"}


@pytest.mark.parametrize("problem", [TooManyRequests(), ServiceUnavailable()])
def test_whoever_has_to_wait_is_told_how_long(shared: SharedAuthority, problem: HTTPException) -> None:
    with shared.app.test_request_context("/api/v1/concerns"):
        answer: Any = shared.app.handle_user_exception(problem)

    assert sent(answer) == declared(shared.app, "/concerns", problem.code or 0) == {"Retry-After"}
    assert answer.headers["Retry-After"].isdecimal()


def test_every_operation_says_which_headers_it_asks_for(shared: SharedAuthority) -> None:
    for path, item in document(shared.app)["paths"].items():
        for method in item.keys() & {"get", "post"}:
            operation = item[method]
            asked = {each["name"]: each.get("required", False) for each in operation.get("parameters", ())}
            if method == "get":
                assert asked["Min-Position"] is False, path
                assert ("If-None-Match" in asked) is path.endswith("/{ref}"), path
            else:
                assert asked.get("Idempotency-Key", path.endswith("/preview")) is True, path
                assert asked.get("If-Match", "{ref}" not in path) is True, path


# What a refusal names


def test_a_refusal_names_the_answer_as_the_command_does(
    sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    stages = BrokerageStages(sample)
    stages.a_tender()
    with stages.brokering():
        stages.service.change(
            Tender, stages.tender, lambda it: it.decline(stages.harrop.id, why=DeclineReason.DATES, reason="Away")
        )
    broker = program(stages.broker)

    problem = broker.post(
        "/tenders/TN-2026-0001/invite",
        {"invite": ["PV-2026-0001"]},
        key="invite-again",
        at=broker.get("/tenders/TN-2026-0001").headers["ETag"],
        status=422,
    ).json

    assert problem["errors"]["json"] == {"invite": [problem["detail"]]}


def test_a_refusal_about_nothing_that_was_asked_names_no_answer(
    sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    stages = BrokerageStages(sample)
    stages.proposed()
    stages.all_agree()
    stages.suspend(stages.calder)
    broker = program(stages.broker)

    problem = broker.post(
        "/engagements/BE-2026-0001/confirm",
        {},
        key="confirm-the-work",
        at=broker.get("/engagements/BE-2026-0001").headers["ETag"],
        status=422,
    ).json

    assert "suspended" in problem["detail"]
    assert "errors" not in problem
