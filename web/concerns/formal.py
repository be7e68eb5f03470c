"""The formal steps of a concern, declared once for pages and API; the scheme of delegation says who decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import Schema

from domain.aggregate import Rule
from domain.calendar import working_days_after
from domain.concern import ConcernCase, Institution
from domain.concern.ladder import Body, Compliance, Ground, NoticeKind, Power, Waivable
from domain.concern.ladder.rules import (
    BEFORE_A_LETTER,
    BEFORE_AN_INTENTION,
    must_be_maintained,
    must_have_a_way_to_powers,
    must_stand_assessed,
)
from domain.decision import Decision
from domain.delegation import Act, Granted
from domain.vocabulary import LabelledEnum
from projections import schools
from web import formats
from web.access.context import ContextRule, RequestContext
from web.access.policy import Action
from web.commands.decided import Answers, decide_or_ask
from web.commands.resource import Execution, Values
from web.commands.resting import must_rest_on_what_stands
from web.concerns import formal_schemas as schemas
from web.concerns.decided import CaseAct, assessment_term, case_act
from web.concerns.resource import concerns
from web.runtime.services import Services
from web.runtime.terms import bank_holidays

HOLDS_FOR = 60
"""Working days for which a notice can rest on a pre-warning letter (local procedure)."""

LOOK_AGAIN = 10
"""Working days after which a waiver for urgency is looked at again."""

CHURCHES = ("Church of England", "Anglican", "Catholic")
"""In the register's words, the religious characters that give a diocese a say."""


def institution_of(services: Services, school_id: UUID) -> Institution:
    """A school as the register has it today."""
    with services.read() as connection:
        school = schools.by_id(connection, school_id)
    if school is None:
        return Institution("The school")
    character = str(school.detail("religious_character") or "")
    return Institution(
        school.name,
        str(school.detail("school_type") or ""),
        _day(school.detail("opened")),
        _day(school.detail("closed")) if school.closed else None,
        any(church in character for church in CHURCHES),
    )


def _day(detail: object) -> date | None:
    return date.fromisoformat(str(detail)) if detail else None


def _institution(services: Services, case: ConcernCase) -> Answers:
    return {"institution": institution_of(services, case.school)}


@dataclass
class _Known:
    """The schools of cases, looked up once while a request is answered."""

    institutions: dict[UUID, Institution] = field(default_factory=dict)


def _where_the_authority_has_powers(context: RequestContext, case: ConcernCase) -> None:
    """Raises NotMaintained where nothing could be recorded of the time before the school became an academy."""
    known = context.kept(_Known).institutions
    if case.school not in known:
        known[case.school] = institution_of(context.services, case.school)
    must_be_maintained(case, known[case.school], case.raised_on)


MAINTAINED = ContextRule(_where_the_authority_has_powers)


def _terms(schema: type[Schema]) -> Callable[[ConcernCase, Answers], Iterator[tuple[str, str]]]:
    """Every answer in the words of its question: those who decide see what they decide on, word for word."""
    asked = schema().load_fields

    def terms(case: ConcernCase, given: Answers) -> Iterator[tuple[str, str]]:
        yield from assessment_term(case)
        if case.notice is not None:
            yield "Open notice", f"Of {formats.date(case.notice.on)}, comply by {formats.date(case.notice.comply_by)}"
        for name, question in asked.items():
            if name != "reason" and given.get(name) is not None:
                yield str(question.metadata["label"]), _in_words(given[name])
        if "on" in asked and given.get("on") is None:
            yield "Date", "The day on which it is decided"

    return terms


def _in_words(value: object) -> str:
    match value:
        case bool():
            return "Yes" if value else "No"
        case LabelledEnum():
            return value.label
        case date():
            return formats.date(value)
        case list() | tuple():
            return ", ".join(_in_words(each) for each in value)
    return str(value)


def _decided(
    name: str,
    title: str,
    act: Act,
    schema: type[Schema],
    *,
    answers: Mapping[str, Any],
    does: Callable[..., None],
    done: str,
    days: Callable[[Services, ConcernCase], Answers] = lambda *_: {},
    power: Power | None = None,
    rules: Sequence[Rule[ConcernCase]] = (),
    takes_powers: bool = False,
    check: bool = False,
    main: bool = False,
) -> CaseAct:
    """Declare a step that takes a decision; what else its method needs is looked up with `days`. One that
    `takes_powers` is none of a school at which the authority has none."""
    of_powers = (MAINTAINED, must_rest_on_what_stands(name)) if takes_powers else ()
    beforehand = (*of_powers, *rules)

    def do(case: ConcernCase, given: Answers, granted: Granted, rules: tuple[str, ...]) -> None:
        what = () if power is None else (power,)
        does(case, *what, **given, granted=granted, rules=rules)

    made = case_act(name, act, answers, _terms(schema), do, days=days)

    @concerns.command(
        name,
        title,
        Action.DECIDE_CONCERN,
        schema,
        done=done,
        method=does,
        rules=beforehand,
        told_in=(Decision.Asked,) if issubclass(schema, schemas.Decided) else (),
        check=check,
        main=main,
    )
    def carry_out(execution: Execution[ConcernCase], values: Values) -> None:
        if takes_powers:
            MAINTAINED.check(execution.context, execution.record)
        decide_or_ask(execution, made, values)

    return made


def _holds_until(services: Services, case: ConcernCase) -> Answers:
    until = working_days_after(services.today(), HOLDS_FOR, bank_holidays())
    return {**_institution(services, case), "holds_until": until}


def _review_by(services: Services, _: ConcernCase) -> Answers:
    return {"review_by": working_days_after(services.today(), LOOK_AGAIN, bank_holidays())}


def _fact(
    name: str,
    title: str,
    schema: type[Schema],
    does: Callable[..., None],
    *,
    done: str,
    main: bool = False,
) -> None:
    """Declare a step that is a fact: whoever records it does so on their own authority."""
    concerns.command(name, title, Action.DECIDE_CONCERN, schema, done=done, method=does, main=main)


_fact(
    "record-panel",
    "Record the panel on the evidence",
    schemas.Moderate,
    ConcernCase.moderate,
    done="Panel recorded",
)

WAIVER = _decided(
    "waive-step",
    "Leave out a step for urgency",
    Act.WAIVE_STEP,
    schemas.WaiveStep,
    answers={"step": Waivable, "reason": str},
    does=ConcernCase.waive_step,
    done="Step left out",
    days=_review_by,
    takes_powers=True,
)

PRE_WARNING = _decided(
    "send-pre-warning",
    "Send a pre-warning letter",
    Act.PRE_WARN,
    schemas.PreWarn,
    answers={"text": str, "answer_by": date, "on": date},
    does=ConcernCase.pre_warn,
    done="Pre-warning letter recorded",
    days=_holds_until,
    rules=BEFORE_A_LETTER,
    takes_powers=True,
)

NOTICE = _decided(
    "give-notice",
    "Give a warning notice",
    Act.GIVE_NOTICE,
    schemas.GiveNotice,
    answers={
        "kind": NoticeKind,
        "notice_ground": Ground | None,
        "matters": str,
        "action_required": str,
        "comply_by": date,
        "intends": list[Power],
        "copies": list[Body],
        "on": date,
    },
    does=ConcernCase.give_notice,
    done="Warning notice recorded",
    days=_institution,
    rules=BEFORE_A_LETTER,
    takes_powers=True,
    check=True,
)

COMPLIANCE = _decided(
    "assess-compliance",
    "Assess compliance with the notice",
    Act.ASSESS_COMPLIANCE,
    schemas.AssessCompliance,
    answers={"compliance": Compliance, "text": str, "on": date},
    does=ConcernCase.assess_compliance,
    done="Compliance assessed",
    main=True,
)

INTENTION = _decided(
    "notify-intention",
    "Notify the intention to use powers",
    Act.NOTIFY_INTENTION,
    schemas.NotifyIntention,
    answers={"text": str, "intends": list[Power], "on": date},
    does=ConcernCase.notify_intention,
    done="Intention notified",
    days=_institution,
    rules=BEFORE_AN_INTENTION,
    takes_powers=True,
    main=True,
)

WITHDRAWAL = _decided(
    "withdraw-notice",
    "Withdraw the notice",
    Act.WITHDRAW_NOTICE,
    schemas.WithdrawNotice,
    answers={"reason": str},
    does=ConcernCase.withdraw_notice,
    done="Notice withdrawn",
)

POWER: Mapping[str, Any] = {"text": str, "on": date}


def _power(
    name: str,
    title: str,
    act: Act,
    power: Power,
    *,
    schema: type[Schema] = schemas.UsePower,
    answers: Mapping[str, Any] = POWER,
    needs: Sequence[Rule[ConcernCase]] = (must_stand_assessed, must_have_a_way_to_powers),
) -> CaseAct:
    return _decided(
        name,
        title,
        act,
        schema,
        answers=answers,
        does=ConcernCase.use_power,
        done="Step recorded",
        days=_institution,
        power=power,
        rules=needs,
        takes_powers=True,
        check=True,
    )


ARRANGEMENTS = _power(
    "require-arrangements",
    "Require arrangements (section 63)",
    Act.REQUIRE_ARRANGEMENTS,
    Power.REQUIRE_ARRANGEMENTS,
)
GOVERNORS = _power(
    "appoint-governors",
    "Appoint additional governors (section 64)",
    Act.APPOINT_GOVERNORS,
    Power.APPOINT_GOVERNORS,
)
BOARD = _power(
    "appoint-interim-board",
    "Appoint an interim executive board (section 65)",
    Act.APPOINT_INTERIM_BOARD,
    Power.INTERIM_BOARD,
    schema=schemas.AppointBoard,
    answers={**POWER, "members": int, "from_": date},
)
BUDGET = _power(
    "suspend-budget", "Suspend the delegated budget (section 66)", Act.SUSPEND_BUDGET, Power.SUSPEND_BUDGET
)
MISMANAGEMENT = _power(
    "suspend-for-mismanagement",
    "Suspend the delegated budget for mismanagement",
    Act.SUSPEND_BUDGET,
    Power.SUSPEND_FOR_MISMANAGEMENT,
    needs=(must_stand_assessed,),
)

POWER_END = _decided(
    "end-power",
    "End the use of a power",
    Act.END_POWER,
    schemas.EndPower,
    answers={"power": Power, "reason": str},
    does=ConcernCase.end_power,
    done="Power ended",
)

REFERRAL = _decided(
    "refer",
    "Refer to the Regions Group",
    Act.REFER,
    schemas.Refer,
    answers={"text": str, "trust_informed": bool, "on": date},
    does=ConcernCase.refer,
    done="Referral recorded",
)

_fact(
    "record-referral-answer",
    "Record the answer of the Regions Group",
    schemas.RecordReferralAnswer,
    ConcernCase.record_referral_answer,
    done="Answer recorded",
    main=True,
)
_fact(
    "record-contact",
    "Record a consultation or a copy sent",
    schemas.RecordContact,
    ConcernCase.record_contact,
    done="Recorded",
)
_fact(
    "record-consent",
    "Record consent to an interim executive board",
    schemas.RecordConsent,
    ConcernCase.record_consent,
    done="Consent recorded",
)
_fact(
    "record-category",
    "Record an inspection category",
    schemas.RecordCategory,
    ConcernCase.record_category,
    done="Inspection category recorded",
)
_fact(
    "record-national-step",
    "Record a step of the Secretary of State",
    schemas.RecordNationalStep,
    ConcernCase.record_national_step,
    done="Recorded",
)
concerns.command(
    "answer",
    "Answer the letter or notice",
    Action.ANSWER_NOTICE,
    schemas.AnswerLetter,
    done="Answer recorded",
    method=ConcernCase.answer,
)
