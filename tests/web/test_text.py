"""One rule for all text, by whatever door it comes: what cannot be seen is not kept, and never shown."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest
from werkzeug.datastructures import MultiDict

from domain.person import Person
from domain.vocabulary import Personal
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, Program
from web.commands.resource import Command
from web.forms import Form, FormField
from web.forms.typed import Clock, DateParts, FileInput, HiddenField, Password
from web.resources import RESOURCES

UNSEEN = "\u200b\u202e\u2060\u00ad \u3164\u2066"
OFFERS: defaultdict[str, tuple[()]] = defaultdict(tuple, nothing=())
COMMANDS = [(resource, command) for resource, _ in RESOURCES for command in resource.commands.values()]


def typed_in(command: Command[object]) -> Iterator[FormField]:
    for field in Form(command.schema(), data=MultiDict(), lookups=OFFERS).fields():
        if type(field).__module__ == "web.forms.typed" and not isinstance(
            field, (Clock, DateParts, FileInput, HiddenField, Password)
        ):
            yield field


@pytest.mark.parametrize(
    "command",
    [command for _, command in COMMANDS],
    ids=[f"{resource.path}-{each.name}" for resource, each in COMMANDS],
)
def test_on_no_form_is_an_answer_of_nothing_visible_an_answer(command: Command[object]) -> None:
    names = [field.id for field in typed_in(command)]
    blank = Form(command.schema(), data=MultiDict(), lookups=OFFERS)
    unseen = Form(command.schema(), data=MultiDict(dict.fromkeys(names, UNSEEN)), lookups=OFFERS)
    assert unseen.is_valid() == blank.is_valid()
    assert unseen.errors == blank.errors


def test_names_come_to_the_record_as_they_can_be_seen(
    sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    api = program(sample.administrator())

    def register(name: str, key: str, status: int = 201) -> dict[str, object]:
        told = api.post("/people/register", {"name": name}, key=key, status=status).get_json()
        assert isinstance(told, dict)
        return told

    assert register(f"Jo{UNSEEN}\nNew\u202e", "text-seen-1")["name"] == "Jo New"
    assert register(UNSEEN, "text-seen-2", 422)["errors"]
    assert "cyrillic" in str(register("Jо New", "text-seen-3", 422)["errors"])  # noqa: RUF001  # that is the case


def test_what_is_sought_is_what_can_be_seen(sample: SampleAuthority, program: Callable[..., Program]) -> None:
    api = program(sample.administrator())
    api.post("/people/register", {"name": "Nia New"}, key="sought-1", status=201)
    found = api.get("/people?q=%E2%80%8BN%E2%80%AEia").get_json()
    assert [row["name"] for row in found["items"]] == ["Nia New"]


def rename_as_before(person: Person, name: str) -> None:
    """Take whatever was typed for a name, as it was done once."""
    person.rename("Nia")
    object.__setattr__(person.pending[-1], "name", Personal(person.id, name))


def test_text_recorded_before_the_rule_turns_no_page(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    nia = sample.officer()
    with sample.acting():
        sample.services.service.change(
            Person, nia, lambda person: rename_as_before(person, "\u202eNia \u2066New\u200b")
        )
    browser = sign_in(sample.administrator())
    for address in (f"/people/{sample.reference(nia)}", "/people/", "/audit"):
        page = browser.get(address)
        assert "Nia New" in page
        assert not re.findall("[^\n]*[\u202e\u2066\u200b][^\n]*", page)


def test_people_are_told_of_others_whose_names_look_alike(
    sample: SampleAuthority, sign_in: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    administrator = sample.administrator()
    browser, api = sign_in(administrator), program(administrator)
    first = browser.send("/people/register", {"name": "Dan Corner"}).headers["Location"]
    another = {"name": "Dan  Comer", "unusual": "like_person", "why_unusual": "Somebody else"}
    second = browser.send("/people/register", another).headers["Location"]

    assert "Someone else is called" in browser.get(second)
    assert f'href="{first}"' in browser.get(second)
    told = api.get(second).get_json()
    assert told["names_alike"] == [first.rpartition("/")[2]]
    third = browser.send("/people/register", {"name": "Nia New"}).headers["Location"]
    assert "Someone else is called" not in browser.get(third)
