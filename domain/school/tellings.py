"""What files told of a school: each detail as the newest file that tells it does, and what follows from that.

No layout tells all, and files come in any order. So each detail has a day of its own: an older file fills in what no
newer one told, "there is none" being told too, and never takes the place of what a newer one told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.local_authorities import code_of, name_of
from domain.school.parts import LEFT, Change, Details, Status, Value

Tellings = dict[str, Details]
"""The details, `name` among them, under the day (as ISO text) of the file that told them last; None where it told
that there is none."""

NAME = "name"


def told(tellings: Tellings, details: Mapping[str, Value], dated: date) -> Tellings:
    """The tellings after these details were told on a day, in whose place they stand from then on. A school that
    goes on to a third authority left on the day on which it left."""
    left = next((held[LEFT] for held in tellings.values() if held.get(LEFT)), None)
    if left and details.get(LEFT):
        details = {**details, LEFT: left}
    others = {day: {name: held[name] for name in held if name not in details} for day, held in tellings.items()}
    day = dated.isoformat()
    return {**{other: held for other, held in others.items() if held}, day: {**others.get(day, {}), **details}}


def day_of(tellings: Tellings, detail: str) -> date | None:
    """The day of the newest file that told a detail, None where none did."""
    return next((date.fromisoformat(day) for day, held in tellings.items() if detail in held), None)


def name_in(tellings: Tellings) -> str:
    """The school's name."""
    return str(next(held[NAME] for held in tellings.values() if NAME in held))


def details_in(tellings: Tellings) -> Details:
    """The details that are known, as told or as they follow.

    Where an authority is told by its name or its code alone, or one of them newer, the other follows; where the day
    of closing is told and the status is not, so does that a school is closed. What was told before and does not
    follow any more is unknown.
    """
    newest = _newest(tellings)
    known = {name: value for name, (_, value) in newest.items()}
    known.update(_authority(newest))
    known.update(_status(newest))
    return {name: value for name, value in known.items() if value is not None and name != NAME}


_Newest = dict[str, tuple[str, Value]]
_NEVER: tuple[str, Value] = ("", None)


def _newest(tellings: Tellings) -> _Newest:
    return {name: (day, value) for day, held in tellings.items() for name, value in held.items()}


def _authority(newest: _Newest) -> Details:
    (named, name), (coded, code) = newest.get("la_name", _NEVER), newest.get("la_code", _NEVER)
    code_that_follows, name_that_follows = code_of(str(name or "")), name_of(str(code or ""))
    if code is None or name is None:
        return {"la_code": code or code_that_follows, "la_name": name or name_that_follows}
    # An authority that no table has, as a made-up one, may be written in another way and be the same.
    if (code_that_follows is None and name_that_follows is None) or named == coded:
        return {}
    return {"la_code": code_that_follows} if named > coded else {"la_name": name_that_follows}


def _status(newest: _Newest) -> Details:
    day, closed = newest.get("closed", _NEVER)
    if newest.get("status", _NEVER)[1] is not None or not isinstance(closed, str):
        return {}
    return {"status": Status.CLOSED.value} if closed <= day else {}


def as_told(details: Mapping[str, Value]) -> Details:
    """The details that count as told: every school has an authority, so that an empty cell says nothing of it."""
    return {name: value for name, value in details.items() if value is not None or name not in _AUTHORITY}


_AUTHORITY = ("la_name", "la_code")


@dataclass(frozen=True, slots=True)
class News:
    """What a file tells of a school that is known: the changes, what it `confirms`, and the names of what it tells
    otherwise than a newer file, which stays."""

    changes: tuple[Change, ...]
    confirms: tuple[str, ...]
    outdated: tuple[str, ...]


def news(tellings: Tellings, details: Mapping[str, Value], dated: date, *, force: bool = False) -> News:
    """What a file of a day tells; one that is forced counts as though nothing newer were known."""
    newest, day = _newest(tellings), dated.isoformat()
    known = {**details_in(tellings), NAME: name_in(tellings)}
    counts = {name: value for name, value in as_told(details).items() if force or newest.get(name, _NEVER)[0] <= day}
    then = details_in(told(tellings, counts, dated))
    changes, confirms, outdated = [], [], []
    for name, value in as_told(details).items():
        before = known.get(name)
        if before != value:
            # What is told may still be overruled by what follows from something newer.
            if name in counts and (name == NAME or then.get(name) == value):
                changes.append(Change(name, before, value))
            else:
                outdated.append(name)
        elif name in counts and newest.get(name, _NEVER)[0] < day:
            confirms.append(name)
    return News(tuple(changes), tuple(confirms), tuple(outdated))
