"""What a provider's vetting rests on: dated facts. Whether they suffice is decided elsewhere, for a given day.

Facts and dates are kept, never certificates or their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from domain.provider.offer import Duty, ProviderKind
from domain.vocabulary import LabelledEnum


class Requirement(LabelledEnum):
    """Something a provider or its specialist has to show."""

    ENHANCED_DBS = "enhanced_dbs"
    BARRED_LIST = "barred_list"
    IDENTITY = "identity"
    RIGHT_TO_WORK = "right_to_work"
    QUALIFIED_TEACHER = "qualified_teacher"
    PROHIBITION_CHECK = "prohibition_check"
    FIRST_REFERENCE = "first_reference"
    SECOND_REFERENCE = "second_reference"
    SAFEGUARDING_TRAINING = "safeguarding_training"
    LETTER_OF_ASSURANCE = "letter_of_assurance"
    PUBLIC_LIABILITY = "public_liability"
    PROFESSIONAL_INDEMNITY = "professional_indemnity"
    DATA_PROTECTION_TERMS = "data_protection_terms"
    CONFLICT_DECLARATION = "conflict_declaration"
    SECTION_128 = "section_128"
    OVERSEAS_CHECK = "overseas_check"
    CHILDCARE_DISQUALIFICATION = "childcare_disqualification"

    @property
    def label(self) -> str:
        return _LABELS.get(self.value) or super().label

    @property
    def of_organisation(self) -> bool:
        """Whether the provider itself has to show it, not each specialist."""
        return self in _OF_ORGANISATION

    @property
    def always_ends(self) -> bool:
        """Whether its paper names a last day, as every policy of insurance does."""
        return self in _INSURANCE

    @property
    def duty(self) -> Duty | None:
        """Of whom alone it is asked; None where it is of everybody, or of those whom the policy names."""
        return _OF_A_DUTY.get(self)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What shows that it is met, the usual first; the document that says so always does."""
        return (*_FITTING[self], Evidence.DOCUMENT_SEEN)


_LABELS = {
    "enhanced_dbs": "Enhanced DBS check with barred list",
    "barred_list": "Barred list check before the DBS certificate",
    "identity": "Proof of identity",
    "qualified_teacher": "Qualified teacher status",
    "prohibition_check": "Prohibition from teaching check",
    "letter_of_assurance": "Employer's letter of assurance",
    "public_liability": "Public liability insurance",
    "professional_indemnity": "Professional indemnity insurance",
    "data_protection_terms": "Data protection terms agreed",
    "conflict_declaration": "Declaration of conflicts of interest",
    "section_128": "Section 128 check (prohibition from management)",
    "overseas_check": "Checks of the time abroad",
    "childcare_disqualification": "Declaration on disqualification from childcare",
}

_OF_ORGANISATION = frozenset(
    {
        Requirement.PUBLIC_LIABILITY,
        Requirement.PROFESSIONAL_INDEMNITY,
        Requirement.DATA_PROTECTION_TERMS,
        Requirement.CONFLICT_DECLARATION,
    }
)

_INSURANCE = frozenset({Requirement.PUBLIC_LIABILITY, Requirement.PROFESSIONAL_INDEMNITY})


_OF_A_DUTY = {
    Requirement.SECTION_128: Duty.MANAGES,
    Requirement.CHILDCARE_DISQUALIFICATION: Duty.EARLY_YEARS,
    Requirement.OVERSEAS_CHECK: Duty.LIVED_ABROAD,
}


class Evidence(LabelledEnum):
    """What was seen when a requirement was checked."""

    CERTIFICATE_SEEN = "certificate_seen"
    DOCUMENT_SEEN = "document_seen"
    REGISTER_SEARCHED = "register_searched"
    REFERENCE_RECEIVED = "reference_received"
    EMPLOYERS_LETTER = "employers_letter"
    SIGNED_DECLARATION = "signed_declaration"

    @property
    def label(self) -> str:
        return "Employer's letter" if self is Evidence.EMPLOYERS_LETTER else super().label


_LETTER, _SEARCH, _DECLARATION = Evidence.EMPLOYERS_LETTER, Evidence.REGISTER_SEARCHED, Evidence.SIGNED_DECLARATION

_FITTING: dict[Requirement, tuple[Evidence, ...]] = {
    Requirement.ENHANCED_DBS: (Evidence.CERTIFICATE_SEEN, _LETTER),
    Requirement.BARRED_LIST: (_SEARCH, Evidence.CERTIFICATE_SEEN, _LETTER),
    Requirement.IDENTITY: (_LETTER,),
    Requirement.RIGHT_TO_WORK: (_SEARCH, _LETTER),
    Requirement.QUALIFIED_TEACHER: (Evidence.CERTIFICATE_SEEN, _SEARCH, _LETTER),
    Requirement.PROHIBITION_CHECK: (_SEARCH, _LETTER),
    Requirement.FIRST_REFERENCE: (Evidence.REFERENCE_RECEIVED,),
    Requirement.SECOND_REFERENCE: (Evidence.REFERENCE_RECEIVED,),
    Requirement.SAFEGUARDING_TRAINING: (Evidence.CERTIFICATE_SEEN, _LETTER),
    Requirement.LETTER_OF_ASSURANCE: (_LETTER,),
    Requirement.PUBLIC_LIABILITY: (Evidence.CERTIFICATE_SEEN,),
    Requirement.PROFESSIONAL_INDEMNITY: (Evidence.CERTIFICATE_SEEN,),
    Requirement.DATA_PROTECTION_TERMS: (_DECLARATION,),
    Requirement.CONFLICT_DECLARATION: (_DECLARATION,),
    Requirement.SECTION_128: (_SEARCH, _LETTER),
    Requirement.OVERSEAS_CHECK: (Evidence.CERTIFICATE_SEEN,),
    Requirement.CHILDCARE_DISQUALIFICATION: (_DECLARATION,),
}
"""What shows each of them, beside the document itself."""


@dataclass(frozen=True, slots=True)
class Check:
    """A requirement met, or exempted, from a day on. `expires` is the last day on which it can hold.

    `person` is None for what the provider itself has to show; `decided_in` names the decision by which it is
    exempted, empty where that was recorded before decisions were kept.
    """

    item: Requirement
    person: UUID | None
    from_: date
    expires: date | None = None
    exempt: bool = False
    revoked_on: date | None = None
    decided_in: str = ""

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds: it ends by expiry, or the day before it is revoked."""
        ends = [self.expires, self.revoked_on and self.revoked_on - timedelta(days=1)]
        return min((end for end in ends if end is not None), default=None)

    def holds_on(self, day: date) -> bool:
        return self.from_ <= day and (self.last_day is None or day <= self.last_day)

    def is_revoked_on(self, day: date) -> bool:
        return self.revoked_on is not None and self.revoked_on <= day

    def is_of(self, item: Requirement, person: UUID | None, day: date) -> bool:
        """Whether it is a check of that requirement which had begun by that day and was never revoked."""
        return (self.item, self.person) == (item, person) and self.from_ <= day and self.revoked_on is None

    def revoked(self, item: Requirement, person: UUID | None, day: date) -> Check:
        """The check after what was recorded of that requirement is revoked from a day on."""
        return replace(self, revoked_on=day) if self.is_of(item, person, day) else self


@dataclass(frozen=True, slots=True)
class VettingFacts:
    """All that the question "cleared on that day?" looks at: the provider's kind, who teaches, who has which other
    duties, and the checks."""

    kind: ProviderKind
    teachers: frozenset[UUID] = frozenset()
    checks: tuple[Check, ...] = ()
    duties: frozenset[tuple[UUID, Duty]] = frozenset()
