"""Authority for an act, as a decision would have granted it: for records that are to stand at a later stage."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from domain.delegation import Act, Granted
from domain.money import pounds
from domain.support_request import SupportRequest

DECISION = UUID("dec15100-0000-4000-8000-000000000001")


def approve(request: SupportRequest, ceiling: Decimal | int | str = 2500, *, rules: tuple[str, ...] = ()) -> None:
    """Approve spending on a request up to a sum, net of VAT."""
    granted = Granted(DECISION, Act.APPROVE_SPENDING, request.id, pounds(ceiling))
    request.approve_spending(Decimal(ceiling), granted=granted, rules=rules)
