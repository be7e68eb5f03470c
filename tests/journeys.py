"""Journeys through the service, told once and walked in several ways: by plain HTTP, and in a browser by mouse, by
keyboard alone, or without JavaScript.

A journey gets an empty authority and `come_in`, which signs a person in at the present time and gives the visitor
who acts for them. A visitor knows a page as its reader does: by the words on links, buttons and questions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Protocol, TypeAlias
from uuid import UUID

from domain.vocabulary import Role
from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY

Answer: TypeAlias = str | date


class Visitor(Protocol):
    def open(self, href: str, status: int = 200) -> None:
        """Go to an address; `status` is what is answered there."""

    def press(self, name: str) -> None:
        """Press the button, or follow the link, of that name."""

    def fill(self, question: str, answer: Answer, *, within: str = "") -> None:
        """Answer a question: with text, a date, or the words of a choice (as far as a colon, if it has one).
        `within` names the part of the form."""

    def sees(self, *texts: str) -> None:
        """All these texts are on the page, in this order."""

    def misses(self, *texts: str) -> None:
        """None of these texts is on the page."""

    @property
    def address(self) -> str:
        """The path of the page."""


ComeIn: TypeAlias = Callable[[UUID], Visitor]
Journey: TypeAlias = Callable[[SampleAuthority, ComeIn], None]

FIRST_REVIEW = TODAY + timedelta(days=35)
SECOND_REVIEW = FIRST_REVIEW + timedelta(days=42)


def a_reviewer_follows_an_intervention(sample: SampleAuthority, come_in: ComeIn) -> None:
    """An officer follows a worry about a school through an intervention to its end, asking those who decide; a
    reviewer then reads who decided what, for which purpose and why, and can change nothing."""
    authority = FullAuthority(sample)
    case, asked = _raise_and_assess(authority, come_in(authority.ours.officer))
    _give(come_in(authority.team_lead), asked, "Leadership is stretched")
    asked = _start(come_in(authority.ours.officer), case)
    _give(come_in(authority.director), asked, "An associate head for two terms")
    authority.sample.clock.go_to(FIRST_REVIEW)
    officer = come_in(authority.ours.officer)
    _review(officer, case, on=FIRST_REVIEW, progress="Amber", advice="Continue")
    asked = _go_on(officer, case)
    _give(come_in(authority.team_lead), asked, "Both posts are out to advert")
    authority.sample.clock.go_to(SECOND_REVIEW)
    officer = come_in(authority.ours.officer)
    _review(officer, case, on=SECOND_REVIEW, progress="Green", advice="End")
    asked = _end(officer, case)
    _give(come_in(authority.director), asked, "The school is led by a full team again")
    _read_it_all(come_in(authority.people[Role.REVIEWER]), case)


def _raise_and_assess(authority: FullAuthority, officer: Visitor) -> tuple[str, str]:
    """The addresses of the concern, and of what is asked about it."""
    officer.open(f"/concerns/raise?school={authority.sample.urn(authority.ours.school)}")
    officer.press("Raise a concern")
    officer.sees("There is a problem", "What it is about", "What the concern is")
    officer.fill("What it is about", "Leadership")
    officer.fill("How we found out", "Visit")
    officer.fill("Severity", "High")
    officer.fill("What the concern is", "No deputy since Easter, and two heads of department have left")
    officer.fill("Purpose", "Challenge")
    officer.press("Raise a concern")
    officer.sees("Concern raised", "Leadership at Ashgrove High School", "No deputy since Easter")
    officer.press("Assess concern")
    officer.fill("What was found", "Leadership is stretched beyond what it can carry")
    officer.fill("Rating", "Causing concern")
    concern = officer.address.removesuffix("/assess")
    officer.press("Assess concern")
    officer.sees("Sent to a senior officer to decide", "Waiting for a senior officer: Tamsin Teamlead")
    return concern, officer.address


def _give(decider: Visitor, asked: str, *shown: str) -> None:
    """Whoever is asked reads what is asked, and gives it."""
    decider.open(asked)
    decider.press("Approve")
    decider.sees(*shown)
    decider.press("Approve")
    decider.sees("Your approval is recorded")


def _start(officer: Visitor, case: str) -> str:
    officer.open(case)
    officer.press("Start intervention")
    officer.fill("Plan", "An associate head for two terms, and weekly visits")
    for number, objective in enumerate(("A full leadership team", "Every department has a head"), 1):
        part = f"Objective {number}"
        officer.fill("Objective", objective, within=part)
        officer.fill("How it will be measured", "Posts filled", within=part)
        officer.fill("Due", SECOND_REVIEW, within=part)
    officer.fill("Date of the first review", FIRST_REVIEW)
    officer.fill("Why this is needed", "The school cannot fill these posts by itself")
    officer.press("Continue")
    officer.sees("Check your answers", "An associate head for two terms", "A full leadership team")
    officer.press("Start intervention")
    officer.sees("Waiting for a director: Dora Director")
    return officer.address


def _review(officer: Visitor, case: str, *, on: date, progress: str, advice: str) -> None:
    officer.open(case)
    officer.press("Record review")
    officer.fill("Date of the review", on)
    officer.fill("Evidence", f"Met the governors; progress is {progress.lower()}")
    for number in (1, 2):
        part = f"Finding {number}"
        officer.fill("Progress", progress, within=part)
        officer.fill("Evidence of progress", f"Appointments, {progress.lower()}", within=part)
    officer.fill("What the panel advises", advice)
    officer.fill("Reason for the advice", f"Rated {progress.lower()} throughout")
    officer.press("Record review")
    officer.sees("Review recorded", f"progress is {progress.lower()}")


def _go_on(officer: Visitor, case: str) -> str:
    officer.open(case)
    officer.press("Go on with the intervention")
    officer.fill("Date of the next review", SECOND_REVIEW)
    officer.fill("Reason for the decision", "Both posts are out to advert")
    officer.press("Go on with the intervention")
    officer.sees("Waiting for a senior officer: Tamsin Teamlead")
    return officer.address


def _end(officer: Visitor, case: str) -> str:
    officer.open(case)
    officer.press("End intervention")
    officer.fill("Outcome of the intervention", "The school is led by a full team again")
    officer.fill("Reason for ending it", "Both objectives are met")
    officer.press("Continue")
    officer.sees("Check your answers", "Both objectives are met")
    officer.press("End intervention")
    officer.sees("Waiting for a director: Dora Director")
    return officer.address


def _read_it_all(reviewer: Visitor, case: str) -> None:
    reviewer.open("/concerns/")
    reviewer.press("Leadership at Ashgrove High School")
    assert reviewer.address == case
    reviewer.sees("Leadership at Ashgrove High School", "Ended", "History")
    # The newest stands first
    reviewer.sees(
        "Dora Director decided to end the intervention",
        "Both objectives are met",
        "Rated green throughout",
        "Tamsin Teamlead decided after the review",
        "Rated amber throughout",
        "Dora Director decided to start an intervention",
        "Tamsin Teamlead decided that the school causes concern",
        "Lena Link 1 raised a concern",
    )
    reviewer.sees("Intervention", "Challenge")
    reviewer.misses("What you can do", "Reopen concern")
    reviewer.open(f"{case}/reopen", status=403)
    reviewer.sees("You do not have access to this page")
