"""What is asked when a concern is raised, assessed, acted on and ended; and how the API shows a case."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from domain.concern import (
    CaseStatus,
    ConcernKind,
    ConcernSource,
    Finding,
    Objective,
    Rag,
    Rating,
    ReferredTo,
    ReviewDecision,
    Severity,
    StepKind,
)
from domain.concern.meetings import LONGEST
from domain.vocabulary import Purpose, Role, Sensitivity
from web.commands.correcting import CorrectedOut, Correcting
from web.commands.fields import (
    NO_PUPILS,
    RecordField,
    SchoolField,
    choice_field,
    day_field,
    line_field,
    person_field,
    reason_field,
    text_field,
)
from web.concerns.formal_schemas import LadderEntryOut, NoticeOut, PowerOut
from web.forms.numbers import WholeNumber
from web.layout.filter_fields import school_filter

SCHOOLS, OBJECTIVES = "schools", "objectives"
"""What forms offer: schools, and the objectives that a review rates."""


WHY = reason_field("Why this is needed")


POSTS = {Role.HEADTEACHER: "The headteacher", Role.CHAIR: "The chair of governors, or governors"}


def _of_the_school(label: str, **options: Any) -> fields.List[Role]:
    metadata = {"label": label, "hint": options.pop("hint", ""), "noun": options.pop("noun", "")}
    return fields.List(
        fields.Enum(Role, by_value=True, validate=validate.OneOf(list(POSTS))),
        metadata={**metadata, "choices": [(post.value, said) for post, said in POSTS.items()]},
        **options,
    )


def _has_a_form_of_its_own(kind: ConcernKind) -> None:
    if kind is ConcernKind.SAFEGUARDING:
        raise ValidationError("Use “Safeguarding concern or allegation”: it says whom to call now")


def _source_name(*, required: bool = True) -> fields.String:
    """Who told the service; `in_confidence` to those who have the right to know."""
    return line_field(
        required=required,
        label="Who told us, in confidence",
        hint="Only directors and the school's link and cover officers can read this. Do not write it anywhere else",
        noun="who told the service",
        in_confidence=True,
    )


class NameSource(Schema):
    source_name = _source_name()


class RaiseConcern(Schema):
    school = SchoolField(
        required=True,
        metadata={
            "label": "School",
            "hint": "Start typing its name or URN",
            "widget": "school",
            "choices": lambda context: context[SCHOOLS],
        },
    )
    kind = fields.Enum(
        ConcernKind,
        by_value=True,
        required=True,
        validate=_has_a_form_of_its_own,
        metadata={
            "label": "What it is about",
            "hint": "A child at risk, or an allegation against a person, has a form of its own",
            "choices": [(kind.value, kind.label) for kind in ConcernKind if kind is not ConcernKind.SAFEGUARDING],
        },
    )
    source = choice_field(ConcernSource, "How we found out")
    visit = RecordField(
        "visit",
        "V",
        metadata={
            "label": "Visit",
            "hint": "The visit's reference, if that is how we found out",
            "width": 20,
        },
    )
    severity = fields.Enum(Severity, by_value=True, required=True)
    detail = text_field(label="What the concern is", hint=NO_PUPILS, noun="what the concern is")
    purpose = fields.Enum(
        Purpose,
        by_value=True,
        required=True,
        validate=validate.OneOf([Purpose.CHALLENGE, Purpose.MONITORING]),
        metadata={
            "widget": "radios",
            "choices": [(purpose.value, purpose.label) for purpose in (Purpose.CHALLENGE, Purpose.MONITORING)],
        },
    )
    sensitivity = fields.Enum(Sensitivity, by_value=True, load_default=Sensitivity.ORDINARY)
    about_posts = _of_the_school(
        "Is it about somebody who leads the school?",
        load_default=tuple,
        hint="Choose none if it is about neither. It is not shared with those it is about unless somebody says so",
    )
    on = day_field("Date of the concern", required=False, hint="Leave empty for today")
    source_name = _source_name(required=False)


class ShareConcern(Schema):
    with_ = _of_the_school(
        "Who in the school can read it", required=True, data_key="with", noun="who in the school can read it"
    )
    words = text_field(
        label="What they will read",
        hint=f"They read this and what is written from now on, and nothing that was written before. {NO_PUPILS}",
        noun="the words that they will read",
    )


class RecordSafeguardingReferral(Schema):
    """To whom something was referred, and when; what it is about is kept there."""

    to = choice_field(ReferredTo, "Who it was referred to", widget="radios", noun="who it was referred to")
    on = day_field("Date of the referral", noun="the date of the referral")
    reference = line_field(
        required=False,
        longest=40,
        label="Their reference",
        hint="Only the reference that they gave you. No names, and nothing about what happened",
        width=20,
    )


class RaiseSafeguarding(RecordSafeguardingReferral):
    """Whether, when and to whom it was referred, and nothing else."""

    school = RaiseConcern().fields["school"]
    is_referred = fields.Boolean(
        required=True,
        truthy={"yes", "true", True},
        falsy={"no", "false", False},
        metadata={
            "label": "Has it been referred?",
            "widget": "radios",
            "choices": [("yes", "Yes"), ("no", "Not yet. I will refer it now and record it today")],
            "noun": "whether it has been referred",
        },
    )
    to = choice_field(
        ReferredTo,
        "If yes, who it was referred to",
        required=False,
        widget="radios",
        noun="who it was referred to",
    )
    on = day_field("If yes, date of the referral", required=False, noun="the date of the referral")

    class Meta:
        fields = ("school", "is_referred", "to", "on", "reference")

    @validates_schema
    def says_to_whom(self, values: dict[str, Any], **_: Any) -> None:
        if not values.get("is_referred"):
            return
        missing = {
            name: [f"Enter {told}"]
            for name, told in (("to", "who it was referred to"), ("on", "the date of the referral"))
            if not values.get(name)
        }
        if missing:
            raise ValidationError(missing)


class RewordConcern(Schema):
    detail = text_field(label="What the concern is", hint=NO_PUPILS, noun="what the concern is")
    reason = reason_field("Reason for the change")


class CorrectConcern(Correcting):
    school = SchoolField(
        metadata={
            "label": "School",
            "hint": "Start typing its name or URN",
            "widget": "school",
            "choices": lambda context: context[SCHOOLS],
        }
    )
    severity = choice_field(Severity, "Severity", required=False)


class WithdrawConcern(Schema):
    reason = reason_field("Why it was raised in error")


class AssessConcern(Schema):
    assessment = text_field(label="What was found")
    rating = fields.Enum(Rating, by_value=True, required=True)


class AnObjective(Schema):
    text = line_field(label="Objective", longest=500)
    measure = line_field(label="How it will be measured", longest=500)
    due = day_field("Due", noun="the date it is due")


class AnObjectiveToRevise(AnObjective):
    withdrawn = fields.Boolean(
        load_default=False, metadata={"label": "Withdrawn: no longer reviewed", "widget": "checkboxes"}
    )


def _objectives(inner: type[Schema], **metadata: Any) -> fields.List[Any]:
    return fields.List(
        fields.Nested(inner),
        required=True,
        validate=validate.Length(min=1, error="Enter at least one objective"),
        metadata={"row_label": "Objective", **metadata},
    )


class StartIntervention(Schema):
    plan = text_field(label="Plan", rows=8)
    objectives = _objectives(AnObjective)
    review_on = day_field("Date of the first review")
    reason = WHY

    @post_load
    def numbered(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        values["objectives"] = [Objective(number, **one) for number, one in enumerate(values["objectives"], 1)]
        return values


class RevisePlan(StartIntervention):
    class Meta:
        exclude = ("review_on",)

    objectives = _objectives(
        AnObjectiveToRevise,
        hint="You cannot reword an objective that a review has rated. Withdraw it if it no longer applies.",
    )
    reason = reason_field("Reason for the change")


class AFinding(Schema):
    objective = WholeNumber(
        required=True,
        validate=validate.Range(1, 50),
        metadata={
            "label": "Objective",
            "widget": "select",
            "choices": lambda context: context[OBJECTIVES],
            "description": "The number of the objective",
        },
    )
    rag = choice_field(Rag, "Progress")
    commentary = text_field(label="Evidence of progress", rows=2)


class HoldReview(Schema):
    on = day_field("Date of the review")
    evidence = text_field(label="Evidence")
    findings = fields.List(
        fields.Nested(AFinding), required=True, metadata={"label": "Findings", "row_label": "Finding"}
    )
    advice = choice_field(ReviewDecision, "What the panel advises", widget="radios")
    reason = reason_field("Reason for the advice")

    @post_load
    def found(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        values["findings"] = [Finding(**finding) for finding in values["findings"]]
        return values


RECORDED_STEPS = (StepKind.INFORMAL, StepKind.MEETING, StepKind.EVIDENCE)
"""Steps that take no decision."""


class PromiseMeetings(Schema):
    weeks = WholeNumber(
        required=True,
        validate=validate.Range(0, LONGEST),
        metadata={
            "label": "Weeks between meetings",
            "hint": "0 for no regular meetings any more",
        },
    )
    reason = reason_field("Reason")


class RecordStep(Schema):
    on = day_field("Date of the step")
    kind = fields.Enum(
        StepKind,
        by_value=True,
        required=True,
        validate=validate.OneOf(
            RECORDED_STEPS,
            error="Choose an informal step, a meeting or evidence. A formal step is an act of its own",
        ),
        metadata={
            "label": "Type of step",
            "widget": "radios",
            "choices": [(kind.value, kind.label) for kind in RECORDED_STEPS],
        },
    )
    text = text_field(label="What was done")


class ContinueIntervention(Schema):
    next_review_on = day_field("Date of the next review")
    reason = reason_field("Reason for the decision")


class ChangeLevel(ContinueIntervention):
    level = fields.Enum(
        ReviewDecision,
        by_value=True,
        required=True,
        validate=validate.OneOf([ReviewDecision.STEP_UP, ReviewDecision.STEP_DOWN]),
        metadata={
            "label": "Decision",
            "widget": "radios",
            "choices": [(each.value, each.label) for each in (ReviewDecision.STEP_UP, ReviewDecision.STEP_DOWN)],
        },
    )


class PauseConcern(Schema):
    until = day_field(
        "Work goes on from", required=False, hint="Leave empty for 20 days. A director decides on a longer pause"
    )
    reason = reason_field()


class EndIntervention(Schema):
    outcome = text_field(label="Outcome of the intervention")
    reason = reason_field("Reason for ending it")


class ChangeSensitivity(Schema):
    sensitivity = choice_field(
        Sensitivity,
        "Who can read it",
        widget="radios",
        noun="who can read it",
        choices=[
            (Sensitivity.ORDINARY.value, "People who can read concerns, and the school once it is shared"),
            (Sensitivity.RESTRICTED.value, "Only people who can read restricted concerns"),
            (
                Sensitivity.SAFEGUARDING.value,
                "Only people who can read restricted concerns, because it is about safeguarding",
            ),
        ],
    )
    reason = reason_field()


class GiveReason(Schema):
    """A step that needs a reason."""

    reason = reason_field()


NAMED = person_field(
    allow_none=True,
    metadata={"description": "Chosen as having authorised it before decisions were kept, where somebody else acted."},
)


class ObjectiveOut(AnObjectiveToRevise):
    number = fields.Integer()


class FindingOut(AFinding):
    pass


class AssessmentOut(Schema):
    on = fields.Date()
    text = fields.String()
    rating = fields.Enum(Rating, by_value=True)
    by = person_field(allow_none=True)
    named_authoriser = NAMED


class ReviewOut(Schema):
    on = fields.Date()
    evidence = fields.String()
    objectives = fields.List(fields.Nested(ObjectiveOut))
    findings = fields.List(fields.Nested(FindingOut))
    advice = fields.Enum(ReviewDecision, by_value=True, allow_none=True)
    decision = fields.Enum(ReviewDecision, by_value=True, allow_none=True)
    decided_by = person_field(allow_none=True)
    decided_on = fields.Date(allow_none=True)
    decided_because = fields.String()
    next_review_on = fields.Date(allow_none=True)
    by = person_field(allow_none=True)
    named_authoriser = NAMED
    reason = fields.String()


class WordingOut(Schema):
    text = fields.String()
    until = fields.Date()
    reworded_by = person_field(allow_none=True)


class ShareOut(Schema):
    post = fields.Enum(Role, by_value=True, data_key="reader")
    words = fields.String()
    on = fields.Date()
    by = person_field(allow_none=True)


class SafeguardingReferralOut(Schema):
    to = fields.Enum(ReferredTo, by_value=True)
    on = fields.Date()
    reference = fields.String()
    recorded_by = person_field(allow_none=True)


class StepOut(Schema):
    on = fields.Date()
    kind = fields.Enum(StepKind, by_value=True)
    text = fields.String()
    ground = fields.String()
    by = person_field(allow_none=True)
    named_authoriser = NAMED


class ConcernOut(CorrectedOut):
    """A case as the API shows it."""

    reference = fields.String()
    version = fields.Integer()
    school = SchoolField()
    kind = fields.Enum(ConcernKind, by_value=True)
    source = fields.Enum(ConcernSource, by_value=True)
    severity = fields.Enum(Severity, by_value=True)
    status = fields.Enum(CaseStatus, by_value=True)
    purpose = fields.Enum(Purpose, by_value=True)
    sensitivity = fields.Enum(Sensitivity, by_value=True)
    detail = fields.String()
    earlier_wordings = fields.List(
        fields.Nested(WordingOut),
        metadata={"description": "What the concern said before it was reworded, oldest first."},
    )
    shared_with = fields.List(fields.Nested(ShareOut), metadata={"description": "Who from the school can read it."})
    is_open_from_the_start = fields.Boolean(
        metadata={"description": "Raised when head and chair could read every concern that is not restricted."}
    )
    about_posts = fields.List(fields.Enum(Role, by_value=True))
    safeguarding_referrals = fields.List(
        fields.Nested(SafeguardingReferralOut),
        metadata={"description": "To whom a safeguarding concern was referred."},
    )
    raised_on = fields.Date()
    raised_by = person_field(allow_none=True)
    named_authoriser = NAMED
    source_name = fields.String(
        attribute="source_name.value",
        dump_default="",
        metadata={"description": "Who told the service in confidence; empty for those who may not know."},
    )
    visit = RecordField("visit", "V", allow_none=True)
    last_assessment = fields.Nested(AssessmentOut, allow_none=True, attribute="assessment")
    plan = fields.String()
    objectives = fields.List(fields.Nested(ObjectiveOut))
    intervention_on = fields.Date(allow_none=True)
    intervention_by = person_field(allow_none=True)
    intervention_named = NAMED
    next_review_on = fields.Date(allow_none=True)
    meeting_weeks = fields.Integer(
        metadata={"description": "A meeting with the school is promised every so many weeks; 0 for none."}
    )
    reviews = fields.List(fields.Nested(ReviewOut))
    steps = fields.List(fields.Nested(StepOut))
    ladder = fields.List(fields.Nested(LadderEntryOut))
    notices = fields.List(fields.Nested(NoticeOut))
    powers = fields.List(fields.Nested(PowerOut))
    ceased_on = fields.Date(
        allow_none=True, metadata={"description": "The day from which the authority has no powers at the school."}
    )
    is_paused = fields.Boolean()
    paused_until = fields.Date(allow_none=True)
    ended_on = fields.Date(allow_none=True)
    end_reason = fields.String()
    ended_by = person_field(allow_none=True)
    end_named = NAMED
    outcome = fields.String()


class ConcernFilters(Schema):
    status = fields.List(fields.Enum(CaseStatus, by_value=True), metadata={"label": "Status"})
    school = school_filter()
    review_before = fields.Date(metadata={"label": "Review due before"})
