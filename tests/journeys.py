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
from web import formats

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


PERIOD_ENDS = TODAY + timedelta(days=29)
AFTERWARDS = PERIOD_ENDS + timedelta(days=1)


def an_officer_and_a_director_take_a_case_to_compliance(sample: SampleAuthority, come_in: ComeIn) -> None:
    """From the first informal step to a notice that is complied with: the officer gathers evidence and asks for the
    letter, the director gives it and asks for the notice, and two people decide on it, each on its words."""
    authority = FullAuthority(sample)
    of, chief, legal = authority.ours.officer, *(authority.people[role] for role in ABOVE)
    case, asked = _raise_and_assess(authority, come_in(of))
    _give(come_in(authority.team_lead), asked, "Leadership is stretched")
    asked = _pre_warn(come_in(of), case)
    _give(come_in(authority.director), asked, "Two posts have to be filled by January")
    asked = _give_notice(come_in(authority.director), case)
    for person in (chief, legal):
        _give(come_in(person), asked, "No deputy, and two departments without a head", "Fill all three posts")
    officer = come_in(of)
    officer.open(case)
    officer.sees("Formal steps", "The compliance period runs", formats.date(PERIOD_ENDS))
    officer.sees("Pre-warning letter", "Warning notice", "Fill all three posts")
    sample.clock.go_to(AFTERWARDS)
    asked = _find_compliance(come_in(authority.director), case)
    for person in (chief, legal):
        _give(come_in(person), asked, "All three posts are filled")
    officer = come_in(of)
    officer.open(case)
    officer.sees("Compliance assessed", "All three posts are filled")
    officer.misses("The compliance period runs", "Assess compliance with the notice")


ABOVE = (Role.CHIEF_OFFICER, Role.COUNTERSIGNER)


def _pre_warn(officer: Visitor, case: str) -> str:
    """The address of what is asked of a director, after informal steps, evidence and a panel."""
    for kind, what in (("Informal", "Met head and chair"), ("Evidence", "Minutes and staff lists")):
        officer.open(f"{case}/record-step")
        officer.fill("Date of the step", TODAY)
        officer.fill("Type of step", kind)
        officer.fill("What was done", what)
        officer.press("Record a meeting, an informal step or evidence")
        officer.sees("Step recorded")
    officer.open(f"{case}/record-panel")
    officer.fill("What the panel found", "The evidence is sound")
    officer.press("Record the panel on the evidence")
    officer.open(f"{case}/send-pre-warning")
    officer.fill("What the letter says", "Two posts have to be filled by January")
    officer.fill("Answer expected by", PERIOD_ENDS)
    officer.fill("Why this is needed", "The school has not said when it will fill them")
    officer.press("Send a pre-warning letter")
    officer.sees("Waiting for a director: Dora Director")
    return officer.address


def _give_notice(director: Visitor, case: str) -> str:
    director.open(f"{case}/give-notice")
    director.fill("Type of notice", "Warning notice (section 60)")
    director.fill("Ground", "Serious breakdown in management or governance")
    director.fill("Matters on which it rests", "No deputy, and two departments without a head")
    director.fill("Action the governing body has to take", "Fill all three posts")
    director.fill("Last day of the compliance period", PERIOD_ENDS)
    director.fill("Powers that may be used if it is not complied with", "Appoint additional governors (section 64)")
    for body in ("Headteacher", "Secretary of State"):
        director.fill("Copies sent at the same time", body)
    director.fill("Why this is needed", "The answer to the letter names no dates")
    director.press("Continue")
    director.sees("Check your answers", "Fill all three posts")
    director.press("Give a warning notice")
    director.sees("Waiting for")
    return director.address


def _find_compliance(director: Visitor, case: str) -> str:
    director.open(case)
    director.press("Assess compliance with the notice")
    director.fill("Has the school complied?", "Met")
    director.fill("What was found", "All three posts are filled")
    director.fill("Why this is needed", "The compliance period is over")
    director.press("Assess compliance with the notice")
    director.sees("Waiting for")
    return director.address
