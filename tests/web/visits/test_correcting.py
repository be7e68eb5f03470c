"""A visit that was entered wrongly is put right where it stands, and everybody who reads it sees that it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.assignment import assign_link_officer
from tests.sample_authority import LONG_AGO, SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program, text_of
from tests.web.visits.conftest import Ashgrove

SOON = TODAY + timedelta(days=8)


def another_of_theirs(sample: SampleAuthority, ashgrove: Ashgrove) -> UUID:
    """Another school that the link officer of Ashgrove looks after."""
    other = sample.school("Birch High School")
    with sample.acting():
        assign_link_officer(sample.services.service, other, ashgrove.officer, from_=LONG_AGO, reason="Neighbours")
    return other


def test_a_visit_planned_at_the_wrong_school_goes_to_the_right_one_and_says_so(
    officer: Browser, head: Browser, ashgrove: Ashgrove, sample: SampleAuthority, sign_in: Callable[[UUID], Browser]
) -> None:
    other = another_of_theirs(sample, ashgrove)
    href = officer.send("/visits/plan", ashgrove.plan(SOON)).headers["Location"]
    head.send(f"{href}/confirm", {})
    form = officer.get(f"{href}/correct")
    assert "Change only what was entered wrongly" in form
    assert "Who will read this" in form

    sent = {"school": str(sample.urn(other)), "kind": "follow_up", "reason": "Picked the line above"}
    officer.send_page(f"{href}/correct", form, sent)

    page = " ".join(text_of(officer.get(href)).split())
    assert "Follow-up visit to Birch High School" in page
    assert "School Birch High School Ashgrove High School 2 Nov 2026" in page
    assert "Type of visit Follow-up Core 2 Nov 2026" in page
    assert (
        "corrected what was entered of the visit: school: Birch High School (entered as Ashgrove High School), "
        "type of visit: follow-up (entered as core). Picked the line above"
    ) in page
    head.get(href, 404)
    of_other = sign_in(sample.headteacher(other))
    assert "Follow-up visit to Birch High School" in of_other.get(href)
    of_other.send(f"{href}/confirm", {})
    assert "Restated on 2 Nov 2026" in officer.get("/visits/")
    assert "Nothing was changed" in officer.send(f"{href}/correct", {"reason": "Once more"}, status=422).text


def test_a_program_corrects_by_value_and_reads_what_was_entered(
    ashgrove: Ashgrove, program: Callable[..., Program], sample: SampleAuthority
) -> None:
    api, elsewhere = program(ashgrove.officer), sample.school("Cedar Primary School", phase="primary")
    plan: dict[str, Any] = {
        "school": ashgrove.urn,
        "kind": "core",
        "purpose": "challenge",
        "on": SOON.isoformat(),
        "visitors": [{"person": ashgrove.reference(ashgrove.officer), "capacity": "officer"}],
        "focus": "Progress in mathematics",
    }
    at = api.post("/visits/plan", plan, key="plan-0001", status=201).headers["ETag"]
    moved = {"school": str(sample.urn(elsewhere)), "reason": "Wrong line"}
    api.post("/visits/V-2026-0001/correct", moved, key="correct-0", at=at, status=403)
    answer = api.post(
        "/visits/V-2026-0001/correct", {"kind": "monitoring", "reason": "Wrong line"}, key="correct-1", at=at
    ).json
    assert answer is not None
    assert answer["kind"] == "monitoring"
    by = ashgrove.reference(ashgrove.officer)
    assert answer["restated"] == [
        {
            "field": "kind",
            "of_part": "",
            "now": "monitoring",
            "was": "core",
            "restated_on": TODAY.isoformat(),
            "restated_by": by,
            "reason": "Wrong line",
        }
    ]
    listed = api.get("/visits").json
    assert listed is not None
    assert (listed["items"][0]["kind"], listed["items"][0]["restated_on"]) == ("monitoring", TODAY.isoformat())


def test_nothing_that_hangs_on_a_visit_is_left_at_another_school(
    officer: Browser, ashgrove: Ashgrove, sample: SampleAuthority
) -> None:
    other = another_of_theirs(sample, ashgrove)
    href = officer.send("/visits/plan", ashgrove.plan(SOON)).headers["Location"]
    note = {"note_type": "telephone", "heading": "Parking", "text": "Ring first", "sensitivity": "ordinary"}
    officer.send("/notes/write", {**note, "record": "V-2026-0001", "visible_to": "service"})
    refused = officer.send(
        f"{href}/correct", {"school": str(sample.urn(other)), "reason": "Wrong line"}, status=422
    ).text
    assert "N-2026-0001 belongs to this and is about the same school. Correct or withdraw it first" in refused
