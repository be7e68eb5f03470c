"""What is added to a visit of a restricted concern: by those who see it as a plain one, as to any visit."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.visit import Visit, Visitor
from domain.vocabulary import Role, Sensitivity
from tests.hanging import CANARY, SECRET, Hanging
from tests.web.audit.test_pages import text_of
from tests.web.conftest import Browser, Program
from tests.web.test_restricted_reads import kinds_of, read
from tests.world import World

SignIn = Callable[[UUID], Browser]
Use = Callable[..., Program]

VISIT = "V-2026-0909"
NOTE = {"on": VISIT, "note_type": "meeting", "heading": "What we prepare", "text": "The hall is free"}


@pytest.fixture
def hanging(world: World) -> Hanging:
    return Hanging(world)


def write(api: Program, side: str) -> str:
    reference: str = api.post("/notes/write", {**NOTE, "visible_to": side}, key="write-a-note-1", status=201).json[
        "reference"
    ]
    return reference


@pytest.mark.parametrize("sensitivity", [Sensitivity.ORDINARY, Sensitivity.RESTRICTED])
@pytest.mark.parametrize(("role", "side"), [("head", "school"), ("broker", "school"), ("broker", "service")])
def test_whoever_sees_a_plain_visit_notes_on_it_as_on_any(
    hanging: Hanging, program: Use, sign_in: SignIn, role: str, side: str, sensitivity: Sensitivity
) -> None:
    """The same on an ordinary visit and on that of a restricted concern: by nothing of it can they tell one."""
    if sensitivity is not Sensitivity.ORDINARY:
        hanging.keep(sensitivity)
    author, api = hanging.asking[role], program(hanging.asking[role])
    reference = write(api, side)
    browser = sign_in(author)

    assert api.get(f"/notes/{reference}").json["versions"][0]["text"] == NOTE["text"]
    assert reference in {note["reference"] for note in api.get(f"/notes?on={VISIT}").json["items"]}
    assert NOTE["text"] in browser.get(f"/visits/{VISIT}")
    page = browser.get(f"/notes/{reference}")
    assert "Revise the note" in page
    assert "estricted concern" not in text_of(page)
    chair = program(hanging.place.chair).client.get(
        f"/api/v1/notes/{reference}", headers=program(hanging.place.chair).headers
    )
    assert (chair.status_code == 200) is (side == "school")
    assert NOTE["text"] in sign_in(hanging.town.director).get(f"/visits/{VISIT}")


def test_what_an_officer_notes_there_stays_kept_back(hanging: Hanging, program: Use, sign_in: SignIn) -> None:
    hanging.keep(Sensitivity.RESTRICTED)
    reference = write(program(hanging.place.officer), "school")
    for asking in (hanging.asking["head"], hanging.asking["broker"]):
        api = program(asking)
        assert api.client.get(f"/api/v1/notes/{reference}", headers=api.headers).status_code == 404
        assert NOTE["text"] not in sign_in(asking).get(f"/visits/{VISIT}")

    seen = text_of(sign_in(hanging.town.director).get(f"/visits/{VISIT}"))
    assert (
        "those who may read the restricted concern that it belongs to; the school once the concern is opened" in seen
    )


def test_a_concern_says_that_it_is_restricted_and_who_sees_what_is_on_it(hanging: Hanging, sign_in: SignIn) -> None:
    reader = sign_in(hanging.town.director)
    before = text_of(reader.get(f"/concerns/{SECRET}")), text_of(reader.get("/concerns/"))
    hanging.keep(Sensitivity.RESTRICTED)
    page, listed = text_of(reader.get(f"/concerns/{SECRET}")), text_of(reader.get("/concerns/"))

    assert "Restricted: read by" not in before[0]
    assert "Restricted: read by directors, reviewers" in page
    assert "Visible to: the service and the school" in before[0]
    assert "Visible to: the service and the school" not in page
    assert "the school once the concern is opened" in page
    assert f"{SECRET} Restricted" not in before[1]
    assert "Restricted" in listed


def test_who_read_a_note_in_full_on_the_page_of_its_record_has_read_it(hanging: Hanging, sign_in: SignIn) -> None:
    hanging.keep(Sensitivity.RESTRICTED)
    reviewer = hanging.town.people[Role.REVIEWER]
    assert "N-2026-0004" in sign_in(reviewer).get(f"/visits/{VISIT}")

    shown = {row.record for row in read(hanging.world, reviewer)}
    assert {kinds_of("notes/N-2026-0004"), kinds_of("files/F-2026-0004")} <= shown


def test_of_those_who_make_the_visit_the_services_own_see_all_of_it_and_nobody_else_does(
    hanging: Hanging, program: Use
) -> None:
    hanging.keep(Sensitivity.RESTRICTED)
    service, bystander, head = hanging.place.officer, hanging.town.bystander, hanging.place.head
    together = [Visitor(person, "officer") for person in (service, bystander, head)]

    def told(person: UUID) -> bool:
        return CANARY in program(person).get(f"/visits/{VISIT}").text

    assert (told(bystander), told(head)) == (False, False)
    with hanging.world.acting():
        hanging.world.services.service.change(
            Visit, hanging.visit, lambda it: it.change_visitors(together, lead=service, reason="All of them know it")
        )
    assert (told(bystander), told(head)) == (True, False)
