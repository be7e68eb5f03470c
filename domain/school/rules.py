"""What a school's record refuses, by the name of the rule."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from domain.aggregate import EndsBeforeItBegins, Refusal
from domain.school.parts import Details, is_there_on, left_on
from domain.text import day_in_words

if TYPE_CHECKING:
    from domain.school.care import LookedAfter
    from domain.school.record import School


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
        said = f"{theirs}. You can only record what happened before {day_in_words(since)}"
        raise SchoolIsElsewhere(said, field=field)
    if since is None and None not in (authority, code) and code != authority:
        raise SchoolIsElsewhere(
            f"{theirs}: {details.get('la_name') or code}. You cannot start anything new there", field=field
        )
    if not is_there_on(details, day):
        raise SchoolIsClosed("This school is closed. You can only record what happened before it closed", field=field)


def must_stand(school: LookedAfter, _: date) -> None:
    if school.merged_into is not None:
        raise HasMerged("This school merged into another. Record it there")


def must_be_open_here(school: LookedAfter, authority: str | None) -> None:
    """Raises SchoolIsElsewhere or SchoolIsClosed where the school is another authority's now, or closed."""
    since, details = school.left_on, school.details
    if since is not None:
        raise SchoolIsElsewhere(
            f"This school has belonged to another authority since {day_in_words(since)}. "
            "You cannot start anything new there"
        )
    if school.is_closed:
        raise SchoolIsClosed("This school is closed. You cannot start anything new there")
    must_be_there(details, date.max, authority=authority, field="")


def must_have_link_officer(school: LookedAfter, _: date) -> None:
    if not school.link_officers or school.link_officers[-1].until is not None:
        raise NoLinkOfficer("The school has no link officer")


def must_have_somebody_to_stand_in_for(school: LookedAfter, today: date) -> None:
    if not any(period.until is None or period.until >= today for period in school.link_officers):
        raise NoLinkOfficer("This school has no link officer to cover for")


def must_be_covered(school: LookedAfter, today: date) -> None:
    if not any(cover.to > today for cover in school.covers):
        raise NoLinkOfficer("No cover is arranged beyond today")


def must_be_missed(school: School, _: date) -> None:
    if school.absence is None or school.absence.answered:
        raise NotMissed("There is nothing to explain: this school is not waiting for an explanation")


def must_have_a_proposal(school: School, _: date) -> None:
    if not school.proposed:
        raise NotProposed("There is no link to a later school to confirm or reject", field="urn")


def in_order(first: date, last: date, *, field: str) -> None:
    if last < first:
        raise EndsBeforeItBegins(f"Choose a date on or after {day_in_words(first)}", field=field)
