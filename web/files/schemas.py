"""What is asked when a file is put to a record or withdrawn; and how the API shows one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_smorest.fields import Upload
from marshmallow import Schema, ValidationError, fields, post_load
from werkzeug.datastructures import FileStorage

from domain.attachment import MEDIA_TYPES, TAKEN
from domain.vocabulary import Audience
from web.access.readers import audience_field
from web.commands.attachments import TAKES_FILES, PlaceField
from web.commands.fields import NO_PUPILS, person_field, reason_field


class FileField(Upload):  # type: ignore[misc]  # the library has no types
    """A file that was sent; loads as a FileStorage."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, FileStorage) or not value.filename:
            raise ValidationError("Choose a file")
        return value


class AddFile(Schema):
    on = PlaceField(
        TAKES_FILES,
        required=True,
        data_key="record",
        metadata={"label": "Record", "hint": "Its reference, or the URN of a school", "width": 20},
    )
    file = FileField(
        required=True,
        metadata={
            "label": "File",
            "noun": "a file",
            "accept": ",".join(MEDIA_TYPES),
            "hint": f"{TAKEN}, up to 10 MB. {NO_PUPILS}",
        },
    )

    visible_to = audience_field()

    @post_load
    def placed(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """With school and provider, by which the right to attach is judged."""
        return {**values, "school": values["on"].school, "provider": values["on"].provider}


class WithdrawFile(Schema):
    reason = reason_field("Reason for withdrawing it")


class FileOut(Schema):
    """A file as the API shows it; its bytes are at `content`. `size` is in bytes."""

    reference = fields.String()
    version = fields.Integer()
    record = PlaceField(TAKES_FILES, attribute="on_record")
    file_name = fields.String()
    media_type = fields.String()
    size = fields.Integer()
    sha256 = fields.String()
    visible_to = fields.Enum(
        Audience,
        by_value=True,
        allow_none=True,
        metadata={"description": "Null where everyone who can read the record can see the file"},
    )
    scanner = fields.String(
        metadata={
            "description": "The virus scanner that found nothing when the file was added; empty if none checked it"
        }
    )
    added_on = fields.Date()
    added_by = person_field(allow_none=True)
    withdrawn_on = fields.Date(allow_none=True)


class FileFilters(Schema):
    record = PlaceField(TAKES_FILES, metadata={"label": "Record", "hint": "Its reference, or the URN of a school"})
