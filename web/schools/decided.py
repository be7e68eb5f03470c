"""The level of support of a school: proposed by who looks after it, and decided by others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from domain.decision import Question, Term
from domain.delegation import Excluded, Granted, Separation
from domain.school import School
from projections import schools as view
from web import formats
from web.access.context import Snapshot
from web.commands.decided import Answers
from web.commands.resource import Execution
from web.runtime.authority import level_of_support, record_of, settings_of
from web.runtime.services import Services

COMMAND = "set-need-category"
ANSWERS = {
    "category": str,
    "from_": date,
    "review_due": date,
    "panel_on": date | None,
    "rationale": str,
}


def codes(services: Services) -> list[str]:
    """The codes of the levels of support in force today, the lowest need first."""
    return [category.code for category in settings_of(services)[0].need_categories]


def question_about(services: Services, school: School, given: Answers, link_officers: Iterable[UUID]) -> Question:
    """What is to be decided; whoever looks after the school does not."""
    now = school.need_on(given["from_"])
    panel = given.get("panel_on")
    shown = [
        ("School", school.name),
        ("Level at present", level_of_support(services, now.category) if now else "None"),
        ("Level proposed", level_of_support(services, given["category"])),
        ("Applies from", formats.date(given["from_"])),
        ("Review by", formats.date(given["review_due"])),
        ("Panel", formats.date(panel) if panel else "None met"),
        ("Reason for this level", given["rationale"]),
    ]
    return Question(
        act=school.act_of_rating(given["category"], among=codes(services), from_=given["from_"]),
        kind=school.KIND,
        subject=school.id,
        subject_reference=str(school.urn),
        command=COMMAND,
        answers=msgspec.json.encode(dict(given)).decode(),
        terms=tuple(Term(label, value) for label, value in shown),
        school=school.id,
        excluded=tuple(Excluded(each, Separation.LINK_OFFICER) for each in link_officers),
    )


def rate(services: Services, school: School, given: Answers, granted: Granted) -> None:
    """Rate the school as was decided."""
    _, version = settings_of(services)
    record = record_of(services)
    ours = record.own_code if record else None
    school.set_need_category(**given, among=codes(services), scheme=version, authority=ours, granted=granted)


def question(snapshot: Snapshot, school: School, given: Answers) -> Question:
    today = snapshot.services.today()
    care = view.looked_after(snapshot.connection, [school.id], today=today)[school.id]
    officers = [each for each in (care.link_officer, care.cover_officer) if each is not None]
    return question_about(snapshot.services, school, given, officers)


def carry_out(
    execution: Execution[Any], school: School, given: Answers, granted: Granted, _: tuple[str, ...]
) -> None:
    rate(execution.services, school, given, granted)
