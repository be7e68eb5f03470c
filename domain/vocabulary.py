"""The service's words as types, shared by every record.

A word that belongs to one record alone (the states of a visit, say) stands with that record.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

SchoolId = Annotated[UUID, "school"]
"""The school that something is of. What is recorded of a record that went into another one is read, in every event
and every view, as that of the school it goes on as: so whoever compares two of these compares schools, and never the
records of the register under which they were known. Of which record of the register a fact itself is told, the
school's own events and tables say with a plain id."""


class LabelledEnum(StrEnum):
    """A closed list of words; the value is stored and stands in addresses, `label` is shown to people."""

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


class Purpose(LabelledEnum):
    """What an act with a school is for: the four words of the service (source report, paragraph 3)."""

    CHALLENGE = "challenge"
    SUPPORT = "support"
    MONITORING = "monitoring"
    INTERVENTION = "intervention"


class Phase(LabelledEnum):
    """Phase of education as the official register names it."""

    NURSERY = "nursery"
    PRIMARY = "primary"
    MIDDLE_DEEMED_PRIMARY = "middle_deemed_primary"
    SECONDARY = "secondary"
    MIDDLE_DEEMED_SECONDARY = "middle_deemed_secondary"
    ALL_THROUGH = "all_through"
    SIXTEEN_PLUS = "sixteen_plus"
    NOT_APPLICABLE = "not_applicable"

    @property
    def label(self) -> str:
        return _PHASE_LABELS.get(self.value) or super().label


_PHASE_LABELS = {
    "middle_deemed_primary": "Middle deemed primary",
    "middle_deemed_secondary": "Middle deemed secondary",
    "all_through": "All-through",
    "sixteen_plus": "16 plus",
}


class Role(LabelledEnum):
    """The posts that carry rights; a person may hold several, each for dated periods."""

    OFFICER = "officer"
    STRATEGIC_LEAD = "strategic_lead"
    DIRECTOR = "director"
    BROKER = "broker"
    CPD_MANAGER = "cpd_manager"
    HEADTEACHER = "headteacher"
    CHAIR = "chair"
    SPECIALIST = "specialist"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"
    CHIEF_OFFICER = "chief_officer"
    COUNTERSIGNER = "countersigner"

    @property
    def label(self) -> str:
        return _ROLE_LABELS.get(self.value) or super().label


_ROLE_LABELS = {
    "officer": "School Improvement Officer",
    "chair": "Chair of governors",
    "cpd_manager": "CPD manager",
    "specialist": "Provider's specialist",
}


class Team(LabelledEnum):
    """The phase teams of officers (source report, paragraph 2)."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class Channel(LabelledEnum):
    """The way by which an act reached the service."""

    SCREEN = "screen"
    API = "api"
    COMMAND_LINE = "command_line"
    IMPORT = "import"
    RULE = "rule"

    @property
    def label(self) -> str:
        return "API" if self is Channel.API else super().label


class SupportKind(LabelledEnum):
    """What a school asks for: a specialist of a subject, or training (source report, paragraphs 11 and 14)."""

    SPECIALIST = "specialist"
    TRAINING = "training"

    @property
    def label(self) -> str:
        return "Subject specialist" if self is SupportKind.SPECIALIST else "Training"


class ServiceType(LabelledEnum):
    """What a provider offers in a subject and phase."""

    SPECIALIST_SUPPORT = "specialist_support"
    TRAINING = "training"
    COACHING = "coaching"
    REVIEW = "review"


class Side(LabelledEnum):
    """Whose act or choice it was, where a school, a provider and the service deal with each other."""

    SCHOOL = "school"
    PROVIDER = "provider"
    SERVICE = "service"


class VisitKind(LabelledEnum):
    """What a visit to a school is (source report, paragraphs 4 to 7; a concern calls for the last)."""

    CORE = "core"
    FAMILIARISATION = "familiarisation"
    TARGET_SETTING = "target_setting"
    SELF_EVALUATION_VERIFICATION = "self_evaluation_verification"
    FOLLOW_UP = "follow_up"
    MONITORING = "monitoring"
    CONCERN_REVIEW = "concern_review"

    @property
    def label(self) -> str:
        return _VISIT_LABELS.get(self.value) or super().label


_VISIT_LABELS = {"self_evaluation_verification": "Self-evaluation verification", "follow_up": "Follow-up"}


class Sensitivity(LabelledEnum):
    """Who may read a fact beyond the rights on its record."""

    ORDINARY = "ordinary"
    RESTRICTED = "restricted"
    SAFEGUARDING = "safeguarding"


class Audience(LabelledEnum):
    """For whom a note or file is meant, beside those who see the service's own."""

    SERVICE = "service"
    SCHOOL = "school"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Personal:
    """Text that names or describes a person, kept apart from plain text so that it can be sealed per person."""

    person: UUID
    value: str

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class About:
    """Whom and what an event concerns, beside the record it belongs to: ids by kind. `school_then` is the record of
    the register under which the school was known then, where that has gone into another since."""

    school: SchoolId | None = None
    request: UUID | None = None
    provider: UUID | None = None
    people: tuple[UUID, ...] = ()
    school_then: UUID | None = None

    def with_people(self, *people: UUID | None) -> About:
        """The same with further people; absent ones and repetitions are left out."""
        named = dict.fromkeys((*self.people, *(person for person in people if person is not None)))
        return About(self.school, self.request, self.provider, tuple(named))
