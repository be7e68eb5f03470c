"""What programs ask of schools beside the register: a school's file, the successions that wait, and the hand-over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from domain.aggregate import Refusal
from domain.school import School
from projections import schools as view
from web.access.context import RequestContext, Snapshot
from web.access.policy import Action
from web.commands.dispatch import LoadedRecord
from web.commands.fields import day_field, person_field, reason_field
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import BulkCommand, Values
from web.forms.numbers import WholeNumber
from web.history.timeline import OF_ENTRIES, HistoryEntry, as_row, timeline_of_school
from web.schools.agreed_links import Link, confirm_links
from web.schools.agreed_links_pages import confirmer
from web.schools.commands import schools
from web.schools.file import institution_of_file
from web.schools.hand_over import (
    HandOverOutcome,
    HandOverTerms,
    hand_over_schools,
    is_done,
    outcomes_before,
    schools_to_hand_over,
)
from web.schools.schemas import SchoolFileFilters

__all__ = ["schools"]

MOST_AT_ONCE = 500
"""Schools of one hand-over; more than any officer has."""

NOT_THEIRS = "This officer is not the school's link officer, or you may not hand the school over"


class FileQuery(SchoolFileFilters):
    of = WholeNumber(
        validate=validate.Range(1, 9_999_999),
        metadata={"label": "URN of a school that merged into this one, for what was recorded of it before"},
    )


def _file(
    snapshot: Snapshot, found: LoadedRecord[School], filters: Values, after: str | None, limit: int
) -> list[HistoryEntry]:
    """All that happened with a school and with those that went into it, the latest first."""
    of = filters.get("of")
    merged = view.merged_schools(snapshot.connection, found.record.id) if of else ()
    shown, _ = timeline_of_school(
        snapshot,
        found.record.id,
        then=institution_of_file(merged, str(of or "")),
        purposes=filters.get("purpose", ()),
        after=None if after is None else UUID(after),
        limit=limit,
    )
    return [as_row(entry, HistoryEntry) for entry in shown]


schools.list_endpoints.append(
    ListEndpoint(
        "file",
        Action.READ_SCHOOL_FILE,
        Listing(
            HistoryEntry,
            _file,
            lambda row: str(row.id),
            FileQuery,
            place=UUID,
            inside=("position",),
            names=OF_ENTRIES,
        ),
        "A school's file, latest first",
    )
)


class SchoolToGive(Schema):
    urn = WholeNumber(required=True, validate=validate.Range(1, 9_999_999), metadata={"label": "URN"})
    version = WholeNumber(
        required=True,
        validate=validate.Range(1, 999_999_999),
        metadata={"label": "The version of the school as you read it"},
    )


class HandSchoolsOver(Schema):
    officer = person_field(
        load_default=None,
        metadata={"label": "Officer handing over", "description": "Leave out to give schools without a link officer"},
    )
    schools = fields.List(
        fields.Nested(SchoolToGive),
        required=True,
        validate=validate.Length(1, MOST_AT_ONCE),
        metadata={"label": "Schools"},
    )
    to = person_field(required=True, data_key="to_officer", metadata={"label": "New link officer"})
    from_ = day_field("First day", name="from")
    reason = reason_field()


class LinkToConfirm(Schema):
    urn = WholeNumber(required=True, validate=validate.Range(1, 9_999_999), metadata={"label": "URN"})
    later_urn = WholeNumber(
        required=True,
        validate=validate.Range(1, 9_999_999),
        metadata={"label": "The later URN to which the register links it"},
    )


class ConfirmLinks(Schema):
    links = fields.List(
        fields.Nested(LinkToConfirm),
        required=True,
        validate=validate.Length(1, MOST_AT_ONCE),
        metadata={"label": "Links on which the register and the list of links agree"},
    )
    reason = reason_field()


class LinkConfirmed(Schema):
    """What became of one link; `refusal` says why it was not confirmed, and is empty where it was."""

    urn = fields.Function(lambda outcome: outcome.link.urn, metadata={"type": "integer"})
    later_urn = fields.Function(lambda outcome: outcome.link.later_urn, metadata={"type": "integer"})
    confirmed = fields.Function(lambda outcome: not outcome.refusal, metadata={"type": "boolean"})
    refusal = fields.String()


class LinksConfirmed(Schema):
    """What became of each link, in the order asked."""

    items = fields.List(fields.Nested(LinkConfirmed))


def _confirm_links(context: RequestContext, values: Values, command: UUID) -> Mapping[str, Any]:
    """Confirm that schools go on under their later URNs."""
    links = [Link(each["urn"], each["later_urn"]) for each in values["links"]]
    return {"items": confirm_links(context.services, links, values["reason"], confirmer(context, command))}


schools.several.append(
    BulkCommand(
        "confirm-links",
        "Confirm links between schools on which the register agrees",
        Action.KEEP_REGISTER,
        ConfirmLinks,
        LinksConfirmed,
        _confirm_links,
    )
)


class SchoolGiven(Schema):
    """What became of one school; `refusal` says why it was not handed over, and is empty where it was."""

    urn = fields.Integer()
    name = fields.String()
    handed_over = fields.Function(lambda outcome: not outcome.refusal, metadata={"type": "boolean"})
    refusal = fields.String()


class SchoolsGiven(Schema):
    """What became of each school, in the order asked."""

    items = fields.List(fields.Nested(SchoolGiven))


def _hand_over(context: RequestContext, values: Values, command: UUID) -> Mapping[str, Any]:
    """Give an officer's schools to another. Raises the refusal that stands against all of it."""
    asked = {each["urn"]: each["version"] for each in values["schools"]}
    before = values["officer"]
    if is_done(context, command):
        return {"items": outcomes_before(context, map(str, asked), before)}
    offered = {school.urn: school for school in schools_to_hand_over(context, before)}
    terms = HandOverTerms(to=values["to"], from_=values["from_"], reason=values["reason"])
    picked = [(offered[urn], version) for urn, version in asked.items() if urn in offered]
    try:
        given = {outcome.urn: outcome for outcome in hand_over_schools(context, picked, terms, command)}
    except Refusal as refusal:
        refusal.field = "to_officer" if refusal.field == "officer" else refusal.field
        raise
    return {"items": [given.get(urn) or HandOverOutcome("", urn, NOT_THEIRS) for urn in asked]}


schools.several.append(
    BulkCommand(
        "hand-over",
        "Hand over schools to another officer",
        Action.ASSIGN_OFFICERS,
        HandSchoolsOver,
        SchoolsGiven,
        _hand_over,
    )
)
