"""The requests for support of a year, and what became of each. All made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum, auto

from domain.vocabulary import Phase, SupportKind


class End(Enum):
    """How far a request has come by today."""

    EVALUATED = auto()
    IN_DELIVERY = auto()
    AGREEING = auto()
    INVITING = auto()
    UNMET = auto()
    WITHDRAWN = auto()
    IN_HOUSE = auto()
    ASKED = auto()
    TRIAGED = auto()
    AWAITING_DECISION = auto()
    UNTOUCHED = auto()


class Decided(Enum):
    """How spending came to be decided: as it was asked, or by another way."""

    AS_ASKED = auto()
    REFUSED_AT_FIRST = auto()
    ON_A_CONDITION = auto()
    IN_A_MEETING = auto()
    IN_A_MEETING_AND_CONFIRMED = auto()
    IN_A_MEETING_AND_DISOWNED = auto()


@dataclass(frozen=True)
class SampleNeed:
    """A request: `place` picks the school within its team, `days_ago` is when it was raised.

    `quoting` are the providers that quote, the first of which is chosen; `declining` those that decline, `silent`
    those that let the invitation lie. `decided` is how its spending was. With `renewed_late` the insurance
    ended before the second session, which was held all the same.
    """

    place: int
    phase: Phase
    kind: SupportKind
    subject: str
    need: str
    outcome: str
    days_ago: int
    end: End
    quoting: tuple[str, ...] = ()
    declining: tuple[str, ...] = ()
    days: Decimal = Decimal(4)
    ceiling: Decimal = Decimal(6000)
    quality: int = 4
    impact: int = 4
    comment: str = ""
    silent: tuple[str, ...] = ()
    decided: Decided = Decided.AS_ASKED
    renewed_late: bool = False

    @property
    def invited(self) -> tuple[str, ...]:
        return (*self.quoting, *self.declining, *self.silent)

    def raised_on(self, today: date) -> date:
        return today - timedelta(days=self.days_ago)


SPECIALIST, TRAINING = SupportKind.SPECIALIST, SupportKind.TRAINING
ABACUS, HARBOUR = "Abacus Lane Mathematics Ltd", "Harbour Reach Lead Department"
HUB = "Wex Valley Teaching School Hub"
INKWELL, MUSIC = "Inkwell and Quire English LLP", "Wexmoor Music and Performing Arts"
CLOUGHSIDE = "Cloughside Courses Ltd"

NEEDS = (
    SampleNeed(
        3, Phase.SECONDARY, SPECIALIST, "Mathematics",
        "Results have fallen for three years and two teachers have left. The department has no scheme of work "
        "for the middle sets.",
        "A scheme of work for Years 9 to 11, and lessons that the most able find hard",
        330, End.EVALUATED, (ABACUS, HARBOUR), (HUB,), Decimal(8), Decimal(6000), 5, 4,
        "Teachers planned with the specialist from the first day. The scheme of work is in use in every class.",
        decided=Decided.REFUSED_AT_FIRST,
    ),
    SampleNeed(
        5, Phase.SECONDARY, SPECIALIST, "English",
        "Writing in Key Stage 3 is weaker than reading.",
        "Every teacher of English uses the same steps to teach extended writing",
        240, End.EVALUATED, (INKWELL,), (), Decimal(4), Decimal(3500), 4, 3,
        "Good days, too far apart. Half the department took it on.",
        decided=Decided.IN_A_MEETING_AND_CONFIRMED,
    ),
    SampleNeed(
        12, Phase.PRIMARY, TRAINING, "Behaviour",
        "Lunchtimes are unsettled and new assistants ask for training.",
        "All assistants follow the same routine at lunchtime",
        200, End.EVALUATED, (CLOUGHSIDE,), (), Decimal("1.5"), Decimal(1200), 4, 5,
        "Clear, practical, and the routine was in place within a week.",
    ),
    SampleNeed(
        7, Phase.SECONDARY, SPECIALIST, "Mathematics",
        "The head of department is new and asks for somebody to plan with.",
        "A head of department who leads meetings on teaching and sees every colleague teach",
        75, End.IN_DELIVERY, (HARBOUR, ABACUS), (), Decimal(6), Decimal(4000),
        decided=Decided.ON_A_CONDITION,
    ),
    SampleNeed(
        30, Phase.PRIMARY, TRAINING, "Literacy",
        "Six teachers are new to Year 2 and have not taught phonics.",
        "Phonics taught every day in the same way",
        60, End.IN_DELIVERY, (INKWELL,), (), Decimal(3), Decimal(2500), renewed_late=True,
        decided=Decided.IN_A_MEETING_AND_DISOWNED,
    ),
    SampleNeed(
        22, Phase.PRIMARY, SPECIALIST, "Music",
        "No teacher plays an instrument and the choir has ended.",
        "Singing in every class, led by its own teacher",
        30, End.AGREEING, (MUSIC,), (), Decimal(4), Decimal(2000),
    ),
    SampleNeed(
        9, Phase.SECONDARY, SPECIALIST, "English",
        "Year 11 has had three teachers since September.",
        "Two of the present teachers are ready to take the group to the examination",
        24, End.INVITING, (), (), Decimal(5), Decimal(4000), silent=(INKWELL,),
        decided=Decided.IN_A_MEETING,
    ),
    SampleNeed(
        1, Phase.SECONDARY, SPECIALIST, "Latin",
        "Our only Latin teacher is retiring, and fourteen pupils have chosen it.",
        "The course is taught to the end",
        160, End.UNMET,
    ),
    SampleNeed(
        2, Phase.SECONDARY, SPECIALIST, "Geography",
        "Fieldwork has been dropped for want of time.",
        "A day of fieldwork in each year group",
        140, End.WITHDRAWN,
    ),
    SampleNeed(
        4, Phase.SECONDARY, SPECIALIST, "Science",
        "A new teacher needs help with practical lessons.",
        "Practical lessons every week",
        110, End.IN_HOUSE,
    ),
    SampleNeed(
        41, Phase.PRIMARY, TRAINING, "Assessment",
        "Teachers assess in three different ways.",
        "One way of assessing, understood by parents",
        19, End.ASKED,
    ),
    SampleNeed(
        6, Phase.SECONDARY, SPECIALIST, "Computing",
        "The course changes next year and nobody has taught the new part.",
        "Two teachers ready for the new course",
        12, End.UNTOUCHED,
    ),
    SampleNeed(
        44, Phase.PRIMARY, TRAINING, "Attendance",
        "Absence has risen since the spring, and each class follows it up in its own way.",
        "The services and every teacher follow up an absence in the same way",
        21, End.TRIAGED,
    ),
    SampleNeed(
        8, Phase.SECONDARY, SPECIALIST, "Science",
        "Two of four teachers of physics leave this month, and the department has asked for help for a year.",
        "A department of four who plan together and teach every course to the end of the year",
        9, End.AWAITING_DECISION, days=Decimal(20), ceiling=Decimal(12000),
    ),
)  # fmt: skip
