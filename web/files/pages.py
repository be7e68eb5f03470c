"""The pages of files: the list, one file, and its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from domain.attachment import Attachment
from projections.notes import FileOnRecord
from web.access.context import Pages, RequestContext, Snapshot
from web.access.name_cache import rows_of
from web.commands.attachments import href_of, visible_to
from web.commands.dispatch import load_for_user
from web.files.commands import download_response, files
from web.history.timeline import record_label
from web.layout.list_pages import Answer, ListColumn, ListPage, date_column, list_page, record_column
from web.layout.resource_pages import PageRows, record_page

pages = Pages("files", __name__, template_folder="templates")


LIST: ListPage[FileOnRecord] = ListPage(
    files,
    title="Files",
    caption="Files, latest first",
    counted=("file", "files"),
    columns=[
        record_column("File", "files", lambda row, _: row.file_name),
        ListColumn("On", lambda row, names: names.get(row.on_record, "")),
        date_column("Added", "added_on"),
        ListColumn("By", lambda row, names: names.get(row.added_by, "") if row.added_by else ""),
    ],
    ids=lambda row: [row.on_record, row.added_by],
    empty_text="No files",
)


@pages.get("/")
def listed(context: RequestContext) -> Answer:
    return list_page(context, LIST)


@pages.get("/<ref>/download")
def download(context: RequestContext, ref: str) -> Response:
    return download_response(context, load_for_user(context, files, ref).record)


@pages.get("/<ref>")
def file(context: RequestContext, ref: str) -> str:
    return record_page(
        context,
        files,
        ref,
        "files/file.html",
        title=lambda file, _: file.file_name,
        ids=lambda file: [file.added_by],
        more=_more,
    )


def _more(snapshot: Snapshot, file: Attachment, _: PageRows) -> Mapping[str, Any]:
    on = rows_of(snapshot, [file.on_record]).get(file.on_record)
    return {
        "on": record_label(file.on_kind, on),
        "on_href": href_of(snapshot, file.on_kind, file.on_record),
        "visible_to": visible_to(snapshot, file),
    }
