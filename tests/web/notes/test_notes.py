"""Notes on records: written, read, revised and withdrawn, and told to those for whom they are meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from domain.concern import ConcernCase
from domain.note import Note
from domain.provider import Provider, ProviderKind
from domain.references import record_id
from projections import readings
from tests import grants
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, Program

Open = Callable[[UUID], Browser]
Use = Callable[..., Program]

RAISED = {
    "kind": "achievement",
    "source": "data",
    "severity": "high",
    "detail": "Results in mathematics fell",
    "purpose": "challenge",
}


def note_at(sample: SampleAuthority, href: str) -> Note:
    return sample.services.service.find(Note, record_id(Note.KIND, href.rsplit("/", 1)[-1]))


def readers_of(sample: SampleAuthority, ref: str) -> list[UUID]:
    with sample.services.read() as connection:
        return [row.reader for row in readings.of_record(connection, record_id(Note.KIND, ref), 20)]


def answers(on: str, **others: str) -> dict[str, str]:
    return {
        "record": on,
        "note_type": "telephone",
        "heading": "A call from the head",
        "text": "She will send the results",
        "sensitivity": "ordinary",
        "visible_to": "service",
        **others,
    }


@pytest.fixture
def school(sample: SampleAuthority) -> UUID:
    return sample.school("Ashgrove")


@pytest.fixture
def director(sample: SampleAuthority, sign_in: Open) -> Browser:
    return sign_in(sample.director())


@pytest.fixture
def concern(sample: SampleAuthority, director: Browser, school: UUID) -> str:
    """The page of a concern about the school."""
    made = director.send("/concerns/raise", {**RAISED, "school": str(sample.urn(school))}).headers["Location"]
    with sample.acting(sample.director("Sheila Sharer"), "director"):
        case = record_id(ConcernCase.KIND, made.rsplit("/", 1)[-1])
        sample.services.service.change(ConcernCase, case, grants.assess_and_share)
    return made


@pytest.fixture
def ref(concern: str) -> str:
    return concern.rsplit("/", 1)[-1]


def write(browser: Browser, on: str, **others: str) -> None:
    browser.send("/notes/write", answers(on, **others))


def test_a_note_is_written_from_the_page_of_its_record(director: Browser, concern: str, ref: str) -> None:
    assert f"/notes/write?record={ref}" in director.get(concern)
    assert f'value="{ref}"' in director.get(f"/notes/write?record={ref}")
    made = director.send("/notes/write", answers(ref))
    assert made.headers["Location"] == f"{concern}#notes"
    page = director.get(concern)
    assert "A call from the head" in page
    assert "She will send the results" in page


def test_a_note_about_a_school_is_found_by_any_urn(sample: SampleAuthority, director: Browser, school: UUID) -> None:
    write(director, str(sample.urn(school)))
    assert note_at(sample, "N-2026-0001").on_record == school


def test_a_note_needs_a_record_that_takes_notes(director: Browser) -> None:
    for on in ("", "XX-2026-0001", "123", "PE-2026-0001"):
        page = director.send("/notes/write", answers(on), status=422).text
        assert "A call from the head" in page


def test_every_version_of_a_note_stays_readable(sample: SampleAuthority, director: Browser, ref: str) -> None:
    write(director, ref)
    revised = {"heading": "A call from the head", "text": "She sent the results", "reason": "They came"}
    director.send("/notes/N-2026-0001/revise", revised)
    page = director.get("/notes/N-2026-0001")
    assert "She will send the results" in page
    assert "She sent the results" in page
    assert "They came" in page
    assert len(note_at(sample, "N-2026-0001").versions) == 2


def test_what_a_note_tells_about_a_person_stands_under_their_name(
    sample: SampleAuthority, director: Browser, school: UUID, ref: str
) -> None:
    head = sample.headteacher(school)
    with sample.services.read() as connection:
        from projections.references import reference_of

        person = reference_of(connection, head)
    assert person is not None
    page = director.send("/notes/write", answers(ref, about_person="Is unwell"), status=422).text
    assert "Choose the person this is about" in page
    write(director, ref, person=person, about_person="Is unwell")
    written = note_at(sample, "N-2026-0001").latest.about_person
    assert written is not None
    assert (written.person, written.value) == (head, "Is unwell")
    assert "Is unwell" in director.get("/notes/N-2026-0001")


def test_a_withdrawn_note_leaves_the_record(director: Browser, concern: str, ref: str) -> None:
    write(director, ref)
    director.send("/notes/N-2026-0001/withdraw", {"reason": "Written on the wrong record"})
    assert "She will send the results" not in director.get(concern)
    assert "This note was withdrawn" in director.get("/notes/N-2026-0001")
    assert "Write a new one instead" in director.get("/notes/N-2026-0001/revise", 409)


def test_a_restricted_note_says_nothing_on_its_record(director: Browser, concern: str, ref: str) -> None:
    write(director, ref, sensitivity="restricted")
    page = director.get(concern)
    assert "Restricted note N-2026-0001" in page
    assert "She will send the results" not in page
    assert "A call from the head" not in page


def test_reading_a_restricted_note_is_recorded_once_for_each_reader_and_day(
    sample: SampleAuthority, sign_in: Open, director: Browser, ref: str
) -> None:
    write(director, ref, sensitivity="restricted")
    before = note_at(sample, "N-2026-0001").version
    reviewer = sample.reviewer()
    browser = sign_in(reviewer)
    assert "She will send the results" in browser.get("/notes/N-2026-0001")
    assert "She will send the results" in browser.get("/notes/N-2026-0001")
    assert note_at(sample, "N-2026-0001").version == before
    assert readers_of(sample, "N-2026-0001") == [reviewer]
    assert "Rae Reviewer" in browser.get("/notes/N-2026-0001").partition("Who has read this")[2]


def test_an_ordinary_note_is_read_without_a_record_of_it(
    sample: SampleAuthority, director: Browser, ref: str
) -> None:
    write(director, ref)
    director.get("/notes/N-2026-0001")
    assert readers_of(sample, "N-2026-0001") == []


def test_reading_makes_nobody_s_form_stale(
    sample: SampleAuthority, sign_in: Open, director: Browser, ref: str
) -> None:
    write(director, ref, sensitivity="restricted")
    opened = director.get("/notes/N-2026-0001/revise")
    assert "She will send the results" in opened
    sign_in(sample.reviewer()).get("/notes/N-2026-0001")
    said = {"heading": "A call", "text": "She sent the results", "reason": "They came"}
    director.send_page("/notes/N-2026-0001/revise", opened, said)


def test_a_form_is_stale_after_another_revision(director: Browser, ref: str) -> None:
    write(director, ref)
    opened = director.get("/notes/N-2026-0001/revise")
    said = {"heading": "A call", "text": "She sent the results", "reason": "They came"}
    director.send("/notes/N-2026-0001/revise", said)
    answer = director.send_page("/notes/N-2026-0001/revise", opened, {**said, "text": "Nothing came"}, status=409)
    assert "Nothing came" in answer.text


def test_a_restricted_note_is_closed_to_those_without_the_right(
    sample: SampleAuthority, sign_in: Open, program: Use, director: Browser, school: UUID
) -> None:
    write(director, str(sample.urn(school)), sensitivity="restricted")
    broker = sample.broker()
    page = sign_in(broker).get("/notes/N-2026-0001")
    assert "Your role does not let you read it" in page
    assert "She will send the results" not in page
    sign_in(broker).get("/notes/N-2026-0001/revise", 403)
    sign_in(broker).get("/notes/N-2026-0001/withdraw", 403)
    told = program(broker).get("/notes/N-2026-0001")
    assert "She will send" not in told.text
    use = program(broker)
    revision = {"heading": "A", "text": "B", "reason": "C"}
    use.post("/notes/N-2026-0001/revise", revision, key="revise-01", at=told.headers["ETag"], status=403)
    assert broker not in readers_of(sample, "N-2026-0001")


def test_only_who_may_read_restricted_notes_writes_them(sample: SampleAuthority, sign_in: Open, school: UUID) -> None:
    broker = sign_in(sample.broker())
    assert 'value="restricted"' not in broker.get("/notes/write")
    broker.send("/notes/write", answers(str(sample.urn(school)), sensitivity="restricted"), status=422)


def test_a_headteacher_sees_what_is_meant_for_the_school(
    sample: SampleAuthority, sign_in: Open, director: Browser, school: UUID, concern: str, ref: str
) -> None:
    write(director, ref, heading="Among ourselves")
    write(director, ref, heading="For the school", visible_to="school")
    head = sign_in(sample.headteacher(school))
    page = head.get(concern)
    assert "For the school" in page
    assert "Among ourselves" not in page
    head.get("/notes/N-2026-0002")
    head.get("/notes/N-2026-0001", 404)
    listed = head.get("/notes/")
    assert "For the school" in listed
    assert "Among ourselves" not in listed


def test_a_headteacher_writes_for_their_own_school_alone(
    sample: SampleAuthority, sign_in: Open, director: Browser, school: UUID, ref: str
) -> None:
    head = sign_in(sample.headteacher(school))
    page = head.send("/notes/write", answers(ref, visible_to="service"), status=422).text
    assert "A call from the head" in page
    write(head, ref, visible_to="school")
    write(director, ref, heading="For the school", visible_to="school")
    head.get("/notes/N-2026-0001/revise")
    head.get("/notes/N-2026-0002/revise", 403)
    stranger = sign_in(sample.headteacher(sample.school("Birchwood"), "Hugo Head"))
    stranger.get("/notes/N-2026-0001", 404)
    stranger.send("/notes/write", answers(ref, visible_to="school"), status=422)


def test_who_may_not_read_a_concern_sees_no_note_on_it(
    sample: SampleAuthority, sign_in: Open, director: Browser, ref: str
) -> None:
    write(director, ref)
    broker = sign_in(sample.broker())
    broker.get("/notes/N-2026-0001", 404)
    assert "A call from the head" not in broker.get("/notes/")
    broker.send("/notes/write", answers(ref), status=422)


def test_a_specialist_sees_what_is_meant_for_their_provider(
    sample: SampleAuthority, sign_in: Open, director: Browser
) -> None:
    with sample.acting():
        provider = sample.services.service.add(
            lambda: Provider.register("PV-2026-0001", trading_as="Music Service", kind=ProviderKind.INTERNAL)
        )
    write(director, "PV-2026-0001", heading="Among ourselves")
    write(director, "PV-2026-0001", heading="For the provider", visible_to="provider")
    director.send("/notes/write", answers("PV-2026-0001", visible_to="school"), status=422)
    page = sign_in(sample.specialist(provider.id)).get("/providers/PV-2026-0001")
    assert "For the provider" in page
    assert "Among ourselves" not in page


def test_a_program_writes_reads_and_lists_notes(
    sample: SampleAuthority, program: Use, director: Browser, ref: str
) -> None:
    use = program(sample.reviewer())
    body: dict[str, Any] = answers(ref, sensitivity="restricted")
    use.post("/notes/write", body, key="write-001", status=403)
    boss = program(sample.director("Dan Director"))
    made = boss.post("/notes/write", body, key="write-001", status=201)
    again = boss.post("/notes/write", body, key="write-001", status=201)
    assert made.json == again.json
    assert made.json is not None
    assert made.json["record"] == ref
    path = f"/notes/{made.json['reference']}"
    read = use.get(path)
    assert read.json["versions"][0]["text"] == "She will send the results"
    listed = use.get(f"/notes?record={ref}").json["items"]
    assert [(row["reference"], row["text"]) for row in listed] == [(made.json["reference"], "")]
    revision = {"heading": "A call", "text": "She sent them", "reason": "They came"}
    boss.post(f"{path}/revise", revision, key="revise-01", at=read.headers["ETag"])


def test_a_program_is_told_what_is_wrong(program: Use, sample: SampleAuthority, ref: str) -> None:
    use = program(sample.director("Dan Director"))
    wrong = [
        {"record": "N-2026-0001"},
        {"record": ref, "heading": ""},
        {"record": ref, "visible_to": "provider"},
        {"record": ref, "sensitivity": "safeguarding"},
        {"record": ref, "sensitivity": "restricted", "visible_to": "school"},
        {"record": ref, "happened_on": "2999-01-01"},
        {"record": ref, "happened_on": "2027-01-01"},
        {"record": ref, "person": "PE-2026-0001"},
    ]
    for number, body in enumerate(wrong):
        use.post("/notes/write", {**answers(ref), **body}, key=f"wrong-00{number}", status=422)


def test_a_note_is_its_authors_and_nobody_else_of_the_service_changes_it(
    sample: SampleAuthority, program: Use
) -> None:
    school = sample.school()
    wrote, other = sample.director("Dana Director"), sample.link_officer(school)
    said = {
        "record": str(sample.urn(school)),
        "note_type": "telephone",
        "heading": "A call",
        "text": "Nobody answered",
    }
    program(wrote).post("/notes/write", said, key="write-01", status=201)
    changed = {"heading": "A call", "text": "Somebody answered", "reason": "It was so"}

    for person, status in ((other, 403), (wrote, 200)):
        api = program(person)
        at = api.get("/notes/N-2026-0001").headers["ETag"]
        api.post("/notes/N-2026-0001/revise", changed, key=f"revise-{status}", at=at, status=status)
        at = api.get("/notes/N-2026-0001").headers["ETag"]
        api.post("/notes/N-2026-0001/withdraw", {"reason": "Wrong"}, key=f"withdraw-{status}", at=at, status=status)
