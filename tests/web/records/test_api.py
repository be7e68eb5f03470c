"""Records of visit for programs: held to the version that was read, and each reader gets the own copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import HIDDEN, Program
from tests.web.records.conftest import Stage

PATH = "/records/ROV-2026-0001"

ISSUE = {"text": "Few pupils reach the standard", "priority": "high", "purpose": "challenge"}
ACTION = {"text": "Send a specialist", "owner_side": "service", "due": "2026-12-01", "purpose": "support"}


@pytest.fixture
def api(stage: Stage, program: Callable[..., Program]) -> Program:
    stage.begun()
    return program(stage.officer)


def etag(api: Program) -> str:
    return api.get(PATH).headers["ETag"]


def test_a_record_is_written_and_issued(api: Program, stage: Stage) -> None:
    body = {
        "sections": [{"heading": "What we saw", "text": "Six lessons", "restricted": False}],
        "issues": [ISSUE],
        "actions": [{**ACTION, "owner": stage.reference(stage.officer)}],
    }
    written = api.post(f"{PATH}/write", body, key="write-01", at=etag(api))
    assert written.json is not None
    assert written.json["content"]["issues"] == [{**ISSUE, "number": 1}]
    assert written.json["content"]["actions"][0]["owner"] == stage.reference(stage.officer)
    issued = api.post(f"{PATH}/issue", {}, key="issue-01", at=written.headers["ETag"]).json
    assert issued is not None
    assert issued["status"] == "issued"
    assert issued["versions"][0]["respond_by"] == "2026-11-16"
    assert set(issued["versions"][0]["recipients"]) == {stage.reference(stage.chair), stage.reference(stage.head)}
    assert issued["answered"] == {"headteacher": "awaited", "chair": "awaited"}


def test_the_school_s_own_people_own_actions(api: Program, stage: Stage) -> None:
    owners = [stage.reference(person) for person in (stage.head, stage.chair)]
    body = {"actions": [{**ACTION, "owner_side": "school", "owner": owner} for owner in owners]}
    written = api.post(f"{PATH}/write", body, key="write-01", at=etag(api)).json
    assert written is not None
    assert [action["owner"] for action in written["content"]["actions"]] == owners


def test_a_change_names_the_version_and_a_repetition_is_carried_out_once(api: Program, stage: Stage) -> None:
    at, body = etag(api), {"issues": [ISSUE]}
    api.post(f"{PATH}/write", body, key="write-01", status=428)
    first = api.post(f"{PATH}/write", body, key="write-02", at=at)
    again = api.post(f"{PATH}/write", body, key="write-02", at=at)
    assert first.json == again.json
    assert stage.record.issues_numbered == 1
    api.post(f"{PATH}/write", {"issues": []}, key="write-03", at=at, status=412)


@pytest.mark.parametrize(
    "wrong",
    [
        {"issues": [{**ISSUE, "text": ""}]},
        {"issues": [{**ISSUE, "text": "  "}]},
        {"issues": [{**ISSUE, "number": 7}]},
        {"issues": [{**ISSUE, "number": -1}]},
        {"issues": [{**ISSUE, "purpose": "fun"}]},
        {"issues": [ISSUE] * 101},
        {"actions": [{**ACTION, "owner": "PE-2026-9999"}]},
        {"actions": [{**ACTION, "due": "31 December"}]},
        {"sections": [{"heading": "One", "text": "a"}, {"heading": "One", "text": "b"}]},
        {"sections": "none"},
        {"sections": None},
        {"title": "Visit"},
    ],
    ids=lambda wrong: str(wrong)[:60],
)
def test_wrong_answers_are_named_and_nothing_is_saved(api: Program, stage: Stage, wrong: dict[str, Any]) -> None:
    refused = api.post(f"{PATH}/write", wrong, key="write-01", at=etag(api), status=422)
    assert refused.json is not None
    assert list(refused.json["errors"]["json"]) == list(wrong)
    assert stage.record.content.is_empty


def test_a_rule_that_a_part_breaks_is_told_where_the_part_stands(api: Program, stage: Stage) -> None:
    action = {**ACTION, "owner": stage.reference(stage.officer)}
    body = {"actions": [action, {**action, "due": "2026-09-01"}]}
    refused = api.post(f"{PATH}/write", body, key="write-01", at=etag(api), status=422).json
    assert refused is not None
    told = "Enter the date of the visit, 2 November 2026, or a later date"
    assert refused["errors"] == {"json": {"actions": {"1": {"due": [told]}}}}


def test_each_reader_gets_the_own_copy(api: Program, stage: Stage, program: Callable[..., Program]) -> None:
    head = program(stage.head)
    head.get(PATH, 404)
    stage.written()
    api.post(f"{PATH}/issue", {}, key="issue-01", at=etag(api))
    api.post(f"{PATH}/correct", {"reason": "It was Year 8"}, key="correct-1", at=etag(api))
    stage.by_officer.send(f"{PATH}/write", stage.numbered(**{"sections-0-text": "Six lessons in Year 8"}))
    theirs, ours = head.get(PATH), api.get(PATH)
    assert theirs.json is not None
    assert ours.json is not None
    assert theirs.json["status"] == "issued"
    assert ours.json["status"] == "correcting"
    assert theirs.json["correction"] == ""
    assert [section["text"] for section in theirs.json["content"]["sections"]] == ["Six lessons in Year 9"]
    assert len(theirs.json["versions"][0]["content"]["sections"]) == 1
    assert len(ours.json["versions"][0]["content"]["sections"]) == 2
    listed = head.get("/records").json
    assert listed is not None
    assert [row["status"] for row in listed["items"]] == ["issued"]


def test_a_correction_in_progress_is_no_version_of_the_schools(
    api: Program, stage: Stage, program: Callable[..., Program]
) -> None:
    stage.written()
    api.post(f"{PATH}/issue", {}, key="issue-01", at=etag(api))
    head = program(stage.head)
    before = head.get(PATH)
    form = stage.by_head.get(f"{PATH}/respond-as-headteacher")
    api.post(f"{PATH}/correct", {"reason": "It was Year 8"}, key="correct-1", at=etag(api))
    stage.by_officer.send(f"{PATH}/write", stage.numbered(**{"sections-0-text": "Six lessons in Year 8"}))

    after = head.get(PATH)
    assert after.headers["ETag"] == before.headers["ETag"] != etag(api)
    assert after.json == before.json
    assert dict(HIDDEN.findall(form))["version"] == str(before.json["version"])
    body = {"agrees": "agrees", "answers": []}
    answered = head.post(f"{PATH}/respond-as-headteacher", body, key="respond-1", at=before.headers["ETag"])
    assert answered.headers["ETag"] != before.headers["ETag"]


def test_a_headteacher_responds_by_program(api: Program, stage: Stage, program: Callable[..., Program]) -> None:
    stage.written()
    api.post(f"{PATH}/issue", {}, key="issue-01", at=etag(api))
    head = program(stage.head)
    at = etag(head)
    body = {"agrees": "agrees_in_part", "answers": [{"issue": 1, "text": "We have a plan"}]}
    program(stage.chair).post(f"{PATH}/respond-as-headteacher", body, key="respond-1", at=at, status=403)
    unknown = {**body, "answers": [{"issue": 9, "text": "What issue?"}]}
    head.post(f"{PATH}/respond-as-headteacher", unknown, key="respond-2", at=at, status=422)
    answered = head.post(f"{PATH}/respond-as-headteacher", body, key="respond-3", at=at).json
    assert answered is not None
    assert answered["responses"][0]["answers"] == [{"issue": 1, "text": "We have a plan"}]
    assert answered["answered"]["headteacher"] == "responded"


def test_a_school_does_not_complete_the_services_actions(
    api: Program, stage: Stage, program: Callable[..., Program]
) -> None:
    stage.written()
    api.post(f"{PATH}/issue", {}, key="issue-01", at=etag(api))
    head = program(stage.head)
    at = etag(head)
    head.post(f"{PATH}/complete-action", {"number": 1, "on": "2026-11-02"}, key="done-001", at=at, status=403)
    done = head.post(f"{PATH}/complete-action", {"number": 2, "on": "2026-11-02"}, key="done-002", at=at).json
    assert done is not None
    assert done["completed"] == [{"number": 2, "on": "2026-11-02", "note": ""}]
