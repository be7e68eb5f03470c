"""What is asked about an authority and its settings; and how the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from decimal import Decimal
from operator import itemgetter
from typing import Any

from marshmallow import Schema, fields, missing, post_load, pre_dump, pre_load, validate

from domain import authority as authority_settings
from domain.authority import Authority, NeedCategory, Settings, VersionState, VettingDemand, Weight
from domain.calendar import Term, TermDates
from domain.delegation import COMMON_SCHEME, Decider
from domain.establishments import EstablishmentType
from domain.provider import ProviderKind, Requirement
from providers.matching import CRITERIA
from web import formats
from web.access.context import current_context
from web.commands.fields import choice_field, day_field, line_field, money_field, reason_field
from web.forms.numbers import Amount, WholeNumber


def _whole(label: str, *, least: int, most: int, required: bool = True, **metadata: Any) -> WholeNumber:
    return WholeNumber(
        required=required,
        allow_none=not required,
        load_default=missing if required else None,
        validate=validate.Range(least, most),
        metadata={"label": label, "width": 4, **metadata},
    )


WINDOWS = {name: formats.upper_first(called) for name, called in authority_settings.WINDOWS.items()}
"""What pages call the settings that say within how many working days something is to be done."""


OTHERS_DECIDE = "A director and a chief officer decide on a change"
"""Beside the settings by which others decide or people are kept safe."""


def _window(name: str, hint: str = "Working days") -> fields.Integer:
    return _whole(WINDOWS[name], least=1, most=250, hint=hint, suffix="days")


def _assured(label: str, usual: int = 0) -> WholeNumber:
    return WholeNumber(
        load_default=usual,
        validate=validate.Range(0, 100),
        metadata={"label": label, "width": 4, "hint": "0 for none"},
    )


def _to_call(whom: str, *, load_default: str = "") -> fields.String:
    return fields.String(
        load_default=load_default,
        validate=validate.Length(max=200),
        metadata={
            "label": whom,
            "hint": "Name and telephone number. They are shown on the form for a safeguarding concern",
            "widget": "text",
        },
    )


def _one_of(words: list[str], label: str) -> fields.String:
    choices = [(word, word.replace("_", " ").capitalize()) for word in words]
    return fields.String(
        required=True,
        validate=validate.OneOf(words),
        metadata={"label": label, "widget": "select", "choices": choices},
    )


class ACategory(Schema):
    code = line_field(longest=20, label="Code", width=4)
    label = line_field(longest=100, label="Name")
    core_visits = _whole("Core visits a term", least=1, most=50)


class ATerm(Schema):
    academic_year = _whole("School year", least=1990, most=2150, hint="The year it starts in, for example 2026")
    term = choice_field(Term, "Term", widget="select")
    begins = day_field("First day")
    ends = day_field("Last day")
    half_term_begins = day_field(
        "First day of half-term", required=False, hint="If you enter none, the standard half-term applies"
    )
    half_term_ends = day_field("Last day of half-term", required=False)


class ADemand(Schema):
    provider_kind = choice_field(ProviderKind, "Type of provider", widget="select")
    requirement = choice_field(Requirement, "Check or document", widget="select")
    months = _whole(
        "Valid for (months)", least=1, most=240, required=False, hint="Leave blank to use the date on the document"
    )
    of_teachers = fields.Boolean(
        load_default=False, metadata={"label": "Only for people who teach pupils", "widget": "checkboxes"}
    )


class AWeight(Schema):
    criterion = _one_of([criterion.name for criterion in CRITERIA], "Criterion")
    weight = _whole("Weight", least=0, most=1000)


class TheSettings(Schema):
    """All settings of one version. Lists that are empty leave the service's own rules in force."""

    colour = fields.String(
        required=True,
        validate=validate.Regexp(r"#[0-9a-fA-F]{6}\Z", error="Enter a colour, for example #1d4f71"),
        metadata={"label": "Colour", "hint": "For the top of each page, for example #1d4f71", "width": 10},
    )
    contact_email = fields.Email(
        load_default="", validate=validate.Length(max=254), metadata={"label": "Contact email address"}
    )
    designated_officer = _to_call("Local authority designated officer")
    social_care = _to_call("Children's social care")
    police = _to_call("Police", load_default=authority_settings.Settings().police)
    writing_days = _window("writing_days")
    response_days = _window("response_days")
    presentation_days = _window("presentation_days")
    assessment_days = _window("assessment_days")
    decision_days = _window("decision_days")
    information_days = _window("information_days")
    evaluation_days = _window("evaluation_days")
    closing_days = _window("closing_days")
    exemption_days = _window("exemption_days", f"Working days. {OTHERS_DECIDE}")
    renewal_days = WholeNumber(
        load_default=Settings().renewal_days,
        validate=validate.Range(1, 365),
        metadata={"label": "Days before a check ends that its renewal is due", "width": 4, "suffix": "days"},
    )
    assured_first = _assured("How many first records of each officer are quality assured before they are issued")
    assured_categories = _assured("For how many of the lowest levels of support records are quality assured", 1)
    assured_cases = fields.Boolean(
        load_default=True,
        metadata={
            "label": "Records of schools with an open concern are quality assured before they are issued",
            "widget": "radios",
            "choices": [("yes", "Yes"), ("no", "No")],
        },
    )
    served_types = fields.List(
        fields.Enum(EstablishmentType, by_value=True),
        load_default=None,
        validate=validate.Length(1, len(EstablishmentType), error="Choose at least one type of establishment"),
        metadata={
            "label": "Schools we work with",
            "hint": "Open schools of these types have core visits, as do those of unknown type. If you choose none, "
            "the types stay as they are",
            "noun": "the types of school",
        },
    )
    need_categories = fields.List(
        fields.Nested(ACategory),
        required=True,
        validate=validate.Length(1, 30, error="Enter at least one level of support"),
        metadata={"label": "Levels of support", "row_label": "Level", "noun": "the levels of support"},
    )
    terms = fields.List(
        fields.Nested(ATerm),
        load_default=list,
        validate=validate.Length(max=100),
        metadata={
            "label": "Terms",
            "hint": "If you enter none for a year, the standard term dates apply",
            "row_label": "Term",
        },
    )
    vetting = fields.List(
        fields.Nested(ADemand),
        load_default=list,
        validate=validate.Length(max=200),
        metadata={
            "label": "Vetting",
            "hint": f"A type of provider that you leave out keeps the usual requirements. {OTHERS_DECIDE}",
            "row_label": "Requirement",
        },
    )
    matching_weights = fields.List(
        fields.Nested(AWeight),
        load_default=list,
        validate=validate.Length(max=len(CRITERIA)),
        metadata={
            "label": "Weights in ranking providers",
            "hint": "A criterion that you leave out keeps its usual weight",
            "row_label": "Weight",
        },
    )
    vat_percent = Amount(
        places=2,
        required=True,
        as_string=True,
        validate=validate.Range(Decimal(0), Decimal(100)),
        metadata={"label": "VAT", "widget": "number", "suffix": "%"},
    )
    approval_ceiling = money_field(label="Spending that a broker may approve", noun="the sum", hint=OTHERS_DECIDE)


class ChangeSettings(TheSettings):
    from_ = day_field("Takes effect from", name="from", noun="the date they take effect")
    reason = reason_field()

    @pre_load
    def without_blank_address(self, values: Any, **_: Any) -> Any:
        """No address is written as an empty text, also where the settings are sent back as they were read."""
        if not isinstance(values, Mapping):
            return values
        return {name: value for name, value in values.items() if name != "contact_email" or value != ""}

    @post_load
    def as_settings(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        kept_apart = {name: values.pop(name) for name in ("from_", "reason", "served_types")}
        return {"settings": settings_from(values), **kept_apart}


def _posts(label: str, *, required: bool = False, **metadata: Any) -> fields.List[Decider]:
    return fields.List(
        fields.Enum(Decider, by_value=True),
        required=required,
        load_default=missing if required else list,
        validate=validate.Length(1 if required else 0, len(Decider), error="Choose who decides"),
        metadata={"label": label, **metadata},
    )


class ChangeSchemeRow(Schema):
    """A row of the scheme of delegation, as it is from a day on."""

    row = fields.String(
        required=True,
        validate=validate.OneOf([row.code for row in COMMON_SCHEME]),
        metadata={
            "label": "Row",
            "widget": "select",
            "noun": "the row",
            "choices": [(row.code, f"{row.code}: {row.act.label.lower()}") for row in COMMON_SCHEME],
        },
    )
    up_to = money_field(
        required=False,
        label="Up to",
        hint="Excluding VAT. Leave blank in the row that has no limit",
        width=10,
    )
    decides = _posts("Who decides", required=True, noun="who decides")
    countersigns = _posts("Who decides as the second of two people", hint="Choose none if one person decides")
    deputies = _posts("Deputies", hint="Who may decide as well once it has waited")
    may_decide_own = fields.Boolean(
        load_default=False,
        metadata={"label": "People decide what they ask themselves, up to this limit", "widget": "checkboxes"},
    )
    passes_after = _whole("Passes to deputies after", least=1, most=100, hint="Working days", suffix="days")
    lapses_after = _whole("Ends after", least=1, most=250, hint="Working days", suffix="days")
    from_ = day_field("Takes effect from", name="from", noun="the date it takes effect", hint="Tomorrow or later")
    reason = reason_field()

    @post_load
    def as_row(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        code = values.pop("row")
        row = replace(
            next(row for row in COMMON_SCHEME if row.code == code),
            up_to=values.pop("up_to", None),
            decides=tuple(dict.fromkeys(values.pop("decides"))),
            countersigns=tuple(dict.fromkeys(values.pop("countersigns"))),
            deputies=tuple(dict.fromkeys(values.pop("deputies"))),
            may_decide_own=values.pop("may_decide_own"),
            passes_after=values.pop("passes_after"),
            lapses_after=values.pop("lapses_after"),
        )
        return {**values, "row": row}


def settings_from(values: dict[str, Any]) -> Settings:
    """Settings from answers, each list as the parts that it is made of; the served types are the usual ones."""
    demands = [
        {**each, "provider_kind": each["provider_kind"].value, "requirement": each["requirement"].value}
        for each in values["vetting"]
    ]
    return Settings(
        **{
            **values,
            "need_categories": tuple(NeedCategory(**each, extra_visits=0) for each in values["need_categories"]),
            "terms": tuple(TermDates(**each) for each in values["terms"]),
            "vetting": tuple(VettingDemand(**each) for each in demands),
            "matching_weights": tuple(Weight(**each) for each in values["matching_weights"]),
        }
    )


def answers_from(settings: Settings) -> dict[str, Any]:
    """Settings as the answers that give them."""
    return asdict(settings)


SUBJECTS = "subjects"
"""The names on the list of subjects."""

OF_ITS_OWN = "of its own"
MOST_WORDS = 100


class SetSubject(Schema):
    replaces = line_field(
        required=False,
        longest=100,
        label="Subject on the list",
        widget="select",
        choices=itemgetter(SUBJECTS),
        hint="Leave empty to add a subject",
    )
    name = line_field(longest=100, label="Name", noun="the name of the subject")
    aliases = fields.List(
        fields.String(validate=validate.Length(1, 100)),
        load_default=list,
        validate=validate.Length(max=50),
        metadata={"label": "Other words for it", "hint": "Enter each on a new line, for example Maths"},
    )
    off_list = fields.Boolean(
        load_default=False,
        metadata={
            "label": "Take this subject off the list",
            "widget": "checkboxes",
            "hint": "What was recorded with it stays",
        },
    )
    from_ = day_field("In force from", name="from")
    reason = reason_field()


class AWord(Schema):
    word = line_field(longest=100, label="Word in use")
    subject = line_field(
        required=False,
        longest=100,
        label="Subject",
        widget="select",
        choices=lambda context: [(OF_ITS_OWN, "A subject of its own"), *context[SUBJECTS]],
    )


class MapSubjects(Schema):
    unlisted = fields.List(
        fields.Nested(AWord),
        required=True,
        validate=validate.Length(1, MOST_WORDS, error="Enter at least one word"),
        metadata={"label": "Words", "row_label": "Word", "noun": "the words"},
    )
    from_ = day_field("In force from", name="from")
    reason = reason_field()


class NameAuthority(Schema):
    name = line_field(label="The authority's name")
    la_code = fields.String(
        required=True,
        validate=validate.Regexp(r"[0-9]{3}\Z", error="Enter the authority's 3-digit code"),
        metadata={"label": "The authority's code", "hint": "3 digits, as in the national register", "width": 3},
    )
    service_name = line_field(label="The service's name")


class DemandOut(Schema):
    provider_kind = fields.String(validate=validate.OneOf(list(ProviderKind)))
    requirement = fields.String(validate=validate.OneOf(list(Requirement)))
    months = fields.Integer(allow_none=True)
    of_teachers = fields.Boolean()


class SettingsOut(TheSettings):
    class Meta:
        include = {"contact_email": fields.String(metadata={"description": "Empty where none is named"})}

    vetting = fields.List(fields.Nested(DemandOut))


class VersionOut(Schema):
    """One version; `number` counts them, in force from its day until a later one's."""

    number = fields.Integer()
    from_ = fields.Date(data_key="from")
    status = fields.Enum(VersionState, by_value=True, metadata={"description": "Where it is today"})
    settings = fields.Nested(SettingsOut)


class AuthorityOut(Schema):
    """The authority, the settings in force today and every version of them; none means the service's own settings,
    `settings-0`."""

    name = fields.String()
    la_code = fields.String()
    service_name = fields.String()
    version = fields.Integer()
    in_force = fields.Nested(SettingsOut)
    in_force_version = fields.String()
    versions = fields.List(fields.Nested(VersionOut))

    @pre_dump
    def as_of_today(self, authority: Authority, **_: Any) -> dict[str, Any]:
        today = current_context().services.today()
        in_force, name = authority.settings_on(today)
        versions = [
            {
                "number": each.number,
                "from_": each.from_,
                "status": authority.state_of(each, today),
                "settings": each.settings,
            }
            for each in authority.versions
        ]
        names = ("name", "la_code", "service_name", "version")
        own = {each: getattr(authority, each) for each in names}
        return {**own, "in_force": in_force, "in_force_version": name, "versions": versions}
