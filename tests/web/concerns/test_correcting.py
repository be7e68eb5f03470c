"""A concern raised at the wrong school goes to the right one, whose head reads it once it is shared there."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from domain.concern import ConcernCase
from tests import grants
from tests.canaries.concerns import ConcernWords
from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, text_of

CASE = "/concerns/CC-2026-0901"


def test_a_concern_at_the_wrong_school_is_taken_from_it_and_kept_inside(
    sample: SampleAuthority, sign_in: Callable[[UUID], Browser]
) -> None:
    authority = FullAuthority(sample)
    ours, theirs = authority.ours, authority.theirs
    told = {**ConcernWords.RAISED, "detail": "Results fell"}
    case = authority._add(lambda: ConcernCase.raise_("CC-2026-0901", school=ours.school, **told))
    authority._then(ConcernCase, case, grants.assess_and_share)
    director, wrong_head, right_head = (sign_in(each) for each in (authority.director, ours.head, theirs.head))
    wrong_head.get(CASE)

    meant = {"school": str(sample.urn(theirs.school)), "reason": "The school next door"}
    director.send_page(f"{CASE}/correct", director.get(f"{CASE}/correct"), meant)

    page = " ".join(text_of(director.get(CASE)).split())
    assert "Corrected What Is now Entered as Restated on By What was wrong School" in page
    assert "The school next door" in page
    for browser in (wrong_head, right_head):
        browser.get(CASE, status=404)
        assert "CC-2026-0901" not in browser.get("/concerns/")
    assert "Restated on" in text_of(director.get("/concerns/"))
    authority._then(ConcernCase, case, lambda it: it.share(words="Results fell, we heard"))
    shared = right_head.get(CASE)
    assert "Results fell, we heard" in shared
    assert "The school next door" not in shared

    authority._then(ConcernCase, case, grants.assess_as_causing_concern)
    assert "that the school causes concern" in director.get(f"{CASE}/correct", status=409)
