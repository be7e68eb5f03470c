"""Which copy of a record somebody reads: the working one, or the version that was issued last."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from domain.record_of_visit import RecordOfVisit, RecordStatus
from web.access.context import RequestContext
from web.access.policy import Action, RecordScope


def is_open(context: RequestContext, record: RecordOfVisit, where: RecordScope) -> bool:
    """A school sees nothing of a record before it is issued."""
    return record.is_issued or context.user.may(Action.READ_DRAFT_RECORD, where)


def copy_for(context: RequestContext, record: RecordOfVisit, where: RecordScope) -> RecordOfVisit:
    """The record without what is not for this reader: restricted sections, and corrections in progress.

    A copy to be read: what is done is done to the record itself.
    """
    user, seen = context.user, copy(record)
    if not user.may(Action.READ_DRAFT_RECORD, where):
        seen.content = record.current.content
        seen.correction = ""
        seen.status = RecordStatus.CLOSED if record.status is RecordStatus.CLOSED else RecordStatus.ISSUED
    if not user.may(Action.READ_RESTRICTED, where):
        seen.content = seen.content.without_restricted()
        seen.versions = [
            replace(version, content=version.content.without_restricted()) for version in record.versions
        ]
    return seen
