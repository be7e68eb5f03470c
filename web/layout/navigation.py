"""The service navigation: what a person's posts open to them, in the order of a working day."""

from __future__ import annotations

from flask import request

from domain.vocabulary import Role
from web.access.context import User
from web.access.policy import Action

SECTIONS: tuple[tuple[str, str, Action], ...] = (
    ("Caseload", "/caseload", Action.READ_CASELOAD),
    ("Decisions", "/decisions", Action.DECIDE),
    ("Schools", "/schools", Action.FIND_SCHOOLS),
    ("Visits", "/visits", Action.READ_VISIT),
    ("In school", "/in-school", Action.READ_PRESENCE),
    ("Records of visit", "/records", Action.READ_RECORD),
    ("Requests", "/requests", Action.READ_REQUEST),
    ("Invitations", "/invitations", Action.ANSWER_INVITATION),
    ("Engagements", "/engagements", Action.READ_ENGAGEMENT),
    ("Providers", "/providers", Action.READ_PROVIDER),
    ("Concerns", "/concerns", Action.READ_CONCERN),
    ("Audit trail", "/audit", Action.READ_AUDIT),
    ("People", "/people", Action.CONFIRM_POSTS),
    ("Accounts", "/accounts", Action.KEEP_ACCOUNTS),
    ("Settings", "/settings", Action.KEEP_SETTINGS),
    ("Imports", "/imports", Action.READ_IMPORTS),
    ("Service status", "/service-status", Action.KEEP_ACCOUNTS),
)


def navigation(user: User | None) -> list[tuple[str, str, bool]]:
    """Label, address and whether it is the present section, for each section open to the person."""
    if user is None:
        return []
    return [
        (label, href, request.path == href or request.path.startswith(f"{href}/"))
        for label, href, action in SECTIONS
        if user.may(action)
    ]


def first_page(user: User) -> str:
    """Where a person begins: their caseload, or what their post is for."""
    if user.may(Action.READ_CASELOAD):
        return "/caseload"
    if user.holds(Role.SPECIALIST):
        return "/invitations"
    if user.may(Action.DECIDE):
        return "/decisions/"
    opened = navigation(user)
    return opened[0][1] if opened else "/account"
