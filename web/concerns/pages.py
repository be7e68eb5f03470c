"""The pages of concerns: the list, and one case from first worry to end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from domain.concern import ConcernCase
from domain.vocabulary import Sensitivity
from web.access.context import Pages, RequestContext, Snapshot
from web.access.identity import concerned
from web.access.policy import Action
from web.access.shared_concerns import reads_from_inside
from web.commands.doubts import marked_status
from web.commands.on_behalf import ids_in
from web.concerns.linked import what_came
from web.concerns.resource import MarkedConcern, concerns
from web.layout.links import record_rows
from web.layout.list_pages import Answer, ListColumn, ListPage, Names, date_column, list_page
from web.layout.resource_pages import PageRows, record_page

pages = Pages("concerns", __name__, template_folder="templates")


def _concern(row: MarkedConcern, names: Names) -> dict[str, str]:
    hint = row.reference + ("" if row.sensitivity is Sensitivity.ORDINARY else ", restricted")
    text = f"{row.kind.label} at {names.get(row.school, 'a school')}"
    return {"text": text, "href": f"/concerns/{row.reference}", "hint": hint}


LIST: ListPage[MarkedConcern] = ListPage(
    concerns,
    title="Concerns and interventions",
    caption="Concerns, newest first",
    counted=("concern", "concerns"),
    columns=[
        ListColumn("Concern", _concern),
        ListColumn("Severity", lambda row, _: row.severity.label, by=["severity"]),
        ListColumn(
            "Status",
            marked_status,
            by=["status"],
        ),
        date_column("Raised", "raised_on"),
        date_column("Next review", "next_review_on"),
    ],
    ids=lambda row: [row.school, *ids_in(row.recorded_for_others)],
    empty_text="No concerns",
)


@pages.get("/")
def listed(context: RequestContext) -> Answer:
    return list_page(context, LIST)


@pages.get("/<ref>")
def case(context: RequestContext, ref: str) -> str:
    return record_page(
        context,
        concerns,
        ref,
        "concerns/case.html",
        title=lambda case, names: f"{case.kind.label} at {names.get(case.school, 'a school')}",
        ids=lambda case: list(_people(case)),
        more=_more,
    )


def _more(snapshot: Snapshot, case: ConcernCase, _: PageRows) -> Mapping[str, Any]:
    """The visit that a case came from, and what came of it, where the person who asks may read them."""
    may_read_visit = snapshot.user.may(Action.READ_VISIT, concerned(snapshot, case.about()))
    visit = ("Visit", "Visit where the concern was found", "visits", case.visit if may_read_visit else None)
    return {
        "links": record_rows(snapshot, visit),
        "next": case.next_on(snapshot.services.today()),
        "today": snapshot.services.today(),
        "is_inside": reads_from_inside(snapshot.user),
        **what_came(snapshot, case),
    }


def _people(case: ConcernCase) -> Iterator[UUID | None]:
    yield from (case.school, case.raised_by, case.named_authoriser)
    yield from (case.intervention_by, case.intervention_named, case.ended_by, case.end_named)
    if case.assessment:
        yield from (case.assessment.by, case.assessment.named_authoriser)
    yield from (share.by for share in case.shared_with)
    yield from (wording.reworded_by for wording in case.earlier_wordings)
    yield from (referral.recorded_by for referral in case.safeguarding_referrals)
    for review in case.reviews:
        yield from (review.by, review.named_authoriser, review.decided_by, *review.attendees)
    for step in case.steps:
        yield from (step.by, step.named_authoriser)
    for entry in case.ladder:
        yield from (entry.by, entry.first)
