"""A concern is inside the service until somebody shares it, in words for the school: by page, list, API, trail,
search and caseload alike. The school of one that is not shared sees what the school of none sees."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest

from domain.attachment import Attachment
from domain.concern import ConcernCase, Rating
from domain.note import Note, NoteType
from domain.vocabulary import Audience, Role
from tests.canaries.concerns import ConcernWords
from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, Program

SignIn = Callable[[UUID], Browser]
Use = Callable[..., Program]

SHARED = "/concerns/CC-2026-0901"
KEPT = "Kanarienvogel"
TOLD = "Zwei Stellen sind frei"
LISTS = ("concerns", "notes", "files", "caseload", "visits", "requests")
CHANGING = re.compile(r"nonce=\"[^\"]*\"|csrf_token.*|[0-9a-f]{8}-[0-9a-f-]{27}|request[ _-]id.*")


@pytest.fixture
def authority(sample: SampleAuthority) -> FullAuthority:
    return FullAuthority(sample)


@pytest.fixture
def head(authority: FullAuthority) -> UUID:
    return authority.ours.head


def raise_concern(authority: FullAuthority, *about: Role) -> UUID:
    """A concern about the first school, assessed, with a note for the school and a file on it."""
    told = {**ConcernWords.RAISED, "detail": KEPT, "about_posts": about}
    place = authority.ours
    case = authority._add(lambda: ConcernCase.raise_("CC-2026-0901", school=place.school, **told))
    authority._then(ConcernCase, case, lambda it: it.assess(assessment=KEPT, rating=Rating.WATCH))
    on = {"on_kind": ConcernCase.KIND, "on_record": case, "school": place.school, "visible_to": Audience.SCHOOL}
    authority._add(lambda: Note.write("N-2026-0901", note_type=NoteType.MEETING, heading=KEPT, text=KEPT, **on))
    authority._add(lambda: Attachment.add("F-2026-0901", file_name=f"{KEPT}.pdf", size=9, sha256="ab" * 32, **on))
    return case


def seen_by(person: UUID, sign_in: SignIn, program: Use, urn: str) -> dict[str, str]:
    """What somebody meets where a concern could be told of."""
    browser, api = sign_in(person), program(person)
    pages = {path: browser.client.get(path).text for path in (*(f"/{each}/" for each in LISTS), f"/schools/{urn}")}
    pages["/search"] = browser.client.get("/search?q=CC-2026-0901").text
    answers = {each: api.client.get(f"/api/v1/{each}", headers=api.headers).text for each in LISTS}
    answers["history"] = api.client.get(f"/api/v1/schools/{urn}/history", headers=api.headers).text
    return {where: CHANGING.sub("", text) for where, text in (pages | answers).items()}


@pytest.mark.parametrize("post", ["head", "chair"])
def test_a_school_sees_of_an_unshared_concern_what_it_sees_of_none(
    authority: FullAuthority, sample: SampleAuthority, sign_in: SignIn, program: Use, post: str
) -> None:
    person, urn = getattr(authority.ours, post), str(sample.urn(authority.ours.school))
    without = seen_by(person, sign_in, program, urn)
    raise_concern(authority)
    with_it = seen_by(person, sign_in, program, urn)

    assert {where for where in without if without[where] != with_it[where]} == set()
    for address in (SHARED, "/notes/N-2026-0901", "/files/F-2026-0901"):
        sign_in(person).get(address, status=404)
        answer = program(person).client.get(f"/api/v1{address}", headers=program(person).headers)
        assert answer.status_code == 404


def test_a_concern_is_shared_by_a_checked_step_and_read_in_its_words(
    authority: FullAuthority, sign_in: SignIn, program: Use
) -> None:
    case = raise_concern(authority, Role.HEADTEACHER)
    director, place = sign_in(authority.director), authority.ours
    form = director.get(f"{SHARED}/share")
    assert "Nobody: it has not been shared" in director.get(SHARED)
    assert re.search(r'value="chair"[^>]* checked', form)
    assert not re.search(r'value="headteacher"[^>]* checked', form)

    nobody = director.send(f"{SHARED}/share", {"words": TOLD}, status=422).text
    assert "Select who in the school can read it" in nobody
    assert "can read it (optional)" not in nobody
    checked = director.send(f"{SHARED}/share", {"with": ["chair"], "words": TOLD}, status=200).text
    assert TOLD in checked
    sign_in(place.chair).get(SHARED, status=404)
    director.send_and_check(f"{SHARED}/share", {"with": ["chair"], "words": TOLD})

    page, answer = sign_in(place.chair).get(SHARED), program(place.chair).get(SHARED)
    assert TOLD in page
    for text in (page.partition('id="notes"')[0], answer.text):
        assert KEPT not in text
    assert answer.json["detail"] == TOLD
    assert KEPT not in program(place.chair).get(f"{SHARED}/history").text
    sign_in(place.head).get(SHARED, status=404)

    authority._then(ConcernCase, case, lambda it: it.reword(detail="Seit Ostern", reason="Genauer"))
    assert TOLD in sign_in(place.chair).get(SHARED)
    assert KEPT in director.get(SHARED)
    assert TOLD in director.get(SHARED)


def test_one_raised_before_the_rule_stays_readable_and_says_so(authority: FullAuthority, sign_in: SignIn) -> None:
    address = "/concerns/CC-2026-0001"

    assert "Results in mathematics" in sign_in(authority.ours.head).get(address)
    assert "from the day it was raised" in sign_in(authority.director).get(address)
    assert "can read this concern already" in sign_in(authority.director).get(f"{address}/share", status=409)
