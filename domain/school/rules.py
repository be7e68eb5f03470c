"""What a school's record refuses, by the name of the rule."""

from __future__ import annotations

from datetime import date

from domain.aggregate import Refusal


class HasMerged(Refusal):
    """The institution went into another one."""


class SchoolIsClosed(Refusal):
    """A closed school is given nothing that begins after it closed."""


class SchoolIsElsewhere(Refusal):
    """A school that belongs to another authority is given nothing that begins after it went there."""


class NotMissed(Refusal):
    """No absence from the register waits to be explained."""


class AlreadyLinkOfficer(Refusal):
    """The officer is the school's link officer already."""


class LinkOfficersOverlap(Refusal):
    """A school has one link officer at a time."""


class NoLinkOfficer(Refusal):
    """The school has no link officer to be released or covered."""


class CoversOverlap(Refusal):
    """A school has one cover officer at a time."""


class EndsBeforeItBegins(Refusal):
    """A period's last day lies before its first."""


class NotACategory(Refusal):
    """The authority's scheme has no such category."""


class NotProposed(Refusal):
    """No such succession waits for an answer."""


def in_order(first: date, last: date, *, field: str) -> None:
    if last < first:
        raise EndsBeforeItBegins(f"Choose a day on or after {first.day} {first:%B %Y}", field=field)
