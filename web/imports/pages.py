"""The pages of imports: the list, and one import with what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint

from domain.imports import COUNTED_AFTER_A_BREAK, Begun, Import, Outcome, RowProblem
from domain.local_authorities import name_of
from projections.imports import ImportRow
from providers.catalogue.problems import WHAT_OF_ROW
from web import formats
from web.access.identity import current_user
from web.access.policy import Action
from web.commands.dispatch import load_for_user
from web.commands.resource import Listing
from web.history.sentences import NAMELESS
from web.imports.commands import counts_of, imports
from web.imports.importers import ALL
from web.imports.schools import LISTING, SchoolOfImport, first_schools
from web.layout.resource_pages import Answer, Beside, ListPage, list_page, record_page

pages = Blueprint("imports", __name__, template_folder="templates")

NOT_FINISHED = "Not finished"
REFUSED = "Refused, nothing was changed"


def _who(begun: Begun | ImportRow, by: UUID | None, names: Mapping[UUID, str]) -> str:
    return names.get(by, "") if by else NAMELESS.get(begun.channel, "")


def _cells(row: ImportRow, names: Mapping[UUID, str]) -> list[Any]:
    return [
        {"text": row.file_name, "href": f"/imports/{row.reference}", "hint": row.reference},
        row.what.label,
        formats.date(row.dated),
        {"text": formats.datetime(row.begun_at), "hint": _who(row, row.begun_by, names)},
        formats.datetime(row.finished_at) if row.finished_at else REFUSED if row.refused_at else NOT_FINISHED,
        {"text": f"{row.problem_count:,}", "numeric": True} if row.finished_at else "",
    ]


LIST = ListPage(
    title="Imports",
    caption="Files taken in or refused, the latest first",
    head=["File", "What it tells", "Day of the file", "Begun", "Finished", {"text": "Problems", "numeric": True}],
    cells=_cells,
    ids=lambda row: [row.begun_by],
    empty_text="No files were imported",
)


@pages.get("/")
def listed() -> Answer:
    assert isinstance(imports.listing, Listing)
    return list_page(imports, imports.listing, LIST)


def _cells_of_school(row: SchoolOfImport, _: Mapping[UUID, str]) -> list[Any]:
    return [{"text": row.name, "href": f"/schools/{row.urn}", "hint": str(row.urn)}, row.change.label, row.elsewhere]


SCHOOLS = ListPage(
    title="Schools that an import changed",
    caption="In the order in which they were saved",
    head=["School", "What happened", "To which authority"],
    cells=_cells_of_school,
    ids=lambda _: [],
    empty_text="The import changed no school in this way",
    begins=False,
)


@pages.get("/<ref>/schools")
def schools(ref: str) -> Answer:
    found = load_for_user(imports, ref)
    breadcrumbs = [("Imports", "/imports"), (ref, f"/imports/{ref}"), ("Schools", "")]
    return list_page(imports, LISTING, SCHOOLS, of=found, breadcrumbs=breadcrumbs)


@pages.get("/<ref>")
def show(ref: str) -> str:
    return record_page(
        imports,
        ref,
        "imports/import.html",
        title=lambda record, _: str(record.asked.what.label),
        ids=lambda record: [begun.by for begun in record.beginnings],
        more=_more,
    )


def _more(connection: sa.Connection, record: Import, __: Beside) -> Mapping[str, Any]:
    return {
        "who": _who,
        "counted_after_a_break": COUNTED_AFTER_A_BREAK,
        "counts": counts_of(record.counts),
        "problems": problems_told(record.problems),
        "more_problems": record.problem_count - len(record.problems),
        "facts": [*_facts(record), *_viruses(record)],
        "changed": first_schools(connection, record.reference),
        "leads_to_missed": any(count.outcome is Outcome.MISSED for count in record.counts)
        and current_user().may(Action.KEEP_REGISTER),
    }


def _viruses(record: Import) -> Iterator[tuple[str, str]]:
    """What a scanner said; of a file that was refused before one had answered, the reason tells."""
    if record.scanner:
        yield "Viruses", f"Checked by {record.scanner}, none found"
    elif not record.is_refused:
        yield "Viruses", "No scanner looked at this file"


def problems_told(problems: Iterable[RowProblem]) -> list[list[str]]:
    """What is wrong in a file, as the rows of a table."""
    return [[f"{each.line:,}", each.column, each.reason, WHAT_OF_ROW[each.row_taken]] for each in problems]


def _facts(record: Import) -> Iterator[tuple[str, str]]:
    asked = record.asked
    for file in asked.files:
        yield "File", file.name
        yield "Size", f"{file.size:,} bytes"
        yield "SHA-256 of its bytes", file.sha256
    if asked.authority:
        one = name_of(asked.authority) or asked.authority
        yield "Schools of", "every authority" if asked.authority == ALL else one
    if asked.part:
        yield "Taken as", "a part: what it lacks is not missed"
    if asked.forced:
        yield "Forced", "also where a newer file told otherwise"
