"""Attachment: a file put to a record. What it is stands here; its bytes lie elsewhere, found by their hash."""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath
from uuid import UUID

from domain.aggregate import Aggregate, Event, Refusal, reasoned, requires
from domain.text import line
from domain.vocabulary import About, Audience, SchoolId

MOST_BYTES = 10 * 1024 * 1024
"""10 MiB."""

LONGEST_NAME = 200
"""Characters of a file's name."""

LONGEST_ENDING = 20
LONGEST_NAME_IN_BYTES = 255
"""What file systems take."""

TAKEN = "PDF, DOCX, DOC, RTF, XLSX, PPTX, ODT, ODS, MSG, CSV, TXT, PNG, JPEG or HEIC"
"""The types of files that are taken, as people call them."""

MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".doc": "application/msword",
    ".rtf": "application/rtf",
    ".msg": "application/vnd.ms-outlook",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".heic": "image/heic",
}
"""The files that are taken, by the ending of their name. The type follows from the ending, never from what the
sender claims."""


class FileTypeNotTaken(Refusal):
    """Files of that type are not taken."""


class FileTooLarge(Refusal):
    """The file is larger than 10 MiB."""


class FileIsEmpty(Refusal):
    """There is nothing in the file."""


class FileNameNeeded(Refusal):
    """The file has no name that can be kept."""


class NotAHash(Refusal):
    """The hash of the bytes is not a SHA-256 in hexadecimal digits."""


class AttachmentWithdrawn(Refusal):
    """The attachment was withdrawn already."""


def media_type_of(file_name: str) -> str:
    """The media type that a file of that name is kept under. Raises FileTypeNotTaken."""
    try:
        return MEDIA_TYPES[PurePosixPath(file_name).suffix.lower()]
    except KeyError:
        raise FileTypeNotTaken(f"Choose a file of one of these types: {TAKEN}", field="file") from None


def plain_name(file_name: str) -> str:
    """The last part of a file's name, without folders and what cannot be seen; a long one is shortened before its
    ending. Raises FileNameNeeded."""
    last = re.split(r"[/\\]", file_name)[-1]
    name = line(last)
    if not name.strip(". "):
        raise FileNameNeeded("Give the file a name and choose it again", field="file")
    if len(name) <= LONGEST_NAME and len(name.encode()) <= LONGEST_NAME_IN_BYTES:
        return name
    ending = PurePosixPath(name).suffix if len(PurePosixPath(name).suffix) < LONGEST_ENDING else ""
    room = LONGEST_NAME_IN_BYTES - len(ending.encode())
    begins = name.removesuffix(ending)[: LONGEST_NAME - len(ending)].encode()[:room].decode(errors="ignore")
    return line(begins) + ending


def must_stand(attachment: Attachment, _: date) -> None:
    if attachment.withdrawn_on is not None:
        raise AttachmentWithdrawn("This file has already been withdrawn")


class Attachment(Aggregate):
    """A file on a visit, request, engagement, provider or other record."""

    KIND = "attachment"
    prefix = "F"

    on_kind: str
    on_record: UUID
    school: UUID | None
    provider: UUID | None
    file_name: str
    media_type: str
    size: int
    sha256: str
    visible_to: Audience | None
    scanner: str
    added_on: date
    added_by: UUID | None

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.withdrawn_on: date | None = None

    class Added(Event):
        """`size` is in bytes. `visible_to` is None where nobody was asked yet: for all who may read the record.
        `scanner` looked at the file and found nothing; it is empty where none looked."""

        TOPIC = "attachment.added"
        says = "{by} added the file {file_name}{scanner: (checked by …, no virus found)}"
        reference: str
        on_kind: str
        on_record: UUID
        school: SchoolId | None
        provider: UUID | None
        file_name: str
        media_type: str
        size: int
        sha256: str
        visible_to: Audience | None = None
        scanner: str = ""

        def apply(self, attachment: Attachment) -> None:
            attachment.reference = self.reference
            attachment.on_kind = self.on_kind
            attachment.on_record = self.on_record
            attachment.school = self.school
            attachment.provider = self.provider
            attachment.file_name = self.file_name
            attachment.media_type = self.media_type
            attachment.size = self.size
            attachment.sha256 = self.sha256
            attachment.visible_to = self.visible_to
            attachment.scanner = self.scanner
            attachment.added_on = self.meta.occurred_on
            attachment.added_by = self.meta.signature.actor

    class Withdrawn(Event):
        TOPIC = "attachment.withdrawn"
        says = "{by} withdrew the file: {reason}"

        def apply(self, attachment: Attachment) -> None:
            attachment.withdrawn_on = self.meta.occurred_on

    def about(self) -> About:
        return About(school=self.school, provider=self.provider)

    @classmethod
    def add(
        cls,
        reference: str,
        *,
        on_kind: str,
        on_record: UUID,
        file_name: str,
        size: int,
        sha256: str,
        school: UUID | None = None,
        provider: UUID | None = None,
        visible_to: Audience = Audience.SERVICE,
        scanner: str = "",
    ) -> Attachment:
        """Put a file to a record. `sha256` is the hash of its bytes in hexadecimal digits, `size` their number;
        `scanner` found no virus in them."""
        name = plain_name(file_name)
        media_type = media_type_of(name)
        if size <= 0:
            raise FileIsEmpty("The file is empty. Choose another.", field="file")
        if size > MOST_BYTES:
            raise FileTooLarge("Choose a file of 10 MB or less", field="file")
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise NotAHash("The whole file did not arrive. Choose it again.", field="file")
        attachment = cls.named(reference)
        added = cls.Added(
            reference=reference,
            on_kind=on_kind,
            on_record=on_record,
            school=school,
            provider=provider,
            file_name=name,
            media_type=media_type,
            size=size,
            sha256=sha256,
            visible_to=visible_to,
            scanner=scanner,
        )
        attachment.record(added)
        return attachment

    @requires(must_stand)
    def withdraw(self, *, reason: str) -> None:
        """Take the file off the record; that it was there stays known."""
        self.record(self.Withdrawn(), reason=reasoned(reason))
