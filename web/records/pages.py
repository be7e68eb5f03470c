"""The pages of records of visit: the list, one record with what came of it, and each version as it was issued."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from flask import render_template, request
from werkzeug.exceptions import NotFound

from domain.record_of_visit import Answered, Content, RecordOfVisit, RecordStatus, Respondent
from domain.vocabulary import Purpose
from projections.records_of_visit import RecordRow
from web import formats
from web.access.context import Pages, RequestContext, Snapshot
from web.access.name_cache import names_of, names_on
from web.access.policy import Action
from web.commands.dispatch import copy_for_reader, load_for_user
from web.layout.links import concern_rows, record_rows
from web.layout.list_pages import Answer, ListColumn, ListPage, Names, date_column, list_page, record_column
from web.layout.resource_pages import PageRows, record_page
from web.records.commands import records

pages = Pages("records", __name__, template_folder="templates")


def _response(row: RecordRow, _: Names) -> Any:
    awaited = _awaited(row)
    return {"text": awaited, "hint": f"by {formats.short_date(row.respond_by)}"} if awaited else ""


def _awaited(row: RecordRow) -> str:
    """Whose response is awaited."""
    if not row.version or row.status is RecordStatus.CLOSED:
        return ""
    answered = {Respondent.HEADTEACHER: row.headteacher, Respondent.CHAIR: row.chair}
    return " and ".join(
        respondent.label if number == 0 else respondent.label.lower()
        for number, respondent in enumerate(each for each in Respondent if answered[each] is Answered.AWAITED)
    )


LIST: ListPage[RecordRow] = ListPage(
    records,
    title="Records of visit",
    caption="Records of visit, latest first",
    counted=("record", "records"),
    columns=[
        record_column(
            "Record", "records", lambda row, names: f"{row.kind.label} visit to {names.get(row.school, 'a school')}"
        ),
        date_column("Visited", "visited_on"),
        ListColumn("Status", lambda row, _: {"tag": row.status}),
        ListColumn("Response awaited from", _response),
        ListColumn("Open actions", lambda row, _: row.open_actions or ""),
    ],
    ids=lambda row: [row.school],
    empty_text="No records of visit",
)


@pages.get("/")
def listed(context: RequestContext) -> Answer:
    return list_page(context, LIST)


@pages.get("/<ref>")
def record(context: RequestContext, ref: str) -> str:
    return record_page(
        context,
        records,
        ref,
        "records/record.html",
        title=_title,
        ids=lambda record: list(_people(record)),
        more=_more,
    )


def _title(record: RecordOfVisit, names: Mapping[UUID, str]) -> str:
    return f"Visit to {names.get(record.school, 'a school')} on {formats.date(record.visited_on)}"


@pages.get("/<ref>/versions/<int:number>")
def version(context: RequestContext, ref: str, number: int) -> str:
    """A version as it was issued, with the responses to it."""
    seen = copy_for_reader(context, records, load_for_user(context, records, ref).record)
    found = next((each for each in seen.versions if each.number == number), None)
    if found is None:
        raise NotFound
    with context.read() as snapshot:
        named = {id for id in (*_people(seen), *found.recipients) if id is not None}
        names = names_on(snapshot, named, found.issued_on)
    return render_template(
        "records/version.html",
        page_title=f"Version {number} of record {seen.reference}",
        section="Records",
        record=seen,
        version=found,
        names=names,
        responses=[response for response in seen.responses if response.version == number],
        breadcrumbs=[
            ("Records", "/records"),
            (_title(seen, names), f"/records/{seen.reference}"),
            (f"Version {number}", ""),
        ],
    )


def _more(snapshot: Snapshot, record: RecordOfVisit, _: PageRows) -> Mapping[str, Any]:
    purpose = _purpose_asked()
    shown = record.content
    current = record.versions[-1].number if record.versions else None
    user = snapshot.user
    at = names_of(snapshot, [record.school]).get(record.school, "a school")
    return {
        "content": only_purpose(shown, purpose),
        "purpose": purpose,
        "purposes": _purposes(record, shown, purpose),
        "responses": [response for response in record.responses if response.version == current],
        "earlier": [response for response in record.responses if response.version != current],
        "links": record_rows(
            snapshot,
            ("Visit", f"{record.kind.label} visit to {at}", "visits", record.visit),
            ("School", at, "schools", record.school),
        )
        + concern_rows(snapshot, record.id, at),
        "today": snapshot.services.today(),
        "is_inside": user.may(Action.READ_DRAFT_RECORD),
    }


def only_purpose(content: Content, purpose: Purpose | None) -> Content:
    """The content, with only what is marked with a purpose where one is asked for."""
    if purpose is None:
        return content
    return Content(
        judgements=tuple(part for part in content.judgements if part.purpose is purpose),
        issues=tuple(part for part in content.issues if part.purpose is purpose),
        actions=tuple(part for part in content.actions if part.purpose is purpose),
    )


def _purpose_asked() -> Purpose | None:
    asked = request.args.get("purpose", "")
    return Purpose(asked) if asked in set(Purpose) else None


def _purposes(record: RecordOfVisit, content: Content, asked: Purpose | None) -> list[tuple[str, str, bool]]:
    """Label, address and whether it is applied, for each purpose that the record's parts are marked with."""
    marked = {
        *(judgement.purpose for judgement in content.judgements),
        *(issue.purpose for issue in content.issues),
        *(action.purpose for action in content.actions),
    }
    if not marked:
        return []
    here = f"/records/{record.reference}"
    links = [(each.label, f"{here}?purpose={each.value}", each is asked) for each in Purpose if each in marked]
    return [("Whole record", here, asked is None), *links]


def _people(record: RecordOfVisit) -> Iterator[UUID | None]:
    yield from (record.school, record.author, record.assured_by)
    for content in (record.content, *(version.content for version in record.versions)):
        yield from (action.owner for action in content.actions)
    yield from (handed.owner for handed in record.handed_over.values())
    for version in record.versions:
        yield from version.recipients
    for response in record.responses:
        yield response.person
