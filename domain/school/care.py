"""Who looks after a school, and how much help it needs: the half of its record that people decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from domain.aggregate import Aggregate, ReasonNeeded, must_have_come, reasoned, requires
from domain.delegation import Act, Granted
from domain.school import events
from domain.school.parts import DAY, Cover, Details, LinkPeriod, Need, closed_on, is_closed, left_on
from domain.school.rules import (
    AlreadyLinkOfficer,
    CoversOverlap,
    LinkOfficersOverlap,
    NoLinkOfficer,
    NotACategory,
    StoodIn,
    in_order,
    must_be_covered,
    must_be_there,
    must_have_link_officer,
    must_stand,
)
from domain.school.tellings import Tellings, details_in
from domain.text import day_in_words, plain
from domain.vocabulary import About


class LookedAfter(Aggregate, part=True):
    """An institution that has a link officer, covers and a need category, as long as it is there.

    Commands take the code of the service's own `authority`: at a school of another one nothing begins.
    """

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.tellings: Tellings = {}
        self.merged_into: UUID | None = None
        self.link_officers: list[LinkPeriod] = []
        self.covers: list[Cover] = []
        self.needs: list[Need] = []

    @requires(must_stand)
    def assign_link_officer(self, officer: UUID, *, from_: date, reason: str, authority: str | None = None) -> None:
        """Give the school to an officer; the time of the one before ends the day before, and so does a cover by the
        new one.

        Raises AlreadyLinkOfficer, LinkOfficersOverlap, StoodIn, SchoolIsElsewhere, SchoolIsClosed, ReasonNeeded.
        """
        must_be_there(self.details, from_, authority=authority, field="from_")
        last = self.link_officers[-1] if self.link_officers else None
        if last and last.officer == officer and last.until is None:
            raise AlreadyLinkOfficer("This officer is already the link officer. Choose someone else", field="officer")
        if last and from_ < last.from_:
            raise LinkOfficersOverlap(
                "Another officer takes over on a later date. Choose that date or a later one", field="from_"
            )
        if last and last.until and from_ <= last.until:
            raise LinkOfficersOverlap(
                "The previous officer's time has not ended by then. Choose a later date", field="from_"
            )
        own = [cover for cover in self.covers if cover.officer == officer and cover.to >= from_]
        if stood_in := next((cover for cover in own if from_ <= cover.from_ < self.today), None):
            since, to = stood_in.from_, stood_in.to
            raise StoodIn(
                f"This officer covered for the link officer from {day_in_words(since)}. Choose a date after "
                f"{day_in_words(to)}, or end that cover and choose a date after it",
                field="from_",
            )
        event = events.LinkOfficerAssigned(officer=officer, from_=from_)
        others = [last.officer] if last and last.until is None else []
        self.record(event, occurred=self._if_past(from_), reason=reasoned(reason), people=(officer, *others))
        for cover in own:
            self._over(cover, from_, "This officer is the link officer from then on")

    @requires(must_stand, must_have_link_officer)
    def release_link_officer(self, *, until: date, reason: str) -> None:
        """End the link officer's time without giving the school to another. Raises NoLinkOfficer."""
        last = self.link_officers[-1]
        in_order(last.from_, until, field="until")
        event = events.LinkOfficerReleased(officer=last.officer, from_=last.from_, until=until)
        self.record(event, occurred=self._if_past(until), reason=reasoned(reason), people=(last.officer,))

    @requires(must_stand)
    def arrange_cover(
        self, officer: UUID, *, from_: date, to: date, reason: str, authority: str | None = None
    ) -> None:
        """Have somebody stand in for the link officer. Raises NoLinkOfficer, AlreadyLinkOfficer, CoversOverlap,
        SchoolIsElsewhere, SchoolIsClosed."""
        must_be_there(self.details, from_, authority=authority, field="from_")
        in_order(from_, to, field="to")
        if self.link_officer_on(from_) is None:
            raise NoLinkOfficer("The school has no link officer then. Choose another date", field="from_")
        if any(period.officer == officer and period.overlaps(from_, to) for period in self.link_officers):
            raise AlreadyLinkOfficer("Choose someone other than the link officer", field="officer")
        if any(from_ <= cover.to and cover.from_ <= to for cover in self.covers):
            raise CoversOverlap("Someone is already covering on some of these dates. Choose others", field="from_")
        event = events.CoverArranged(officer=officer, from_=from_, to=to)
        self.record(event, occurred=self._if_past(from_), reason=reasoned(reason), people=(officer,))

    @requires(must_stand, must_be_covered)
    def end_cover(self, *, until: date, reason: str) -> None:
        """Let the first cover that goes on after a day end with that day; one that begins later never does.

        Raises NoLinkOfficer, ReasonNeeded.
        """
        cover = min((each for each in self.covers if until < each.to), key=lambda each: each.from_, default=None)
        if cover is None:
            raise NoLinkOfficer("Nobody is covering after that date. Choose an earlier date", field="until")
        last = until if cover.from_ <= until else None
        event = events.CoverEnded(officer=cover.officer, from_=cover.from_, until=last)
        occurred = None if last is None else self._if_past(last)
        self.record(event, occurred=occurred, reason=reasoned(reason), people=(cover.officer,))

    @requires(must_stand)
    def set_need_category(
        self,
        category: str,
        *,
        among: Sequence[str],
        from_: date,
        review_due: date,
        rationale: str,
        scheme: str,
        granted: Granted,
        panel_on: date | None = None,
        authority: str | None = None,
    ) -> None:
        """Rate the school's need as was decided: `among` are the categories of the scheme in force, the lowest need
        first, `scheme` names its version.

        Raises NotCovered, NotACategory, EndsBeforeItBegins, OccurredInTheFuture, SchoolIsElsewhere, SchoolIsClosed,
        ReasonNeeded.
        """
        must_be_there(self.details, from_, authority=authority, field="from_")
        if category not in among:
            raise NotACategory(f"Choose one of these levels: {', '.join(among)}", field="category")
        in_order(max([from_, *(need.from_ for need in self.needs)]), from_, field="from_")
        in_order(from_, review_due, field="review_due")
        granted.must_cover(self.act_of_rating(category, among=among, from_=from_), self.id, field="category")
        if panel_on is not None:
            must_have_come(panel_on, self.today, "panel_on")
        event = events.NeedCategoryDecided(
            category=category,
            from_=from_,
            review_due=review_due,
            rationale=_rationale(rationale),
            scheme=scheme,
            panel_on=panel_on,
        )
        self.record(
            event,
            occurred=self._if_past(from_),
            reason=event.rationale,
            rules=(scheme,),
            decision=granted.decision,
        )

    def keep_need(self, need: Need) -> None:
        """Go on with a rating that was decided when the school had another record."""
        event = events.NeedCategorySet(
            category=need.category,
            from_=need.from_,
            review_due=need.review_due,
            rationale=need.rationale,
            scheme=need.scheme,
        )
        self.record(event, occurred=self._if_past(need.from_), reason=need.rationale, rules=(need.scheme,))

    def act_of_rating(self, category: str, *, among: Sequence[str], from_: date) -> Act:
        """Which act it is to rate the school's need: of more weight for the last category, and two from the one
        before."""
        now = self.need_on(from_)
        before = among.index(now.category) if now is not None and now.category in among else None
        after = among.index(category) if category in among else 0
        is_last = after == len(among) - 1 and after > 0 and after != before
        is_far = before is not None and abs(after - before) > 1
        return Act.SET_NEED_FAR if is_last or is_far else Act.SET_NEED

    @requires(must_stand)
    def note_external_support(
        self, *, arranged_by: str, provided_by: str, from_: date, expected_end: date | None = None, told_by: str
    ) -> None:
        """Note help that the school has from others than this service."""
        if expected_end is not None:
            in_order(from_, expected_end, field="expected_end")
        event = events.ExternalSupportNoted(
            arranged_by=arranged_by,
            provided_by=provided_by,
            from_=from_,
            expected_end=expected_end,
            told_by=told_by,
        )
        self.record(event, occurred=self._if_past(from_))

    @property
    def details(self) -> Details:
        """What files tell of it: no key where nothing is known."""
        return details_in(self.tellings)

    @property
    def is_closed(self) -> bool:
        return is_closed(self.details)

    @property
    def left_on(self) -> date | None:
        """The day from which it belongs to another authority, None while it is this one's."""
        return left_on(self.details)

    @property
    def closed_on(self) -> date | None:
        """The day it closed, None if it is not closed or the register gives no day."""
        return closed_on(self.details)

    def link_officer_on(self, day: date) -> UUID | None:
        return next((period.officer for period in self.link_officers if period.covers(day)), None)

    def cover_on(self, day: date) -> UUID | None:
        return next((cover.officer for cover in self.covers if cover.from_ <= day <= cover.to), None)

    def need_on(self, day: date) -> Need | None:
        """The need category in force on a day, None before the first one."""
        return next((need for need in reversed(self.needs) if need.from_ <= day), None)

    def about(self) -> About:
        return About(school=self.id)

    def nobody_looks_after_it(self, from_: date, reason: str) -> None:
        """Release from a day on whoever looks after the school or would have. Whoever began after that day, before it
        was known here, goes today."""
        for period in [each for each in self.link_officers if each.until is None or each.until >= from_]:
            until = self._last_day(period.from_, from_)
            if until and period.until and until >= period.until:
                continue  # somebody else had followed by then
            released = events.LinkOfficerReleased(officer=period.officer, from_=period.from_, until=until)
            self.record(released, occurred=until, reason=reason, people=(period.officer,))
        for cover in [each for each in self.covers if each.to >= from_]:
            self._over(cover, from_, reason)

    def _over(self, cover: Cover, from_: date, reason: str) -> None:
        until = self._last_day(cover.from_, from_)
        if until is not None and until >= cover.to:
            return  # it ends by itself before that
        over = events.CoverEnded(officer=cover.officer, from_=cover.from_, until=until)
        self.record(over, occurred=until and self._if_past(until), reason=reason, people=(cover.officer,))

    def _last_day(self, first: date, gone: date) -> date | None:
        """The last day of what began on a first one and is over from another day on; None where it never begins."""
        if first < gone:
            return gone - DAY
        return self.today - DAY if first < self.today else None

    def _if_past(self, day: date) -> date | None:
        """When a fact of that day occurred; None, that is now, for one of today or ahead."""
        return day if day < self.today else None


def _rationale(text: str) -> str:
    if not plain(text):
        raise ReasonNeeded("Enter the reason for this level", field="rationale")
    return plain(text)
