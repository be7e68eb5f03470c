"""A concern and what came of it lead to each other, for those who may read both."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.vocabulary import Role, Sensitivity
from tests.domain.test_record_of_visit import CONTENT
from tests.restricted_concern import SECRET, RestrictedConcern
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser

SignIn = Callable[[UUID], Browser]
FOLLOWED = ["visits/V-2026-0909", "records/ROV-2026-0909", "requests/SR-2026-0909", "engagements/BE-2026-0909"]


@pytest.fixture
def case(sample: SampleAuthority) -> RestrictedConcern:
    """A concern and a record of every kind that came of it."""
    return RestrictedConcern(sample)


def test_a_case_lists_what_came_of_it_with_the_actions_agreed(case: RestrictedConcern, sign_in: SignIn) -> None:
    page = sign_in(case.authority.director).get(f"/concerns/{SECRET}").partition("What followed")[2]

    assert all(f'href="/{address}"' in page for address in [*FOLLOWED, "tenders/TN-2026-0909"])
    assert all(action.text in page.partition("Actions agreed")[2] for action in CONTENT.actions)


def test_what_came_of_a_concern_leads_back_to_it_as_far_as_it_may_be_read(
    case: RestrictedConcern, sign_in: SignIn
) -> None:
    director, broker = sign_in(case.authority.director), sign_in(case.authority.people[Role.BROKER])
    for address in FOLLOWED:
        assert f"/concerns/{SECRET}" in director.get(f"/{address}"), address
        assert f"/concerns/{SECRET}" not in broker.get(f"/{address}"), address

    case.keep(Sensitivity.RESTRICTED)
    assert f"/concerns/{SECRET}" in director.get("/engagements/BE-2026-0909")


def test_a_school_is_not_told_what_it_may_not_open(case: RestrictedConcern, sign_in: SignIn) -> None:
    page = sign_in(case.place.head).get(f"/concerns/{SECRET}").partition("What followed")[2]

    assert "/visits/V-2026-0909" in page
    assert "/tenders/" not in page.partition("</table>")[0]
