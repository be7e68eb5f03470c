"""Makes the page of every declared command: the form, its errors, the check of answers, the stale page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid4

from flask import Blueprint, after_this_request, flash, redirect, render_template, request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from domain.aggregate import Aggregate, Refusal
from domain.money import NotMoney
from domain.service import Stale
from domain.unusual import NotConfirmedAsRight
from projections.event_log import saving_alongside
from web.access.context import Pages, RequestContext, Snapshot
from web.access.identity import allow, allow_any
from web.access.restricted import hidden_from
from web.accounts import proof
from web.commands.captions import caption
from web.commands.decided import asked_instead, sent_to
from web.commands.dispatch import (
    LoadedRecord,
    begun_by,
    changes_since,
    copy_for_reader,
    execute,
    is_done,
    load_for_user,
    rehearse,
    saved_version,
    version_of,
)
from web.commands.reason_readers import REASON_READERS
from web.commands.resource import Command, Resource
from web.commands.text_readers import TextReaders, beside_reason, readers_on
from web.forms import Form, kept, restore, waiting_files
from web.forms.kept import KeptForm, Submission
from web.forms.restore import form_key
from web.layout.refused import refused_page
from web.runtime.requests import takes_files

A = TypeVar("A", bound=Aggregate)
T = TypeVar("T")

UNPROCESSABLE, CONFLICT, SEE_OTHER = 422, 409, 303

REFUSED = (Refusal, NotMoney, Stale)
"""What is shown beside the answers, for them to be changed."""

MOST_DIGITS = 9
"""Of a record's version."""

SAVED_OTHERWISE = (
    "You have already sent this form with different answers, and those are saved. The answers below are not. "
    "Check what is saved before you send them"
)


NOTHING_CHANGED = "Nothing has changed"

FILES_GONE = (
    "We no longer have the file you checked, because you uploaded another one or 12 hours have passed. "
    "Nothing was changed. Choose the file again"
)


def form_pages(resource: Resource[A]) -> Blueprint:
    """A blueprint with a page for each command of a resource, to be mounted at `/<path>`."""
    pages = Pages(f"{resource.path}_forms", __name__)
    for command in resource.commands.values():
        rule = f"/{command.name}" if command.begins else f"/<ref>/{command.name}"
        pages.add_url_rule(
            rule,
            endpoint=command.name.replace("-", "_"),
            view_func=takes_files(command.files, command.files_set_by)(_page(resource, command)),
            methods=["GET", "POST"],
        )
    return pages


def _page(resource: Resource[A], command: Command[A]) -> Callable[..., Any]:
    def page(context: RequestContext, ref: str | None = None) -> Any:
        allow_any(context, command.actions)
        found = load_for_user(context, resource, ref) if ref is not None else None
        if found is not None:
            allow(context, command.action_on(context, found.record), found.concerned)
        asked = CommandForm(context, resource, command, found, ref)
        return asked.answer() if request.method == "POST" else asked.open()

    return page


class CommandForm:
    """One request for the page of a command."""

    def __init__(
        self,
        context: RequestContext,
        resource: Resource[Any],
        command: Command[Any],
        found: LoadedRecord[Any] | None,
        ref: str | None,
    ) -> None:
        self.context = context
        self.resource = resource
        self.command = command
        self.record = found.record if found else None
        self.ref = ref
        self.draft: KeptForm | None = None
        self.restored = restore.restored(self.context)
        self.key = form_key(self.context)
        self.waiting: Mapping[str, FileStorage] = {}
        self.lookups, first_answers = self._lookups_and_answers()
        self.refusal_text = str(command.refusal(self.context, self.record, self.lookups) or "")
        self.form = self._form(first_answers)
        self.sent = Submission(self.context.services, self.context.user.person, self.key, self.form)

    def _lookups_and_answers(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """What the form offers, and the answers with which it opens, of one reading."""
        command = self.command
        with self.context.read() as snapshot:
            lookups = command.lookups(snapshot, self.record) if command.lookups else {}
            first_answers = self._first_answers(snapshot) if request.method != "POST" else {}
        readers = partial(beside_reason, self.resource, command, self.context.user)
        return {**lookups, REASON_READERS: readers}, first_answers

    def _form(self, first_answers: Mapping[str, Any]) -> Form:
        command = self.command
        asks = command.asks(self.record) if command.asks and self.record is not None else command.schema
        if command.draft:
            with self.context.read_present() as snapshot:
                self.draft = kept.find_draft(snapshot.connection, self.context.user.person, self._form_key())
        if request.method == "POST":
            data: MultiDict[str, Any] = MultiDict(request.form)
            data.update(self._files())
            return Form(asks(), data=data, lookups=self.lookups)
        if self.restored is not None:
            return Form(asks(), data=self.restored.sent.copy(), lookups=self.lookups)
        if self.draft is not None:
            return Form(asks(), data=self.draft.sent, lookups=self.lookups)
        return Form(asks(), initial=first_answers, lookups=self.lookups)

    def _files(self) -> Mapping[str, FileStorage]:
        """The files of the form; where its answers are checked, those that came with an earlier page too."""
        sent = {name: file for name, file in request.files.items() if file.filename}
        if not (self.command.check and self.command.files):
            return sent
        if sent:
            waiting_files.keep(self.context.services, self.context.user.person, self.key, sent.items())
        self.waiting = waiting_files.find(self.context.services, self.context.user.person, self.key)
        after_this_request(self._close_files)
        return self.waiting

    def _close_files(self, response: Response) -> Response:
        for file in self.waiting.values():
            file.close()
        return response

    def _first_answers(self, snapshot: Snapshot) -> dict[str, Any]:
        command = self.command
        answers: dict[str, Any] = {}
        if command.begins:
            if command.first_answers:
                answers |= command.first_answers(snapshot, self.context.user)
            names = {field.data_key: name for name, field in command.schema().load_fields.items()}
            answers |= {names.get(name, name): value for name, value in request.args.items()}
        elif command.initial and self.record is not None:
            answers |= command.initial(snapshot, self._seen())
        return answers

    def open(self) -> Any:
        """The form as it is opened: with what was kept of it, and what has changed since.

        What the record would refuse today is refused before anything is typed; where something was typed already, it
        is shown with the reason.
        """
        typed = self.restored or self.draft
        if self.refusal_text:
            return self._not_now(self.refusal_text, typed_already=typed is not None)
        kept_at = typed.version if typed else None
        if self.record is None or kept_at is None or kept_at == version_of(self.context, self.record):
            return self.show()
        return self.show(
            changes=changes_since(self.context, self.record, saved_version(self.context, self.record, kept_at))
        )

    def _not_now(self, reason: str, *, typed_already: bool) -> Any:
        if typed_already:
            self.form.refuse(reason)
            return self.show(CONFLICT, changes=self._changes() or None, is_over=True)
        return refused_page(
            self.command.title,
            reason,
            self._back(),
            "Go to the record" if self.record is not None else f"Go to the list of {self.resource.path}",
            called=self._called(),
            section=self.resource.path.capitalize(),
        )

    def show(
        self,
        status: int = 200,
        *,
        changes: list[str] | None = None,
        template: str = "",
        begun: Aggregate | None = None,
        is_over: bool = False,
        like: Sequence[str] = (),
    ) -> Any:
        command = self.command
        version = None if self.record is None else version_of(self.context, self.record)
        page = render_template(
            template or command.form_page,
            page_title=command.title,
            called=self._called(),
            section=self.resource.path.capitalize(),
            lead=command.lead,
            notes=command.notes,
            readers=self._readers(),
            waiting=[file.filename for file in self.waiting.values()],
            record=self._seen(),
            lookups=self.lookups,
            form=self.form,
            submit_label=command.submit or command.title,
            warning=command.warning,
            back_href=self._back(),
            version=version if changes is not None or request.method != "POST" else request.form.get("version"),
            command_id=self.key,
            changes=changes or [],
            is_over=is_over,
            like=like,
            check=command.check,
            keeps_drafts=command.draft,
            draft=self.draft,
            enctype="multipart/form-data" if any(f.widget == "file" for f in self.form.fields()) else None,
            begun=begun and (self.resource.address(begun), self.resource.href(begun)),
        )
        return page, status

    def answer(self) -> Any:
        if self.command.draft and "draft" in request.form:
            return self._keep_or_discard()
        if self.refusal_text and not is_done(self.context, self.context.command_id(self.key)):
            return self._not_now(self.refusal_text, typed_already=True)
        if "change" in request.form:
            return self.show()
        if not self.form.is_valid(self.context):
            self._say_that_files_are_gone()
            return self._overtaken() or self._done_with_its_files() or self.show(UNPROCESSABLE)
        if self.command.check and "confirmed" not in request.form:
            return self.check()
        if self.command.proof and (page := proof.ask_for_proof(self.context)) is not None:
            return page
        earlier = self.sent.earlier()
        if earlier.came_with_others:
            return self._sent_otherwise()
        twin = self._twin(earlier.alike)
        if twin is not None:
            return self.show(CONFLICT, template="twin_page.html", begun=twin)
        return self._carry_out()

    def check(self) -> Any:
        """The answers once more, before a step that cannot be taken back; what it would refuse is refused here."""
        try:
            if self.command.preview is not None:
                self.lookups = {**self.lookups, **self.command.preview(self.context, self.form.values)}
            else:
                self._give(rehearse)
        except REFUSED as refused:
            return self._refused(refused)
        return self.show(template=self.command.check_page)

    def _carry_out(self) -> Any:
        try:
            with saving_alongside(self.sent):
                record = self._give(execute)
        except REFUSED as refused:
            return self._refused(refused)
        if not self.sent.is_saved and self.sent.earlier().came_with_others:
            return self._sent_otherwise()
        if self.command.draft:
            kept.discard_draft(self.context.services, self.context.user.person, self._form_key())
        if self.waiting:
            waiting_files.discard(self.context.services, self.context.user.person, self.key)
        return self._done(record)

    def _give(self, carry_out: Callable[..., T]) -> T:
        """Give the command with these answers, to be carried out or only tried (`execute`, `rehearse`)."""
        return carry_out(
            self.context,
            self.resource,
            self.command,
            self.form.values,
            command_id=self.context.command_id(self.key),
            ref=self.ref,
            at=_version() if self.record is not None else None,
        )

    def _done(self, record: Aggregate) -> Response:
        restore.done(self.context)
        command_id = self.context.command_id(self.key)
        asked = asked_instead(self.context, self.resource.kind.KIND, self.command.name, command_id)
        if asked is not None:
            flash(sent_to(asked, self.context.services.today()), "success")
            return see_other(f"/decisions/{asked.reference}")
        if self.sent.is_saved or is_done(self.context, command_id):
            flash(self.command.done, "success")
        else:
            flash(NOTHING_CHANGED)
        return see_other(self._afterwards(record))

    def _refused(self, why: Refusal | NotMoney | Stale) -> Any:
        if isinstance(why, Stale):
            self.record = why.record
            return self.show(CONFLICT, changes=changes_since(self.context, why.record, why.decided_at))
        if isinstance(why, NotConfirmedAsRight):
            self.form.fill("unusual", [question.unusual for question in why.questions])
        if isinstance(why, Refusal):
            self.form.refuse(str(why), self.command.calls.get(why.field, why.field))
            self._discard_refused(self.command.calls.get(why.field, why.field))
        else:
            self.form.refuse("Enter amounts in pounds, like 1,200 or 1,200.50")
        return self.show(UNPROCESSABLE, like=why.like if isinstance(why, NotConfirmedAsRight) else ())

    def _discard_refused(self, field: str) -> None:
        """A file that is refused waits no more; one of which another answer is refused does."""
        if field in self.waiting:
            waiting_files.discard(self.context.services, self.context.user.person, self.key, field)
            self.waiting[field].close()
            self.waiting = {name: file for name, file in self.waiting.items() if name != field}

    def _twin(self, alike: UUID | None) -> Aggregate | None:
        """The record that the same person has just begun by the very same answers, of a kind of which there may be
        several; None where there is none, or where they mean another one."""
        if alike is None or not (self.command.begins and self.resource.kind.prefix) or "another" in request.form:
            return None
        return begun_by(self.context, self.resource, self.context.command_id(alike))

    def _sent_otherwise(self) -> Any:
        """The answer to a form carried out with other answers: it is shown as another form, to be sent anew."""
        begun = (
            begun_by(self.context, self.resource, self.context.command_id(self.key)) if self.command.begins else None
        )
        self.key = uuid4()
        self.form.refuse(SAVED_OTHERWISE)
        return self.show(UNPROCESSABLE, changes=self._changes(), begun=begun)

    def _overtaken(self) -> Any:
        """The answer to what was valid until the record changed: by this very command, or by somebody else's."""
        opened_at = self._opened_at()
        if self.record is None or opened_at in (None, version_of(self.context, self.record)):
            return None
        if is_done(self.context, self.context.command_id(self.key)):
            return self._sent_otherwise() if self.sent.earlier().came_with_others else self._done(self.record)
        changes = self._changes()
        return self.show(CONFLICT, changes=changes) if changes else None

    def _done_with_its_files(self) -> Any:
        """The answer to a form sent again whose files have gone with the record that it began."""
        if not (self.command.begins and self.command.check and self.command.files) or self.waiting:
            return None
        begun = begun_by(self.context, self.resource, self.context.command_id(self.key))
        return begun and self._done(begun)

    def _say_that_files_are_gone(self) -> None:
        """Where the answers were checked with files that do not wait any more, say so: none was forgotten."""
        if not (self.command.check and self.command.files) or self.waiting or "confirmed" not in request.form:
            return
        for question in self.form.fields():
            if question.widget == "file" and question.name in self.form.errors:
                self.form.refuse(FILES_GONE, question.name)

    def _opened_at(self) -> int | None:
        """The version of the record that the form was opened on, as it says."""
        told = request.form.get("version", "")
        return int(told) if _is_version(told) else None

    def _changes(self) -> list[str]:
        """What happened to the record since the form was opened, in sentences."""
        opened_at = self._opened_at()
        if self.record is None or opened_at is None:
            return []
        return changes_since(self.context, self.record, saved_version(self.context, self.record, opened_at))

    def _keep_or_discard(self) -> Response:
        person, key = self.context.user.person, self._form_key()
        if request.form["draft"] == "discard":
            kept.discard_draft(self.context.services, person, key)
            flash("Draft deleted", "success")
        else:
            kept.keep_draft(
                self.context.services, person, key, request.form, _version() if self.record is not None else None
            )
            flash("Draft saved. Only you can see it", "success")
        restore.done(self.context)
        return see_other(restore.address())

    def _form_key(self) -> str:
        """Under which name working copies of this form are kept: its address."""
        return self.resource.href(self.record, self.command.name) if self.record is not None else request.path

    def _afterwards(self, record: Aggregate) -> str:
        if self.command.goes_to is None:
            return self.resource.href(record)
        with self.context.read() as snapshot:
            return self.command.goes_to(snapshot, record)

    def _seen(self) -> Any:
        """The record as the page speaks of it: a visit that is shown as a plain one says no more here."""
        if self.record is None:
            return None
        with self.context.read() as snapshot:
            if self.record.id not in hidden_from(snapshot).plain:
                return self.record
        return copy_for_reader(self.context, self.resource, self.record)

    def _called(self) -> str:
        if self.record is None:
            return ""
        with self.context.read() as snapshot:
            return caption(snapshot, self.resource, self.record)

    def _readers(self) -> TextReaders | None:
        """Who will read what is written here, as the record stands."""
        with self.context.read() as snapshot:
            return readers_on(snapshot, self.resource, self.command, self.record)

    def _back(self) -> str:
        return self.resource.href(self.record) if self.record is not None else f"/{self.resource.path}"


def _version() -> int:
    sent = request.form.get("version", "")
    if not _is_version(sent):
        raise BadRequest("We could not read this form. Open the page again.")
    return int(sent)


def _is_version(sent: str) -> bool:
    return sent.isdecimal() and len(sent) <= MOST_DIGITS


def see_other(location: str) -> Response:
    """After a successful act: go and look."""
    return redirect(location, SEE_OTHER)
