"""Who works for a provider: its record and the person's own post change together, or neither does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain.person import Person, Post
from domain.provider import Duty, Provider
from domain.references import record_id
from domain.service import UnitOfWork
from domain.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody whom the service does not know yet, under the reference they shall have."""

    reference: str
    name: str
    email: str = ""

    @property
    def id(self) -> UUID:
        """The id that follows from the reference."""
        return record_id(Person.KIND, self.reference)


def register_practitioner(work: UnitOfWork, reference: str, newcomer: Newcomer, **details: Any) -> Provider:
    """List a person who works on their own account, and register them as its specialist from today.

    `details` are those of Provider.register_practitioner. Raises what the two records refuse.
    """
    provider = work.add(Provider.register_practitioner(reference, person=newcomer.id, name=newcomer.name, **details))
    _register(work, newcomer, provider)
    return provider


def add_specialist(
    work: UnitOfWork,
    provider: UUID,
    specialist: UUID | Newcomer,
    *,
    teaches: bool,
    subjects: Iterable[str] = (),
    duties: Iterable[Duty] = (),
    at: int | None = None,
) -> None:
    """Add a person to a provider's specialists, known already or new, with the post from today; `at` is the version
    of the provider that this was decided on. Raises what the two records refuse."""
    listed = work.find(Provider, provider, at=at)
    person = specialist.id if isinstance(specialist, Newcomer) else specialist
    listed.add_specialist(person=person, subjects=subjects, teaches=teaches, duties=duties)
    if isinstance(specialist, Newcomer):
        _register(work, specialist, listed)
    else:
        known = work.find(Person, specialist)
        if _post_with(known, provider, listed.today) is None:
            known.take_post(Role.SPECIALIST, from_=listed.today, provider=provider)


def note_leaving(
    work: UnitOfWork, provider: UUID, *, person: UUID, reason: str, on: date | None = None, at: int | None = None
) -> None:
    """Note that a specialist left, `on` being the first day on which they are no longer there; their post ends the
    day before. Raises what the two records refuse."""
    left = work.find(Provider, provider, at=at)
    left.note_leaving(person=person, reason=reason, on=on)
    known = work.find(Person, person)
    last_day = (on or left.today) - timedelta(days=1)
    post = _post_with(known, provider, left.today)
    if post is not None:
        known.end_post(post.id, until=max(last_day, post.from_), reason=reason)


def _register(work: UnitOfWork, newcomer: Newcomer, provider: Provider) -> None:
    person = work.add(Person.register(newcomer.reference, name=newcomer.name, email=newcomer.email))
    person.take_post(Role.SPECIALIST, from_=provider.today, provider=provider.id)


def _post_with(person: Person, provider: UUID, day: date) -> Post | None:
    """The specialist's post that a person holds with a provider on a day."""
    held = person.posts_on(day)
    return next((post for post in held if post.role is Role.SPECIALIST and post.provider == provider), None)
