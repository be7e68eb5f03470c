"""What can be done with a note, declared once for pages and API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.note import Note
from domain.vocabulary import About, Sensitivity
from projections import notes as view
from web.access import readers
from web.access.context import Snapshot, User
from web.access.identity import concerned
from web.access.name_cache import names_of, reference_of, references_of
from web.access.nameable import colleagues
from web.access.policy import Action
from web.commands.attachments import COUNTED_TO, OF_RECORD, href_of, listed
from web.commands.choices import Choices, everybody
from web.commands.listing import Listing
from web.commands.resource import Execution, Resource, Values, Visibility
from web.notes import rules, schemas

notes: Resource[Note] = Resource(
    "notes",
    Note,
    one="note",
    read=Action.READ_NOTE,
    out=schemas.NoteOut,
    listing=Listing(
        view.NoteOnRecord,
        listed(view.written),
        lambda row: row.reference,
        schemas.NoteFilters,
        counted_to=COUNTED_TO,
        sorted_to=COUNTED_TO,
        names={**OF_RECORD, "versions": "version_count", "about_person": "person"},
    ),
    visibility=Visibility(is_open=rules.is_open, copy=rules.note_for_reader),
)


def _to_choose_from(snapshot: Snapshot, _: Note | None) -> Mapping[str, Any]:
    user = snapshot.user
    restricts = user.may(Action.READ_RESTRICTED)
    ways = [Sensitivity.ORDINARY, *([Sensitivity.RESTRICTED] if restricts else [])]
    return {
        schemas.PEOPLE: people_to_name(snapshot),
        schemas.SENSITIVITIES: [(way.value, way.label) for way in ways],
        **readers.audience_choices(user),
    }


def people_to_name(snapshot: Snapshot) -> Choices:
    """Whom a note may tell about: everybody, for those who may read people; else the writer's own colleagues."""
    user = snapshot.user
    if user.may(Action.READ_PEOPLE):
        return everybody(snapshot.connection)
    people = colleagues(snapshot)
    names, references = names_of(snapshot, people), references_of(snapshot, people)
    return [(references[id], names[id]) for id in people if id in names]


def _first_answers(_: Snapshot, user: User) -> Mapping[str, Any]:
    return {"sensitivity": Sensitivity.ORDINARY, "visible_to": readers.audiences_of(user)[0]}


@notes.beginning(
    "write",
    "Write a note",
    Action.WRITE_NOTE,
    schemas.WriteNote,
    done="Note saved",
    submit="Save note",
    lookups=_to_choose_from,
    first_answers=_first_answers,
    goes_to=lambda snapshot, note: f"{href_of(snapshot, note.on_kind, note.on_record)}#notes",
)
def write(execution: Execution[Note], values: Values) -> Note:
    user, place = execution.user, values["on"]
    about = About(school=place.school, provider=place.provider)
    visible_to = readers.chosen_audience(user, values.get("visible_to"), about)
    rules.check_sensitivity(execution.context, user, values["sensitivity"], about)
    return execution.begin(
        lambda reference: Note.write(
            reference,
            **place.told(),
            note_type=values["note_type"],
            heading=values["heading"],
            text=values["text"],
            about_person=values["about_person"],
            sensitivity=values["sensitivity"],
            visible_to=visible_to,
            on=values.get("happened_on"),
        )
    )


def _as_it_stands(snapshot: Snapshot, note: Note) -> Mapping[str, Any]:
    """What the note says, read with all that reading it means."""
    latest = rules.note_for_reader(snapshot.context, note, concerned(snapshot, note.about())).latest
    told = latest.about_person
    return {
        "heading": latest.heading,
        "text": latest.text,
        "person": told and reference_of(snapshot, told.person),
        "about_person": told and told.value,
    }


notes.command(
    "revise",
    "Change note",
    Action.WRITE_NOTE,
    schemas.ReviseNote,
    lead="The current wording is kept as an earlier version.",
    done="Note changed",
    method=Note.revise,
    whose=rules.must_be_theirs,
    lookups=lambda snapshot, _: {schemas.PEOPLE: people_to_name(snapshot)},
    initial=_as_it_stands,
    main=True,
)

notes.command(
    "withdraw",
    "Withdraw note",
    Action.WRITE_NOTE,
    schemas.WithdrawNote,
    done="Note withdrawn",
    method=Note.withdraw,
    whose=rules.must_be_theirs,
    warning=True,
)
