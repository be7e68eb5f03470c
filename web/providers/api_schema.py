"""How the API shows a provider, and what its list is narrowed by."""

from __future__ import annotations

from marshmallow import Schema, fields

from domain.provider import ConflictNature, Duty, ProviderKind, Requirement
from domain.vocabulary import Phase, ServiceType
from web.commands.correcting import CorrectedOut
from web.commands.fields import SchoolField, ValuesOf, line_field, person_field


class CapabilityOut(Schema):
    subject = fields.String()
    phase = fields.Enum(Phase, by_value=True)
    service = fields.Enum(ServiceType, by_value=True)
    offer = fields.Function(
        str, metadata={"type": "string", "description": "The three in words, as `withdraw` takes them"}
    )


class RateOut(Schema):
    from_ = fields.Date(data_key="from")
    day_rate = fields.Decimal(as_string=True, places=2)
    vat_registered = fields.Boolean(allow_none=True, metadata={"description": "Null where it is not known"})


class CapacityOut(Schema):
    from_ = fields.Date(data_key="from")
    until = fields.Date(attribute="to")
    days = fields.Decimal(as_string=True, places=2)


class SpecialistOut(Schema):
    person = person_field()
    subjects = fields.List(fields.String())
    teaches = fields.Boolean()
    duties = fields.List(fields.Enum(Duty, by_value=True))
    joined_on = fields.Date()
    left_on = fields.Date(allow_none=True)


class VettingCheckOut(Schema):
    item = fields.Enum(Requirement, by_value=True)
    person = person_field(allow_none=True)
    from_ = fields.Date(data_key="from")
    expires = fields.Date(allow_none=True)
    exempt = fields.Boolean()
    decided_in = fields.String(
        metadata={"description": "The decision by which it is exempt, empty if recorded before decisions were kept."}
    )
    revoked_on = fields.Date(allow_none=True)


class ConflictOut(Schema):
    nature = fields.Enum(ConflictNature, by_value=True)
    body = fields.String()
    school = SchoolField(allow_none=True)
    person = person_field(allow_none=True)
    from_ = fields.Date(data_key="from")
    until = fields.Date(allow_none=True, attribute="to")


class SuspensionOut(Schema):
    from_ = fields.Date(data_key="from")
    until = fields.Date(allow_none=True, attribute="to")


class ProviderOut(CorrectedOut):
    """A provider as the API shows it. Whether its people are cleared on a day is asked of `clearances`."""

    reference = fields.String()
    version = fields.Integer()
    name = fields.String()
    kind = fields.Enum(ProviderKind, by_value=True)
    trading_as = fields.String()
    host_school = SchoolField(allow_none=True)
    authority = fields.String()
    email = fields.String()
    telephone = fields.String()
    website = fields.String()
    capabilities = fields.List(fields.Nested(CapabilityOut))
    areas = fields.List(
        fields.String(),
        allow_none=True,
        metadata={"description": "Empty where the provider works anywhere, null where it has not told"},
    )
    rates = fields.List(fields.Nested(RateOut))
    capacities = fields.List(fields.Nested(CapacityOut))
    specialists = ValuesOf(fields.Nested(SpecialistOut))
    checks = fields.List(fields.Nested(VettingCheckOut))
    conflicts = fields.List(fields.Nested(ConflictOut))
    suspensions = fields.List(fields.Nested(SuspensionOut))
    removed_on = fields.Date(allow_none=True)


class ProviderFilters(Schema):
    q = line_field(required=False, label="Name or reference")
    subject = line_field(required=False, longest=100, label="Subject")
    phase = fields.Enum(Phase, by_value=True)
    service = fields.Enum(ServiceType, by_value=True, metadata={"label": "Type of support"})
    kind = fields.Enum(ProviderKind, by_value=True, metadata={"label": "Type of provider"})
