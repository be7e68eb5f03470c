"""What is added to a visit of a restricted concern: by those who see it as a plain one, as to any visit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from uuid import UUID

import pytest

from domain.assignment import assign_link_officer
from domain.concern import ConcernCase
from domain.person import Person
from domain.references import record_id
from domain.school import School
from domain.visit import Visit, Visitor
from domain.vocabulary import Role, Sensitivity, Team
from tests import grants
from tests.restricted_concern import CANARY, SECRET, RestrictedConcern
from tests.sample_authority import SampleAuthority
from tests.web.audit.test_pages import text_of
from tests.web.conftest import Browser, Program
from tests.web.test_restricted_reads import kinds_of, read

SignIn = Callable[[UUID], Browser]
Use = Callable[..., Program]

VISIT = "V-2026-0909"
SEEN_BY = {"school": "the service and the school", "service": "the service only"}
NOTE = {"record": VISIT, "note_type": "meeting", "heading": "What we prepare", "text": "The hall is free"}


@pytest.fixture
def restricted(sample: SampleAuthority) -> RestrictedConcern:
    return RestrictedConcern(sample)


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
    restricted: RestrictedConcern, program: Use, sign_in: SignIn, role: str, side: str, sensitivity: Sensitivity
) -> None:
    """The same on an ordinary visit and on that of a restricted concern: by nothing of it can they tell one."""
    if sensitivity is not Sensitivity.ORDINARY:
        restricted.keep(sensitivity)
    author, api = restricted.people[role], program(restricted.people[role])
    reference = write(api, side)
    browser = sign_in(author)

    assert api.get(f"/notes/{reference}").json["versions"][0]["text"] == NOTE["text"]
    assert reference in {note["reference"] for note in api.get(f"/notes?record={VISIT}").json["items"]}
    assert NOTE["text"] in browser.get(f"/visits/{VISIT}")
    page = browser.get(f"/notes/{reference}")
    assert "Change note" in page
    assert "estricted concern" not in text_of(page)
    assert SEEN_BY[side] in text_of(page).lower()
    chair = program(restricted.place.chair).client.get(
        f"/api/v1/notes/{reference}", headers=program(restricted.place.chair).headers
    )
    assert (chair.status_code == 200) is (side == "school")
    assert NOTE["text"] in sign_in(restricted.authority.director).get(f"/visits/{VISIT}")


def test_what_an_officer_notes_there_stays_kept_back(
    restricted: RestrictedConcern, program: Use, sign_in: SignIn
) -> None:
    restricted.keep(Sensitivity.RESTRICTED)
    reference = write(program(restricted.place.officer), "school")
    for asking in (restricted.people["head"], restricted.people["broker"]):
        api = program(asking)
        assert api.client.get(f"/api/v1/notes/{reference}", headers=api.headers).status_code == 404
        assert NOTE["text"] not in sign_in(asking).get(f"/visits/{VISIT}")

    seen = text_of(sign_in(restricted.authority.director).get(f"/visits/{VISIT}"))
    assert (
        "people who can read the restricted concern it belongs to; the school once the restriction is lifted" in seen
    )


def test_a_concern_says_that_it_is_restricted_and_who_sees_what_is_on_it(
    restricted: RestrictedConcern, sign_in: SignIn
) -> None:
    reader = sign_in(restricted.authority.director)
    before = text_of(reader.get(f"/concerns/{SECRET}")), text_of(reader.get("/concerns/"))
    restricted.keep(Sensitivity.RESTRICTED)
    page, listed = text_of(reader.get(f"/concerns/{SECRET}")), text_of(reader.get("/concerns/"))

    assert "Restricted: directors" not in before[0]
    assert "Restricted: directors, reviewers" in page
    assert "Visible to: the service and the school" in before[0]
    assert "Visible to: the service and the school" not in page
    assert "the school once the restriction is lifted" in page
    assert f"{SECRET} Restricted" not in before[1]
    assert ", restricted" in listed


def test_who_read_a_note_in_full_on_the_page_of_its_record_has_read_it(
    restricted: RestrictedConcern, sign_in: SignIn
) -> None:
    restricted.keep(Sensitivity.RESTRICTED)
    reviewer = restricted.authority.people[Role.REVIEWER]
    assert "N-2026-0004" in sign_in(reviewer).get(f"/visits/{VISIT}")

    shown = {row.record for row in read(restricted.sample, reviewer)}
    assert {kinds_of("notes/N-2026-0004"), kinds_of("files/F-2026-0004")} <= shown


def test_of_those_who_make_the_visit_the_services_own_see_all_of_it_and_nobody_else_does(
    restricted: RestrictedConcern, program: Use
) -> None:
    restricted.keep(Sensitivity.RESTRICTED)
    service, bystander, head = restricted.place.officer, restricted.authority.bystander, restricted.place.head
    together = [Visitor(person, "officer") for person in (service, bystander, head)]

    def told(person: UUID) -> bool:
        return CANARY in program(person).get(f"/visits/{VISIT}").text

    assert (told(bystander), told(head)) == (False, False)
    with restricted.sample.acting():
        restricted.sample.services.service.change(
            Visit,
            restricted.visit,
            lambda it: it.change_visitors(together, lead=service, reason="All of them know it"),
        )
    assert (told(bystander), told(head)) == (True, False)


def may_read(api: Program, address: str) -> bool:
    status = api.client.get(f"/api/v1/{address}", headers=api.headers).status_code
    assert status in {200, 403, 404}
    return status == 200


def test_the_lead_of_another_team_writes_as_an_outsider_and_of_its_own_as_a_reader(
    restricted: RestrictedConcern, program: Use
) -> None:
    other, own = (
        restricted.sample.officer("Petra Primary", team=Team.PRIMARY, leads=True),
        restricted.authority.team_lead,
    )
    restricted.keep(Sensitivity.RESTRICTED)
    head = program(restricted.people["head"])

    assert may_read(head, f"notes/{write(program(other), 'school')}")
    assert not may_read(head, f"notes/{write(program(own), 'school')}")


def reassigned(restricted: RestrictedConcern) -> None:
    with restricted.sample.acting():
        assign_link_officer(
            restricted.sample.services.service,
            restricted.place.school,
            restricted.authority.bystander,
            from_=restricted.sample.services.today(),
            reason="She moves on",
        )


def linked(restricted: RestrictedConcern) -> UUID:
    """The link officer of today, who is not to make the visit."""
    reassigned(restricted)
    return restricted.authority.bystander


def linked_no_more(restricted: RestrictedConcern) -> None:
    tomorrow = restricted.sample.services.today() + timedelta(days=1)
    with restricted.sample.acting():
        assign_link_officer(
            restricted.sample.services.service,
            restricted.place.school,
            restricted.place.officer,
            from_=tomorrow,
            reason="Back",
        )


def test_the_link_officer_of_another_school_writes_as_an_outsider(
    restricted: RestrictedConcern, program: Use
) -> None:
    restricted.keep(Sensitivity.RESTRICTED)
    reference = write(program(restricted.authority.theirs.officer), "school")
    assert may_read(program(restricted.people["head"]), f"notes/{reference}")


def covered(restricted: RestrictedConcern) -> UUID:
    officer, day = restricted.sample.officer("Cora Cover"), restricted.sample.services.today()
    restricted.authority._then(
        School, restricted.place.school, lambda it: it.arrange_cover(officer, from_=day, to=day, reason="Ill")
    )
    return officer


def led(restricted: RestrictedConcern) -> UUID:
    return restricted.authority.team_lead


@pytest.mark.parametrize(
    ("reads", "called"),
    [
        (lambda restricted: restricted.authority.director, "directors"),
        (lambda restricted: restricted.authority.people[Role.REVIEWER], "reviewers"),
        (lambda restricted: restricted.place.officer, "link officer"),
        (covered, "covering"),
        (led, "lead of the team"),
    ],
)
def test_a_restricted_concern_names_everybody_who_can_read_it(
    restricted: RestrictedConcern,
    program: Use,
    sign_in: SignIn,
    reads: Callable[[RestrictedConcern], UUID],
    called: str,
) -> None:
    restricted.keep(Sensitivity.RESTRICTED)
    notice = text_of(sign_in(reads(restricted)).get(f"/concerns/{SECRET}")).partition("Restricted: ")[2]
    assert called in notice.partition("can read this")[0]


def leads_no_more(restricted: RestrictedConcern) -> None:
    day = restricted.sample.services.today()
    restricted.authority._then(
        Person, restricted.authority.team_lead, lambda it: it.end_post(1, until=day, reason="Retires")
    )


def visiting(restricted: RestrictedConcern) -> UUID:
    comes = restricted.sample.officer("Vera Visitor")
    _send(restricted, restricted.place.officer, comes)
    return comes


def _send(restricted: RestrictedConcern, *people: UUID) -> None:
    visitors = [Visitor(person, "officer") for person in people]
    with restricted.sample.acting():
        restricted.sample.services.service.change(
            Visit, restricted.visit, lambda it: it.change_visitors(visitors, lead=people[0], reason="As agreed")
        )


@pytest.mark.parametrize(
    ("knew", "left"),
    [
        (lambda restricted: restricted.place.officer, reassigned),
        (linked, linked_no_more),
        (covered, lambda _: None),
        (led, leads_no_more),
        (visiting, lambda restricted: _send(restricted, restricted.place.officer)),
    ],
    ids=["link officer who visits", "link officer", "cover officer", "team lead", "visitor"],
)
def test_what_was_written_by_somebody_who_knew_stays_kept_back_when_they_know_no_more(
    restricted: RestrictedConcern,
    program: Use,
    sign_in: SignIn,
    knew: Callable[[RestrictedConcern], UUID],
    left: Callable[[RestrictedConcern], None],
) -> None:
    restricted.keep(Sensitivity.RESTRICTED)
    writer = knew(restricted)
    reference = write(program(writer), "school")
    left(restricted)
    restricted.sample.clock.go_to(restricted.sample.services.today() + timedelta(days=1), at=time(9, 0))

    assert not may_read(program(restricted.people["head"]), f"notes/{reference}")
    assert not may_read(program(restricted.people["broker"]), f"notes/{reference}")
    if may_read(program(writer), f"notes/{reference}"):
        page = text_of(sign_in(writer).get(f"/notes/{reference}"))
        assert "the service and the school" not in page.lower()


def test_a_reassigned_officer_is_told_truly_who_reads_their_note(
    restricted: RestrictedConcern, program: Use, sign_in: SignIn
) -> None:
    restricted.keep(Sensitivity.RESTRICTED)
    writer = restricted.place.officer
    _send(restricted, restricted.authority.team_lead)
    write(program(writer), "school")
    reassigned(restricted)
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
        "unusual": ["like_request"],
        "why_unusual": "For another year group",
    }
    reference: str = api.post("/requests/raise", asked, key=key, status=201).json["reference"]
    return f"requests/{reference}"


@pytest.mark.parametrize("role", ["head", "broker", "bystander"])
def test_what_is_begun_from_a_plain_visit_is_read_as_from_any(
    restricted: RestrictedConcern, program: Use, sign_in: SignIn, role: str
) -> None:
    """A head who asks for help after a visit, not knowing why it was made, goes on reading what she asked for."""
    restricted.keep(Sensitivity.RESTRICTED)
    urn = restricted.sample.urn(restricted.place.school)
    address = ask_for_help(program(restricted.people[role]), urn, "ask-for-help-1")

    for reader in ("head", "broker", "bystander"):
        assert may_read(program(restricted.people[reader]), address)
    seen = text_of(sign_in(restricted.authority.director).get(f"/{address}"))
    assert "started by someone who may not know that" in seen
    assert "started by someone who may not know that" not in text_of(
        sign_in(restricted.people[role]).get(f"/{address}")
    )


def test_what_a_reader_of_the_concern_begins_from_its_visit_stays_kept_back(
    restricted: RestrictedConcern, program: Use
) -> None:
    restricted.keep(Sensitivity.RESTRICTED)
    urn = restricted.sample.urn(restricted.place.school)
    address = ask_for_help(program(restricted.place.officer), urn, "ask-for-help-2")

    for reader in ("head", "broker", "bystander"):
        assert not may_read(program(restricted.people[reader]), address)
    assert may_read(program(restricted.authority.director), address)


def test_a_concern_raised_from_a_plain_visit_is_read_by_its_school_as_any(
    restricted: RestrictedConcern, program: Use
) -> None:
    restricted.keep(Sensitivity.RESTRICTED)
    raised = {
        "school": str(restricted.sample.urn(restricted.place.school)),
        "kind": "achievement",
        "source": "visit",
        "severity": "high",
        "detail": "Few read well",
        "purpose": "challenge",
        "visit": VISIT,
    }
    reader = program(restricted.people["bystander"])
    reference = reader.post("/concerns/raise", raised, key="raise-a-concern-1", status=201).json["reference"]
    restricted.authority._then(ConcernCase, record_id("concern", reference), grants.assess_and_share)

    assert may_read(program(restricted.people["head"]), f"concerns/{reference}")
    assert may_read(program(restricted.place.officer), f"concerns/{reference}")
