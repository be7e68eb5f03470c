"""Who of the school reads a concern: nobody, until it is assessed and somebody shares it, in words for the school."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.aggregate import Event, Refusal, requires
from domain.concern.content import Content
from domain.concern.ladder.state import LadderState
from domain.concern.parts import Assessment, CaseStatus, Objective
from domain.concern.rules import NotAssessed, written
from domain.vocabulary import Role, Sensitivity

OF_THE_SCHOOL = (Role.HEADTEACHER, Role.CHAIR)
"""The posts that a concern can be shared with, and that it can be about: the chair stands for the governors."""


@dataclass(frozen=True, slots=True)
class Share:
    """With whom of the school a concern is shared, and in which words. What was written before `since`, the version
    of the case that shared it first, stays inside the service: `before` is what there was of it."""

    post: Role
    words: str
    on: date
    by: UUID | None
    since: int
    before: Written


@dataclass(frozen=True, slots=True)
class Written:
    """What stood in a case at some moment."""

    assessment: Assessment | None
    plan: str
    objectives: tuple[Objective, ...]
    reviews: int
    steps: int
    ladder: int
    end_reason: str
    outcome: str


class RestrictedIsNotShared(Refusal):
    """A restricted concern is kept from the school."""


class ReadAlready(Refusal):
    """Head and chair could read the concern from the day on which it was raised, as was the rule then."""


class NobodyToShareWith(Refusal):
    """A concern is shared with somebody."""


class WithdrawnIsNotShared(Refusal):
    """What was raised in error is no concern to be shared."""


class Shared(Event):
    """From now on these read the concern in these words, and what is written in the case from here on."""

    TOPIC = "concern.shared"
    says = "{by} shared the concern with {whom}: {words}"
    with_: tuple[Role, ...]
    words: str

    @property
    def whom(self) -> str:
        return in_words(self.with_)

    def apply(self, case: Shareable) -> None:
        now, by = case.written_so_far(), self.meta.signature.actor
        for post in self.with_:
            first = case.shares.get(post)
            since, before = (first.since, first.before) if first else (self.meta.version, now)
            case.shares[post] = Share(post, self.words, self.meta.occurred_on, by, since, before)


def in_words(posts: Iterable[Role]) -> str:
    """As "the headteacher and the chair of governors"."""
    called = {Role.HEADTEACHER: "the headteacher", Role.CHAIR: "the chair of governors"}
    return " and ".join(called[post] for post in posts)


def must_be_for_the_school(case: Shareable, _: date) -> None:
    if case.is_open_from_the_start:
        raise ReadAlready("The headteacher and the chair of governors can read this concern already")
    if case.sensitivity is not Sensitivity.ORDINARY:
        raise RestrictedIsNotShared("This concern is restricted. Lift the restriction before you share it")
    if case.status is CaseStatus.WITHDRAWN:
        raise WithdrawnIsNotShared("This concern was withdrawn, so there is nothing to share")
    if case.assessment is None:
        raise NotAssessed("Assess the concern before you share it")


class Shareable(LadderState, Content, part=True):
    """A case that begins inside the service. `about_posts` are those of the school that it is about."""

    end_reason: str
    outcome: str

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.is_open_from_the_start = False
        self.about_posts: tuple[Role, ...] = ()
        self.shares: dict[Role, Share] = {}

    @requires(must_be_for_the_school)
    def share(self, *, words: str, with_: Collection[Role] | None = None) -> None:
        """Let the school read it in these words: head and chair, but for those it is about, unless they are named.
        Raises NobodyToShareWith, TextNeeded."""
        chosen = self.usual_readers if with_ is None else tuple(post for post in OF_THE_SCHOOL if post in with_)
        if not chosen:
            raise NobodyToShareWith("Choose who in the school can read it", field="with_")
        text = written(words, "Enter the words that the school will read", field="words")
        self._take(Shared(with_=chosen, words=text), purpose=self.purpose)

    @property
    def usual_readers(self) -> tuple[Role, ...]:
        """Those of the school with whom it is shared unless others are named."""
        return tuple(post for post in OF_THE_SCHOOL if post not in self.about_posts)

    def share_with(self, posts: Collection[Role]) -> Share | None:
        """By which sharing somebody in these posts of the school reads the case, None where they do not."""
        shares = [share for post, share in self.shares.items() if post in posts]
        return min(shares, key=lambda share: share.since, default=None)

    @property
    def shared_with(self) -> list[Share]:
        """With whom of the school it is shared, the headteacher first."""
        return [self.shares[post] for post in OF_THE_SCHOOL if post in self.shares]

    def written_so_far(self) -> Written:
        """What stands in the case now."""
        return Written(
            self.assessment,
            self.plan,
            self.objectives,
            len(self.reviews),
            len(self.steps),
            len(self.ladder),
            self.end_reason,
            self.outcome,
        )

    def as_shared(self, share: Share) -> None:
        """Leave out of this copy of the case what was written before it was shared."""
        before, kept = share.before, self.written_so_far()
        self.detail, self.earlier_wordings, self.restated = share.words, [], ()
        self.reviews, self.steps = self.reviews[before.reviews :], self.steps[before.steps :]
        self.ladder = self.ladder[before.ladder :]
        if kept.assessment is not None and kept.assessment == before.assessment:
            self.assessment = Assessment(kept.assessment.on, "", kept.assessment.rating, kept.assessment.by)
        if (kept.plan, kept.objectives) == (before.plan, before.objectives):
            self.plan, self.objectives = "", ()
        if kept.end_reason == before.end_reason:
            self.end_reason = ""
        if kept.outcome == before.outcome:
            self.outcome = ""
