"""The subjects in which support can be asked for, for programs."""

from __future__ import annotations

from projections.view import Row
from web.access.context import Snapshot
from web.access.identity import ListScope
from web.commands.listing import ListEndpoint, Listing, Values
from web.layout.paging import page_after
from web.requests.choices import subjects


class SubjectRow(Row):
    """A subject that is taught or offered, as providers write it."""

    subject: str


def _subjects(snapshot: Snapshot, _: ListScope, __: Values, after: str | None, limit: int) -> list[SubjectRow]:
    rows = [SubjectRow(subject=subject) for subject in subjects(snapshot.connection)]
    return page_after(rows, lambda row: row.subject, after, limit)


subjects_list = ListEndpoint(
    "subjects",
    None,
    Listing(SubjectRow, _subjects, lambda row: row.subject, place=str),
    "List the subjects in which support can be asked for",
)
