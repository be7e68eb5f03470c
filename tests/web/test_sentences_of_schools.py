"""What the register told of a school, as the audit trail tells it."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from domain.school import School, Source
from tests.scenario import signed
from web.history.sentences import sentence

APRIL = Source("register_2026-04.csv", date(2026, 4, 25))
OCTOBER = Source("register_2026-10.csv", date(2026, 10, 30))


def test_a_newer_register_is_told_with_file_and_day_and_what_was_before() -> None:
    clerk = uuid4()
    with signed(by=clerk):
        school = School.register(105900, name="Lark Hill", details={"town": "Salford"}, head=None, source=APRIL)
        school.refresh({"name": "Lark Hill Academy", "town": None}, source=OCTOBER)
    registered, refreshed = school.collect_events()

    assert sentence(registered, {clerk: "Ada Admin"}) == (
        "Ada Admin added Lark Hill, URN 105900, from register_2026-04.csv of 25 April 2026"
    )
    assert sentence(refreshed, {clerk: "Ada Admin"}) == (
        "Ada Admin updated the school's details from register_2026-10.csv of 30 October 2026: "
        "name from “Lark Hill” to “Lark Hill Academy”, town “Salford” removed"
    )
