"""Why a school's need was rated so is told to those who read its file, not to those who keep the register."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from domain.school import School
from tests.grants import set_need_category
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program

WHY = "Two poor years in mathematics"


def test_an_administrator_reads_the_category_and_not_the_reason(
    sample: SampleAuthority, sign_in: Callable[[UUID], Browser], program: Callable[..., Program]
) -> None:
    school = sample.school()
    with sample.acting():
        need = {"review_due": TODAY + timedelta(days=90), "rationale": WHY, "scheme": "2026"}
        sample.services.service.change(
            School, school, lambda one: set_need_category(one, "B", among="B", from_=TODAY, **need)
        )
    href = f"/schools/{sample.urn(school)}"

    for person, reads in (
        (sample.administrator(), False),
        (sample.director(), True),
        (sample.headteacher(school), True),
    ):
        told = program(person).get(href)
        assert told.json["needs"][0]["category"] == "B"
        assert (WHY in sign_in(person).get(href), WHY in told.text) == (reads, reads)
