"""A key is its sender's: by one that somebody else sends, or at another address, nothing is done or left undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import HIDDEN, Browser, Program
from tests.web.test_doors import A_CONCERN
from web.access.context import COMMANDS

SignIn = Callable[[UUID], Browser]
Use = Callable[..., Program]

KEY = "a-key-of-mine"


@pytest.fixture
def school(sample: SampleAuthority) -> UUID:
    return sample.school()


@pytest.fixture
def head(sample: SampleAuthority, school: UUID) -> UUID:
    return sample.headteacher(school)


@pytest.fixture
def director(sample: SampleAuthority) -> UUID:
    return sample.director()


@pytest.fixture
def a_case(sample: SampleAuthority, school: UUID) -> dict[str, Any]:
    return {**A_CONCERN, "school": str(sample.urn(school))}


@pytest.fixture
def a_request(sample: SampleAuthority, school: UUID) -> dict[str, Any]:
    """What a head types to ask for a specialist."""
    ends = TODAY + timedelta(days=60)
    return {
        "school": str(sample.urn(school)),
        "kind": "specialist",
        "subject": "Mathematics",
        "phase": "secondary",
        "need": "Help with tests",
        "outcome_wanted": "Tests that can be trusted",
        **{f"needed_from-{part}": getattr(TODAY, part) for part in ("day", "month", "year")},
        **{f"needed_by-{part}": getattr(ends, part) for part in ("day", "month", "year")},
    }


def saved(sample: SampleAuthority, topic: str) -> int:
    with sample.services.read() as connection:
        return sum(topic == event.TOPIC for event in sample.services.store.everything(connection))


def test_a_directors_call_is_carried_out_though_a_heads_form_bore_the_id_that_it_would_have(
    sample: SampleAuthority,
    sign_in: SignIn,
    program: Use,
    director: UUID,
    head: UUID,
    a_case: dict[str, Any],
    a_request: dict[str, Any],
) -> None:
    foreseen = uuid5(COMMANDS, f"{director} POST /api/v1/concerns/raise {KEY}")

    sign_in(head).send("/requests/raise", {**a_request, "command": str(foreseen)})
    answer = program(director).post("/concerns/raise", a_case, key=KEY, status=201).json

    assert answer["reference"] == "CC-2026-0001"
    assert saved(sample, "concern.raised") == saved(sample, "support-request.raised") == 1


def test_a_form_is_carried_out_though_somebody_else_sent_one_of_the_same_number(
    sample: SampleAuthority, sign_in: SignIn, director: UUID, a_case: dict[str, Any]
) -> None:
    number = {"command": str(uuid4())}
    for who in (sample.officer(), director):
        sign_in(who).send("/concerns/raise", {**a_case, **number})

    assert saved(sample, "concern.raised") == 2


def test_a_number_that_came_from_another_form_is_refused_aloud(
    sample: SampleAuthority, sign_in: SignIn, director: UUID, a_case: dict[str, Any]
) -> None:
    browser = sign_in(director)
    page = browser.get("/concerns/raise")
    browser.send_page("/concerns/raise", page, a_case)
    number = {"command": dict(HIDDEN.findall(page))["command"]}
    why = {"reason": "Holidays"}

    told = browser.send("/concerns/CC-2026-0001/pause", {**why, **number}, status=422).text

    assert "You have already sent this form with different answers" in told
    assert saved(sample, "concern.paused") == 0
    browser.send_page("/concerns/CC-2026-0001/pause", told, why)
    assert saved(sample, "concern.paused") == 1


def test_one_key_at_two_addresses_is_two_calls(
    sample: SampleAuthority, program: Use, director: UUID, a_case: dict[str, Any]
) -> None:
    api = program(director)
    for key in (KEY, "another-key"):
        api.post("/concerns/raise", a_case, key=key, status=201)
    why = {"reason": "Holidays"}
    for ref in ("CC-2026-0001", "CC-2026-0002"):
        told = api.post(f"/concerns/{ref}/pause", why, key=KEY, at='"1"').json
        assert told["reference"] == ref

    assert saved(sample, "concern.paused") == 2


def test_form_and_program_of_one_person_have_no_number_in_common(
    sample: SampleAuthority, sign_in: SignIn, program: Use, director: UUID, a_case: dict[str, Any]
) -> None:
    key = uuid4()
    sign_in(director).send("/concerns/raise", {**a_case, "command": str(key)})
    program(director).post("/concerns/raise", a_case, key=str(key), status=201)

    assert saved(sample, "concern.raised") == 2
