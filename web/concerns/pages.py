"""The pages of concerns: the list, and one case from first worry to end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint

from domain.concern import ConcernCase
from projections.concerns import Case
from web import words
from web.concerns.commands import concerns
from web.noun import Listing
from web.pages import ListPage, list_page, record_page

pages = Blueprint("concerns", __name__, template_folder="templates")


def _cells(row: Case, names: Mapping[UUID, str]) -> list[Any]:
    return [
        {"text": row.reference, "href": f"/concerns/{row.reference}"},
        names.get(row.school, ""),
        row.kind.label,
        row.severity.label,
        {"tag": row.status},
        words.date(row.raised_on),
        words.date(row.next_review_on),
    ]


LIST = ListPage(
    title="Concerns and interventions",
    caption="Cases, newest first",
    head=["Case", "School", "About", "Severity", "Status", {"text": "Raised", "nowrap": True}, "Next review"],
    cells=_cells,
    ids=lambda row: [row.school],
    empty_text="No cases",
)


@pages.get("/")
def listed() -> str:
    assert isinstance(concerns.listing, Listing)
    return list_page(concerns, concerns.listing, LIST)


@pages.get("/<ref>")
def case(ref: str) -> str:
    return record_page(
        concerns,
        ref,
        "concerns/case.html",
        title=lambda case, names: f"{case.kind.label} at {names.get(case.school, 'a school')}",
        ids=lambda case: list(_people(case)),
    )


def _people(case: ConcernCase) -> Iterator[UUID | None]:
    yield from (case.school, case.raised_by)
    if case.assessment:
        yield case.assessment.authoriser
    for review in case.reviews:
        yield from (review.authoriser, *review.attendees)
    for step in case.steps:
        yield step.authoriser
