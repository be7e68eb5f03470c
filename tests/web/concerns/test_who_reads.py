"""The form of a concern says who will read it as it is shared now; who is said to read what is written does."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest

from domain.concern import ConcernCase, StepKind
from domain.vocabulary import Role, Sensitivity
from projections import people
from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.concerns.test_sharing import raise_concern
from tests.web.conftest import Browser

SignIn = Callable[[UUID], Browser]
CASE = "/concerns/CC-2026-0901"
WRITTEN = "Rotkehlchen"

SHARES = {
    "nobody": None,
    "the headteacher": (Role.HEADTEACHER,),
    "the chair": (Role.CHAIR,),
    "both": (Role.HEADTEACHER, Role.CHAIR),
}


def said_on(page: str) -> str:
    found = re.search(r"<strong>Who will read this</strong>(.*?)</p>", page, re.DOTALL)
    assert found, page
    return found[1]


@pytest.fixture
def authority(sample: SampleAuthority) -> FullAuthority:
    return FullAuthority(sample)


@pytest.mark.parametrize("with_", SHARES)
def test_those_of_the_school_who_are_named_read_it_and_no_others(
    authority: FullAuthority, sample: SampleAuthority, sign_in: SignIn, with_: str
) -> None:
    case, shares, readers = raise_concern(authority), SHARES[with_], authority.people
    if shares:
        authority._then(ConcernCase, case, lambda it: it.share(words="Two posts are free", with_=shares))
    said = said_on(sign_in(authority.director).get(f"{CASE}/record-step"))
    step = {"on": TODAY, "kind": StepKind.INFORMAL, "text": WRITTEN}
    authority._then(ConcernCase, case, lambda it: it.record_step(**step))

    for role in (Role.HEADTEACHER, Role.CHAIR):
        with sample.services.read() as connection:
            person = people.by_id(connection, readers[role])
        reads = WRITTEN in sign_in(readers[role]).client.get(CASE).text
        assert person is not None
        assert (person.name in said) is reads is (role in (shares or ())), said
    assert ("nobody, unless the concern is shared" in said) is (shares is None)


def test_nobody_of_the_school_is_said_to_read_a_restricted_one(authority: FullAuthority, sign_in: SignIn) -> None:
    case = raise_concern(authority)
    authority._then(
        ConcernCase,
        case,
        lambda it: it.share(words="Two posts are free"),
        lambda it: it.change_sensitivity(Sensitivity.RESTRICTED, reason="Staff are named"),
    )

    said = said_on(sign_in(authority.director).get(f"{CASE}/record-step"))

    assert "nobody, because it is restricted" in said
    assert WRITTEN not in sign_in(authority.ours.head).client.get(CASE).text


def test_whoever_shares_it_reads_on_the_check_page_whom_they_chose_it_for(
    authority: FullAuthority, sign_in: SignIn
) -> None:
    raise_concern(authority)
    browser = sign_in(authority.director)

    assert "those of the school whom you choose" in said_on(browser.get(f"{CASE}/share"))
    page = browser.send(f"{CASE}/share", {"with": ["chair"], "words": WRITTEN}, status=200).text
    assert "those of the school whom you choose" in said_on(page)
