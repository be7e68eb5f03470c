"""What a program may know of whoever's token it uses: who that is, in which posts, and what those let them do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from domain.vocabulary import Role, Team
from web.access.context import RequestContext, User
from web.access.policy import Action, Scope, widest
from web.commands.fields import SchoolField, person_field, provider_field
from web.commands.resource import SingleEndpoint


class HeldPostOut(Schema):
    """A post that is held today; `held_at` are the schools at which it is held, or those looked after in it."""

    role = fields.Enum(Role, by_value=True)
    held_at = fields.List(SchoolField(), attribute="school_ids")
    provider = provider_field(allow_none=True)
    team = fields.Enum(Team, by_value=True, allow_none=True)
    leads_team = fields.Boolean()


class RightOut(Schema):
    """Something that the posts of today let somebody do, and how far it reaches."""

    action = fields.Enum(Action, by_value=True)
    reach = fields.Enum(Scope, by_value=True)


class MeOut(Schema):
    """Whoever signed the request. `may_change` is false for a token that only reads."""

    person = person_field()
    name = fields.String()
    may_change = fields.Boolean()
    held_posts = fields.List(fields.Nested(HeldPostOut))
    rights = fields.List(fields.Nested(RightOut))


def _me(context: RequestContext) -> Mapping[str, Any]:
    user = context.user
    reaches = ((action, widest(action, user.rights)) for action in Action)
    return {
        "person": user.person,
        "name": user.name,
        "may_change": user.may_change,
        "held_posts": _posts(user),
        "rights": [{"action": action, "reach": scope} for action, scope in reaches if scope is not None],
    }


def _posts(user: User) -> list[Mapping[str, Any]]:
    return [
        {
            "role": right.role,
            "school_ids": sorted(right.school_ids),
            "provider": right.provider,
            "team": right.team,
            "leads_team": right.leads is not None,
        }
        for right in user.rights
    ]


me = SingleEndpoint("me", "me", "Read who you are, and what you may do", MeOut, _me)
