"""What is possible and seldom meant: whoever enters it is asked about it, and says why it is right."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from domain.aggregate import Refusal
from domain.vocabulary import LabelledEnum


class Unusual(LabelledEnum):
    """What is seldom meant about what was entered."""

    WEEKEND = "weekend"
    BANK_HOLIDAY = "bank_holiday"
    SCHOOL_HOLIDAY = "school_holiday"
    LONG_AGO = "long_ago"
    FAR_AHEAD = "far_ahead"
    SAME_TIME = "same_time"
    MORE_THAN_A_DAY = "more_than_a_day"
    UNKNOWN_SUBJECT = "unknown_subject"
    LIKE_PERSON = "like_person"
    LIKE_PROVIDER = "like_provider"
    LIKE_REQUEST = "like_request"


@dataclass(frozen=True, slots=True)
class Oddity:
    """What is unusual about an answer, in a sentence without its full stop; `reference` is that of the record which
    it is like, if it is."""

    unusual: Unusual
    sentence: str
    reference: str = ""


class NotConfirmedAsRight(Refusal):
    """Something entered is unusual, and nobody has said that it is right and why."""

    def __init__(self, questions: Iterable[Oddity], *, field: str) -> None:
        self.questions = tuple(questions)
        asked = ". ".join(question.sentence for question in self.questions)
        self.like = tuple(dict.fromkeys(each.reference for each in self.questions if each.reference))
        super().__init__(f"{asked}. If this is right, say why. If not, change it", field=field)


def must_be_confirmed(questions: Iterable[Oddity], confirmed: Container[Unusual], why: str, *, field: str) -> str:
    """What was asked and why it is right, in words for the audit trail; empty where nothing is unusual.

    Raises NotConfirmedAsRight, with all that is unusual, unless each of it is among those `confirmed`, with a reason.
    """
    asked = list(questions)
    if asked and not (why and all(question.unusual in confirmed for question in asked)):
        raise NotConfirmedAsRight(asked, field=field)
    return f"{'. '.join(question.sentence for question in asked)}. Confirmed as right: {why}" if asked else ""
