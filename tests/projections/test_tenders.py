"""The view of tenders and of the invitations of each provider."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from domain.service import Service
from domain.tender import DeclineReason, InvitationStatus, Tender, TenderStatus
from projections import tenders as view
from projections.tenders import (
    InvitationRow,
    invitations_for,
    invitations_in,
    place_of,
)
from tests.domain.brokered import (
    AFTER_REPLY_BY,
    CALDER,
    GRACE,
    HARROP,
    REPLY_BY,
    RULES,
    SCHOOL,
    a_tender_with_two_invited,
    terms,
)
from tests.grants import for_selection
from tests.projections.conftest import Ask, row_where, rows_of
from tests.scenario import TODAY, signed

list_rows = rows_of(view.tenders, view.listed)
VIEWS = [view.VIEW]

Change = Callable[[Callable[[Tender], None]], None]


@pytest.fixture
def change(service: Service) -> Change:
    """Change the first of two tenders to which the same providers are invited."""
    tender = a_tender_with_two_invited()
    with signed():
        service.add(lambda: tender)
    with signed():
        other = Tender.open("TN-2026-0002", request=uuid4(), school=SCHOOL, brief="French", reply_by=REPLY_BY)
        other.invite(CALDER, clearance="cleared", rules=RULES)
        other.invite(HARROP, clearance="cleared", rules=RULES)
        service.add(lambda: other)

    def act(decide: Callable[[Tender], None]) -> None:
        with signed():
            service.change(Tender, tender.id, decide)

    return act


def statuses(ask: Ask, provider: UUID) -> list[tuple[str, InvitationStatus]]:
    return [(each.reference, each.status) for each in ask(invitations_for, [provider])]


def of_first(ask: Ask, provider: UUID) -> InvitationRow:
    """The provider's invitation in the first tender."""
    tender = ask(row_where, view.tenders, reference="TN-2026-0001")
    row: InvitationRow = ask(row_where, view.invitations, tender=tender.id, provider=provider)
    return row


def test_a_provider_sees_its_invitations_the_newest_first(change: Change, ask: Ask) -> None:
    found = ask(invitations_for, [CALDER])

    assert [each.reference for each in found] == ["TN-2026-0002", "TN-2026-0001"]
    assert found[1].reply_by == REPLY_BY
    assert of_first(ask, CALDER).clearance == "Cleared to 31 August 2027"
    assert ask(invitations_for, [uuid4()]) == []


def test_a_quote_shows_its_price_until_it_is_taken_back(change: Change, ask: Ask) -> None:
    change(lambda tender: tender.quote(CALDER, terms()))
    change(lambda tender: tender.revise_quote(CALDER, terms(days=Decimal(4)), reason="One fewer"))

    quoted = of_first(ask, CALDER)
    assert (quoted.status, quoted.specialist, quoted.net) == (InvitationStatus.QUOTED, GRACE, Decimal(1800))

    change(lambda tender: tender.withdraw_quote(CALDER, reason="Ill"))
    withdrawn = of_first(ask, CALDER)
    assert (withdrawn.status, withdrawn.net) == (InvitationStatus.WITHDRAWN, None)
    assert ("TN-2026-0002", InvitationStatus.INVITED) in statuses(ask, CALDER)


def test_what_is_unanswered_is_what_the_provider_has_to_do(change: Change, ask: Ask) -> None:
    change(lambda tender: tender.decline(CALDER, why=DeclineReason.PRICE, reason="Too little"))

    assert statuses(ask, CALDER)[0] == ("TN-2026-0002", InvitationStatus.INVITED)
    assert of_first(ask, CALDER).declined_for is DeclineReason.PRICE
    assert [status for _, status in statuses(ask, HARROP)] == [InvitationStatus.INVITED] * 2


def test_a_selection_and_its_withdrawal_show_in_tender_and_invitation(change: Change, ask: Ask) -> None:
    change(lambda tender: tender.quote(CALDER, terms()))
    change(lambda tender: tender.quote(HARROP, terms()))
    change(
        lambda tender: tender.select(
            CALDER, rationale="Best", granted=for_selection(tender.id), ceiling=Decimal(9000)
        )
    )

    selected = ask(row_where, view.tenders, reference="TN-2026-0001")
    assert (selected.status, selected.selected) == (TenderStatus.SELECTED, CALDER)
    assert [each.status for each in ask(invitations_in, selected.id)] == [
        InvitationStatus.SELECTED,
        InvitationStatus.QUOTED,
    ]

    change(lambda tender: tender.withdraw_selection(reason="Second thoughts"))
    change(lambda tender: tender.close(reason="The school found somebody"))
    closed = ask(row_where, view.tenders, request=selected.request)
    assert (closed.status, closed.selected) == (TenderStatus.CLOSED, None)
    assert ask(row_where, view.tenders, reference="TN-2026-0002").status is TenderStatus.OPEN


def test_invitations_past_their_day_lapse(service: Service, change: Change, ask: Ask) -> None:
    tender = ask(row_where, view.tenders, reference="TN-2026-0002").id
    with signed(AFTER_REPLY_BY):
        service.change(Tender, tender, lambda tender: tender.lapse_unanswered())

    assert statuses(ask, HARROP) == [
        ("TN-2026-0001", InvitationStatus.INVITED),
        ("TN-2026-0002", InvitationStatus.LAPSED),
    ]
    assert TODAY < REPLY_BY


def test_a_provider_sees_first_what_awaits_its_reply_page_by_page(change: Change, ask: Ask, service: Service) -> None:
    newest = ask(row_where, view.tenders, reference="TN-2026-0002").id
    with signed():
        service.change(Tender, newest, lambda tender: tender.quote(CALDER, terms()))

    found = ask(invitations_for, [CALDER])
    assert [(each.reference, each.net) for each in found] == [
        ("TN-2026-0001", None),
        ("TN-2026-0002", Decimal(2025)),
    ]
    assert {each.provider for each in found} == {CALDER}
    first = ask(invitations_for, [CALDER], limit=1)
    assert ask(invitations_for, [CALDER], after=place_of(first[0])) == found[1:]
    assert ask(invitations_for, []) == []
    assert len(ask(invitations_for, [CALDER, HARROP])) == 4


@pytest.mark.parametrize("place", ["", "TN-2026-0001", "x_TN-2026-0001_y", "1_TN-2026-0001_y"])
def test_what_is_no_place_in_the_list_is_refused(change: Change, ask: Ask, place: str) -> None:
    with pytest.raises(ValueError, match=r"expected|invalid|badly"):
        ask(invitations_for, [CALDER], after=place)


def test_tenders_are_listed_newest_first_by_school_and_status(change: Change, ask: Ask) -> None:
    change(lambda tender: tender.close(reason="All too dear"))

    def found(**wanted: object) -> list[str]:
        return [row.reference for row in ask(list_rows, **wanted)]

    assert found() == ["TN-2026-0002", "TN-2026-0001"]
    assert found(statuses=[TenderStatus.CLOSED]) == found(after="TN-2026-0002") == ["TN-2026-0001"]
    assert found(schools=[SCHOOL], limit=1) == ["TN-2026-0002"]
    assert found(schools=[]) == []
