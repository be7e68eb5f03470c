"""A support request, its tender and engagements, each text with a word of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

from domain.engagement import BrokeredEngagement
from domain.on_behalf import Heard
from domain.signature import acting, current_signature
from domain.subjects import USUAL_LIST
from domain.support_request import InHouse, Payer, Ranked, Route, SupportLevel, SupportRequest, UnmetCause
from domain.tender import DeclineReason, Tender
from domain.vocabulary import Side
from tests.canaries.words import Words
from tests.domain.brokered import ENDS, REPLY_BY, a_need, consent, outcomes, terms, the_work
from tests.full_authority import RULES
from tests.grants import approve, close_breach, for_one_alone, for_selection, waive_evaluation
from tests.scenario import TODAY
from web.access.policy import Action

SCHOOL, SERVICE = Side.SCHOOL, Side.SERVICE


class BrokeringWords(Words):
    """A request that came to every end, a tender without selection, and engagements that ended in every way."""

    def _requests(self) -> None:
        self.right = Action.READ_REQUEST
        word, then, place, director = self.word, self.authority._then, self.place, self.authority.director
        texts = {each: word(each) for each in ("need", "outcome_wanted", "area", "fund")}
        meant = {each: word(f"{each} meant") for each in ("need", "outcome_wanted", "area")}
        need = a_need(school=place.school, **texts)
        self.request = request = self.authority._add(lambda: SupportRequest.raise_("SR-2026-0801", **need))
        ours, theirs = place.provider, self.authority.theirs.provider
        tender, engagement = place.records[Tender.KIND], place.records[BrokeredEngagement.KIND]
        ranking = (Ranked(ours, 80, (word("rank"),)), Ranked(theirs, 0, (), word("excluded")))
        shortlist = partial(SupportRequest.shortlist_providers, ranking=ranking, chosen=(ours,), rules=RULES)
        triaged = {"broker": director, "level": SupportLevel.TARGETED, "route": Route.BROKERED}
        then(
            SupportRequest,
            request,
            lambda it: it.correct(**meant, reason=word("misread")),
            lambda it: it.acknowledge(officer=director, answer_by=REPLY_BY),
            lambda it: it.triage(note=word("triage"), **triaged),
            lambda it: it.ask_for_information(word("question")),
            lambda it: it.give_information(word("answer")),
            lambda it: it.reassign(broker=director, reason=word("reassigned")),
            lambda it: it.change_subject("Science", listed=USUAL_LIST, reason=word("subject changed")),
            lambda it: it.state_payer(Payer.SHARED, council_part=Decimal(9000), reason=word("who pays")),
            lambda it: it.agree_price(Decimal(100), reason=word("price agreed")),
            lambda it: approve(it, 9000),
            shortlist,
            lambda it: it.remove_from_shortlist(ours, reason=word("removed")),
            shortlist,
            lambda it: it.open_tender(tender),
            lambda it: it.end_tender(reason=word("tender ended")),
            lambda it: it.place(engagement=engagement, provider=ours),
            lambda it: it.take_up_again(reason=word("fell through")),
            lambda it: it.place(engagement=engagement, provider=ours),
            lambda it: it.close(outcome=word("outcome")),
        )
        for end in (
            lambda it: it.withdraw(side=SCHOOL, reason=word("withdrawn")),
            lambda it: it.decline(side=SERVICE, reason=word("declined")),
            lambda it: it.signpost(to=word("signposted to"), reason=word("signposted")),
            lambda it: it.meet_in_house(InHouse.LEAD_TEACHER, note=word("in house")),
            lambda it: it.record_unmet(cause=UnmetCause.NOBODY_OFFERS, reason=word("unmet")),
            lambda it: it.merge(place.records[SupportRequest.KIND], reason=word("merged")),
        ):
            then(SupportRequest, request, lambda it: it.reopen(reason=word("reopened")), end)

    def _tenders(self) -> None:
        word, then, ours = self.word, self.authority._then, self.place.provider
        quoted = partial(terms, specialist=self.place.specialist)
        self.right = Action.READ_INVITATION
        said = {"brief": word("brief"), "reason": word("one provider")}
        dates = {"reply_by": REPLY_BY, "question_deadline": TODAY, "alone": for_one_alone(self.request)}
        where = {"request": self.request, "school": self.place.school}
        self.tender = self.authority._add(lambda: Tender.open("TN-2026-0801", **where, **dates, **said))
        chosen = {"granted": for_selection(self.tender), "ceiling": Decimal(9000), "tie": word("tie")}
        then(
            Tender,
            self.tender,
            lambda it: it.invite(ours, clearance=word("clearance"), rules=RULES),
            lambda it: it.ask(ours, word("question")),
            lambda it: it.answer(1, word("answer")),
            lambda it: it.extend(reply_by=REPLY_BY + timedelta(days=1), reason=word("longer")),
            lambda it: it.quote(ours, quoted(approach=word("approach")), reason=word("quoted")),
            lambda it: it.revise_quote(ours, quoted(approach=word("other approach")), reason=word("revised")),
            lambda it: it.prefer(ours, word("preferred")),
            lambda it: it.select(ours, rationale=word("rationale"), **chosen),
            lambda it: it.withdraw_selection(reason=word("selection withdrawn")),
            lambda it: it.withdraw_quote(ours, reason=word("quote withdrawn")),
            lambda it: it.invite(ours, clearance=word("clearance again"), rules=RULES),
            lambda it: it.decline(ours, why=DeclineReason.DATES, reason=word("declined")),
            lambda it: it.close(reason=word("closed")),
        )

    def _engagements(self) -> None:
        word, then, place = self.word, self.authority._then, self.place
        substitute = self.authority.sample.specialist(place.provider, "Sidney Substitute")
        both = consent(school_by=place.head, provider_by=place.specialist)
        day = {"on": TODAY, "days": Decimal(1), "cleared": True, "rules": RULES}
        said = {"quality": 3, "impact": 3, "evaluator": place.head}
        then(
            BrokeredEngagement,
            self._begun(1),
            lambda it: it.plan_session(place=word("another place"), **day),
            lambda it: it.cancel_session(2, side=SCHOOL, chargeable=False, reason=word("session cancelled")),
            lambda it: it.agree_variation(
                days=Decimal(4), net=Decimal(2000), ends=ENDS, consent=both, reason=word("varied")
            ),
            lambda it: it.pause(reason=word("paused")),
            lambda it: it.resume(reason=word("resumed")),
            lambda it: it.substitute(
                substitute, cleared=True, valid_to=None, rules=RULES, reason=word("substituted")
            ),
            lambda it: it.complete(),
            lambda it: it.evaluate(comment=word("comment"), outcomes=outcomes(it), **said),
        )
        then(
            BrokeredEngagement,
            self._engagement(2),
            lambda it: it.cancel(side=SCHOOL, reason=word("cancelled")),
        )
        then(
            BrokeredEngagement,
            self._begun(3),
            lambda it: it.plan_session(place=word("third place"), **day),
            lambda it: it.deliver_session(
                2, note=word("session in breach"), missing=(word("missing"),), **{**day, "cleared": False}
            ),
            lambda it: it.find_breach(2, missing=(word("found later"),), rules=RULES),
            lambda it: it.follow_up_breach(2, told=word("informed"), followed=word("followed up")),
            lambda it: close_breach(it, 2, reason=word("closed")),
            lambda it: it.correct_session(1, place=word("right place"), note=word("meant"), reason=word("misread")),
            lambda it: it.withdraw_report(1, reason=word("never took place")),
            lambda it: it.end_early(side=SCHOOL, reason=word("ended early")),
            lambda it: waive_evaluation(it, reason=word("not evaluated")),
        )

    def _engagement(self, number: int) -> UUID:
        self.right = Action.READ_ENGAGEMENT
        place, word = self.place, self.word
        work = the_work(
            school=place.school,
            provider=place.provider,
            specialist=place.specialist,
            begins=TODAY,
            ends=ENDS,
            scope=word("scope"),
            fund=word("fund"),
            objectives=(word("objective"),),
        )
        origin = {"request": self.request, "tender": self.tender, "reason": word("proposed")}
        return self.authority._add(lambda: BrokeredEngagement.propose(f"BE-2026-08{number:02d}", work, **origin))

    def _begun(self, number: int) -> UUID:
        engagement = self._engagement(number)
        day = {"on": TODAY, "days": Decimal(1), "cleared": True, "rules": RULES}
        self.authority._then(
            BrokeredEngagement,
            engagement,
            *(self._recorded_agreement(side) for side in (Side.SCHOOL, Side.PROVIDER)),
            self._terms_disowned,
            lambda it: it.agree(Side.SCHOOL),
            lambda it: it.agree(Side.SERVICE),
            lambda it: it.confirm_clearance(cleared=True, valid_to=None, rules=RULES),
            lambda it: it.confirm(),
            lambda it: it.plan_session(place=self.word("place"), **day),
            lambda it: it.deliver_session(1, note=self.word("session"), **day),
        )
        return engagement

    def _terms_disowned(self, engagement: BrokeredEngagement) -> None:
        with acting(replace(current_signature(), actor=self.place.head)):
            engagement.disown_agreement(Side.SCHOOL, reason=self.word("not agreed"))

    def _recorded_agreement(self, side: Side) -> Callable[[BrokeredEngagement], None]:
        how = {"heard": Heard.LETTER, "came_on": TODAY, "evidence": self.word(f"agreed by {side}")}
        return partial(BrokeredEngagement.record_agreement, side=side, **how)
