"""What a school's record refuses, by the name of the rule."""

from __future__ import annotations

from datetime import date

from domain.aggregate import Refusal
from domain.school.parts import Details, is_there_on, left_on


class HasMerged(Refusal):
    """The institution went into another one."""


class SchoolIsClosed(Refusal):
    """A closed school is given nothing that begins after it closed."""


class SchoolIsElsewhere(Refusal):
    """A school that belongs to another authority is given nothing that begins after it went there."""


class StoodIn(Refusal):
    """The officer stood in for the link officer on days on which they would have been that themselves."""


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


def must_be_there(details: Details, day: date, *, authority: str | None, field: str) -> None:
    """Raises SchoolIsElsewhere or SchoolIsClosed where something that begins on a day would begin at a school that
    is another authority's then, or closed.

    `authority` is the code of the service's own, None where it works with those of several. A school of which
    nobody told the authority is its own. What has begun is carried on and ended, and notes, files and details are
    taken, whatever became of the school.
    """
    theirs = "This school belongs to another authority"
    since, code = left_on(details), details.get("la_code")
    if since is not None and day >= since:
        said = f"{theirs}. You can only record what happened before {since.day} {since:%B %Y}"
        raise SchoolIsElsewhere(said, field=field)
    if since is None and None not in (authority, code) and code != authority:
        raise SchoolIsElsewhere(
            f"{theirs}: {details.get('la_name') or code}. You cannot start anything new there", field=field
        )
    if not is_there_on(details, day):
        raise SchoolIsClosed("This school is closed. You can only record what happened before it closed", field=field)


def in_order(first: date, last: date, *, field: str) -> None:
    if last < first:
        raise EndsBeforeItBegins(f"Choose a date on or after {first.day} {first:%B %Y}", field=field)
