"""The view of gaps: where nobody could be found."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from domain.service import Service
from domain.subjects import USUAL_LIST
from domain.support_request import SupportRequest, UnmetCause
from domain.vocabulary import Phase
from projections import gaps
from projections.gaps import gap_counts
from tests.domain.brokered import a_need
from tests.projections.conftest import Ask, row_where, rows_where
from tests.scenario import TODAY, signed

VIEWS = [gaps.VIEW]


def an_unmet_request(service: Service, number: int, subject: str, *, days_ago: int = 0) -> UUID:
    with signed(TODAY - timedelta(days=days_ago)):
        request = SupportRequest.raise_(f"SR-2026-000{number}", **a_need(subject=subject, school=uuid4()))
        request.record_unmet(cause=UnmetCause.NOBODY_OFFERS, reason="Nobody within reach")
        return service.add(lambda: request).id


def test_gaps_are_counted_by_subject_and_phase_whatever_the_spelling(service: Service, ask: Ask) -> None:
    an_unmet_request(service, 1, "German")
    an_unmet_request(service, 2, "german", days_ago=10)
    an_unmet_request(service, 3, "Maths")
    an_unmet_request(service, 5, "Numeracy", days_ago=5)
    an_unmet_request(service, 4, "Mathematics", days_ago=400)

    found = ask(gap_counts, USUAL_LIST, since=TODAY - timedelta(days=30), until=TODAY)

    assert [(each.subject, each.on_list, each.requests, each.schools, each.last_on) for each in found] == [
        ("german", False, 2, 2, TODAY),
        ("Mathematics", True, 2, 2, TODAY),
    ]
    assert {each.phase for each in found} == {Phase.SECONDARY}
    latest = ask(row_where, gaps.gaps, subject="Maths")
    own = ask(gap_counts, USUAL_LIST, since=TODAY - timedelta(days=30), until=TODAY, schools=[latest.school])
    assert [(each.subject, each.requests) for each in own] == [("Mathematics", 1)]
    assert ask(gap_counts, USUAL_LIST, since=TODAY - timedelta(days=30), until=TODAY, schools=[]) == []
    assert [each.reason for each in ask(rows_where, gaps.gaps, subject="German")] == ["Nobody within reach"]


def test_a_request_taken_up_again_is_no_gap(service: Service, ask: Ask) -> None:
    taken_up, unmet = an_unmet_request(service, 1, "German"), an_unmet_request(service, 2, "German")
    with signed():
        service.change(SupportRequest, taken_up, lambda request: request.reopen(reason="Somebody moved here"))

    assert [each.request for each in ask(rows_where, gaps.gaps)] == [unmet]
