"""Fields of filters that name records as people call them: by number, or by a name that one alone has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from projections import schools
from projections.names import formerly, like
from web.access.context import Snapshot
from web.access.nameable import may_name_school
from web.forms.references import ReferenceField

MOST_NAMESAKES = 5
"""So many of one name are told apart in a message; with more, the name says too little."""

NO_DAY: dict[str, Any] = {"invalid": "Enter a real date"}
"""What is said of a day in a filter that is none."""


class RecordFilter(ReferenceField):
    """A record by what people call it: its number, or a name that one alone has; found as the record's id."""

    default_error_messages = {
        "unknown": "No {one} has that {number} or name",
        "several": "Several have that name. Enter one of: {choices}",
        "many": "Too many have that name. Enter more of it, or the {number}",
    }

    refers_to = "PE"

    def __init__(self, kind: str, one: str, number: str, **options: Any) -> None:
        super().__init__(**options)
        self.kind, self.one, self.number = kind, one, number

    def written(self, text: str) -> str:
        return text.strip()

    def find(self, snapshot: Snapshot, name: str) -> UUID:
        found = list(self._found(snapshot, name))
        if len(found) == 1:
            return found[0][0]
        key = "unknown" if not found else "several" if len(found) <= MOST_NAMESAKES else "many"
        choices = "; ".join(f"{number} ({name})" for _, name, number in found)
        raise self.make_error(key, one=self.one, number=self.number, choices=choices)

    def _found(self, snapshot: Snapshot, text: str) -> Iterator[tuple[UUID, str, str]]:
        """Id, name and number of each that may be meant."""
        for row in like(snapshot.connection, self.kind, text, limit=MOST_NAMESAKES + 1):
            yield row.id, row.name, row.detail


class SchoolFilter(RecordFilter):
    """A school by any URN that it holds or held, by name, town or postcode; by these only one its user may name."""

    refers_to = "URN"

    default_error_messages = {"unknown": "No school has that URN or name, or you cannot see it"}

    def _found(self, snapshot: Snapshot, text: str) -> Iterator[tuple[UUID, str, str]]:
        if text.isdecimal():
            school = schools.by_urn(snapshot.connection, int(text)) if len(text) <= 6 else None
            found = [school] if school else []
        else:
            named = schools.search(
                snapshot.connection, text, formerly=formerly(self.kind, text), limit=MOST_NAMESAKES + 1
            )
            found = [each for each in named if may_name_school(snapshot, each.id)]
        for each in found:
            yield each.id, each.name, str(each.urn)


def school_filter() -> SchoolFilter:
    """The filter of a list by school."""
    return SchoolFilter("school", "school", "URN", metadata={"label": "School", "hint": "URN, name or postcode"})
