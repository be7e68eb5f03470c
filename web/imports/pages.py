"""The pages of imports: the list, and one import with what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from domain.imports import COUNTED_AFTER_A_BREAK, Begun, Import, Outcome, RowProblem
from domain.local_authorities import name_of
from projections.imports import ImportRow
from providers.catalogue.problems import WHAT_OF_ROW
from web import formats
from web.access.context import Pages, RequestContext, Snapshot
from web.access.policy import Action
from web.commands.dispatch import load_for_user
from web.history.sentences import NAMELESS
from web.imports.commands import count_rows, imports
from web.imports.importers import ALL
from web.imports.schools import SchoolOfImport, changed_schools, first_schools
from web.layout.list_pages import Answer, ListColumn, ListPage, Names, date_column, list_page, record_column
from web.layout.resource_pages import PageRows, record_page

pages = Pages("imports", __name__, template_folder="templates")

NOT_FINISHED = "Not finished"
REFUSED = "Refused: nothing changed"


def _who(begun: Begun | ImportRow, by: UUID | None, names: Mapping[UUID, str]) -> str:
    return names.get(by, "") if by else NAMELESS.get(begun.channel, "")


def _finished(row: ImportRow, _: Names) -> str:
    return formats.datetime(row.finished_at) if row.finished_at else REFUSED if row.refused_at else NOT_FINISHED


LIST: ListPage[ImportRow] = ListPage(
    imports,
    title="Imports",
    caption="Imported and refused files, newest first",
    counted=("import", "imports"),
    columns=[
        record_column("File", "imports", lambda row, _: row.file_name),
        ListColumn("What it contains", lambda row, _: row.what.label),
        date_column("Date of the file", "dated"),
        ListColumn(
            "Started",
            lambda row, names: {"text": formats.datetime(row.begun_at), "hint": _who(row, row.begun_by, names)},
            by=["begun_at"],
        ),
        ListColumn("Finished", _finished, by=["finished_at"]),
        ListColumn(
            "Problems",
            lambda row, _: f"{row.problem_count:,}" if row.finished_at else "",
            sort=lambda row: row.problem_count if row.finished_at else None,
            numeric=True,
        ),
    ],
    ids=lambda row: [row.begun_by],
    empty_text="No files have been imported",
)


@pages.get("/")
def listed(context: RequestContext) -> Answer:
    return list_page(context, LIST)


SCHOOLS: ListPage[SchoolOfImport] = ListPage(
    changed_schools,
    title="Schools that an import changed",
    caption="In the order they were saved",
    counted=("school", "schools"),
    columns=[
        ListColumn("School", lambda row, _: {"text": row.name, "href": f"/schools/{row.urn}", "hint": str(row.urn)}),
        ListColumn("What happened", lambda row, _: row.change.label),
        ListColumn("New authority", lambda row, _: row.elsewhere),
    ],
    empty_text="This import did not change any schools in this way",
)


@pages.get("/<ref>/schools")
def schools(context: RequestContext, ref: str) -> Answer:
    found = load_for_user(context, imports, ref)
    title = str(found.record.asked.what.label)
    breadcrumbs = [("Imports", "/imports"), (title, f"/imports/{found.record.reference}"), ("Schools", "")]
    return list_page(context, SCHOOLS, of=found, breadcrumbs=breadcrumbs)


@pages.get("/<ref>")
def show(context: RequestContext, ref: str) -> str:
    return record_page(
        context,
        imports,
        ref,
        "imports/import.html",
        title=lambda record, _: str(record.asked.what.label),
        ids=lambda record: [begun.by for begun in record.beginnings],
        more=_more,
    )


def _more(snapshot: Snapshot, record: Import, __: PageRows) -> Mapping[str, Any]:
    return {
        "who": _who,
        "counted_after_a_break": COUNTED_AFTER_A_BREAK,
        "counts": count_rows(record.counts),
        "problems": problems_told(record.problems),
        "more_problems": record.problem_count - len(record.problems),
        "fingerprints": [(f"SHA-256 of {file.name}", file.sha256) for file in record.asked.files],
        "facts": [*_facts(record), *_viruses(record)],
        "changed": first_schools(snapshot.connection, record.reference),
        "leads_to_missed": any(count.outcome is Outcome.MISSED for count in record.counts)
        and snapshot.user.may(Action.KEEP_REGISTER),
    }


def _viruses(record: Import) -> Iterator[tuple[str, str]]:
    """What a scanner said; of a file that was refused before one had answered, the reason tells."""
    if record.scanner:
        yield "Viruses", f"Checked by {record.scanner}, none found"
    elif not record.is_refused:
        yield "Viruses", "Not checked"


def problems_told(problems: Iterable[RowProblem]) -> list[list[str]]:
    """What is wrong in a file, as the rows of a table."""
    return [[f"{each.line:,}", each.column, each.reason, WHAT_OF_ROW[each.row_taken]] for each in problems]


def _facts(record: Import) -> Iterator[tuple[str, str]]:
    asked = record.asked
    for file in asked.files:
        yield "File", file.name
        yield "Size", formats.counted(file.size, "byte")
    if asked.authority:
        one = name_of(asked.authority) or asked.authority
        yield "Schools from", "all authorities" if asked.authority == ALL else one
    if asked.part:
        yield "Treated as", "part of a list: schools that are not in it are not reported missing"
    if asked.forced:
        yield "Older file", "older values replaced newer ones"
