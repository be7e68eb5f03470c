"""What is asked when a file is imported; and how the API shows an import."""

from __future__ import annotations

from marshmallow import Schema, fields

from domain.imports import ImportKind, Outcome, SchoolChange
from domain.provider import ProviderKind
from domain.vocabulary import Channel
from web.commands.fields import choice_field, day_field, line_field, person_field
from web.files.schemas import FileField

TABLES = ".csv,.txt,.tsv,.gz,.zip,.xlsx"


class BeginImport(Schema):
    what = choice_field(ImportKind, "What the file contains", noun="what the file contains", widget="radios")
    file = FileField(
        required=True,
        metadata={
            "label": "File",
            "noun": "a file",
            "accept": TABLES,
            "hint": "As you downloaded it: a CSV file, a zipped CSV file or an Excel workbook (.xlsx)",
        },
    )
    memberships = FileField(
        metadata={
            "label": "Schools in the groups",
            "noun": "a file",
            "accept": TABLES,
            "hint": "Only for trusts and other groups, if the file above lists the groups without their schools",
        },
    )
    dated = day_field(
        "Date of the file",
        required=False,
        noun="the date of the file",
        hint="If blank, we use the date in the file's name, or today",
    )
    la = line_field(
        required=False,
        label="Another authority",
        hint="To import another authority's schools, enter its name or code",
    )
    part = fields.Boolean(
        load_default=False,
        metadata={
            "label": "This is part of a list: nothing is reported missing or ended because it is not in the file",
            "widget": "checkboxes",
            "legend": "Part of a list",
        },
    )
    force = fields.Boolean(
        load_default=False,
        metadata={
            "label": "Use this file's values even if a newer file gave different ones",
            "widget": "checkboxes",
            "legend": "An older file",
        },
    )
    provider_kind = fields.Enum(
        ProviderKind,
        by_value=True,
        metadata={
            "label": "Type of provider",
            "hint": "Only for a list of providers that does not say. If blank, they are private",
            "widget": "select",
        },
    )


class ImportedFileOut(Schema):
    """`size` is in bytes, `sha256` the hash of the bytes in hexadecimal digits."""

    name = fields.String()
    size = fields.Integer()
    sha256 = fields.String()


class BegunOut(Schema):
    """One beginning: the first, or one after the import had broken off."""

    at = fields.AwareDateTime()
    by = person_field(allow_none=True, metadata={"description": "Null where it was started at the command line"})
    channel = fields.Enum(Channel, by_value=True)


class CountOut(Schema):
    counted = fields.Enum(Outcome, by_value=True, attribute="outcome")
    number = fields.Integer()


class RowProblemOut(Schema):
    """Lines count from 1, the header included."""

    line = fields.Integer()
    column = fields.String()
    reason = fields.String()
    row_taken = fields.Boolean(
        allow_none=True,
        metadata={"description": "Whether the row was taken, but for what is wrong; null where it was not kept"},
    )


class ImportOut(Schema):
    """An import as the API shows it. `problems` are the first hundred of `problem_count`. One that is neither
    finished nor refused is running, or broke off and goes on when the same file is sent again under another key."""

    reference = fields.String()
    version = fields.Integer()
    what = fields.Enum(ImportKind, by_value=True, attribute="asked.what")
    files = fields.List(fields.Nested(ImportedFileOut), attribute="asked.files")
    dated = fields.Date(attribute="asked.dated")
    day_assumed = fields.Boolean(
        attribute="asked.day_assumed",
        metadata={"description": "Nothing told the file's own day: it is taken as the day of the import"},
    )
    scanner = fields.String(
        metadata={"description": "What looked at the files before they were read, and found no virus; else empty"}
    )
    authority = fields.String(attribute="asked.authority", metadata={"description": "A name or code, or `all`"})
    part = fields.Boolean(attribute="asked.part")
    forced = fields.Boolean(attribute="asked.forced")
    beginnings = fields.List(fields.Nested(BegunOut))
    is_finished = fields.Boolean()
    finished_at = fields.AwareDateTime(allow_none=True)
    refused_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "When the whole file was refused; nothing was changed then"}
    )
    refusal = fields.String(metadata={"description": "Why the whole file was refused; else empty"})
    counts = fields.List(fields.Nested(CountOut))
    are_counts_whole = fields.Boolean(
        metadata={
            "description": "If false, an older release counted since the last of the `beginnings` only: what was "
            "saved before that is counted as known"
        }
    )
    problem_count = fields.Integer()
    problems = fields.List(fields.Nested(RowProblemOut))


class PreviewedProblemOut(RowProblemOut):
    value = fields.String(metadata={"description": "What the cell holds; no import keeps it"})


class SchoolsNamedOut(Schema):
    """Schools to which the same would happen: their number, and the first hundred by name."""

    change = fields.Enum(
        SchoolChange,
        by_value=True,
        allow_none=True,
        metadata={"description": "Null for those that are not in the file, for the first time or not"},
    )
    number = fields.Integer()
    names = fields.List(fields.String())


class SentenceOut(Schema):
    sentence = fields.String()
    times = fields.Integer()


class PreviewOut(Schema):
    """What an import would change; nothing of it is kept. `problems` are the first hundred of `problem_count`,
    `recorded` the first hundred sentences of what would be recorded, `more_recorded` counts what else would be."""

    imported_before = fields.String(
        attribute="before.reference",
        allow_none=True,
        dump_default=None,
        metadata={"description": "The last import of the very same file; null where there is none"},
    )
    dated = fields.Date(attribute="day")
    counts = fields.List(fields.Nested(CountOut), attribute="done.counts")
    schools = fields.List(fields.Nested(SchoolsNamedOut))
    problem_count = fields.Integer()
    problems = fields.List(fields.Nested(PreviewedProblemOut))
    recorded = fields.List(fields.Nested(SentenceOut), attribute="rehearsal.told")
    more_recorded = fields.Integer(attribute="rehearsal.more")


class ImportFilters(Schema):
    what = fields.Enum(ImportKind, by_value=True, metadata={"label": "What the file contains"})
