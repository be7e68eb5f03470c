"""What is asked about people and their posts; and how the API shows a person."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields, validate

from domain.person import TAKES_A_SECOND_PERSON, Person
from domain.vocabulary import Phase, Role, Team
from projections import people
from web.access.context import current_context
from web.access.policy import CONFIRMED_BY
from web.commands.confirming import Confirming, why_unusual
from web.commands.correcting import CorrectedOut, Correcting
from web.commands.fields import (
    SchoolField,
    choice_field,
    chosen_person,
    day_field,
    line_field,
    person_field,
    provider_field,
    reason_field,
)
from web.forms.numbers import Amount, WholeNumber

SCHOOLS, PROVIDERS, POSTS, PROPOSALS = "schools", "providers", "posts", "proposals"
COLLEAGUES, DEPUTIES = "colleagues", "deputies"
"""What a form offers: the open schools, the providers on the list, the posts that have not ended, the proposed
posts on which the person who asks may decide, those who may be named as deputies, and the deputies of somebody."""


LEADING = "Team leads can read restricted records of their schools, so propose the role for someone to confirm"


class RegisterPerson(Confirming):
    name = line_field(longest=120, autocomplete="off")
    why_unusual = why_unusual("name")
    email = fields.Email(load_default=None, validate=validate.Length(max=254), metadata={"label": "Email address"})


class Rename(Schema):
    name = line_field(longest=120, autocomplete="off")


class CorrectName(Correcting):
    name = line_field(longest=120, autocomplete="off")


class ChangeEmail(Schema):
    email = fields.Email(
        load_default=None,
        validate=validate.Length(max=254),
        metadata={"label": "Email address", "hint": "Leave empty if there is none"},
    )


class TakePost(Schema):
    role = choice_field(
        Role,
        "Role",
        noun="the role",
        choices=[(each.value, each.label) for each in Role if each not in TAKES_A_SECOND_PERSON],
    )
    school = SchoolField(
        metadata={
            "label": "School",
            "hint": "For a headteacher or a chair of governors",
            "widget": "school",
            "choices": lambda context: context[SCHOOLS],
        }
    )
    provider = provider_field(
        metadata={
            "label": "Provider",
            "hint": "For a provider's specialist",
            "widget": "select",
            "choices": lambda context: context[PROVIDERS],
        }
    )
    team = fields.Enum(Team, by_value=True, metadata={"label": "Team", "hint": "For an officer", "widget": "select"})
    leads_team = fields.Boolean(
        load_default=False, metadata={"label": "Leads the team", "hint": LEADING, "widget": "checkboxes"}
    )
    phase = fields.Enum(
        Phase,
        by_value=True,
        metadata={"label": "Phase", "hint": "Only if the role is for one phase", "widget": "select"},
    )
    capacity = Amount(
        places=2,
        load_default=Decimal(1),
        data_key="full_time_share",
        as_string=True,
        validate=validate.Range(Decimal("0.01"), Decimal(1)),
        metadata={
            "label": "Share of full time",
            "hint": "Full time is 1. Three days a week is 0.6",
            "widget": "number",
        },
    )
    theme = line_field(required=False, label="Theme", hint="For a strategic lead")
    from_ = day_field("First day", name="from", noun="the first day")
    until = day_field("Last day", required=False, hint="Leave empty if you do not know it")


class ProposePost(Schema):
    role = choice_field(
        Role,
        "Role",
        noun="the role",
        choices=[
            (each.value, each.label if each in TAKES_A_SECOND_PERSON else f"{each.label} and team lead")
            for each in Role
            if each in CONFIRMED_BY
        ],
    )
    team = fields.Enum(Team, by_value=True, metadata={"label": "Team", "hint": "For an officer", "widget": "select"})
    leads_team = fields.Boolean(load_default=False, metadata={"label": "Leads the team", "widget": "checkboxes"})
    from_ = day_field("First day", name="from", noun="the first day")
    until = day_field("Last day", required=False, hint="Leave empty if you do not know it")


def _numbered(label: str, offered: str, *, name: str | None = None) -> WholeNumber:
    """One of what the form offers, by its number with the person."""
    return WholeNumber(
        required=True,
        data_key=name,
        validate=validate.Range(1, 10_000),
        metadata={
            "label": label,
            "widget": "radios",
            "choices": lambda context: context[offered],
            "noun": f"the {label.lower()}",
        },
    )


class ConfirmPost(Schema):
    proposal = _numbered("Proposed role", PROPOSALS)


class DeclinePost(Schema):
    proposal = _numbered("Proposed role", PROPOSALS)
    reason = reason_field()


class EndPost(Schema):
    post = _numbered("Role", POSTS, name="number")
    until = day_field("Last day", noun="the last day")
    reason = reason_field()


class Leave(Schema):
    on = day_field("Last day", noun="the last day")
    reason = reason_field()


class NameDeputy(Schema):
    post = _numbered("Role", POSTS, name="number")
    deputy = chosen_person("Deputy", COLLEAGUES, noun="the deputy")
    from_ = day_field("First day", name="from", noun="the first day")
    until = day_field("Last day", noun="the last day")


class EndDeputy(Schema):
    number = _numbered("Deputy", DEPUTIES)
    until = day_field("Last day", noun="the last day")


class DeputyOut(Schema):
    """Somebody who decides for the holder of a role, first and last day included; `role_number` is that of the
    role."""

    number = fields.Integer(attribute="id")
    role_number = fields.Integer(attribute="post")
    deputy = person_field(attribute="person")
    from_ = fields.Date(data_key="from")
    until = fields.Date()


class PostOut(Schema):
    """A post as the API shows it; `number` counts the posts of one person."""

    number = fields.Integer(attribute="id")
    role = fields.Enum(Role, by_value=True)
    school = SchoolField(allow_none=True)
    provider = provider_field(allow_none=True)
    team = fields.Enum(Team, by_value=True, allow_none=True)
    phase = fields.Enum(Phase, by_value=True, allow_none=True)
    leads_team = fields.Boolean()
    full_time_share = fields.Decimal(as_string=True, places=2, attribute="capacity")
    theme = fields.String(allow_none=True)
    from_ = fields.Date(data_key="from")
    until = fields.Date(allow_none=True)


class ProposedPostOut(Schema):
    """A post that waits for a second person; `is_held` says that it is held meanwhile, by the first holders."""

    number = fields.Integer(attribute="id")
    role = fields.Enum(Role, by_value=True, attribute="post.role")
    from_ = fields.Date(data_key="from", attribute="post.from_")
    until = fields.Date(allow_none=True, attribute="post.until")
    is_held = fields.Function(lambda proposal: proposal.held_as is not None, metadata={"type": "boolean"})


def names_alike(person: Person) -> list[str]:
    with current_context().read() as snapshot:
        return [other.reference for other in people.alike(snapshot.connection, person.id)]


class PersonOut(CorrectedOut):
    """A person as the API shows them."""

    reference = fields.String()
    version = fields.Integer()
    name = fields.String()
    email = fields.String(allow_none=True)
    left_on = fields.Date(allow_none=True)
    names_alike = fields.Function(
        names_alike,
        metadata={
            "type": "array",
            "items": {"type": "string", "pattern": "^PE-[0-9]{4}-[0-9]{4,6}$", "example": "PE-2026-0001"},
            "description": "People with the same or a similar name, by reference",
        },
    )
    posts = fields.List(fields.Nested(PostOut))
    named_deputies = fields.List(fields.Nested(DeputyOut), attribute="deputies")
    proposed_posts = fields.List(
        fields.Nested(ProposedPostOut),
        attribute="open_proposals",
        metadata={"description": "Roles not yet confirmed"},
    )


class PeopleFilters(Schema):
    q = fields.String(validate=validate.Length(max=200), metadata={"label": "Name"})
    role = fields.List(fields.Enum(Role, by_value=True), metadata={"label": "Role"})
    team = fields.Enum(Team, by_value=True, metadata={"label": "Team"})
    gone = fields.Boolean(load_default=False, metadata={"label": "Leavers"})
