"""An invitation as the invited provider sees it: the brief, its own answer, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.tender import Invitation, InvitationStatus, Quote, Tender, TenderStatus
from domain.tender.parts import OPEN_INVITATION
from domain.vocabulary import About, LabelledEnum, Phase
from projections import open_requests, schools
from web.access.context import RequestContext, Snapshot, User


class InvitationProgress(LabelledEnum):
    """How an invitation stands for the provider that holds it."""

    AWAITED = "awaited"
    OVERDUE = "overdue"
    QUOTED = "quoted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    SELECTED = "selected"
    NOT_SELECTED = "not_selected"
    CLOSED = "closed"

    @property
    def is_settled(self) -> bool:
        """Whether nothing is decided any more, neither by the provider nor about its quote."""
        return self not in (InvitationProgress.AWAITED, InvitationProgress.OVERDUE, InvitationProgress.QUOTED)

    @property
    def label(self) -> str:
        return _LABELS.get(self.value) or super().label


_LABELS = {each.value: each.label for each in InvitationStatus} | {
    "awaited": "Waiting for your reply",
    "overdue": "No reply by the deadline",
    "closed": "Closed without choosing a provider",
}


@dataclass(frozen=True)
class OwnQuestion:
    """A question about the brief; those of others are told once they are answered, never who asked."""

    text: str
    answer: str
    own: bool


@dataclass(frozen=True)
class OwnInvitation:
    """What a provider sees of a tender, its own invitation and its own quote."""

    reference: str
    version: int
    provider: UUID
    school: UUID
    school_name: str
    urn: int | None
    school_phase: Phase | None
    school_area: str
    subject: str
    phase: Phase | None
    needed_from: date | None
    needed_by: date | None
    brief: str
    invited_on: date
    reply_by: date
    question_deadline: date
    status: InvitationProgress
    questions: tuple[OwnQuestion, ...]
    quote: Quote | None
    unavailable_until: date | None


def own_provider(user: User, tender: Tender) -> UUID | None:
    """The visitor's provider that is invited, None if none is; of several, one that may still answer comes first."""
    invited = [tender.invitations[each] for each in sorted(user.providers) if each in tender.invitations]
    invited.sort(key=lambda each: each.status not in OPEN_INVITATION)
    return invited[0].provider if invited else None


def about_own(context: RequestContext, tender: Tender) -> About:
    """Whom a tender concerns as the visitor meets it: the provider that they work for, if it is invited."""
    about = tender.about()
    return About(about.school, about.request, own_provider(context.user, tender), about.people)


def invitation_state(
    status: InvitationStatus, of_tender: TenderStatus, reply_by: date, today: date
) -> InvitationProgress:
    """How an invitation stands, from what became of it and of its tender."""
    if status not in OPEN_INVITATION:
        return InvitationProgress(status.value)
    if of_tender is TenderStatus.SELECTED:
        return InvitationProgress.NOT_SELECTED
    if of_tender is TenderStatus.CLOSED:
        return InvitationProgress.CLOSED
    if status is InvitationStatus.QUOTED:
        return InvitationProgress.QUOTED
    return InvitationProgress.AWAITED if today <= reply_by else InvitationProgress.OVERDUE


def own_invitation(snapshot: Snapshot, tender: Tender, invitation: Invitation, version: int) -> OwnInvitation:
    """The invitation, with what of the need and the school a provider has to know in order to quote."""
    school = schools.by_id(snapshot.connection, tender.school)
    need = open_requests.requests.get(snapshot.connection, tender.request)
    return OwnInvitation(
        reference=tender.reference,
        version=version,
        provider=invitation.provider,
        school=tender.school,
        school_name=school.name if school else "",
        urn=school.urn if school else None,
        school_phase=school.phase if school else None,
        school_area=_area(school),
        subject=need.subject if need else "",
        phase=need.phase if need else None,
        needed_from=need.needed_from if need else None,
        needed_by=need.needed_by if need else None,
        brief=tender.brief,
        invited_on=invitation.invited_on,
        reply_by=tender.reply_by,
        question_deadline=tender.question_deadline,
        status=invitation_state(invitation.status, tender.status, tender.reply_by, snapshot.services.today()),
        questions=tuple(_questions(tender, invitation.provider)),
        quote=invitation.quote,
        unavailable_until=invitation.unavailable_until,
    )


def _area(school: schools.KnownSchool | None) -> str:
    """Where the school is, without its street: town and outward part of the postcode."""
    if school is None:
        return ""
    district = str(school.detail("postcode") or "").partition(" ")[0]
    return ", ".join(str(part) for part in (school.detail("town"), district) if part)


def _questions(tender: Tender, provider: UUID) -> Iterator[OwnQuestion]:
    for each in tender.questions:
        if each.answer or each.provider == provider:
            yield OwnQuestion(each.text, each.answer, each.provider == provider)
