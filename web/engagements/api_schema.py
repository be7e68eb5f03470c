"""How the API shows an engagement."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from marshmallow import Schema, fields

from domain.engagement import (
    Attainment,
    BreachAnswer,
    BrokeredEngagement,
    EngagementStatus,
    Session,
    SessionOutlook,
    SessionStatus,
)
from domain.vocabulary import Phase, Side, SupportKind
from providers.outlook import Outlook
from web.access.context import RequestContext
from web.access.policy import RecordScope
from web.brokerage.outlooks import vetted_by_rows, work_outlook
from web.brokerage.vetting_policy import vetting_of
from web.commands.correcting import CorrectedOut
from web.commands.fields import RecordField, SchoolField, ValuesOf, person_field, provider_field
from web.commands.on_behalf import OnBehalfOut


def _two_places(attribute: str | None = None) -> fields.Decimal:
    return fields.Decimal(as_string=True, places=2, attribute=attribute)


class AgreementOut(Schema):
    by = person_field(
        allow_none=True, metadata={"description": "Who agreed, or recorded the agreement for that side"}
    )
    on = fields.Date()
    on_behalf = fields.Boolean()
    reason = fields.String(metadata={"description": "How it was agreed, if it was recorded for that side"})
    recorded = fields.Nested(
        OnBehalfOut,
        data_key="agreement_recorded",
        allow_none=True,
        metadata={"description": "What was recorded for that side, and whether it has confirmed it"},
    )


@dataclass(frozen=True, slots=True)
class SessionToday(Session):
    """A session; of one that is planned, how it stands today and what stands against it."""

    outlook: SessionOutlook | None = None
    against: tuple[str, ...] = ()


class EngagementToday(BrokeredEngagement, part=True):
    """An engagement as it stands today, with how its planned sessions stand."""


def copy_for(context: RequestContext, engagement: BrokeredEngagement, _: RecordScope) -> BrokeredEngagement:
    """The engagement with how each planned session stands by what is known of the provider today."""
    planned = engagement.planned_sessions
    if not planned:
        return engagement
    work = engagement.work
    with context.read() as snapshot:
        known = vetted_by_rows(vetting_of(snapshot.connection, work.provider))
    if known is None:
        return engagement
    days = [(each.number, each.on) for each in planned]
    found = work_outlook(context.services, known, work.specialist, days, begins=work.begins)
    seen = EngagementToday(engagement.id)
    vars(seen).update(vars(engagement))
    seen.sessions = {
        number: _today(session, found.sessions.get(number)) for number, session in engagement.sessions.items()
    }
    return seen


def _today(session: Session, outlook: Outlook | None) -> Session:
    if outlook is None:
        return session
    told = {each.name: getattr(session, each.name) for each in dataclasses.fields(session)}
    return SessionToday(**told, outlook=outlook.state, against=outlook.against)


class SessionOut(Schema):
    number = fields.Integer()
    status = fields.Enum(SessionStatus, by_value=True)
    outlook = fields.Enum(
        SessionOutlook,
        by_value=True,
        allow_none=True,
        dump_default=None,
        metadata={"description": "Whether a planned session can be held, by what is known today."},
    )
    against = fields.List(
        fields.String(),
        dump_default=(),
        metadata={"description": "What stands against a planned session, or has to be renewed before it."},
    )
    on = fields.Date()
    days = _two_places()
    minutes = fields.Integer(allow_none=True)
    place = fields.String()
    specialist = person_field(allow_none=True)
    note = fields.String()
    attended = fields.Integer(allow_none=True)
    net = _two_places()
    chargeable = fields.Boolean()
    cancelled_by = fields.Enum(Side, by_value=True, allow_none=True)
    reason = fields.String()
    reported_on = fields.Date(
        allow_none=True, metadata={"description": "When it was recorded that it was held, or was not"}
    )
    missing = fields.List(
        fields.String(), metadata={"description": "Of what it was held in breach; none if it was not."}
    )
    found_later_on = fields.Date(
        allow_none=True,
        metadata={"description": "When it was recorded what shows the breach; by what was known then, it was none."},
    )
    answer = fields.Enum(
        BreachAnswer,
        by_value=True,
        allow_none=True,
        data_key="breach_answer",
        metadata={"description": "What the breach came to, once it is closed."},
    )
    restated_on = fields.Date(
        allow_none=True, metadata={"description": "When what was entered of it was last corrected"}
    )
    told = fields.String(metadata={"description": "Who was informed of the breach."})
    followed = fields.String(metadata={"description": "What was done about the breach."})


class ConsentOut(Schema):
    school_by = person_field()
    school_on = fields.Date()
    provider_by = person_field()
    provider_on = fields.Date()


class VariationOut(Schema):
    on = fields.Date()
    days = _two_places()
    net = _two_places()
    vat = _two_places()
    ends = fields.Date()
    reason = fields.String()
    consent = fields.Nested(ConsentOut, allow_none=True)


class OutcomeOut(Schema):
    work_objective = fields.String(attribute="objective")
    attainment = fields.Enum(Attainment, by_value=True)


class EvaluationOut(Schema):
    quality = fields.Integer()
    impact = fields.Integer()
    comment = fields.String()
    outcomes = fields.List(fields.Nested(OutcomeOut))
    evaluator = person_field()


class EndingOut(Schema):
    side = fields.Enum(Side, by_value=True)
    on = fields.Date()
    reason = fields.String()


class EngagementOut(CorrectedOut):
    """An engagement as the API shows it. Sums in pounds; days of support in halves."""

    reference = fields.String()
    version = fields.Integer()
    status = fields.Enum(EngagementStatus, by_value=True)
    request = RecordField("support-request", "SR")
    tender = RecordField("tender", "TN", allow_none=True)
    school = SchoolField(attribute="work.school")
    provider = provider_field(attribute="work.provider")
    specialist = person_field(attribute="work.specialist")
    kind = fields.Enum(SupportKind, by_value=True, attribute="work.kind")
    subject = fields.String(attribute="work.subject")
    phase = fields.Enum(Phase, by_value=True, attribute="work.phase")
    scope = fields.String(attribute="work.scope")
    work_objectives = fields.List(fields.String(), attribute="work.objectives")
    begins = fields.Date(attribute="work.begins")
    ends = fields.Date(attribute="work.ends")
    fund = fields.String(attribute="work.fund")
    days = _two_places("work.days")
    used_days = _two_places()
    planned_days = _two_places()
    left_days = _two_places()
    net = _two_places("work.net")
    vat = _two_places("work.vat")
    gross = _two_places("work.gross")
    spent = _two_places("cost")
    agreements = fields.Dict(
        keys=fields.Enum(Side, by_value=True),
        values=fields.Nested(AgreementOut),
        metadata={"description": "Who agreed, by side"},
    )
    cleared = fields.Boolean()
    exemptions = fields.List(
        fields.String(),
        attribute="exempt",
        metadata={"description": "Exemptions on which the clearance rests, none if it does not."},
    )
    conditions = fields.List(
        fields.String(), metadata={"description": "What has to be renewed during the work, and by when."}
    )
    cleared_until = fields.Date(allow_none=True, attribute="cleared_to")
    cleared_under = fields.List(fields.String(), metadata={"description": "Versions of the vetting policy"})
    sessions = ValuesOf(fields.Nested(SessionOut))
    variations = fields.List(fields.Nested(VariationOut))
    evaluation = fields.Nested(EvaluationOut, allow_none=True)
    evaluation_waived = fields.Boolean()
    ending = fields.Nested(EndingOut, allow_none=True)
