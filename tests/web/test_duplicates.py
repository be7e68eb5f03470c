"""The same person, provider or request entered again is pointed out before it is saved, and taken with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from projections import people
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program


@pytest.fixture
def stages(sample: SampleAuthority) -> BrokerageStages:
    return BrokerageStages(sample)


def test_a_page_names_and_links_whom_somebody_is_like_and_takes_another_with_a_reason(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    administrator = sign_in(sample.administrator())
    reference = sample.reference(stages.broker)
    name = names(sample)[reference]

    asked = administrator.send("/people/register", {"name": f" {name.upper()} "}, status=422)

    assert f"{name} ({reference}) is registered already. If this is right, say why" in asked.text
    assert f'href="/search?q={reference}"' in asked.text
    another = {"name": name, "unusual": "like_person", "why_unusual": "A cousin of the same name"}
    administrator.send("/people/register", another)
    assert list(names(sample).values()).count(name) == 2


def names(sample: SampleAuthority) -> dict[str, str]:
    with sample.services.read() as connection:
        return {row.reference: row.name for row in people.everybody(connection, limit=500)}


def test_a_program_is_refused_a_like_provider_and_names_it_to_register_another(
    stages: BrokerageStages, program: Callable[..., Program]
) -> None:
    broker = program(stages.broker)
    body: dict[str, Any] = {"trading_as": "The CALDER learning Ltd.", "kind": "private"}

    refused = broker.post("/providers/register", body, key="like-calder", status=422).json

    assert "Calder Learning (PV-2026-0001) is on the list already" in refused["detail"]
    assert (refused["to_confirm"], refused["like"]) == (["like_provider"], ["PV-2026-0001"])
    body |= {"unusual": refused["to_confirm"], "why_unusual": "The firm of the brother, in Leeds"}
    broker.post("/providers/register", body, key="another-one", status=201)


def test_a_like_request_of_the_school_is_pointed_out_whatever_the_word_for_the_subject(
    stages: BrokerageStages, sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    stages.an_approved_request()
    body = {
        "school": str(sample.urn(stages.school)),
        "kind": "specialist",
        "subject": "Numeracy",
        "phase": "secondary",
        "need": "Help with planning",
        "outcome_wanted": "Planning that holds",
        "needed_from": "2026-11-09",
        "needed_by": "2027-03-26",
    }
    head = program(stages.head)

    refused = head.post("/requests/raise", body, key="asked-again", status=422).json

    assert "asks for Mathematics there already" in refused["detail"]
    assert refused["like"] == ["SR-2026-0001"]
    head.post("/requests/raise", body | {"subject": "Science"}, key="asked-other", status=201)
