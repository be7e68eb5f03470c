"""What a row tells of what was recorded for somebody else: by whom, for whom, and whether they have confirmed it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import msgspec

from domain.on_behalf import Confirmation
from domain.vocabulary import Side


class RecordedForOther(msgspec.Struct, frozen=True):
    """That `recorder` recorded what a side agreed or decided; `whose` word it is by name, None where nobody is."""

    side: Side
    recorder: UUID | None
    whose: UUID | None
    confirmation: Confirmation


Recorded = tuple[RecordedForOther, ...]


def said(recorded: Recorded, side: Side, confirmation: Confirmation) -> Recorded:
    """The same as those of a side speak of it."""
    return tuple(
        msgspec.structs.replace(each, confirmation=confirmation) if each.side is side else each for each in recorded
    )


def without(recorded: Recorded, side: Side) -> Recorded:
    """The same without what was recorded for a side."""
    return tuple(each for each in recorded if each.side is not side)


def in_doubt(recorded: Iterable[RecordedForOther]) -> Recorded:
    """What nobody has confirmed, or is disowned."""
    return tuple(each for each in recorded if each.confirmation is not Confirmation.CONFIRMED)
