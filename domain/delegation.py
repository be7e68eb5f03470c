"""The scheme of delegation: which post may decide what, up to which sum, and whether whoever asks may decide.

The bands are those of local authorities' published contract rules: one quote or officer's decision to £5,000, a
senior officer to £10,000, a director to £25,000, above that a director and a countersigner (the section 151 officer).
All sums are in pounds, net of VAT, and count what the council pays in all, not the last rise alone. What a school
pays from its own budget is for the school to agree to, and nobody in the service decides it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Refusal
from domain.money import in_pounds
from domain.text import counted, either
from domain.vocabulary import LabelledEnum


class Act(LabelledEnum):
    """What takes somebody's authority."""

    APPROVE_SPENDING = "approve_spending"
    RAISE_LIMIT = "raise_limit"
    SELECT_PROVIDER = "select_provider"
    SELECT_NOT_BEST = "select_not_best"
    SELECT_ABOVE_LIMIT = "select_above_limit"
    VARY_ABOVE_LIMIT = "vary_above_limit"
    ASK_ONE_ALONE = "ask_one_provider_alone"
    SELECT_ALONE_ABOVE = "select_the_only_provider_above_what_was_approved"
    VARY_ALONE_ABOVE = "change_the_terms_of_the_only_provider_above_what_was_decided"
    ASSESS_AS_CAUSING_CONCERN = "assess_the_school_as_causing_concern"
    START_INTERVENTION = "start_an_intervention"
    TAKE_FORMAL_STEP = "take_a_formal_step"
    PRE_WARN = "send_a_pre_warning_letter"
    WITHDRAW_NOTICE = "withdraw_the_notice"
    END_POWER = "end_the_use_of_a_power"
    REFER = "refer_the_school_to_the_regions_group"
    GIVE_NOTICE = "give_a_warning_notice"
    ASSESS_COMPLIANCE = "assess_compliance_with_the_notice"
    NOTIFY_INTENTION = "notify_the_intention_to_use_powers"
    REQUIRE_ARRANGEMENTS = "require_arrangements"
    APPOINT_GOVERNORS = "appoint_additional_governors"
    APPOINT_INTERIM_BOARD = "appoint_an_interim_executive_board"
    SUSPEND_BUDGET = "suspend_the_delegated_budget"
    WAIVE_STEP = "leave_out_a_step_for_urgency"
    CONTINUE_INTERVENTION = "go_on_with_the_intervention"
    CHANGE_LEVEL = "step_the_intervention_up_or_down"
    PAUSE_CONCERN = "pause_the_concern_for_more_than_20_days"
    END_INTERVENTION = "end_the_intervention"
    REOPEN_CONCERN = "reopen_the_concern"
    GRANT_EXEMPTION = "grant_exemption"
    EXEMPT_FROM_DBS = "exempt_from_dbs"
    CLOSE_BREACH = "close_a_breach"
    REINSTATE = "lift_the_suspension_of_a_provider"
    CHANGE_SCHEME = "change_the_scheme"
    WAIVE_EVALUATION = "waive_evaluation"
    SET_NEED = "set_a_level_of_support"
    SET_NEED_FAR = "set_a_level_of_support_far_off"
    AS_RECORDED = "as_recorded_before"

    @property
    def label(self) -> str:
        return _ACTS.get(self.value) or super().label

    def with_sum(self, net: Decimal | None) -> str:
        """As "Approve spending of up to £3,600"."""
        if net is None:
            return self.label
        return f"{self.label} {_BEFORE_SUMS.get(self.value, 'at')} {in_pounds(net)}"


_BEFORE_SUMS = {"approve_spending": "of up to", "raise_limit": "to", "ask_one_provider_alone": "for up to"}

_ACTS = {
    "send_a_pre_warning_letter": "Send a pre-warning letter",
    "refer_the_school_to_the_regions_group": "Refer the school to the Regions Group",
    "raise_limit": "Raise the approved limit once prices are known",
    "select_provider": "Select a provider",
    "select_not_best": "Select a provider other than the best of the comparison",
    "select_above_limit": "Select a provider above the approved limit",
    "vary_above_limit": "Change the terms above the approved limit",
    "ask_one_provider_alone": "Ask one provider alone, or engage without quotes",
    "select_the_only_provider_above_what_was_approved": "Select the only provider asked, above what was approved",
    "change_the_terms_of_the_only_provider_above_what_was_decided": "Change the terms of a provider who was asked "
    "alone, above what was decided",
    "grant_exemption": "Grant an exemption",
    "exempt_from_dbs": "Grant an exemption from the DBS check or from one abroad",
    "waive_evaluation": "Waive the evaluation of a job",
    "set_a_level_of_support": "Set the level of support",
    "set_a_level_of_support_far_off": "Set the level of support to the lowest, or two levels off",
    "change_the_scheme": "Change who decides, a limit or the required checks",
    "as_recorded_before": "Do as was recorded before decisions were kept",
}

DECIDED_AS = {
    **dict.fromkeys((Act.PRE_WARN, Act.WITHDRAW_NOTICE, Act.END_POWER, Act.REFER), Act.TAKE_FORMAL_STEP),
    **dict.fromkeys(
        (Act.ASSESS_COMPLIANCE, Act.NOTIFY_INTENTION, Act.REQUIRE_ARRANGEMENTS, Act.APPOINT_GOVERNORS),
        Act.GIVE_NOTICE,
    ),
    Act.SUSPEND_BUDGET: Act.APPOINT_INTERIM_BOARD,
    Act.AS_RECORDED: Act.START_INTERVENTION,
    Act.SELECT_ALONE_ABOVE: Act.ASK_ONE_ALONE,
    Act.VARY_ALONE_ABOVE: Act.ASK_ONE_ALONE,
    Act.REINSTATE: Act.CLOSE_BREACH,
}
"""The acts that the row of another decides. What was recorded before decisions were kept, and takes none today, is
nobody's to decide; a director sees to it where the person named disowns it."""

AS_SPENDING = frozenset({Act.RAISE_LIMIT, Act.SELECT_NOT_BEST, Act.SELECT_ABOVE_LIMIT, Act.VARY_ABOVE_LIMIT})
"""What is decided by the rows of spending, on the new total, and never by whoever asks."""

BEYOND_OWN = AS_SPENDING | {Act.SELECT_ALONE_ABOVE, Act.VARY_ALONE_ABOVE}
"""What is never decided by whoever asks, whatever it costs."""


def decided_as(act: Act) -> Act:
    """The act whose rows decide an act: its own, or those of another."""
    return Act.APPROVE_SPENDING if act in AS_SPENDING else DECIDED_AS.get(act, act)


def also_decided(act: Act) -> tuple[Act, ...]:
    """The other acts that the rows of an act decide."""
    return tuple(each for each in Act if each not in (act, Act.AS_RECORDED) and decided_as(each) is act)


COSTS = frozenset({Act.APPROVE_SPENDING, Act.ASK_ONE_ALONE, Act.WAIVE_EVALUATION})
"""The acts that the scheme decides by their sum."""


class Decider(LabelledEnum):
    """Who decides, in the words of the scheme; a senior officer leads the team for the phase of the school."""

    BROKER = "broker"
    CPD_MANAGER = "cpd_manager"
    SENIOR_OFFICER = "senior_officer"
    DIRECTOR = "director"
    CHIEF_OFFICER = "chief_officer"
    COUNTERSIGNER = "countersigner"

    @property
    def label(self) -> str:
        return "CPD manager" if self is Decider.CPD_MANAGER else super().label

    @property
    def in_a_sentence(self) -> str:
        """As "a director"."""
        return f"a {self.label if self is Decider.CPD_MANAGER else self.label.lower()}"


def one_of(posts: Iterable[Decider]) -> str:
    """As "a senior officer or a director"."""
    return either(post.in_a_sentence for post in posts)


def never_held(posts: Sequence[Decider]) -> str:
    """As "Nobody has been a director or a chief officer yet"; empty where there are no posts."""
    return f"Nobody has been {one_of(posts)} yet" if posts else ""


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """Who decides an act that costs up to a sum (None: any sum), by a code that decisions name.

    With `countersigns` two people decide, one of each. `may_decide_own` lets whoever asks decide, within their own
    limit. An ask is also put to `deputies` after `passes_after` working days, and lapses after `lapses_after`.
    """

    code: str
    act: Act
    up_to: Decimal | None
    decides: tuple[Decider, ...]
    countersigns: tuple[Decider, ...] = ()
    deputies: tuple[Decider, ...] = ()
    may_decide_own: bool = False
    passes_after: int = 3
    lapses_after: int = 10

    @property
    def is_publishable(self) -> bool:
        """Whether whoever asks tells the alternatives: others award a contract without choice, and the record of such
        a decision has those that were rejected (Openness of Local Government Bodies Regulations 2014, reg. 7)."""
        return self.act is Act.ASK_ONE_ALONE and not self.may_decide_own

    @property
    def posts(self) -> tuple[Decider, ...]:
        """Every post that it names."""
        return (*self.decides, *self.countersigns, *self.deputies)

    @property
    def band(self) -> str:
        """The sums that it is for, as "up to £10,000"; "always" for what costs nothing."""
        if self.act not in COSTS:
            return "always"
        return "without a limit" if self.up_to is None else f"up to {in_pounds(self.up_to)}"

    @property
    def who(self) -> str:
        """Who decides, as "a director, with a countersigner"."""
        own = ", including what they ask for themselves" if self.may_decide_own else ""
        return one_of(self.decides) + (f", with {one_of(self.countersigns)}" if self.countersigns else "") + own

    @property
    def in_time(self) -> str:
        """Until when it can be decided, and to whom it passes before that."""
        lapses = f"ends after {counted(self.lapses_after, 'working day')}"
        if not self.deputies:
            return lapses
        return f"passes to {one_of(self.deputies)} after {counted(self.passes_after, 'working day')}, and {lapses}"

    def __str__(self) -> str:
        return f"{self.code} ({self.band}: {self.who}; {self.in_time})"


BROKERS = (Decider.BROKER, Decider.CPD_MANAGER)

OWN_LIMIT = "S1"
"""The row of what a broker decides alone; its limit is a setting of its own."""

OWN_WAIVER = "S22"
"""The row of the jobs whose evaluation a broker waives alone: those that they could approve alone."""

OWN_ALONE = "S7"
"""The row of the sums for which a broker asks one provider alone: those that they could approve alone."""

OWN_LIMITS = frozenset({OWN_LIMIT, OWN_WAIVER, OWN_ALONE})
"""The rows whose limit is that of what a broker decides alone."""

COMMON_SCHEME = (
    DelegationRow(OWN_LIMIT, Act.APPROVE_SPENDING, Decimal(5000), (*BROKERS, Decider.DIRECTOR), may_decide_own=True),
    DelegationRow("S2", Act.APPROVE_SPENDING, Decimal(10000), (Decider.SENIOR_OFFICER, Decider.DIRECTOR)),
    DelegationRow("S3", Act.APPROVE_SPENDING, Decimal(25000), (Decider.DIRECTOR,), deputies=(Decider.CHIEF_OFFICER,)),
    DelegationRow(
        "S4",
        Act.APPROVE_SPENDING,
        None,
        (Decider.DIRECTOR, Decider.CHIEF_OFFICER),
        countersigns=(Decider.COUNTERSIGNER,),
        passes_after=5,
        lapses_after=20,
    ),
    DelegationRow("S5", Act.SELECT_PROVIDER, None, (*BROKERS, Decider.DIRECTOR), may_decide_own=True),
    DelegationRow(OWN_ALONE, Act.ASK_ONE_ALONE, Decimal(5000), (*BROKERS, Decider.DIRECTOR), may_decide_own=True),
    DelegationRow(
        "S7D",
        Act.ASK_ONE_ALONE,
        Decimal(25000),
        (Decider.DIRECTOR,),
        deputies=(Decider.CHIEF_OFFICER,),
    ),
    DelegationRow(
        "S7C",
        Act.ASK_ONE_ALONE,
        None,
        (Decider.DIRECTOR, Decider.CHIEF_OFFICER),
        countersigns=(Decider.COUNTERSIGNER,),
    ),
    DelegationRow(
        "S10",
        Act.ASSESS_AS_CAUSING_CONCERN,
        None,
        (Decider.SENIOR_OFFICER,),
        deputies=(Decider.DIRECTOR,),
    ),
    DelegationRow("S11", Act.START_INTERVENTION, None, (Decider.DIRECTOR,), deputies=(Decider.CHIEF_OFFICER,)),
    *(
        DelegationRow(code, act, None, (decides,), deputies=(deputy,), passes_after=5, lapses_after=15)
        for code, act, decides, deputy in (
            ("S12", Act.CONTINUE_INTERVENTION, Decider.SENIOR_OFFICER, Decider.DIRECTOR),
            ("S12L", Act.CHANGE_LEVEL, Decider.DIRECTOR, Decider.CHIEF_OFFICER),
            ("S12P", Act.PAUSE_CONCERN, Decider.DIRECTOR, Decider.CHIEF_OFFICER),
        )
    ),
    DelegationRow(
        "S13",
        Act.END_INTERVENTION,
        None,
        (Decider.DIRECTOR,),
        deputies=(Decider.CHIEF_OFFICER,),
        passes_after=5,
        lapses_after=15,
    ),
    DelegationRow("S15", Act.TAKE_FORMAL_STEP, None, (Decider.DIRECTOR,), deputies=(Decider.CHIEF_OFFICER,)),
    DelegationRow("S16", Act.GIVE_NOTICE, None, (Decider.CHIEF_OFFICER,), countersigns=(Decider.COUNTERSIGNER,)),
    DelegationRow(
        "S17",
        Act.APPOINT_INTERIM_BOARD,
        None,
        (Decider.CHIEF_OFFICER,),
        countersigns=(Decider.COUNTERSIGNER,),
        passes_after=5,
        lapses_after=20,
    ),
    DelegationRow(
        "S18",
        Act.WAIVE_STEP,
        None,
        (Decider.DIRECTOR,),
        deputies=(Decider.CHIEF_OFFICER,),
        passes_after=1,
        lapses_after=3,
    ),
    DelegationRow("S24", Act.REOPEN_CONCERN, None, (Decider.SENIOR_OFFICER,), deputies=(Decider.DIRECTOR,)),
    DelegationRow("S9", Act.CLOSE_BREACH, None, (Decider.DIRECTOR,), deputies=(Decider.CHIEF_OFFICER,)),
    DelegationRow(
        "S8",
        Act.GRANT_EXEMPTION,
        None,
        (Decider.DIRECTOR,),
        deputies=(Decider.CHIEF_OFFICER,),
        passes_after=1,
        lapses_after=5,
    ),
    DelegationRow(
        "S8D",
        Act.EXEMPT_FROM_DBS,
        None,
        (Decider.DIRECTOR, Decider.CHIEF_OFFICER),
        countersigns=(Decider.COUNTERSIGNER,),
        passes_after=1,
        lapses_after=5,
    ),
    DelegationRow(
        "S19", Act.SET_NEED, None, (Decider.SENIOR_OFFICER, Decider.DIRECTOR), passes_after=5, lapses_after=20
    ),
    DelegationRow(
        "S19D",
        Act.SET_NEED_FAR,
        None,
        (Decider.DIRECTOR,),
        deputies=(Decider.CHIEF_OFFICER,),
        passes_after=5,
        lapses_after=20,
    ),
    DelegationRow(OWN_WAIVER, Act.WAIVE_EVALUATION, Decimal(5000), (*BROKERS, Decider.DIRECTOR), may_decide_own=True),
    DelegationRow(
        "S22S",
        Act.WAIVE_EVALUATION,
        None,
        (Decider.SENIOR_OFFICER, Decider.DIRECTOR),
        passes_after=5,
        lapses_after=20,
    ),
    DelegationRow("S20", Act.CHANGE_SCHEME, None, (Decider.DIRECTOR,), countersigns=(Decider.CHIEF_OFFICER,)),
)
"""The scheme of an authority that has set none of its own."""


class BandsDoNotFit(Refusal):
    """The bands of one act overlap, leave a gap or end below some sum."""


class NobodyDecides(Refusal):
    """A row of the scheme names no post that decides, or one post twice."""


class PassesTooLate(Refusal):
    """An ask would lapse before it has passed to a deputy."""


class NotCovered(Refusal):
    """What is done is not what was decided, or is more than that."""


class OwnAsk(Refusal):
    """Whoever asks, or wrote a term of it, would decide."""


class OneHand(Refusal):
    """Of assessing a concern, starting its intervention and ending it nobody decides two, but for a director who
    started it and ends it after a review."""


class LinkOfficerDecides(Refusal):
    """The link officer of a school, or who covers for them, would decide something formal about it."""


class WaivesAndDecides(Refusal):
    """Whoever let a step be left out would decide the step that rests on it."""


class Separation(LabelledEnum):
    """Why somebody may not decide, whatever post they hold."""

    RAISED = "raised"
    ONE_HAND = "one_hand"
    LINK_OFFICER = "link_officer"
    WAIVED = "waived"


_SEPARATED: dict[Separation, tuple[type[Refusal], str]] = {
    Separation.RAISED: (OwnAsk, "The person who raised a concern does not decide that the school causes concern"),
    Separation.ONE_HAND: (
        OneHand,
        "Nobody decides two of assessing the concern, starting the intervention and ending it. Somebody else decides",
    ),
    Separation.LINK_OFFICER: (
        LinkOfficerDecides,
        "The link officer of a school and their cover decide nothing formal about it. Somebody else decides",
    ),
    Separation.WAIVED: (
        WaivesAndDecides,
        "The person who let a step be left out for urgency does not decide the next one. Somebody else decides",
    ),
}


@dataclass(frozen=True, slots=True)
class Excluded:
    """Somebody who may not decide, and by which rule of separation."""

    person: UUID
    why: Separation


def must_not_be_excluded(person: UUID | None, excluded: Iterable[Excluded], *, field: str = "") -> None:
    """Raises OwnAsk, OneHand, LinkOfficerDecides or WaivesAndDecides where somebody may not decide."""
    for each in excluded:
        if each.person == person:
            refusal, sentence = _SEPARATED[each.why]
            raise refusal(sentence, field=field)


def scheme_with_limit(limit: Decimal, scheme: Sequence[DelegationRow] = COMMON_SCHEME) -> tuple[DelegationRow, ...]:
    """The scheme where brokers decide alone up to a limit: bands that end below it have nothing left to decide."""
    limited = (replace(row, up_to=limit) if row.code in OWN_LIMITS else row for row in scheme)
    return tuple(row for row in limited if row.code in OWN_LIMITS or row.up_to is None or row.up_to > limit)


def scheme_with(own: Iterable[DelegationRow], limit: Decimal) -> tuple[DelegationRow, ...]:
    """The common scheme with the rows that an authority has set in place of those of the same code."""
    changed = {row.code: row for row in own}
    return scheme_with_limit(limit, [changed.get(row.code, row) for row in COMMON_SCHEME])


def check_scheme(scheme: Sequence[DelegationRow]) -> None:
    """Raises BandsDoNotFit unless each act has one row for every sum; NobodyDecides, PassesTooLate."""
    for row in scheme:
        if not row.decides:
            raise NobodyDecides(f"Choose who decides row {row.code}", field="decides")
        if len(set(row.posts)) != len(row.posts):
            raise NobodyDecides(f"Row {row.code}: choose each role once: to decide, as second, or as deputy")
        if row.deputies and row.passes_after >= row.lapses_after:
            raise PassesTooLate(f"Row {row.code} would end before it passes to a deputy", field="passes_after")
    for act in dict.fromkeys(row.act for row in scheme):
        limits = [row.up_to for row in scheme if row.act is act]
        if limits.count(None) != 1 or len(set(limits)) != len(limits):
            raise BandsDoNotFit(f"{act.label}: give each row a limit of its own, and one row none", field="up_to")


def decided_together(scheme: Sequence[DelegationRow], net: Decimal, together: Decimal) -> bool:
    """Whether another row of the scheme decides on spending so much together than on the sum alone."""
    alone, both = (row_for(scheme, Act.APPROVE_SPENDING, each) for each in (net, together))
    return alone.code != both.code


def row_for(scheme: Iterable[DelegationRow], act: Act, net: Decimal | None) -> DelegationRow:
    """The row that decides an act for a net sum; without one, the row without a limit. Raises BandsDoNotFit."""
    beyond_own = act in BEYOND_OWN
    if act is Act.SELECT_NOT_BEST:
        net = Decimal(0)  # within what was approved: whoever decides first beyond a broker's own limit
    rows = sorted(
        (row for row in scheme if row.act is decided_as(act) and not (beyond_own and row.code in OWN_LIMITS)),
        key=lambda row: Decimal("Infinity") if row.up_to is None else row.up_to,
    )
    for row in rows:
        if row.up_to is None or (net is not None and net <= row.up_to):
            return row
    raise BandsDoNotFit(f"Nobody may decide this: the scheme of delegation has no row for {act.label.lower()}")


@dataclass(frozen=True, slots=True)
class Deputising:
    """That somebody decides as a post for the `principal` who holds it, while they are their deputy."""

    post: Decider
    principal: UUID


@dataclass(frozen=True, slots=True)
class Granted:
    """Authority for one act on one record, as a decision gave it, `by` the person who decided; where two decided,
    `first` is whoever gave it first. Only a decision makes one."""

    decision: UUID
    act: Act
    subject: UUID
    net: Decimal | None = None
    by: UUID | None = None
    reference: str = ""
    first: UUID | None = None

    def must_cover(self, act: Act, subject: UUID, *, net: Decimal | None = None, field: str = "") -> None:
        """Raises NotCovered unless this is the act that was decided, at no higher a sum."""
        if (self.act, self.subject) != (act, subject):
            raise NotCovered("The decision is about something else", field=field)
        if net is not None and (self.net is None or net > self.net):
            decided = "no sum" if self.net is None else in_pounds(self.net)
            raise NotCovered(f"The decision is for {decided}", field=field)


def is_held(posts: Iterable[Decider], held: Collection[Decider]) -> Decider | None:
    """The first of these posts that somebody holds, None if they hold none."""
    return next((post for post in posts if post in held), None)
