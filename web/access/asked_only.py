"""What is seen by posts that see what they are asked to decide and nothing else."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from domain.delegation import Decider
from domain.vocabulary import Role
from projections import decisions
from web.access.context import User

ASKED_AS = {Role.CHIEF_OFFICER: Decider.CHIEF_OFFICER, Role.COUNTERSIGNER: Decider.COUNTERSIGNER}
"""As what their holders decide."""


def asked_only_as(user: User) -> frozenset[Decider]:
    """As what somebody decides by such posts."""
    return frozenset(decider for role, decider in ASKED_AS.items() if user.holds(role))


def asked_only(user: User, day: date) -> sa.ColumnElement[bool]:
    """The condition that a decision is such a post's to see on a day, or names its holder."""
    return decisions.concerns(user.person, asked_only_as(user), day)
