"""What is asked when a record of visit is written, issued, answered and followed up."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from domain.record_of_visit import (
    AgreedAction,
    Content,
    ExtentOfAgreement,
    GoodPractice,
    Issue,
    IssueAnswer,
    Judgement,
    Priority,
    RecordOfVisit,
    RecordStatus,
    Respondent,
    Section,
)
from domain.vocabulary import Purpose, Side
from web.commands.fields import (
    NO_PUPILS,
    choice_field,
    chosen_person,
    day_field,
    line_field,
    person_field,
    reason_field,
    text_field,
)
from web.forms.messages import lower_first
from web.forms.numbers import WholeNumber
from web.layout.filter_fields import school_filter

OWNERS, OPEN, DONE, AWAITED = "owners", "open", "done", "awaited"
"""What forms offer: people who may own an action, open and completed actions, responses that are awaited."""

MOST = 100
"""The most parts of one sort in a record."""

ANSWER = "answer_to_issue_"


def _purpose() -> fields.Enum[Any]:
    return fields.Enum(Purpose, by_value=True, required=True, metadata={"widget": "select"})


def _tick(label: str) -> fields.Boolean:
    return fields.Boolean(load_default=False, metadata={"label": label, "widget": "checkboxes"})


def _number() -> WholeNumber:
    return WholeNumber(
        load_default=0,
        validate=validate.Range(0, 10_000),
        metadata={
            "widget": "hidden",
            "description": "The number of the issue or action; leave out for a new one",
        },
    )


class ASection(Schema):
    heading = line_field(label="Heading")
    text = text_field(label="Text", rows=6, hint=NO_PUPILS)
    restricted = _tick("Restricted: do not show this to the school or to officers of other schools")


class AJudgement(Schema):
    area = line_field(label="Area", hint="For example, leadership or teaching in mathematics")
    judgement = text_field(label="Judgement", rows=2)
    evidence = text_field(label="Evidence", rows=3)
    purpose = _purpose()
    school_view = choice_field(
        ExtentOfAgreement, "Headteacher's view", widget="select", noun="the headteacher's view"
    )


class AnIssue(Schema):
    number = _number()
    text = text_field(label="Issue", rows=3, hint="What the school needs to respond to")
    priority = fields.Enum(Priority, by_value=True, required=True, metadata={"widget": "select"})
    purpose = _purpose()


class AnAction(Schema):
    number = _number()
    text = text_field(label="Action", rows=2, noun="what was agreed")
    owner_side = choice_field(Side, "Action for", widget="select", noun="who the action is for")
    owner = person_field(
        metadata={
            "label": "Person",
            "widget": "select",
            "choices": itemgetter(OWNERS),
            "hint": "If one person is responsible for it",
        },
        load_default=None,
    )
    due = day_field("Due date", noun="the date it is due")
    purpose = _purpose()


class APractice(Schema):
    text = text_field(label="Good practice", rows=2, noun="what was done well")
    shareable = _tick("The school is happy to share this")


def _parts(inner: type[Schema], label: str, row_label: str) -> fields.List[Any]:
    return fields.List(
        fields.Nested(inner),
        load_default=list,
        validate=validate.Length(max=MOST),
        metadata={"label": label, "row_label": row_label},
    )


class WriteRecord(Schema):
    """All that the record is to say; what is left out is taken out of it."""

    sections = _parts(ASection, "Sections", "Section")
    judgements = _parts(AJudgement, "Judgements", "Judgement")
    issues = _parts(AnIssue, "Issues", "Issue")
    actions = _parts(AnAction, "Agreed actions", "Action")
    good_practice = _parts(APractice, "Celebrations and good practice", "Good practice")

    @post_load
    def content(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {
            "content": Content(
                sections=tuple(Section(**part) for part in values["sections"]),
                judgements=tuple(Judgement(**part) for part in values["judgements"]),
                issues=tuple(Issue(**part) for part in values["issues"]),
                actions=tuple(AgreedAction(**part) for part in values["actions"]),
                good_practice=tuple(GoodPractice(**part) for part in values["good_practice"]),
            )
        }


class NothingAsked(Schema):
    """An act that needs no answers."""


class ReturnRecord(Schema):
    points = text_field(label="What needs to change")


class CorrectRecord(Schema):
    reason = reason_field("What needs correcting")


class AnAnswer(Schema):
    issue = WholeNumber(required=True, validate=validate.Range(1, 10_000))
    text = text_field()


def _agrees() -> fields.Enum[Any]:
    return choice_field(
        ExtentOfAgreement,
        "Do you agree with the record?",
        noun="whether you agree with the record",
        widget="radios",
        choices=[
            (ExtentOfAgreement.AGREES.value, "Yes"),
            (ExtentOfAgreement.IN_PART.value, "In part"),
            (ExtentOfAgreement.DISAGREES.value, "No"),
        ],
    )


def _overall() -> fields.String:
    return text_field(required=False, label="Your comments on the record as a whole", hint=NO_PUPILS, rows=5)


class RespondToRecord(Schema):
    """A response to the version that was issued last."""

    agrees = _agrees()
    overall = _overall()
    answers = fields.List(
        fields.Nested(AnAnswer),
        load_default=list,
        validate=validate.Length(max=MOST),
        metadata={"description": "One text for each issue that is answered"},
    )

    @post_load
    def answered(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        values["answers"] = tuple(IssueAnswer(**answer) for answer in values["answers"])
        return values


class _Answers(Schema):
    """The questions of the page: one for each issue of the record."""

    @post_load
    def answered(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        texts = {name: values.pop(name) for name in list(values) if name.startswith(ANSWER)}
        values["answers"] = tuple(
            IssueAnswer(int(name.removeprefix(ANSWER)), text) for name, text in texts.items() if text.strip()
        )
        return values


def respond_to(record: RecordOfVisit) -> type[Schema]:
    """What headteacher or chair is asked about this record: whether they agree, and each of its issues."""
    issued = record.versions[-1].content.issues if record.versions else ()
    answers: dict[str, Any] = {
        f"{ANSWER}{issue.number}": text_field(
            required=False, label=f"Your response to issue {issue.number}", hint=issue.text, rows=4
        )
        for issue in issued
    }
    return _Answers.from_dict({"agrees": _agrees(), **answers, "overall": _overall()}, name="RespondOnPage")


def _respondent(label: str) -> fields.Enum[Any]:
    return choice_field(
        Respondent, label, noun=lower_first(label.rstrip("?")), widget="radios", choices=itemgetter(AWAITED)
    )


class DeclineResponse(Schema):
    respondent = _respondent("Who will not respond?")
    reason = reason_field("Why they will not respond")


class LapseResponse(Schema):
    respondent = _respondent("Who are you no longer waiting for?")


class PresentRecord(Schema):
    meeting_on = day_field("Date of the meeting", noun="the date of the meeting")
    minute = line_field(label="Minute reference", hint="For example, 6.2", width=20)


class WaivePresentation(Schema):
    reason = reason_field()


def _one_of(label: str, offered: str) -> WholeNumber:
    return WholeNumber(
        required=True,
        validate=validate.Range(1, 10_000),
        metadata={"label": label, "widget": "radios", "choices": itemgetter(offered)},
    )


class CompleteAction(Schema):
    number = _one_of("Completed action", OPEN)
    on = day_field("Date it was completed", noun="the date it was completed")
    note = text_field(required=False, label="Comment", hint=NO_PUPILS, rows=3, longest=2000)


class HandOverAction(Schema):
    number = _one_of("Action to hand over", OPEN)
    owner = chosen_person("Who has it from today", OWNERS, noun="who has it from today")
    due = day_field("New due date", required=False, hint="Leave blank if the date stays as it is")
    reason = reason_field()


class ReopenAction(Schema):
    number = _one_of("Action to reopen", DONE)
    reason = reason_field()


RecordFilters = Schema.from_dict(
    {
        "status": fields.List(fields.Enum(RecordStatus, by_value=True), metadata={"label": "Status"}),
        "school": school_filter(),
        "awaited": fields.Enum(Respondent, by_value=True, metadata={"label": "Response awaited from"}),
    },
    name="RecordFilters",
)
