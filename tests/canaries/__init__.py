"""Records about the authority's first school whose every text holds a word of its own, none of them restricted.

They are there to be met: the readers of a word are those whom the policy lets read the record that it stands in.
"""

from __future__ import annotations

from tests.canaries.brokering import BrokeringWords
from tests.canaries.concerns import ConcernWords
from tests.canaries.visits import VisitWords
from tests.full_authority import FullAuthority


class Told(VisitWords, BrokeringWords, ConcernWords):
    """All of them; `words` says of each word which right it takes to meet it."""

    def __init__(self, authority: FullAuthority) -> None:
        super().__init__(authority)
        self._visits()
        self._records_of_visits()
        self._requests()
        self._tenders()
        self._engagements()
        self._concerns()
        self._notes_and_files()
