"""Support request: what a school needs that it cannot do alone, from first asking to an engagement or an exit."""

from domain.support_request.parts import (
    ENDS,
    UNPLACED,
    InHouse,
    Ranked,
    RequestStatus,
    Route,
    SupportLevel,
    UnmetCause,
    Urgency,
)
from domain.support_request.payment import Payer, Payment
from domain.support_request.record import SupportRequest

__all__ = [
    "ENDS",
    "UNPLACED",
    "InHouse",
    "Payer",
    "Payment",
    "Ranked",
    "RequestStatus",
    "Route",
    "SupportLevel",
    "SupportRequest",
    "UnmetCause",
    "Urgency",
]
