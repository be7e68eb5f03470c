"""Who acts, in which post, and when: the signature that every event carries.

The web layer signs once per command (`with acting(Signature(...))`); records take the signature from here, so that
no command has to pass it on. Outside a signature nothing can be recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from domain.vocabulary import Channel

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Signature:
    """Who gives a command, in which post, through which channel, and when (`at`, aware).

    `on_behalf_of` is the person, provider or school whose act it is, where that is somebody else. `command` is sent
    again when a command is repeated, and makes the repetition harmless. `remark` is added to the reason of what is
    recorded, and kept there alone.
    """

    actor: UUID | None
    post: str
    channel: Channel
    command: UUID
    at: datetime
    on_behalf_of: UUID | None = None
    correlation: str = ""
    causation: UUID | None = None
    remark: str = field(default="", compare=False)

    def with_remark(self, reason: str) -> str:
        """A reason with what is to be remarked beside it."""
        return "\n".join(each for each in (reason, self.remark) if each)

    @property
    def today(self) -> date:
        """The day in England on which the command is given."""
        return self.at.astimezone(LONDON).date()


class _Attempt:
    """One attempt at a command: its signature and the numbering of its events."""

    def __init__(self, signature: Signature, ordinals: Iterator[int] | None = None) -> None:
        self.signature = signature
        self.ordinals = ordinals or count(1)

    def event_id(self, ordinal: int) -> UUID:
        return uuid5(self.signature.command, str(ordinal))

    def next_event_id(self) -> UUID:
        return self.event_id(next(self.ordinals))


_act: ContextVar[_Attempt] = ContextVar("act")


class NoSignature(RuntimeError):
    """A record was asked to change outside `with acting(...)`: a fault in the program, not a refusal."""


@contextmanager
def acting(signature: Signature) -> Iterator[Signature]:
    """Sign everything recorded in this block; the numbering of events begins anew."""
    token = _act.set(_Attempt(signature))
    try:
        yield signature
    finally:
        _act.reset(token)


@contextmanager
def on_behalf_of(whom: UUID) -> Iterator[Signature]:
    """Sign in this block as whoever acts now, on behalf of a person, a provider or a school; the numbering of events
    goes on."""
    with _signing(on_behalf_of=whom):
        yield current_signature()


@contextmanager
def remarking(remark: str) -> Iterator[None]:
    """Add to the reason of everything that is recorded in this block; the numbering of events goes on."""
    with _signing(remark=remark):
        yield


@contextmanager
def _signing(**changes: Any) -> Iterator[None]:
    now = _current()
    token = _act.set(_Attempt(replace(now.signature, **changes), now.ordinals))
    try:
        yield
    finally:
        _act.reset(token)


def current_signature() -> Signature:
    """The signature in force. Raises NoSignature outside `acting`."""
    return _current().signature


def next_event_id() -> UUID:
    """The id of the next event of this command: the same again when the command is repeated."""
    return _current().next_event_id()


def first_event_id() -> UUID:
    """The id that the first event of this command has, or would have."""
    return event_id(1)


def event_id(ordinal: int) -> UUID:
    """The id that an event of this command has, or would have; the first is 1."""
    return _current().event_id(ordinal)


def _current() -> _Attempt:
    try:
        return _act.get()
    except LookupError:
        raise NoSignature("records change only inside `with acting(signature)`") from None
