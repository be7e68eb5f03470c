"""Tender: the invitations and quotes for one support request."""

from domain.tender.parts import DeclineReason, Invitation, InvitationStatus, Question, Quote, TenderStatus, Terms
from domain.tender.record import Tender

__all__ = [
    "DeclineReason",
    "Invitation",
    "InvitationStatus",
    "Question",
    "Quote",
    "Tender",
    "TenderStatus",
    "Terms",
]
