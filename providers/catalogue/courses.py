"""The catalogue of computing courses (National Centre for Computing Education) and their dated runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.vocabulary import Phase
from providers.catalogue.cells import PartlyRead, needed, postcode, present, website, whole
from providers.catalogue.markup import plain_text
from providers.catalogue.source import Layout, RowProblem, SourceColumn, SourceRow, WrongFile, read_document

LONDON = ZoneInfo("Europe/London")
NCCE = "National Centre for Computing Education"
ONLINE, REMOTE, FACE_TO_FACE = "online", "remote", "face_to_face"

CodeList = Mapping[str, str]
"""What the codes of the catalogue stand for: subjects or age groups."""


class NotCourses(WrongFile):
    """The file is not that part of a course catalogue."""

    what = "this part of a course catalogue"


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a course is, in minutes, hours, days or weeks; weeks are its span, not its effort."""

    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A course that a provider offers. `line` is its place in the file, from 1.

    `delivery` is online (at one's own pace), remote (live, at a distance) or face_to_face; None where
    the source does not say. `phases` are words of the domain; none means that it is bound to no phase.
    """

    line: int
    provider: str
    title: str
    code: str
    source_id: str
    subject: str | None
    further_subjects: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    summary: str | None = None
    duration: Duration | None = None
    delivery: str | None = None
    website: str | None = None


@dataclass(frozen=True, slots=True)
class RunRow:
    """One dated run of a course, at London time. `course` is the `source_id` of its course, which the
    catalogue need not hold."""

    line: int
    provider: str
    title: str
    source_id: str
    course: str
    starts: datetime
    ends: datetime
    delivery: str
    region: str | None = None
    venue: str | None = None
    town: str | None = None
    postcode: str | None = None


def read_code_list(path: Path) -> CodeList:
    """The meaning of each code in the catalogue's list of subjects or of age groups. Raises NotCourses."""
    try:
        pairs = json.loads(_answer(path)["OptionSetsClean"])
        return {str(code): str(name) for pair in pairs for name, code in pair.items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NotCourses(path, "it holds no list of codes") from error


def read_courses(path: Path, *, subjects: CodeList, age_groups: CodeList) -> Iterator[CourseRow | RowProblem]:
    """The courses of the catalogue; one without title, code or id does not count (trial entries have no
    code). Raises NotCourses before anything is read."""
    entities = _entities(path, "Template.TemplateTitle")
    return _courses(entities, _course_columns(subjects, age_groups))


def read_runs(path: Path) -> Iterator[RunRow | RowProblem]:
    """The dated runs of the catalogue; one without provider, title, ids, start or end does not count.
    Raises NotCourses before anything is read."""
    return _runs(_entities(path, "Activity.StartDate"))


def _courses(entities: list[dict[str, Any]], columns: Sequence[SourceColumn]) -> Iterator[CourseRow | RowProblem]:
    for line, entity in enumerate(entities, 1):
        known, problems = _known(line, entity, columns)
        yield from problems
        if {"title", "code", "source_id"} <= known.keys():
            duration = _duration(known.pop("amount", None), known.pop("unit", None))
            delivery = _delivery(known)
            yield CourseRow(line, NCCE, duration=duration, delivery=delivery, **{"subject": None, **known})


def _runs(entities: list[dict[str, Any]]) -> Iterator[RunRow | RowProblem]:
    for line, entity in enumerate(entities, 1):
        known, problems = _known(line, entity, _RUN_COLUMNS)
        yield from problems
        if not {"provider", "title", "source_id", "course", "starts", "ends"} <= known.keys():
            continue
        if known["ends"] < known["starts"]:
            yield RowProblem(line, "Activity.EndDate", f"{known['ends']:%d/%m/%Y}", "is before the start")
        else:
            yield RunRow(line, delivery=_delivery(known), **known)


def _known(
    line: int, entity: dict[str, Any], columns: Sequence[SourceColumn]
) -> tuple[dict[str, Any], list[RowProblem]]:
    headings = [column.headings[0] for column in columns]
    cells = ["" if entity.get(heading) is None else str(entity[heading]) for heading in headings]
    return Layout(tuple(zip(range(len(cells)), headings, columns, strict=True))).known(SourceRow(line, cells))


def _answer(path: Path) -> dict[str, Any]:
    """What the catalogue answered: an object within an envelope."""
    document = read_document(path, NotCourses)
    answer = document.get("GetJsonResult") if isinstance(document, dict) else None
    if not isinstance(answer, dict):
        raise NotCourses(path, "it has no GetJsonResult", ("GetJsonResult",))
    return answer


def _entities(path: Path, telling: str) -> list[dict[str, Any]]:
    entities = _answer(path).get("Entities")
    if not isinstance(entities, list) or not all(isinstance(entity, dict) for entity in entities):
        raise NotCourses(path, "it has no Entities", ("Entities",))
    if not any(telling in entity for entity in entities):
        raise NotCourses(path, f"it has no {telling}", (telling,))
    return entities


def _yes(text: str) -> bool:
    return text.casefold() == "true"


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(needed(text), "%d/%m/%Y %H:%M:%S").replace(tzinfo=LONDON)
    except ValueError as error:
        raise ValueError("is not a date and time") from error


def _delivery(known: dict[str, Any]) -> str:
    online, remote = known.pop("is_online", False), known.pop("is_remote", False)
    if online:
        return ONLINE
    at_a_distance = str(known.get("venue")).casefold() in _NO_PLACES
    return REMOTE if remote or at_a_distance else FACE_TO_FACE


_NO_PLACES = frozenset({"virtual", "online course"})
"""Venues of runs at a distance; not all of them are marked as such."""


_UNITS = {"157430000": "days", "157430001": "weeks", "157430002": "hours", "157430004": "minutes"}
"""No code list is published; told by the catalogue's own words ('This is a one-day course')."""


def _unit(text: str) -> str | None:
    found = present(text)
    if found is not None and found not in _UNITS:
        raise ValueError("is not a unit of time")
    return _UNITS.get(found or "")


def _duration(amount: int | None, unit: str | None) -> Duration | None:
    return Duration(amount, unit) if amount and unit else None


def _meanings(codes: CodeList) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        found = [code for code in text.split(";") if code.strip()]
        meanings = tuple(codes[code] for code in found if code in codes)
        if unknown := [code for code in found if code not in codes]:
            raise PartlyRead(f"has codes that the list does not explain: {', '.join(unknown)}", meanings)
        return meanings

    return read


def _phases(age_groups: CodeList) -> Callable[[str], tuple[str, ...]]:
    phases = {
        code: _PHASE_OF_AGE_GROUP[name].value for code, name in age_groups.items() if name in _PHASE_OF_AGE_GROUP
    }
    meanings = _meanings(phases)
    return lambda text: tuple(dict.fromkeys(meanings(text)))


_PHASE_OF_AGE_GROUP = {
    "EYFS": Phase.NURSERY,
    **dict.fromkeys(("4-5 years", "5-7 years", "7-11 years", "Key stage 1", "Key stage 2"), Phase.PRIMARY),
    **dict.fromkeys(("P1/2", "P3/4", "P5/6/7"), Phase.PRIMARY),
    **dict.fromkeys(("11-14 years", "14-16 years", "Key stage 3", "Key stage 4"), Phase.SECONDARY),
    **dict.fromkeys(("S1/2", "S3/4"), Phase.SECONDARY),
    **dict.fromkeys(("16-19 years", "Post 16", "FE/HE", "S5/6"), Phase.SIXTEEN_PLUS),
}


def _course_columns(subjects: CodeList, age_groups: CodeList) -> tuple[SourceColumn, ...]:
    several = _meanings(subjects)
    return (
        SourceColumn("title", needed, ("Template.TemplateTitle",)),
        SourceColumn("code", needed, ("Template.ActivityCode",)),
        SourceColumn("source_id", needed, ("Template.COURSETEMPLATENO",)),
        SourceColumn("subject", lambda text: next(iter(several(text)), None), ("Template.Subject",)),
        SourceColumn("further_subjects", several, ("Template.AdditionalSubjects",)),
        SourceColumn("phases", _phases(age_groups), ("Template.AgeGroups",)),
        SourceColumn("summary", plain_text, ("Template.Summary",)),
        SourceColumn("amount", whole, ("Template.Duration",)),
        SourceColumn("unit", _unit, ("Template.DurationUnit",)),
        SourceColumn("is_online", _yes, ("Template.OnlineCPD",)),
        SourceColumn("is_remote", _yes, ("Template.RemoteDeliveredCPD",)),
        SourceColumn("website", website, ("Template.BookingURL",)),
    )


_RUN_COLUMNS = (
    SourceColumn("provider", needed, ("Activity.SubDeliverer",)),
    SourceColumn("title", needed, ("Activity.ActivityTitle",)),
    SourceColumn("source_id", needed, ("Activity.COURSEOCCURRENCENO",)),
    SourceColumn("course", needed, ("Template.COURSETEMPLATENO",)),
    SourceColumn("starts", _moment, ("Activity.StartDate",)),
    SourceColumn("ends", _moment, ("Activity.EndDate",)),
    SourceColumn("is_online", _yes, ("Activity.OnlineCPD",)),
    SourceColumn("is_remote", _yes, ("Activity.RemoteDeliveredCPD",)),
    SourceColumn("region", present, ("Activity.Region",)),
    SourceColumn("venue", present, ("ActivityVenueAddress.VenueName",)),
    SourceColumn("town", present, ("ActivityVenueAddress.City",)),
    SourceColumn("postcode", postcode, ("ActivityVenueAddress.PostCode",)),
)
