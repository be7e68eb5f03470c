"""Who pays for what is brokered: the council, the school from its own budget, or both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Aggregate, Refusal
from domain.money import in_pounds, pounds
from domain.vocabulary import LabelledEnum


class Payer(LabelledEnum):
    """Whose money it is."""

    COUNCIL = "council"
    SCHOOL = "school"
    SHARED = "shared"

    @property
    def label(self) -> str:
        return _LABELS[self.value]


_LABELS = {
    "council": "The council",
    "school": "The school, from its own budget",
    "shared": "The council and the school",
}


class CouncilPartNeeded(Refusal):
    """Both pay, and nobody says up to which sum the council does; or one pays, and there is no part to name."""


class SchoolHasNotAgreed(Refusal):
    """The school would pay more than it has agreed to."""


class SchoolPaysNothing(Refusal):
    """The school would agree to pay where the council pays for all of it."""


class SchoolPays(Refusal):
    """Spending would be approved of which the council pays nothing."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Who pays; where both do, the council up to `council_part` and the school the rest. Pounds net of VAT."""

    payer: Payer = Payer.COUNCIL
    council_part: Decimal | None = None

    @classmethod
    def of(cls, payer: Payer, council_part: Decimal | None) -> Payment:
        """Raises CouncilPartNeeded unless a part is named where both pay, and only there."""
        if payer is not Payer.SHARED and council_part is not None:
            raise CouncilPartNeeded("Leave this blank unless both pay", field="council_part")
        if payer is Payer.SHARED and (council_part is None or council_part <= 0):
            raise CouncilPartNeeded("Enter the most that the council pays", field="council_part")
        return cls(payer, None if council_part is None else pounds(council_part))

    def council_pays(self, net: Decimal) -> Decimal:
        """The part of a net sum that is the council's, which the limits of the scheme of delegation count."""
        if self.payer is Payer.SCHOOL:
            return Decimal(0)
        return net if self.council_part is None else min(net, self.council_part)

    def school_pays(self, net: Decimal) -> Decimal:
        """The part of a net sum that is the school's."""
        return net - self.council_pays(net)

    def __str__(self) -> str:
        if self.council_part is None:
            return self.payer.label
        return f"The council up to {in_pounds(self.council_part)} excluding VAT, and the school the rest"


@dataclass(frozen=True, slots=True)
class PriceAgreement:
    """That the school agreed to pay up to a net sum; with `on_behalf`, in the way that `reason` tells, and `by` wrote
    it down."""

    price: Decimal
    by: UUID | None
    on: date
    on_behalf: bool
    reason: str


class PaidFor(Aggregate, part=True):
    """What is paid for, by whom, and up to which sums they have approved that; in pounds net of VAT.

    `ceiling` is the most that the council may spend, and `price_agreed` what the school pays. Without a `payment`
    nobody has said who pays, which counts as the council.
    """

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.ceiling: Decimal | None = None
        self.payment: Payment | None = None
        self.price_agreed: PriceAgreement | None = None

    @property
    def paid(self) -> Payment:
        """Who pays, as the limits count it: the council where nobody has said so."""
        return self.payment or Payment()

    @property
    def payer(self) -> Payer | None:
        """Whose money it is, None where nobody has said so."""
        return self.payment.payer if self.payment else None

    @property
    def council_part(self) -> Decimal | None:
        """The most that the council pays where both pay."""
        return self.payment.council_part if self.payment else None

    @property
    def school_agreed(self) -> Decimal | None:
        """What the school has agreed to pay, at most."""
        return self.price_agreed.price if self.price_agreed else None

    def must_be_paid_for(self, net: Decimal, *, field: str) -> None:
        """Raises SchoolHasNotAgreed where the school's part of a net sum is more than it agreed to pay."""
        part, agreed = self.paid.school_pays(net), self.price_agreed
        if part > (agreed.price if agreed else 0):
            said = f"has agreed to pay {in_pounds(agreed.price)}" if agreed else "has not agreed yet"
            raise SchoolHasNotAgreed(
                f"The school {said}, and it would pay {in_pounds(part)}. Ask it first", field=field
            )
