"""What somebody is asked when spending on a request is to be approved."""

from __future__ import annotations

import json
from decimal import Decimal

from domain.decision import Question, Term
from domain.decision.parts import SUM
from domain.delegation import Act
from domain.money import in_pounds, pounds
from domain.support_request import SupportRequest

APPROVE = "approve"


def question_of_approval(request: SupportRequest, ceiling: Decimal, *, school: str) -> Question:
    """Whether brokering a request may cost up to a sum, net of VAT; `school` is the name of the request's school."""
    net = pounds(ceiling)
    before = "Nothing" if request.ceiling is None else in_pounds(request.ceiling)
    return Question(
        act=Act.APPROVE_SPENDING,
        kind=request.KIND,
        subject=request.id,
        subject_reference=request.reference,
        command=APPROVE,
        answers=json.dumps({"ceiling": str(net)}),
        terms=(
            Term("School", school),
            Term("Help needed", f"{request.subject} ({request.phase.label})"),
            Term("Approved before", before),
            Term(SUM, in_pounds(net)),
        ),
        net=net,
        school=request.school,
        request=request.id,
    )
