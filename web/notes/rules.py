"""Who may write what kind of note, and read what a restricted one says."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from werkzeug.exceptions import Forbidden

from domain.aggregate import Refusal
from domain.note import Note
from domain.vocabulary import About, Sensitivity
from web.access.context import RequestContext, User
from web.access.identity import concerned
from web.access.policy import Action, RecordScope
from web.access.restricted_reads import note_shown_itself
from web.commands.attachments import is_meant_for, is_open_to


class NotForYouToRestrict(Refusal):
    """Somebody who may not read restricted notes here would write one."""


def check_sensitivity(context: RequestContext, user: User, sensitivity: Sensitivity, about: About) -> None:
    """Raises NotForYouToRestrict."""
    if sensitivity is Sensitivity.ORDINARY:
        return
    with context.read() as snapshot:
        where = concerned(snapshot, about)
    if not user.may(Action.READ_RESTRICTED, where):
        raise NotForYouToRestrict(
            "You cannot read restricted notes here, so you cannot write one. Choose ordinary", field="sensitivity"
        )


def is_open(context: RequestContext, note: Note, _: RecordScope) -> bool:
    """Whether a note is open to somebody who may read notes there: it is meant for them, and so is its record."""
    return is_meant_for(context.user, note) and is_open_to(context, note.on_kind, note.on_record)


def may_read(user: User, note: Note, where: RecordScope) -> bool:
    """Whether somebody to whom the note is open may read what it says."""
    return not note.is_restricted or user.may(Action.READ_RESTRICTED, where)


def must_be_theirs(context: RequestContext, note: Note) -> None:
    """Raises Forbidden unless somebody may revise or withdraw a note: its author, as long as they may read it. Others
    add one."""
    with context.read() as snapshot:
        where = concerned(snapshot, note.about())
    user = context.user
    if note.versions[0].written_by != user.person or not may_read(user, note, where):
        raise Forbidden("You cannot change someone else's note")


def note_for_reader(context: RequestContext, note: Note, where: RecordScope) -> Note:
    """The note as somebody may read it, noted as read, if it is restricted."""
    if not may_read(context.user, note, where):
        return without_text(note)
    if note.is_restricted:
        note_shown_itself(context, note.id, note.school)
    return note


def without_text(note: Note) -> Note:
    """A copy of the note that tells when it was written and by whom, and nothing of what it says."""
    veiled = copy(note)
    veiled.versions = [
        replace(version, heading="", text="", about_person=None, reason="") for version in note.versions
    ]
    return veiled
