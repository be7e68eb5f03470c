"""An empty list says why: there is nothing at all, nothing with these filters, nothing that its reader may see."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.school import School, Source
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser

SignIn = Callable[[UUID], Browser]

LISTS = {
    "/requests/": ("No requests", "?urgency=urgent"),
    "/concerns/": ("No concerns", "?status=assessed"),
    "/engagements/": ("No engagements", "?kind=training"),
    "/records/": ("No records of visit", "?school={urn}"),
    "/visits/": ("No visits", "?kind=core"),
}


@pytest.mark.parametrize("path", LISTS)
def test_an_empty_list_names_its_cause(sample: SampleAuthority, sign_in: SignIn, path: str) -> None:
    text, narrowed = LISTS[path]
    school = sample.school()
    director, head = sign_in(sample.director()), sign_in(sample.headteacher(school))

    assert f">{text}</p>" in director.get(path)
    page = director.get(f"{path}{narrowed.format(urn=sample.urn(school))}")
    assert f">{text} with these filters</p>" in page
    assert f">{text} that you can see</p>" in head.get(path)


def test_coverage_says_why_it_names_no_school(sample: SampleAuthority, sign_in: SignIn) -> None:
    director, officer = sign_in(sample.director()), sign_in(sample.officer())

    def said(browser: Browser, query: str = "") -> str:
        page = browser.get(f"/visits/coverage{query}")
        assert "Import the register of schools, or" not in page
        return page

    assert "There are no schools in the register yet" in said(director)
    school = sample.school("Grammar", school_type="Other independent school")
    assert "None of the schools in the register is one we work with" in said(director)
    told, source = {"school_type": "Community school"}, Source("register.csv", TODAY)
    with sample.acting():
        sample.services.service.change(School, school, lambda each: each.refresh(told, source=source))
    assert "There are no schools on record for this term" in said(director, "?year=2023&term=spring")
    assert "Grammar" in said(director)
    assert "Grammar" in said(officer)
    assert "None of your schools has core visits" in said(sign_in(sample.headteacher(sample.school(status="Closed"))))
