"""Links between schools confirmed together: by page, by program and at the console, each with an outcome."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from click.testing import CliRunner

from domain.school import School
from projections.checking import check
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, Program
from tests.web.schools.school_changes import propose, read
from web.cli import main
from web.runtime.registered_views import VIEWS

SignIn = Callable[..., Browser]


@pytest.fixture
def converted(sample: SampleAuthority) -> Callable[[str], tuple[UUID, UUID]]:
    """A closed school that the register links to an open one."""

    def made(name: str) -> tuple[UUID, UUID]:
        earlier = sample.school(f"{name} School", status="Closed")
        later = sample.school(f"{name} Academy")
        propose(sample, earlier, later)
        return earlier, later

    return made


def urns(sample: SampleAuthority, *schools: UUID) -> list[int]:
    return [sample.urn(school) for school in schools]


def test_only_what_nothing_contradicts_is_offered_and_each_is_confirmed_once(
    sample: SampleAuthority, sign_in: SignIn, converted: Callable[[str], tuple[UUID, UUID]]
) -> None:
    ash, ash_academy = converted("Ash")
    _, elm_academy = converted("Elm")
    still_open = sample.school("Birch School")
    propose(sample, still_open, sample.school("Birch Academy"))
    split, first, second = sample.school("Split School", status="Closed"), *converted("Fir")
    propose(sample, split, first)
    propose(sample, split, second)
    old, new = urns(sample, ash, ash_academy)
    browser = sign_in(sample.administrator())

    page = browser.get("/schools/confirm-links")
    assert "Ash School" in page
    assert "Elm School" in page
    assert "Birch School" not in page
    assert "Split School" not in page
    answers = {"links": [f"{old}-{new}"], "reason": "Converted on 1 September"}
    done = browser.send("/schools/confirm-links", answers, status=200).text

    assert "1 of 1 link confirmed" in done
    assert read(sample, ash).urns == [old, new]
    assert read(sample, ash_academy).merged_into == ash
    assert read(sample, elm_academy).merged_into is None
    assert "Ash School" not in browser.get("/schools/confirm-links")
    sign_in(sample.director()).get("/schools/confirm-links", 403)


def test_a_program_is_told_what_became_of_each_link_and_twice_is_once(
    sample: SampleAuthority, program: Callable[..., Program], converted: Callable[[str], tuple[UUID, UUID]]
) -> None:
    earlier, later = converted("Ash")
    old, new = urns(sample, earlier, later)
    propose(sample, later, earlier)
    api = program(sample.administrator())
    links = [{"urn": old, "later_urn": new}, {"urn": new, "later_urn": old}, {"urn": old, "later_urn": 999999}]
    body = {"links": links, "reason": "Converted"}

    first = api.post("/schools/confirm-links", body, key="confirm-links-1").json
    again = api.post("/schools/confirm-links", body, key="confirm-links-1").json
    later_on = api.post("/schools/confirm-links", body, key="confirm-links-2").json

    assert first == again
    assert first is not None
    assert later_on is not None
    assert [each["confirmed"] for each in first["items"]] == [True, False, False]
    assert first["items"][2]["refusal"] == "No school in the register has this URN"
    assert [each["confirmed"] for each in later_on["items"]] == [False, False, False]
    assert read(sample, earlier).urns == [old, new]
    program(sample.director()).post("/schools/confirm-links", body, key="confirm-links-3", status=403)


def test_the_console_confirms_chains_of_links_and_says_so(
    sample: SampleAuthority, converted: Callable[[str], tuple[UUID, UUID]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIS_DATABASE_URL", str(sample.services.writer.url))
    monkeypatch.setenv("SIS_SECRET_KEY", "only for tests")
    sample.services.set_clock(None)
    middle, last = converted("Ash")
    first = sample.school("Ash Infants", status="Closed")
    propose(sample, first, middle)
    told = urns(sample, first, middle, last)

    tried = CliRunner().invoke(main, ["confirm-links", "--reason", "Converted", "--dry-run"])
    assert (tried.exit_code, tried.output.splitlines()[-1]) == (0, "1 link would be confirmed")
    assert read(sample, middle).urns == told[1:2]
    done = CliRunner().invoke(main, ["confirm-links", "--reason", "Converted"])
    again = CliRunner().invoke(main, ["confirm-links", "--reason", "Converted"])

    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "2 links confirmed")
    assert (again.exit_code, again.output.splitlines()[-1]) == (0, "0 links confirmed")
    sample.services.store.learn()
    assert sample.services.service.find(School, first).urns == told
    assert check(sample.services.log, VIEWS) == []
