"""Who will read what is written in a form: said once at its head, by the policy and the rules of telling."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from domain.aggregate import EVENTS, Aggregate, Event
from domain.attachment import Attachment
from domain.concern import CaseStatus, ConcernCase
from domain.concern.sharing import OF_THE_SCHOOL
from domain.decision import Decision
from domain.note import Note
from domain.record_of_visit import RecordOfVisit
from domain.tender import Tender
from domain.vocabulary import Audience, Role, Sensitivity
from projections import people
from web.access.context import Snapshot, User
from web.access.disclosure import CONCERN, TOLD_TO_ALL_INVITED, right_to_read
from web.access.name_cache import names_of
from web.access.nameable import may_name, may_name_provider
from web.access.policy import ALL, POLICY, SCHOOL, SERVICE, Action
from web.access.restricted import restricted_records
from web.commands.decided import may_be_asked
from web.commands.fields import LineOfText, Text
from web.commands.reason_readers import outside_readers, readers_of
from web.commands.resource import Command, Resource

SHOWN: Mapping[type[Event], Collection[Role]] = {
    RecordOfVisit.SectionWritten: SCHOOL,
    Tender.Opened: (Role.SPECIALIST,),
}
"""Texts that a page shows outside the service although the event that keeps them is not told there: what a record of
visit says once it is issued, and the brief of an invitation."""

ONLY_LINES = ("person", "provider", "authority", "import")
"""Kinds of record of which a line of text is a name or a number, as any register has it."""

PLURALS = {
    Role.DIRECTOR: "directors",
    Role.BROKER: "brokers",
    Role.CPD_MANAGER: "CPD managers",
    Role.STRATEGIC_LEAD: "strategic leads",
    Role.REVIEWER: "reviewers",
    Role.ADMINISTRATOR: "administrators",
}


@dataclass(frozen=True, slots=True)
class TextReaders:
    """Who reads the texts of a form `inside` the council, and `outside` it, in words; and the names of these roles.

    `roles` are the posts outside that may come to read them, now or later.
    """

    inside: str
    outside: str
    roles: frozenset[Role] = frozenset()

    def __str__(self) -> str:
        return f"In the council: {self.inside}. Outside it: {self.outside}."


def texts_of(schema: Schema, kind: str) -> Iterator[tuple[str, fields.Field[Any]]]:
    """The free texts that a schema asks for, by name, those within groups and rows too; without one that is told in
    confidence, which says itself to whom."""
    for name, field in schema.load_fields.items():
        asked: fields.Field[Any] = field.inner if isinstance(field, fields.List) else field
        called = field.data_key or name
        if isinstance(asked, fields.Nested):
            yield from ((f"{called}.{within}", text) for within, text in texts_of(asked.schema, kind))
        elif (
            isinstance(asked, Text)
            and not asked.metadata.get("in_confidence")
            and not (isinstance(asked, LineOfText) and kind in ONLY_LINES)
        ):
            yield called, asked


def kept_in(resource: Resource[Any], command: Command[Any]) -> Sequence[type[Event]]:
    """The events that keep the texts of a command; its reason may be kept in others (`Command.told_in`). Where it
    does not say, any of its kind of record."""
    if command.texts_in:
        return command.texts_in
    texts = [field for _, field in texts_of(command.schema(), resource.kind.KIND)]
    if command.told_in and all(field.metadata.get("is_reason") for field in texts):
        return command.told_in
    return [event for topic, event in EVENTS.items() if topic.startswith(f"{resource.kind.KIND}.")]


def roles_outside(resource: Resource[Any], command: Command[Any]) -> frozenset[Role]:
    """The posts outside the service that may come to read the texts of a command."""
    events = kept_in(resource, command)
    return frozenset[Role]().union(*(outside_readers(each) | frozenset(SHOWN.get(each, ())) for each in events))


def readers_of_texts(resource: Resource[Any], command: Command[Any]) -> TextReaders | None:
    """Who reads the texts of a command on any record of its kind; None where it asks for none."""
    kind = resource.kind.KIND
    if not any(texts_of(command.schema(), kind)):
        return None
    roles = roles_outside(resource, command)
    return TextReaders(_inside(resource, command), _outside(resource, command, roles), roles)


def readers_on(
    snapshot: Snapshot, resource: Resource[Any], command: Command[Any], record: Aggregate | None
) -> TextReaders | None:
    """The same of one record as it stands, by name where the person who asks may know the names."""
    said = readers_of_texts(resource, command)
    if said is None or record is None:
        return said
    if isinstance(record, Note | Attachment):
        return _of_audience(said, record)
    inside = said.inside
    if record.id in restricted_records(snapshot):
        return TextReaders(_in_words(resource, command, [Action.READ_RESTRICTED]), "nobody, because it is restricted")
    if isinstance(record, Decision) and record.question.kind == CONCERN:
        inside = _in_words(resource, command, [Action.READ_CONCERN])
    if isinstance(record, ConcernCase):
        return TextReaders(inside, *_of_concern(snapshot, command, record))
    if not said.roles or each_invited(command):
        return TextReaders(inside, said.outside, said.roles)
    named = f"{_named(snapshot, said.roles, record)}{_condition(command, record)}"
    return TextReaders(inside, named, said.roles)


def beside_reason(resource: Resource[Any], command: Command[Any], user: User | None = None) -> str:
    """What stands beside a reason: who reads it, where these are others than the head of the form says."""
    texts = [text for _, text in texts_of(command.schema(), resource.kind.KIND)]
    others = [text for text in texts if not text.metadata.get("is_reason")]
    told = frozenset[Role]().union(*(outside_readers(each) for each in command.told_in))
    if not others or not command.told_in or told == roles_outside(resource, command):
        return ""
    return readers_of(resource, command, user) or "Nobody outside the service can read it."


def _inside(resource: Resource[Any], command: Command[Any]) -> str:
    if resource.kind.KIND == CONCERN:
        return _in_words(resource, command, [Action.READ_CONCERN])
    rights = dict.fromkeys(right_to_read(each.TOPIC) for each in kept_in(resource, command))
    said = _in_words(resource, command, rights)
    if resource.kind is Note:
        return f"{said}; of a restricted note, {_in_words(resource, command, [Action.READ_RESTRICTED])}"
    return said


def _in_words(resource: Resource[Any], command: Command[Any], actions: Collection[Action]) -> str:
    """Those of the council who hold one of these rights: "everyone in the service, and reviewers"."""
    rows = [POLICY[action] for action in actions]
    all_ = {role for row in rows for role, reach in row.items() if reach is ALL}
    some = {role for row in rows for role in row} - all_
    said = ["everyone in the school improvement service"] if all_.issuperset(SERVICE) else []
    listed = all_ - {*SERVICE} if said else all_
    said += [words for role, words in PLURALS.items() if role in listed]
    if Role.OFFICER in some:
        said += ["the school's link and cover officers", "the lead of its team"]
    if may_be_asked(resource.kind.KIND, command.name) or resource.kind is Decision:
        said.append("those who are asked to decide")
    return joined(said)


def joined(said: Sequence[str]) -> str:
    """As "one, another and a third"."""
    *first, last = said
    return f"{', '.join(first)} and {last}" if first else last


def _outside(resource: Resource[Any], command: Command[Any], roles: Collection[Role]) -> str:
    kind = resource.kind.KIND
    if kind in {Note.KIND, Attachment.KIND}:
        return "those whom you choose under “Who can see it”" if command.begins else "those whom it is meant for"
    if kind == CONCERN:
        return _when_shared(command)
    if each_invited(command):
        return "every provider that is invited"
    sides = ["the headteacher", "the chair of governors"] if {*roles}.intersection(SCHOOL) else []
    sides += ["the provider"] * (Role.SPECIALIST in roles)
    return f"{joined(sides)}{_condition(command)}" if sides else "nobody"


def each_invited(command: Command[Any]) -> bool:
    """Whether what is written goes to all providers of a tender, and not to the one that it concerns."""
    told = command.texts_in or command.told_in
    return any(each is Tender.Opened or each.TOPIC in TOLD_TO_ALL_INVITED for each in told)


def _when_shared(command: Command[Any]) -> str:
    if ConcernCase.Shared in command.texts_in:
        return "those of the school whom you choose"
    return "nobody, unless the concern is shared with the headteacher or the chair of governors"


def _condition(command: Command[Any], record: Aggregate | None = None) -> str:
    if RecordOfVisit.SectionWritten not in command.texts_in:
        return ""
    again = " again" if isinstance(record, RecordOfVisit) and record.is_issued else ""
    return f", once the record is issued{again}"


def _of_audience(said: TextReaders, record: Note | Attachment) -> TextReaders:
    """Of a note or file that is there, and says for whom."""
    outside = {
        Audience.SERVICE: "nobody",
        Audience.SCHOOL: "the school",
        Audience.PROVIDER: "the provider",
        None: "everyone who can read the record it is on",
    }[record.visible_to]
    inside, _, of_restricted = said.inside.partition("; of a restricted note, ")
    if isinstance(record, Note) and record.sensitivity is not Sensitivity.ORDINARY:
        return TextReaders(of_restricted or inside, "nobody, because it is restricted")
    return TextReaders(inside, outside, said.roles)


def _of_concern(snapshot: Snapshot, command: Command[Any], case: ConcernCase) -> tuple[str, frozenset[Role]]:
    """Who outside reads what is written in a concern as it is shared now."""
    if case.status is CaseStatus.WITHDRAWN and not case.shares and not case.is_open_from_the_start:
        return "nobody", frozenset()
    if ConcernCase.Shared in command.texts_in:
        return _when_shared(command), frozenset(OF_THE_SCHOOL)
    posts = frozenset(OF_THE_SCHOOL if case.is_open_from_the_start else case.shares)
    if not posts:
        return _when_shared(command), posts
    return _named(snapshot, posts, case), posts


def _named(snapshot: Snapshot, roles: Collection[Role], record: Aggregate) -> str:
    """Who outside the service holds these posts at the school and provider of a record, by name."""
    about = record.about()
    said: list[str] = []
    school = about.school if {*roles}.intersection(SCHOOL) and record.KIND != "provider" else None
    if school is not None:
        said += _leading(snapshot, roles, school)
    elif {*roles}.intersection(SCHOOL):
        said += ["the headteacher", "the chair of governors of each school concerned"]
    if Role.SPECIALIST in roles:
        said.append(_provider(snapshot, about.provider or next(iter(snapshot.user.providers), None)))
    return joined(said)


def _leading(snapshot: Snapshot, roles: Collection[Role], school: UUID) -> Iterator[str]:
    today = snapshot.services.today()
    posts = {post.role: post.person for post in people.heads_and_chairs(snapshot.connection, school, today)}
    known = {role: person for role, person in posts.items() if may_name(snapshot, person)}
    names = names_of(snapshot, list(known.values()))
    called = {Role.HEADTEACHER: "the headteacher", Role.CHAIR: "the chair of governors"}
    for role, plainly in called.items():
        if role in roles:
            name = names.get(known[role]) if role in known else None
            yield f"{name} ({plainly.removeprefix('the ')})" if name else plainly


def _provider(snapshot: Snapshot, provider: UUID | None) -> str:
    if provider is None or not may_name_provider(snapshot, provider):
        return "the provider"
    return names_of(snapshot, [provider]).get(provider, "the provider")
