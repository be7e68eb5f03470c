"""What is asked when a provider is registered, described, vetted, suspended and removed."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from domain.provider import ConflictNature, Duty, Evidence, ProviderKind, Requirement
from domain.provider.exemptions import MAY_BE_EXEMPT
from domain.vocabulary import Phase, ServiceType
from web.commands.confirming import Confirming, why_unusual
from web.commands.correcting import Correcting
from web.commands.decided import DecidedElsewhere
from web.commands.fields import (
    RecordField,
    SchoolField,
    choice_field,
    chosen_person,
    day_field,
    days_field,
    line_field,
    money_field,
    reason_field,
)

OFFERS, SPECIALISTS, PEOPLE = "offers", "specialists", "people"
"""What the forms offer to choose from: the provider's own offers and specialists, everybody known to the service, and
those who work in it."""

ENGAGEMENTS, NOT_CONFIRMED = "engagements", "not_confirmed"
"""The provider's engagements under way, and those that are proposed or agreed."""


def kind() -> fields.Field[Any]:
    return choice_field(ProviderKind, "Type of provider", widget="radios", noun="the type of provider")


def host_school() -> SchoolField:
    return SchoolField(
        metadata={
            "label": "Host school",
            "hint": "For a school-based provider in this authority: the school's URN",
            "width": 10,
        }
    )


def other_authority() -> fields.String:
    return line_field(
        required=False,
        label="Other authority",
        hint="For a school-based provider from elsewhere: its authority",
    )


class RegisterOrganisation(Confirming):
    trading_as = line_field(label="Name", noun="the provider's name")
    why_unusual = why_unusual("trading_as")
    kind = kind()
    host_school = host_school()
    authority = other_authority()
    email = fields.Email(load_default="", validate=validate.Length(max=254), metadata={"label": "Email address"})
    telephone = line_field(required=False, longest=40, label="Telephone number")
    website = line_field(required=False, longest=300, label="Website")


class RegisterPractitioner(Confirming):
    name = line_field(label="The person's name", noun="the person's name")
    why_unusual = why_unusual("name")
    email = fields.Email(load_default="", validate=validate.Length(max=254), metadata={"label": "Email address"})
    trading_as = line_field(required=False, label="Trading name", hint="If they trade under a different name")
    kind = kind()
    teaches = fields.Boolean(
        required=True, metadata={"label": "Teaches pupils", "noun": "whether this person teaches pupils"}
    )
    host_school = host_school()
    authority = other_authority()
    website = line_field(required=False, longest=300, label="Website")


class RenameProvider(Schema):
    trading_as = line_field(required=False, label="Name or trading name")
    name = line_field(required=False, label="The person's name", hint="Sole practitioners only")


class CorrectProvider(Correcting):
    trading_as = line_field(required=False, label="Name or trading name")
    name = line_field(required=False, label="The person's name", hint="Sole practitioners only")
    kind = choice_field(ProviderKind, "Type of provider", required=False)
    host_school = host_school()
    authority = other_authority()


class ChangeProviderContact(Schema):
    email = fields.Email(load_default="", validate=validate.Length(max=254), metadata={"label": "Email address"})
    telephone = line_field(required=False, longest=40, label="Telephone number")
    website = line_field(required=False, longest=300, label="Website")


class OfferServices(Confirming):
    """A subject in every chosen phase and by every chosen service."""

    subject = line_field(label="Subject", longest=100, noun="the subject")
    why_unusual = why_unusual("subject")
    phases = fields.List(
        fields.Enum(Phase, by_value=True),
        required=True,
        validate=validate.Length(min=1),
        metadata={"noun": "a phase"},
    )
    services = fields.List(
        fields.Enum(ServiceType, by_value=True),
        required=True,
        validate=validate.Length(min=1),
        metadata={"label": "Types of support", "noun": "a type of support"},
    )


class WithdrawOffers(Schema):
    offers = fields.List(
        fields.String(validate=validate.Length(1, 300)),
        required=True,
        validate=validate.Length(min=1),
        metadata={
            "label": "What to remove",
            "noun": "what to remove",
            "choices": lambda context: context[OFFERS],
        },
    )


class SetCoverage(Schema):
    areas = fields.List(
        fields.String(validate=validate.Length(1, 100)),
        load_default=list,
        validate=validate.Length(max=200),
        metadata={
            "label": "Areas",
            "hint": "Enter each authority or region on a new line. Leave empty if the provider works anywhere.",
        },
    )


class SetDayRate(Schema):
    from_ = day_field("From", name="from")
    day_rate = money_field(label="Day rate", hint="In pounds, excluding VAT")
    vat_registered = fields.Boolean(
        required=True, metadata={"label": "Registered for VAT", "noun": "whether the provider is registered for VAT"}
    )


class DeclareCapacity(Schema):
    from_ = day_field("From", name="from")
    to = day_field("To", name="until", hint="Last day available")
    days = days_field(label="Days available")


def _teaches() -> fields.Boolean:
    return fields.Boolean(
        required=True, metadata={"label": "Teaches pupils", "noun": "whether this person teaches pupils"}
    )


def _duties() -> fields.List[Duty]:
    return fields.List(
        fields.Enum(Duty, by_value=True),
        load_default=list,
        validate=validate.Length(max=len(Duty)),
        metadata={"label": "This person also", "hint": "More is checked for each of these"},
    )


class AddSpecialist(Confirming):
    person = chosen_person(
        "Someone already in the service",
        PEOPLE,
        required=False,
        widget="person",
        hint="Start typing a name. Leave empty to add someone new.",
    )
    name = line_field(required=False, label="Name of new person")
    email = fields.Email(
        load_default="", validate=validate.Length(max=254), metadata={"label": "Email address of new person"}
    )
    subjects = fields.List(
        fields.String(validate=validate.Length(1, 100)),
        load_default=list,
        validate=validate.Length(max=50),
        metadata={"hint": "Enter each subject on a new line. Leave empty for everything the provider offers."},
    )
    why_unusual = why_unusual("subjects")
    teaches = _teaches()
    duties = _duties()

    @validates_schema
    def one_of_them(self, values: dict[str, Any], **_: Any) -> None:
        if not values.get("person") and not values.get("name", "").strip():
            raise ValidationError("Choose a person or enter the name of someone new", "person")
        if values.get("person") and values.get("name", "").strip():
            raise ValidationError("Choose a person or enter a new name, not both", "name")


class ChangeDuties(Schema):
    person = chosen_person("Specialist", SPECIALISTS, noun="the specialist")
    teaches = _teaches()
    duties = _duties()


class NoteLeaving(Schema):
    person = chosen_person("Who left", SPECIALISTS, noun="who left")
    on = day_field("First day they no longer work there", required=False, hint="Leave empty for today")
    reason = reason_field()


def _item() -> fields.Field[Any]:
    return choice_field(Requirement, "Requirement", widget="select", noun="the requirement")


def _whose() -> RecordField:
    return chosen_person(
        "Who it is for",
        SPECIALISTS,
        required=False,
        hint="Leave empty for insurance, data protection terms and declarations. These belong to the provider.",
    )


class MeetRequirement(Schema):
    item = _item()
    person = _whose()
    checked_on = day_field("Checked on")
    evidence = fields.Enum(
        Evidence,
        by_value=True,
        required=True,
        data_key="evidence_seen",
        metadata={
            "label": "Evidence",
            "noun": "the evidence seen",
            "hint": "Do not keep a copy or a certificate number. Record only what you saw.",
        },
    )
    expires = day_field(
        "Valid until",
        required=False,
        hint="The last day on the document. Insurance always has one. If a document names none, leave this empty: "
        "the check then counts for as long as the vetting rules say",
    )


EXEMPTIBLE = [(item.value, item.label) for item in Requirement if item in MAY_BE_EXEMPT]
"""The checks that somebody may do without for a while."""


class ExemptRequirement(Schema):
    item = choice_field(
        Requirement,
        "Requirement",
        widget="select",
        noun="the requirement",
        choices=EXEMPTIBLE,
        hint="Nobody can be exempt from any other check",
    )
    person = _whose()
    until = day_field("Exempt until", hint="An exemption holds from the day it is granted")
    safeguard = line_field(
        required=False,
        label="Who at the school supervises every session",
        hint="Needed while a DBS certificate is awaited",
    )
    reason = reason_field("Why the work cannot wait for the check")


class RecordExemption(DecidedElsewhere, ExemptRequirement):
    """An exemption that was granted in a meeting or by email."""


class RevokeRequirement(Schema):
    item = _item()
    person = _whose()
    on = day_field("From", required=False, hint="Leave empty for today")
    reason = reason_field("Reason for revoking it")


class DeclareConflict(Schema):
    nature = choice_field(ConflictNature, "Type of conflict", noun="the type of conflict")
    school = SchoolField(metadata={"label": "School", "hint": "The school's URN", "width": 10})
    body = line_field(required=False, label="Another organisation", hint="If it is not a school")
    person = chosen_person(
        "Who has the conflict", SPECIALISTS, required=False, hint="Leave empty if it is the provider"
    )
    from_ = day_field("From", name="from")
    to = day_field("To", name="until", required=False, hint="Leave empty if it is ongoing")


class SuspendProvider(Schema):
    reason = reason_field("Reason for suspending the provider")
    pause = fields.List(
        RecordField("engagement", "BE"),
        load_default=list,
        metadata={
            "label": "Engagements in delivery to pause",
            "hint": "Those you select stay paused until someone resumes them. The others continue as soon as the "
            "suspension is lifted.",
            "choices": lambda context: context[ENGAGEMENTS],
        },
    )
    cancel = fields.List(
        RecordField("engagement", "BE"),
        load_default=list,
        metadata={
            "label": "Engagements not yet confirmed to cancel",
            "hint": "If you select one, its request becomes open again. The others cannot be confirmed until "
            "the suspension is lifted.",
            "choices": lambda context: context[NOT_CONFIRMED],
        },
    )


class ReinstateProvider(Schema):
    from_ = day_field("From", required=False, name="from", hint="Leave empty for today")
    reason = reason_field("Reason for lifting the suspension")


class RemoveProvider(Schema):
    reason = reason_field()
