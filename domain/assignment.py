"""Who looks after which school: commands that look at a school and an officer together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.aggregate import Refusal
from domain.authority import AUTHORITY, Authority
from domain.person import Person
from domain.school import School
from domain.service import NotFound, Service, Stale, UnitOfWork
from domain.text import day_in_words
from domain.vocabulary import Role


class NotAnOfficer(Refusal):
    """The person holds no officer's post on the day from which the school would be theirs."""


class GoneBefore(Refusal):
    """The person's posts end before the school would be given back."""


STAND_INS = (Role.OFFICER, Role.DIRECTOR)
"""Who may stand in for a link officer."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """What became of one school of a hand-over: `refusal` is None where it was given to the officer."""

    school: UUID
    refusal: Refusal | Stale | None = None


def assign_link_officer(
    service: Service, school: UUID, officer: UUID, *, from_: date, reason: str, at: int | None = None
) -> None:
    """Give a school to an officer, both held to the versions that the decision saw.

    Raises NotAnOfficer, NotFound, Stale or the school's refusal.
    """

    def command(work: UnitOfWork) -> None:
        _officer(work, officer, from_)
        ours = _authority(work)
        work.find(School, school, at=at).assign_link_officer(officer, from_=from_, reason=reason, authority=ours)

    service.do(command)


def arrange_cover(
    service: Service, school: UUID, officer: UUID, *, from_: date, to: date, reason: str, at: int | None = None
) -> None:
    """Have an officer or director stand in for a school's link officer.

    Raises NotAnOfficer, NotFound, Stale or the school's refusal.
    """

    def command(work: UnitOfWork) -> None:
        _officer(work, officer, from_, STAND_INS, until=to)
        covered, ours = work.find(School, school, at=at), _authority(work)
        covered.arrange_cover(officer, from_=from_, to=to, reason=reason, authority=ours)

    service.do(command)


def hand_over(
    service: Service, schools: Iterable[tuple[UUID, int]], *, to: UUID, from_: date, reason: str
) -> list[HandOver]:
    """Give several schools to an officer in one transaction; each is named with the version on which it was decided.

    A school that refuses, or that somebody else changed meanwhile, is left as it was and named in the outcome.
    Raises NotAnOfficer or NotFound, and then nothing is saved.
    """
    chosen = list(schools)

    def command(work: UnitOfWork) -> list[HandOver]:
        _officer(work, to, from_)
        ours = _authority(work)
        return [handed_over(work, school, at, ours) for school, at in chosen]

    def handed_over(work: UnitOfWork, school: UUID, at: int, ours: str | None) -> HandOver:
        try:
            work.find(School, school, at=at).assign_link_officer(to, from_=from_, reason=reason, authority=ours)
        except (Refusal, Stale) as refusal:
            return HandOver(school, refusal)
        return HandOver(school)

    return service.do(command)


def _authority(work: UnitOfWork) -> str | None:
    """The code of the service's own authority, None where it has none or works with schools of several."""
    try:
        return work.find(Authority, AUTHORITY).own_code
    except NotFound:
        return None


def _officer(
    work: UnitOfWork, officer: UUID, day: date, roles: Iterable[Role] = (Role.OFFICER,), *, until: date | None = None
) -> None:
    """Raises NotAnOfficer; GoneBefore where they hold no such post on the last day, or are known to leave."""
    person = work.find(Person, officer)
    if not any(person.holds(role, day) for role in roles):
        raise NotAnOfficer("Choose someone who is an officer on that date", field="officer")
    own = [post for post in person.posts if post.role in roles]
    last = None if any(post.until is None for post in own) else max(post.until for post in own if post.until)
    if last is not None and (until is None or until > last):
        raise GoneBefore(f"Their role ends on {day_in_words(last)}. Choose someone else", field="officer")
