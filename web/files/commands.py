"""What can be done with a file, declared once for pages and API."""

from __future__ import annotations

import io

from flask import Response, send_file
from werkzeug.exceptions import Forbidden, Gone

from domain.attachment import MOST_BYTES, Attachment, FileTooLarge, media_type_of, plain_name
from domain.vocabulary import About
from projections import notes as view
from projections.event_log import saving_alongside
from web.access import readers
from web.access.context import RequestContext
from web.access.policy import Action, RecordScope
from web.access.readers import is_inside, is_meant_for_reader
from web.commands.attachments import COUNTED_TO, OF_RECORD, href_of, is_open_to, listed
from web.commands.listing import Listing
from web.commands.resource import Execution, Resource, Values, Visibility
from web.files import schemas
from web.files.contents import check_content
from web.files.storage import Bytes, bytes_of
from web.runtime.settings import current_settings


def download_response(context: RequestContext, file: Attachment) -> Response:
    """The bytes of a file under its own name, to be kept and not shown. Raises Gone for one that was withdrawn."""
    content = None if file.withdrawn_on else bytes_of(context.services, file.sha256)
    if content is None:
        raise Gone("This file was withdrawn")
    answer = send_file(
        io.BytesIO(content),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.file_name,
        etag=False,
        conditional=False,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _is_open(context: RequestContext, file: Attachment, _: RecordScope) -> bool:
    """Whether a file is open to somebody who may read files there: it is for them, and so is its record."""
    return is_meant_for_reader(context.user, file) and is_open_to(context, file.on_kind, file.on_record)


files: Resource[Attachment] = Resource(
    "files",
    Attachment,
    one="file",
    read=Action.READ_NOTE,
    out=schemas.FileOut,
    listing=Listing(
        view.FileOnRecord,
        listed(view.put),
        lambda row: row.reference,
        schemas.FileFilters,
        counted_to=COUNTED_TO,
        sorted_to=COUNTED_TO,
        names=OF_RECORD,
    ),
    visibility=Visibility(is_open=_is_open),
    content=download_response,
)


@files.beginning(
    "add",
    "Add file",
    Action.WRITE_NOTE,
    schemas.AddFile,
    done="File added",
    files=MOST_BYTES,
    lookups=lambda snapshot, *_: readers.audience_choices(snapshot.user),
    first_answers=lambda _, user: {"visible_to": readers.audiences_of(user)[0]},
    goes_to=lambda snapshot, file: f"{href_of(snapshot, file.on_kind, file.on_record)}#files",
)
def add(execution: Execution[Attachment], values: Values) -> Attachment:
    sent, place = values["file"], values["on"]
    visible_to = readers.chosen_audience(
        execution.user, values.get("visible_to"), About(school=place.school, provider=place.provider)
    )
    name = plain_name(sent.filename)
    media_type = media_type_of(name)
    content = sent.stream.read(MOST_BYTES + 1)
    sent.stream.seek(0)
    if len(content) > MOST_BYTES:
        raise FileTooLarge("Choose a file of 10 MB or less", field="file")
    scanner = current_settings().scanner
    if content:
        check_content(name, content)
    looked = scanner.look(content) if scanner and content else ""
    kept = Bytes(content, media_type, execution.services.now())
    with saving_alongside(kept, too=True):
        return execution.begin(
            lambda reference: Attachment.add(
                reference,
                **place.told(),
                file_name=name,
                size=len(content),
                sha256=kept.sha256,
                visible_to=visible_to,
                scanner=looked,
            )
        )


def _must_be_theirs(context: RequestContext, file: Attachment) -> None:
    """In the service anybody who may add files, outside it whoever added this one. Raises Forbidden."""
    if not (is_inside(context.user) or file.added_by == context.user.person):
        raise Forbidden("You cannot withdraw someone else's file")


files.command(
    "withdraw",
    "Withdraw file",
    Action.WRITE_NOTE,
    schemas.WithdrawFile,
    lead="Nobody can download a withdrawn file. The record still shows that it was here.",
    done="File withdrawn",
    method=Attachment.withdraw,
    whose=_must_be_theirs,
    warning=True,
)
