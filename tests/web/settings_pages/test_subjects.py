"""The list of subjects: kept by administrators from a day on; somebody says what words in use mean."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.provider import Provider
from domain.vocabulary import Phase, ServiceType
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.schools.school_changes import day

SETTINGS = "/settings/authority"


@pytest.fixture
def stages(sample: SampleAuthority) -> BrokerageStages:
    return BrokerageStages(sample)


def test_words_in_use_are_proposed_a_subject_and_mean_it_once_somebody_confirms(
    stages: BrokerageStages, sign_in: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    administrator = stages.sample.administrator()
    for word in ("Mathmatics", "Upholstery"):
        with stages.brokering():
            offer = {"subject": word, "phase": Phase.PRIMARY, "service": ServiceType.TRAINING}
            stages.service.change(Provider, stages.calder.id, lambda it: it.offer(**offer))  # noqa: B023
    browser, api = sign_in(administrator), program(administrator)
    assert api.get("/subject-words").json["items"] == [
        {"word": "Mathmatics", "requests": 0, "offer_count": 1, "meant": "Mathematics"},
        {"word": "Upholstery", "requests": 0, "offer_count": 1, "meant": ""},
    ]
    assert "Say what these words mean" in browser.get("/settings/subjects")
    form = browser.get(f"{SETTINGS}/map-subjects")
    assert 'value="Mathmatics"' in form
    assert 'value="Mathematics" selected' in form

    words = {
        "unlisted-0-word": "Mathmatics",
        "unlisted-0-subject": "Mathematics",
        "unlisted-1-word": "Upholstery",
        "unlisted-1-subject": "of its own",
    }
    browser.send(f"{SETTINGS}/map-subjects", words | day("from", TODAY) | {"reason": "Read with the broker"})

    assert api.get("/subject-words").json["items"] == []
    found = {each["subject"]: each for each in api.get("/subjects?limit=100").json["items"]}
    assert "Mathmatics" in found["Mathematics"]["aliases"]
    assert found["Upholstery"]["on_list"] is True
    offering = api.get("/providers?subject=maths&phase=primary").json["items"]
    assert [each["reference"] for each in offering] == ["PV-2026-0001"]
    assert "Mathmatics" in browser.get(f"{SETTINGS}")


def test_a_subject_is_added_renamed_and_taken_off(
    stages: BrokerageStages, sign_in: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    administrator = stages.sample.administrator()
    browser, api = sign_in(administrator), program(administrator)

    def send(status: int = 303, **answers: str) -> str:
        form = {"replaces": "", "aliases": "", **day("from", TODAY), "reason": "Agreed", **answers}
        return browser.send(f"{SETTINGS}/set-subject", form, status=status).text

    def aliases(subject: str) -> list[str] | None:
        listed = {each["subject"]: each["aliases"] for each in api.get("/subjects?limit=100").json["items"]}
        return listed.get(subject)

    assert 'value="Languages" selected' in browser.get(f"{SETTINGS}/set-subject?subject=MFL")
    send(name="Physics", aliases="Natural philosophy")
    assert aliases("Physics") == ["Natural philosophy"]
    send(replaces="Physics", name="Physical sciences", aliases="Natural philosophy")
    assert aliases("Physical sciences") == ["Natural philosophy", "Physics"]
    assert "stands both for" in send(422, name="Sums", aliases="Maths")
    send(replaces="Physical sciences", name="Physical sciences", off_list="yes")
    assert aliases("Physical sciences") is None
    sign_in(stages.broker).get("/settings/subjects", status=403)
