"""For whom notes and files are meant: who chooses among which sides, and who is one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from domain.aggregate import Refusal
from domain.attachment import Attachment
from domain.note import Note
from domain.vocabulary import About, Audience, Role
from projections import notes as view
from web.access.context import User
from web.access.policy import SERVICE

AUDIENCES = "audiences"
"""What a form offers to choose from."""

VISIBLE: Mapping[Audience | None, str] = {
    Audience.SERVICE: "The service only",
    Audience.SCHOOL: "The service and the school",
    Audience.PROVIDER: "The service and the provider",
    None: "Everyone who can read the record",
}

KEPT = "People who can read the restricted concern it belongs to"
WRITER = "You, and people who can read everything about the visit"
LATER: Mapping[Audience, str] = {
    Audience.SCHOOL: "the school once the restriction is lifted",
    Audience.PROVIDER: "the provider once the restriction is lifted",
}
"""Who sees what belongs to a restricted concern, whatever was chosen; as told to those who may not read the concern,
but wrote it."""


class NobodyWouldSee(Refusal):
    """A note or file is meant for a school or provider that the record has nothing to do with."""


class NotYourSide(Refusal):
    """Somebody of a school or provider would write for others than their own side and the service."""


FEW = (
    "If it belongs to a restricted concern, only people who can read the concern can see it "
    "until the restriction is lifted."
)


def audience_field() -> fields.Enum[Audience]:
    """Who may see a note or file; the usual side for whoever asks, where it is not said."""
    return fields.Enum(
        Audience,
        by_value=True,
        metadata={
            "label": "Who can see it",
            "hint": FEW,
            "widget": "radios",
            "choices": lambda context: context[AUDIENCES],
        },
    )


def audience_choices(user: User) -> dict[str, Any]:
    """The choices of somebody, as a form offers them."""
    return {AUDIENCES: [(side.value, VISIBLE[side]) for side in audiences_of(user)]}


def is_inside(user: User) -> bool:
    """Whether somebody works in the service or reviews it, and so sees what is there for whomever it is meant."""
    return user.holds(*SERVICE, Role.REVIEWER)


def is_meant_for_reader(user: User, what: Note | view.NoteOnRecord | Attachment | view.FileOnRecord) -> bool:
    """Whether a note or file is for somebody who may read the record that it is on."""
    if is_inside(user) or what.visible_to is None:
        return True
    if what.visible_to is Audience.SCHOOL:
        return what.school in user.schools
    return what.visible_to is Audience.PROVIDER and what.provider in user.providers


def audiences_of(user: User) -> list[Audience]:
    """For whom somebody may write, the usual one first: outside the service, for their own side alone."""
    if is_inside(user):
        return [Audience.SERVICE, Audience.SCHOOL, Audience.PROVIDER]
    return [Audience.PROVIDER] if user.holds(Role.SPECIALIST) else [Audience.SCHOOL]


def chosen_audience(user: User, audience: Audience | None, about: About) -> Audience:
    """The side that somebody chose, or their usual one. Raises NotYourSide, NobodyWouldSee."""
    own = audiences_of(user)
    side = audience or own[0]
    if side not in own:
        raise NotYourSide(f"Choose {own[0].label.lower()}", field="visible_to")
    if side is Audience.SCHOOL and about.school is None:
        raise NobodyWouldSee("This record has no school. Choose who else can see it", field="visible_to")
    if side is Audience.PROVIDER and about.provider is None:
        raise NobodyWouldSee("This record has no provider. Choose who else can see it", field="visible_to")
    return side
