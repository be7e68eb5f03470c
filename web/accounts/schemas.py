"""What the pages of accounts ask."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from domain.account import TokenScopes
from web.accounts.accounts import LONGEST_NAME
from web.accounts.strength import SHORTEST
from web.accounts.tokens import LONGEST_LIFE
from web.commands.fields import choice_field
from web.forms.numbers import WholeNumber

NAME = {"label": "Email address", "noun": "an email address", "autocomplete": "username", "widget": "email"}
MOST_TYPED = 4096
"""Characters of anything typed as a password; how long a password may be is said by web.accounts.strength."""


def _password(autocomplete: str, **told: str) -> fields.String:
    """A question whose answer is not shown while it is typed."""
    return fields.String(
        required=True,
        validate=validate.Length(max=MOST_TYPED),
        metadata={"widget": "password", "autocomplete": autocomplete, **told},
    )


def own_password(**told: str) -> fields.String:
    """Asks for the password that somebody has."""
    return _password("current-password", **{"noun": "your password", **told})


def new_password(**told: str) -> fields.String:
    """Asks for a password that somebody will have."""
    hint = f"{SHORTEST} characters or more. Three random words are a good password"
    return _password("new-password", hint=hint, **told)


OWN_CODE = "The 6 digits from the app on your phone, or one of your recovery codes"


def one_time_code(hint: str = OWN_CODE) -> fields.String:
    """Asks for a code of somebody's second factor."""
    return fields.String(
        required=True,
        validate=validate.Length(max=40),
        metadata={
            "label": "Code",
            "noun": "the code",
            "hint": hint,
            "autocomplete": "one-time-code",
            "width": 20,
        },
    )


class JustDoIt(Schema):
    """Asks nothing: the button says it all."""


class SignInForm(Schema):
    sign_in_name = fields.Email(required=True, validate=validate.Length(max=LONGEST_NAME), metadata=NAME)
    password = own_password()


class GiveCode(Schema):
    code = one_time_code()


class GiveFirstCode(Schema):
    code = one_time_code("6 digits")


class SetPassword(Schema):
    password = new_password(noun="a password")


class ChangePassword(Schema):
    current = own_password(label="Current password", noun="your current password")
    password = new_password(label="New password", noun="a new password")


class OpenAccount(Schema):
    person = fields.String(
        required=True,
        metadata={
            "widget": "select",
            "noun": "the person",
            "hint": "People with a role today who have no account yet",
            "choices": lambda context: context.get("people", ()),
        },
    )
    sign_in_name = fields.Email(
        required=True,
        validate=validate.Length(max=LONGEST_NAME),
        metadata={
            "label": "Email address",
            "noun": "an email address",
            "hint": "The person will use it to sign in",
            "autocomplete": "off",
        },
    )


class DisableAccount(Schema):
    reason = fields.String(
        required=True,
        validate=validate.Length(max=500),
        metadata={
            "label": "Why are you disabling the account?",
            "noun": "why you are disabling the account",
            "rows": 3,
        },
    )


class RemoveWayIn(Schema):
    reason = fields.String(
        required=True,
        validate=validate.Length(max=500),
        metadata={"label": "Why are you removing it?", "noun": "why you are removing it", "rows": 3},
    )


class MakeToken(Schema):
    label = fields.String(
        required=True,
        validate=validate.Length(max=80),
        metadata={
            "label": "Name of the token",
            "noun": "a name",
            "hint": "For example, the program that will use it",
        },
    )
    scopes = choice_field(TokenScopes, "What may it do?", noun="what it may do")
    days = WholeNumber(
        required=True,
        validate=validate.Range(1, LONGEST_LIFE),
        metadata={
            "label": "Days until it expires",
            "noun": "the number of days",
            "hint": f"From 1 to {LONGEST_LIFE}",
            "width": 3,
        },
    )
