"""Words of their own for the text fields of records, and which right it takes to meet each."""

from __future__ import annotations

from datetime import timedelta

from tests.full_authority import FullAuthority
from tests.scenario import TODAY
from web.access.policy import Action

NEXT_WEEK = TODAY + timedelta(days=7)

GONE = "no longer shown "
"""Begins the name of a text that was written over or taken out before anybody beside its writers was to read it."""


class Words:
    """Makes records about the authority's first school; the words that follow take the `right` that stands."""

    right: Action

    def __init__(self, authority: FullAuthority) -> None:
        self.authority, self.place = authority, authority.ours
        self.words: dict[str, Action] = {}

    def word(self, field: str) -> str:
        """A word of this field's own."""
        made = f"Falter{len(self.words):03d}-{field}."
        self.words[made] = self.right
        return made
