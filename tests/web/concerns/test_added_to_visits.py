"""What is added to a visit of a restricted concern: by those who see it as a plain one, as to any visit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from uuid import UUID

import pytest

from domain.assignment import assign_link_officer
from domain.person import Person
from domain.school import School
from domain.visit import Visit, Visitor
from domain.vocabulary import Role, Sensitivity, Team
from tests.hanging import CANARY, SECRET, Hanging
from tests.web.audit.test_pages import text_of
from tests.web.conftest import Browser, Program
from tests.web.test_restricted_reads import kinds_of, read
from tests.world import World

SignIn = Callable[[UUID], Browser]
Use = Callable[..., Program]

VISIT = "V-2026-0909"
SEEN_BY = {"school": "the service and the school", "service": "the service only"}
NOTE = {"record": VISIT, "note_type": "meeting", "heading": "What we prepare", "text": "The hall is free"}


@pytest.fixture
def hanging(world: World) -> Hanging:
    return Hanging(world)


def write(api: Program, side: str) -> str:
    reference: str = api.post("/notes/write", {**NOTE, "visible_to": side}, key="write-a-note-1", status=201).json[
        "reference"
    ]
    return reference


@pytest.mark.parametrize("sensitivity", [Sensitivity.ORDINARY, Sensitivity.RESTRICTED])
@pytest.mark.parametrize(
    ("role", "side"), [("head", "school"), ("broker", "school"), ("broker", "service"), ("bystander", "school")]
)
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
    assert reference in {note["reference"] for note in api.get(f"/notes?record={VISIT}").json["items"]}
    assert NOTE["text"] in browser.get(f"/visits/{VISIT}")
    page = browser.get(f"/notes/{reference}")
    assert "Change note" in page
    assert "estricted concern" not in text_of(page)
    assert SEEN_BY[side] in text_of(page).lower()
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
        "people who can read the restricted concern it belongs to; the school once the restriction is lifted" in seen
    )


def test_a_concern_says_that_it_is_restricted_and_who_sees_what_is_on_it(hanging: Hanging, sign_in: SignIn) -> None:
    reader = sign_in(hanging.town.director)
    before = text_of(reader.get(f"/concerns/{SECRET}")), text_of(reader.get("/concerns/"))
    hanging.keep(Sensitivity.RESTRICTED)
    page, listed = text_of(reader.get(f"/concerns/{SECRET}")), text_of(reader.get("/concerns/"))

    assert "Restricted: directors" not in before[0]
    assert "Restricted: directors, reviewers" in page
    assert "Visible to: the service and the school" in before[0]
    assert "Visible to: the service and the school" not in page
    assert "the school once the restriction is lifted" in page
    assert f"{SECRET} Restricted" not in before[1]
    assert ", restricted" in listed


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


def may_read(api: Program, address: str) -> bool:
    status = api.client.get(f"/api/v1/{address}", headers=api.headers).status_code
    assert status in {200, 403, 404}
    return status == 200


def test_the_lead_of_another_team_writes_as_an_outsider_and_of_its_own_as_a_reader(
    hanging: Hanging, program: Use
) -> None:
    other, own = hanging.world.officer("Petra Primary", team=Team.PRIMARY, leads=True), hanging.town.team_lead
    hanging.keep(Sensitivity.RESTRICTED)
    head = program(hanging.asking["head"])

    assert may_read(head, f"notes/{write(program(other), 'school')}")
    assert not may_read(head, f"notes/{write(program(own), 'school')}")


def reassigned(hanging: Hanging) -> None:
    with hanging.world.acting():
        assign_link_officer(
            hanging.world.services.service,
            hanging.place.school,
            hanging.town.bystander,
            from_=hanging.world.services.today(),
            reason="She moves on",
        )


def linked(hanging: Hanging) -> UUID:
    """The link officer of today, who is not to make the visit."""
    reassigned(hanging)
    return hanging.town.bystander


def linked_no_more(hanging: Hanging) -> None:
    tomorrow = hanging.world.services.today() + timedelta(days=1)
    with hanging.world.acting():
        assign_link_officer(
            hanging.world.services.service, hanging.place.school, hanging.place.officer, from_=tomorrow, reason="Back"
        )


def test_the_link_officer_of_another_school_writes_as_an_outsider(hanging: Hanging, program: Use) -> None:
    hanging.keep(Sensitivity.RESTRICTED)
    reference = write(program(hanging.town.theirs.officer), "school")
    assert may_read(program(hanging.asking["head"]), f"notes/{reference}")


def covered(hanging: Hanging) -> UUID:
    officer, day = hanging.world.officer("Cora Cover"), hanging.world.services.today()
    hanging.town._then(
        School, hanging.place.school, lambda it: it.arrange_cover(officer, from_=day, to=day, reason="Ill")
    )
    return officer


def led(hanging: Hanging) -> UUID:
    return hanging.town.team_lead


@pytest.mark.parametrize(
    ("reads", "called"),
    [
        (lambda hanging: hanging.town.director, "directors"),
        (lambda hanging: hanging.town.people[Role.REVIEWER], "reviewers"),
        (lambda hanging: hanging.place.officer, "link officer"),
        (covered, "covering"),
        (led, "lead of the team"),
    ],
)
def test_a_restricted_concern_names_everybody_who_can_read_it(
    hanging: Hanging, program: Use, sign_in: SignIn, reads: Callable[[Hanging], UUID], called: str
) -> None:
    hanging.keep(Sensitivity.RESTRICTED)
    notice = text_of(sign_in(reads(hanging)).get(f"/concerns/{SECRET}")).partition("Restricted: ")[2]
    assert called in notice.partition("can read this")[0]


def leads_no_more(hanging: Hanging) -> None:
    day = hanging.world.services.today()
    hanging.town._then(Person, hanging.town.team_lead, lambda it: it.end_post(1, until=day, reason="Retires"))


def visiting(hanging: Hanging) -> UUID:
    comes = hanging.world.officer("Vera Visitor")
    _send(hanging, hanging.place.officer, comes)
    return comes


def _send(hanging: Hanging, *people: UUID) -> None:
    visitors = [Visitor(person, "officer") for person in people]
    with hanging.world.acting():
        hanging.world.services.service.change(
            Visit, hanging.visit, lambda it: it.change_visitors(visitors, lead=people[0], reason="As agreed")
        )


@pytest.mark.parametrize(
    ("knew", "left"),
    [
        (lambda hanging: hanging.place.officer, reassigned),
        (linked, linked_no_more),
        (covered, lambda _: None),
        (led, leads_no_more),
        (visiting, lambda hanging: _send(hanging, hanging.place.officer)),
    ],
    ids=["link officer who visits", "link officer", "cover officer", "team lead", "visitor"],
)
def test_what_was_written_by_somebody_who_knew_stays_kept_back_when_they_know_no_more(
    hanging: Hanging, program: Use, sign_in: SignIn, knew: Callable[[Hanging], UUID], left: Callable[[Hanging], None]
) -> None:
    hanging.keep(Sensitivity.RESTRICTED)
    writer = knew(hanging)
    reference = write(program(writer), "school")
    left(hanging)
    hanging.world.clock.go_to(hanging.world.services.today() + timedelta(days=1), at=time(9, 0))

    assert not may_read(program(hanging.asking["head"]), f"notes/{reference}")
    assert not may_read(program(hanging.asking["broker"]), f"notes/{reference}")
    if may_read(program(writer), f"notes/{reference}"):
        page = text_of(sign_in(writer).get(f"/notes/{reference}"))
        assert "the service and the school" not in page.lower()


def test_a_reassigned_officer_is_told_truly_who_reads_their_note(
    hanging: Hanging, program: Use, sign_in: SignIn
) -> None:
    hanging.keep(Sensitivity.RESTRICTED)
    writer = hanging.place.officer
    _send(hanging, hanging.town.team_lead)
    write(program(writer), "school")
    reassigned(hanging)
    page = text_of(sign_in(writer).get(f"/visits/{VISIT}"))

    assert NOTE["text"] in page
    assert "you, and people who can read everything about the visit" in page.lower()


def ask_for_help(api: Program, urn: int, key: str) -> str:
    day = api.get("/visits").json["items"][0]["on"]
    asked = {
        "school": str(urn),
        "kind": "specialist",
        "subject": "Mathematics",
        "phase": "secondary",
        "need": "Help with planning",
        "outcome_wanted": "Lessons that build on each other",
        "needed_from": day,
        "needed_by": day,
        "visit": VISIT,
    }
    reference: str = api.post("/requests/raise", asked, key=key, status=201).json["reference"]
    return f"requests/{reference}"


@pytest.mark.parametrize("role", ["head", "broker", "bystander"])
def test_what_is_begun_from_a_plain_visit_is_read_as_from_any(
    hanging: Hanging, program: Use, sign_in: SignIn, role: str
) -> None:
    """A head who asks for help after a visit, not knowing why it was made, goes on reading what she asked for."""
    hanging.keep(Sensitivity.RESTRICTED)
    urn = hanging.world.urn(hanging.place.school)
    address = ask_for_help(program(hanging.asking[role]), urn, "ask-for-help-1")

    for reader in ("head", "broker", "bystander"):
        assert may_read(program(hanging.asking[reader]), address)
    seen = text_of(sign_in(hanging.town.director).get(f"/{address}"))
    assert "started by someone who may not know that" in seen
    assert "started by someone who may not know that" not in text_of(sign_in(hanging.asking[role]).get(f"/{address}"))


def test_what_a_reader_of_the_concern_begins_from_its_visit_stays_kept_back(hanging: Hanging, program: Use) -> None:
    hanging.keep(Sensitivity.RESTRICTED)
    urn = hanging.world.urn(hanging.place.school)
    address = ask_for_help(program(hanging.place.officer), urn, "ask-for-help-2")

    for reader in ("head", "broker", "bystander"):
        assert not may_read(program(hanging.asking[reader]), address)
    assert may_read(program(hanging.town.director), address)


def test_a_concern_raised_from_a_plain_visit_is_read_by_its_school_as_any(hanging: Hanging, program: Use) -> None:
    hanging.keep(Sensitivity.RESTRICTED)
    raised = {
        "school": str(hanging.world.urn(hanging.place.school)),
        "kind": "achievement",
        "source": "visit",
        "severity": "high",
        "detail": "Few read well",
        "purpose": "challenge",
        "visit": VISIT,
    }
    reader = program(hanging.asking["bystander"])
    reference = reader.post("/concerns/raise", raised, key="raise-a-concern-1", status=201).json["reference"]

    assert may_read(program(hanging.asking["head"]), f"concerns/{reference}")
    assert may_read(program(hanging.place.officer), f"concerns/{reference}")
