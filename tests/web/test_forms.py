"""A form asks the questions of a schema and says what to do about an answer that will not do."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict

from domain.vocabulary import Purpose
from web.forms import Form
from web.forms.chosen import choices_of


class Action(Schema):
    what = fields.String(required=True, metadata={"label": "What was agreed"})
    due_on = fields.Date(metadata={"label": "Due date"})


class Price(Schema):
    net = fields.Decimal(required=True, places=2)
    vat = fields.Decimal(places=2, metadata={"label": "VAT"})


class PlanVisit(Schema):
    school = fields.String(
        required=True,
        metadata={"label": "School", "widget": "school", "choices": lambda context: context["schools"]},
    )
    visit_on = fields.Date(required=True, metadata={"label": "Visit date"})
    starts_at = fields.Time(metadata={"label": "Start time"})
    purpose = fields.Enum(Purpose, required=True, by_value=True)
    reason = fields.String(required=True, validate=validate.Length(min=1, max=40), metadata={"rows": 3})
    budget = fields.Decimal(places=2, validate=validate.Range(min=0))
    people = fields.Integer(validate=validate.Range(min=1, max=20), metadata={"label": "Number of people"})
    subjects = fields.List(fields.String(validate=validate.OneOf(["maths", "modern_languages"])))
    head_present = fields.Boolean(required=True, metadata={"label": "Will the headteacher be there?"})
    actions = fields.List(fields.Nested(Action), metadata={"label": "Agreed actions"})


SCHOOLS = [("100001", "Oak Lane Primary School"), ("100002", "Hillside High School")]
COMPLETE = [
    ("school", "100002"),
    ("visit_on-day", "27"),
    ("visit_on-month", "3"),
    ("visit_on-year", "2026"),
    ("starts_at", "4.10pm"),
    ("purpose", "support"),
    ("reason", "  Results fell\r\nin June  "),
    ("budget", "£1,200"),
    ("people", "3"),
    ("subjects", "modern_languages"),
    ("subjects", "maths"),
    ("head_present", "yes"),
    ("actions-1-what", "Send the plan"),
    ("actions-4-what", "Meet the governors"),
    ("actions-4-due_on-day", "1"),
    ("actions-4-due_on-month", "Sept"),
    ("actions-4-due_on-year", "2026"),
    ("csrf_token", "secret"),
    ("version", "3"),
]


def sent(**changes: Any) -> Form:
    """The complete form with some answers changed; a name with `__` is one with a dash."""
    answers = MultiDict([pair for pair in COMPLETE if pair[0] not in ("actions-4-due_on-month",)])
    answers["actions-4-due_on-month"] = "Sep"
    for name, value in changes.items():
        answers[name.replace("__", "-")] = value
    return Form(PlanVisit(), data=ImmutableMultiDict(answers), lookups={"schools": SCHOOLS})


def form_of(field: fields.Field[Any], *pairs: tuple[str, Any]) -> Form:
    return Form(Schema.from_dict({"answer": field})(), data=MultiDict(pairs))


def error_of(field: fields.Field[Any], *pairs: tuple[str, Any]) -> str:
    form = form_of(field, *pairs)
    assert not form.is_valid()
    return form.errors["answer"]


def value_of(field: fields.Field[Any], *pairs: tuple[str, Any]) -> Any:
    form = form_of(field, *pairs)
    assert form.is_valid(), form.errors
    return form.values.get("answer")


def test_a_complete_form_loads_by_its_schema() -> None:
    form = sent()
    assert form.is_valid(), form.errors
    assert form.values == {
        "school": "100002",
        "visit_on": date(2026, 3, 27),
        "starts_at": time(16, 10),
        "purpose": Purpose.SUPPORT,
        "reason": "Results fell\nin June",
        "budget": Decimal("1200.00"),
        "people": 3,
        "subjects": ["modern_languages", "maths"],
        "head_present": True,
        "actions": [{"what": "Send the plan"}, {"what": "Meet the governors", "due_on": date(2026, 9, 1)}],
    }


def test_an_empty_form_is_told_what_to_enter_in_the_order_of_the_page() -> None:
    form = Form(PlanVisit(), data=MultiDict(), lookups={"schools": SCHOOLS})
    assert not form.is_valid()
    assert list(form.errors.items()) == [
        ("school", "Select the school"),
        ("visit_on", "Enter the visit date"),
        ("purpose", "Select the purpose"),
        ("reason", "Enter the reason"),
        ("head_present", "Select an answer to 'Will the headteacher be there?'"),
    ]
    assert form.values == {}


def test_a_form_not_yet_sent_is_neither_valid_nor_at_fault() -> None:
    form = Form(PlanVisit(), lookups={"schools": SCHOOLS})
    assert not form.is_valid()
    assert form.errors == {}


def test_errors_lead_to_the_control_at_fault() -> None:
    form = sent(school="", visit_on__month="13", head_present="", actions__4__what="", subjects="latin")
    assert not form.is_valid()
    assert form.error_summary() == [
        {"text": "Select the school", "href": "#school"},
        {"text": "Visit date must be a real date", "href": "#visit_on-month"},
        {"text": "Select the subjects", "href": "#subjects"},
        {"text": "Select an answer to 'Will the headteacher be there?'", "href": "#head_present"},
        {"text": "Agreed action 2: enter what was agreed", "href": "#actions-4-what"},
    ]
    assert "actions.1.what" in form.errors


def test_a_row_left_blank_counts_for_nothing() -> None:
    assert sent(actions__1__what=" ").is_valid()


def test_rows_are_followed_by_three_spare_ones() -> None:
    rows = sent().fields()[-1]
    assert [row.title for row in rows.rows] == [f"Agreed action {number}" for number in range(1, 6)]
    assert [row.questions[0].value for row in rows.rows] == ["Send the plan", "Meet the governors", "", "", ""]
    assert len({row.questions[0].id for row in rows.rows}) == 5


def test_a_choice_that_was_not_offered_is_refused() -> None:
    form = sent(school="999999")
    assert not form.is_valid()
    assert form.errors == {"school": "Select the school"}


def test_a_broken_rule_is_shown_in_the_same_summary() -> None:
    form = sent()
    assert form.is_valid()
    form.refuse("The day is taken", "visit_on")
    form.refuse("This officer has left")
    form.refuse("Another visit is open", "no_such_field")
    assert not form.is_valid()
    assert form.error_summary() == [
        {"text": "Another visit is open"},
        {"text": "The day is taken", "href": "#visit_on-day"},
    ]
    assert form.fields()[1].error == "The day is taken"


def test_everything_typed_is_kept_for_showing_again() -> None:
    form = sent(visit_on__day="thirty", budget="lots", starts_at="25:00", reason="x" * 50)
    assert not form.is_valid()
    kept = dict(form.hidden_inputs())
    assert (kept["visit_on-day"], kept["budget"], kept["starts_at"]) == ("thirty", "lots", "25:00")
    assert kept["reason"] == "x" * 50


def test_what_a_check_page_carries_loads_the_same_values() -> None:
    first = sent()
    again = Form(PlanVisit(), data=MultiDict(first.hidden_inputs()), lookups={"schools": SCHOOLS})
    assert first.is_valid()
    assert again.is_valid()
    assert again.values == first.values
    assert not {"csrf_token", "version"} & dict(first.hidden_inputs()).keys()


def test_values_that_stand_already_fill_the_form() -> None:
    values = {**sent_values(), "subjects": []}
    form = Form(PlanVisit(), initial=values, lookups={"schools": SCHOOLS})
    again = Form(PlanVisit(), data=MultiDict(form.hidden_inputs()), lookups={"schools": SCHOOLS})
    assert again.is_valid(), again.errors
    assert again.values == values


def sent_values() -> dict[str, Any]:
    form = sent()
    assert form.is_valid()
    return form.values


def test_answers_are_told_in_a_readers_words() -> None:
    assert sent().answers() == [
        ("School", "Hillside High School"),
        ("Visit date", "27 March 2026"),
        ("Start time", "4:10pm"),
        ("Purpose", "Support"),
        ("Reason", "Results fell\nin June"),
        ("Budget", "£1,200"),
        ("Number of people", "3"),
        ("Subjects", "Maths\nModern languages"),
        ("Will the headteacher be there?", "Yes"),
        ("Agreed action 1: What was agreed", "Send the plan"),
        ("Agreed action 1: Due date", "Not provided"),
        ("Agreed action 2: What was agreed", "Meet the governors"),
        ("Agreed action 2: Due date", "1 September 2026"),
    ]


def test_optional_questions_say_so() -> None:
    asked = {field.key: field.asked for field in sent().fields()}
    assert asked["visit_on"] == "Visit date"
    assert asked["starts_at"] == "Start time (optional)"


# Dates


def dated(day: str, month: str, year: str) -> tuple[tuple[str, str], ...]:
    return ("answer-day", day), ("answer-month", month), ("answer-year", year)


@pytest.mark.parametrize(
    "typed", [("3", "9", "2026"), ("3rd", "Sept", "2026"), ("03", "sept.", "26"), ("3RD", "September", "'26")]
)
def test_a_date_is_read_as_people_write_it(typed: tuple[str, str, str]) -> None:
    form = form_of(fields.Date(required=True), *dated(*typed))
    assert form.is_valid()
    assert form.values == {"answer": date(2026, 9, 3)}


@pytest.mark.parametrize(
    ("typed", "message", "at_fault"),
    [
        (("", "", ""), "Enter the visit date", ("day", "month", "year")),
        (("", "3", "2026"), "Visit date must include a day", ("day",)),
        (("27", "", " "), "Visit date must include a month and year", ("month", "year")),
        (("32", "3", "2026"), "Visit date must be a real date", ("day",)),
        (("27", "13", "2026"), "Visit date must be a real date", ("month",)),
        (("0", "Smarch", "2026"), "Visit date must be a real date", ("day", "month")),
        (("29", "2", "2026"), "Visit date must be a real date", ("day",)),
        (("27", "3", "6"), "Visit date must have a year of 4 numbers, like 2026", ("year",)),
        (("27", "3", "0000"), "Visit date must be a real date", ("year",)),
        (("٢٧", "3", "2026"), "Visit date must be a real date", ("day",)),
    ],
)
def test_a_date_that_is_none_is_told_which_part(
    typed: tuple[str, str, str], message: str, at_fault: tuple[str, ...]
) -> None:
    form = form_of(fields.Date(required=True, metadata={"label": "Visit date"}), *dated(*typed))
    assert not form.is_valid()
    assert form.errors == {"answer": message}
    assert form.fields()[0].wrong == at_fault
    assert form.error_summary()[0]["href"] == f"#answer-{at_fault[0]}"


@given(st.dates(), st.sampled_from(["%m", "%B", "%b"]))
def test_every_day_can_be_entered(day: date, month: str) -> None:
    typed = dated(f" {day.day} ", day.strftime(month).upper(), f"{day.year:04}")
    assert value_of(fields.Date(required=True), *typed) == day


@given(st.text(), st.text(), st.text())
def test_no_date_typed_breaks_a_form(day: str, month: str, year: str) -> None:
    form = form_of(fields.Date(required=True), *dated(day, month, year))
    assert form.is_valid() == ("answer" in form.values) == (not form.errors)


def test_a_day_out_of_bounds_is_told_the_bound() -> None:
    first = date(2026, 9, 1)
    field = fields.Date(validate=validate.Range(min=first), metadata={"label": "Visit date"})
    assert error_of(field, *dated("31", "8", "2026")) == "Visit date must be on or after 1 September 2026"
    assert value_of(field, *dated("1", "9", "2026")) == first


# Text


@given(st.text())
def test_text_is_kept_with_one_kind_of_line_end_and_loads_the_same_again(text: str) -> None:
    field = fields.String(metadata={"rows": 5})
    once = value_of(field, ("answer", text)) or ""
    assert "\r" not in once
    assert once == once.strip()
    assert (value_of(field, ("answer", once.replace("\n", "\r\n"))) or "") == once


def test_a_line_of_text_has_no_line_ends() -> None:
    assert value_of(fields.String(), ("answer", "one\r\ntwo\x00")) == "one two"


def test_text_limits_are_said_plainly() -> None:
    rule = validate.Length(min=5, max=10)
    field = fields.String(validate=rule, metadata={"label": "Reason"})
    assert error_of(field, ("answer", "four")) == "Reason must be between 5 and 10 characters"
    short = fields.String(validate=validate.Length(max=3), metadata={"label": "Reason"})
    assert error_of(short, ("answer", "four")) == "Reason must be 3 characters or fewer"


def test_a_list_of_lines_is_one_text_a_line() -> None:
    assert value_of(fields.List(fields.String()), ("answer", "one\r\n\r\n two ")) == ["one", "two"]


def test_an_email_address_is_told_its_format() -> None:
    assert error_of(fields.Email(), ("answer", "me")) == (
        "Enter an email address in the correct format, like name@example.com"
    )


# Numbers, money and times


@pytest.mark.parametrize(
    ("typed", "pounds"),
    [("1200", "1200"), ("£1,200.00", "1200"), (" 45.5 ", "45.5"), (".50", "0.5"), ("\N{MINUS SIGN}3", "-3")],
)
def test_money_is_read_as_people_write_it(typed: str, pounds: str) -> None:
    assert value_of(fields.Decimal(), ("answer", typed)) == Decimal(pounds)


@pytest.mark.parametrize("typed", ["lots", "1,20", "1e5", "NaN", "Infinity", "1.2.3", ".", "1 or 2", "١٢"])
def test_money_that_is_no_sum_is_told_how_to_write_one(typed: str) -> None:
    field = fields.Decimal(metadata={"label": "Budget"})
    assert error_of(field, ("answer", typed)) == "Budget must be an amount of money, like 1,200 or 45.50"


def test_money_is_never_rounded_behind_a_persons_back() -> None:
    field = fields.Decimal(places=2, metadata={"label": "Budget"})
    assert error_of(field, ("answer", "10.005")) == "Budget must be in pounds and pence, like 45.50"


@pytest.mark.parametrize(("stored", "shown"), [("20.00", "20"), ("17.50", "17.5"), ("100", "100"), ("0.00", "0")])
def test_a_number_begins_a_form_without_zeros_at_its_end(stored: str, shown: str) -> None:
    field = fields.Decimal(places=2, metadata={"widget": "number"})
    form = Form(Schema.from_dict({"answer": field})(), initial={"answer": Decimal(stored)})
    assert form.hidden_inputs() == [("answer", shown)]


def test_a_whole_number_is_told_apart() -> None:
    field = fields.Integer(validate=validate.Range(min=1, max=20), metadata={"label": "Number of people"})
    assert value_of(field, ("answer", "12")) == 12
    assert error_of(field, ("answer", "2.5")) == "Number of people must be a whole number, like 12"
    assert error_of(field, ("answer", "21")) == "Number of people must be between 1 and 20"
    assert error_of(field, ("answer", "9" * 30)) == "Number of people must be a smaller number"


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("4:10pm", time(16, 10)),
        ("9am", time(9)),
        ("09.30", time(9, 30)),
        ("16:10:00", time(16, 10)),
        ("12 am", time(0)),
        ("12pm", time(12)),
        ("Midday", time(12)),
        ("4.10 p.m.", time(16, 10)),
    ],
)
def test_a_time_is_read_as_people_write_it(typed: str, at: time) -> None:
    assert value_of(fields.Time(), ("answer", typed)) == at


@pytest.mark.parametrize("typed", ["9", "25:00", "13pm", "0am", "9:60", "soon", "nine"])
def test_a_time_that_is_none_is_told_how_to_write_one(typed: str) -> None:
    field = fields.Time(metadata={"label": "Start time"})
    assert error_of(field, ("answer", typed)) == "Start time must be a time, like 9:30am or 14:00"


@given(st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None)))
def test_every_time_shown_can_be_sent_back(at: time) -> None:
    shown = Form(Schema.from_dict({"answer": fields.Time()})(), initial={"answer": at})
    assert value_of(fields.Time(), *shown.hidden_inputs()) == at


# Choices


@pytest.mark.parametrize(("typed", "value"), [("yes", True), ("no", False)])
def test_yes_and_no_are_read(typed: str, value: bool) -> None:
    assert value_of(fields.Boolean(required=True), ("answer", typed)) is value


def test_a_box_not_ticked_is_no_and_a_required_one_has_to_be_ticked() -> None:
    box = {"widget": "checkboxes", "label": "I agree"}
    assert value_of(fields.Boolean(metadata=box)) is False
    assert value_of(fields.Boolean(required=True, metadata=box), ("answer", "yes")) is True
    assert error_of(fields.Boolean(required=True, metadata=box)) == "Tick 'I agree'"


def test_an_enumeration_by_name_is_chosen_by_its_label() -> None:
    field = fields.Enum(Purpose)
    form = form_of(field, ("answer", "SUPPORT"))
    assert form.is_valid()
    assert form.values == {"answer": Purpose.SUPPORT}
    assert form.answers() == [("Answer", "Support")]
    assert Form(Schema.from_dict({"answer": field})(), initial=form.values).hidden_inputs() == [("answer", "SUPPORT")]


@pytest.mark.parametrize(("count", "widget"), [(7, "radios"), (8, "select")])
def test_up_to_seven_choices_are_radios_and_more_a_list(count: int, widget: str) -> None:
    field = fields.String(validate=validate.OneOf([str(number) for number in range(count)]))
    assert form_of(field).fields()[0].widget == widget


def test_several_may_be_ticked_or_none() -> None:
    several = fields.List(fields.Enum(Purpose, by_value=True))
    assert value_of(several, ("answer", "support"), ("answer", "challenge")) == [Purpose.SUPPORT, Purpose.CHALLENGE]
    assert value_of(several) == []
    assert error_of(fields.List(fields.Enum(Purpose, by_value=True), required=True)) == "Select the answer"


# Schemas within schemas, files, secrets


def test_a_schema_within_is_a_group_of_questions() -> None:
    field = fields.Nested(Price, metadata={"label": "Price"})
    assert value_of(field, ("answer-net", "100"), ("answer-vat", "20")) == {"net": Decimal(100), "vat": Decimal(20)}
    assert value_of(field) is None
    form = form_of(field, ("answer-vat", "20"))
    assert not form.is_valid()
    assert form.error_summary() == [{"text": "Enter the net", "href": "#answer-net"}]


def test_a_file_is_handed_over_and_never_carried_along() -> None:
    field = fields.Raw(required=True, metadata={"widget": "file", "label": "Signed copy"})
    file = FileStorage(BytesIO(b"x"), filename="copy.pdf")
    form = form_of(field, ("answer", file))
    assert form.is_valid()
    assert form.values == {"answer": file}
    assert form.answers() == [("Signed copy", "copy.pdf")]
    assert form.hidden_inputs() == []
    assert error_of(field, ("answer", FileStorage(BytesIO(), filename=""))) == "Choose the signed copy"


def test_a_password_is_taken_exactly_and_never_shown_again() -> None:
    field = fields.String(required=True, metadata={"widget": "password"})
    form = form_of(field, ("answer", " pass word "))
    assert form.is_valid()
    assert form.values == {"answer": " pass word "}
    assert (form.fields()[0].value, form.hidden_inputs(), form.answers()) == ("", [], [])


def test_a_hidden_answer_is_carried_but_not_told() -> None:
    form = form_of(fields.UUID(required=True, metadata={"widget": "hidden"}), ("answer", "x"))
    assert not form.is_valid()
    assert form.error_summary() == [{"text": "Enter the answer"}]
    assert form.answers() == []


def test_a_field_no_form_can_ask_is_an_error_of_the_programmer() -> None:
    with pytest.raises(TypeError, match="no form can ask for answer, a Dict"):
        form_of(fields.Dict())


# Rules of the schema


class Period(Schema):
    starts_on = fields.Date(required=True)
    ends_on = fields.Date()
    why = fields.String(error_messages={"required": "Say why"}, required=True)

    @validates_schema
    def ends_after_it_starts(self, data: dict[str, date], **_: Any) -> None:
        if data.get("ends_on", date.max) < data["starts_on"] + timedelta(days=1):
            raise ValidationError("The end must be after the start", "ends_on")
        if data["starts_on"].year < 2000:
            raise ValidationError("The service did not exist then")


def period(ends: tuple[str, str, str], year: str = "2026", why: str = "x") -> Form:
    starts = zip(("starts_on-day", "starts_on-month", "starts_on-year"), ("2", "3", year), strict=True)
    ending = zip(("ends_on-day", "ends_on-month", "ends_on-year"), ends, strict=True)
    form = Form(Period(), data=MultiDict([*starts, *ending, ("why", why)]))
    form.is_valid()
    return form


def test_a_rule_across_fields_speaks_beside_its_field_or_for_the_form() -> None:
    assert period(("1", "3", "2026")).errors == {"ends_on": "The end must be after the start"}
    assert period(("", "", ""), year="1999").errors == {"": "The service did not exist then"}
    assert period(("3", "3", "2026")).values["ends_on"] == date(2026, 3, 3)


def test_a_rule_across_fields_is_quiet_while_an_answer_cannot_be_read() -> None:
    assert list(period(("31", "2", "2026"), year="1999").errors) == ["ends_on"]


def test_a_message_of_the_schemas_author_is_left_as_it_is() -> None:
    assert period(("", "", ""), why="").errors == {"why": "Say why"}


@given(st.dictionaries(st.sampled_from([name for name, _ in COMPLETE]), st.text(), max_size=6))
def test_nothing_typed_breaks_a_form(changes: dict[str, str]) -> None:
    form = sent(**{name.replace("-", "__"): text for name, text in changes.items()})
    assert form.is_valid() == (not form.errors)
    assert all(re.fullmatch(r"[A-Z'].*[^.]", message) for message in form.errors.values())
    assert len(form.answers()) >= 9


def test_a_choice_without_a_label_of_its_own_keeps_its_hyphens() -> None:
    types = ["academy 16-19 converter", "non-maintained special school"]
    offered = choices_of(fields.String(validate=validate.OneOf(types)), None, {})
    assert [text for _, text in offered] == ["Academy 16-19 converter", "Non-maintained special school"]
