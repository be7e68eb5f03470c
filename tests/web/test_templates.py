"""Pages and components, rendered by an application that has nothing but the templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, flash, render_template, render_template_string
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from marshmallow import Schema, fields, validate
from werkzeug.datastructures import MultiDict

from domain.vocabulary import Purpose
from web import formats
from web.forms import Form

WEB = Path(formats.__file__).parent
NOW = datetime(2026, 11, 23, 16, 10, tzinfo=UTC)
NASTY = "<script>alert('x')</script>"


@pytest.fixture
def app() -> Iterator[Flask]:
    app = Flask("pages", static_folder=str(WEB / "static"))
    app.secret_key = "for the flashed messages"
    app.jinja_options = {}  # What applications of the service compile, with their own settings, is not this one's.
    packaged = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_loader = ChoiceLoader([FileSystemLoader(WEB / "templates"), packaged])  # type: ignore[assignment]  # Flask names one loader class
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(formats.filters(lambda: NOW))
    app.context_processor(around)
    with app.test_request_context("/"):
        yield app


def around() -> dict[str, Any]:
    authority = {
        "name": "Vale",
        "service_name": "School improvement",
        "colour": "#123456",
        "contact_email": "a@b.example",
    }
    return {
        "authority": authority,
        "person": {"name": "Priya Raman", "post_title": "Officer"},
        "navigation": [("My caseload", "/", True), ("Schools", "/schools", False)],
        "csp_nonce": "n0nce",
        "csrf_token": lambda: "t0ken",
    }


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.pieces).split())

    def every(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.tags if name == tag and attributes.items() <= found.items()]

    def values(self, attribute: str) -> list[str]:
        return [value for _, found in self.tags if (value := found.get(attribute))]

    @property
    def title(self) -> str:
        return " ".join(re.findall(r"<title\s*>(.*?)</title>", self.html, re.DOTALL)[0].split())


def component(source: str, **context: Any) -> Page:
    return Page(render_template_string('{% import "components.html" as c %}' + source, **context))


class Action(Schema):
    what = fields.String(required=True, metadata={"rows": 2})
    due_on = fields.Date()


class EveryQuestion(Schema):
    line = fields.String(required=True, metadata={"hint": NASTY, "label": NASTY})
    long = fields.String(required=True, validate=validate.Length(max=400))
    day = fields.Date(required=True)
    at = fields.Time()
    cost = fields.Decimal()
    count = fields.Integer()
    email = fields.Email()
    one = fields.Enum(Purpose, required=True, by_value=True)
    pick = fields.String(metadata={"choices": [(str(number), NASTY) for number in range(9)]})
    school = fields.String(required=True, metadata={"widget": "school", "choices": [("1", "Oak Lane")]})
    many = fields.List(fields.Enum(Purpose, by_value=True), required=True)
    yes = fields.Boolean(required=True)
    box = fields.Boolean(required=True, metadata={"widget": "checkboxes"})
    secret = fields.String(metadata={"widget": "password"})
    file = fields.Raw(metadata={"widget": "file"})
    record = fields.String(metadata={"widget": "hidden"})
    actions = fields.List(fields.Nested(Action), required=True)


def form_page(form: Form, **context: Any) -> Page:
    context = {"page_title": "Plan a visit", "section": "Visits", "version": 3, "command_id": "c-1", **context}
    return Page(render_template("form_page.html", form=form, **context))


@pytest.fixture
def wrong() -> Form:
    typed = [("line", NASTY), ("long", NASTY * 20), ("day-month", "13"), ("cost", NASTY), ("record", "r-1"),
             ("secret", "hunter2"), ("actions-7-due_on-day", "32")]  # fmt: skip
    form = Form(EveryQuestion(), data=MultiDict(typed))
    assert not form.is_valid()
    return form


def test_every_error_leads_to_a_control_of_the_page(app: Flask, wrong: Form) -> None:
    page = form_page(wrong)
    links = [error["href"].removeprefix("#") for error in wrong.error_summary()]
    assert len(links) == len(wrong.errors) > 8
    assert set(links) <= set(page.values("id"))


def test_no_id_stands_twice_and_every_label_and_hint_meets_its_control(app: Flask, wrong: Form) -> None:
    page = form_page(wrong)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert set(page.values("for")) <= set(ids)
    assert {id for described in page.values("aria-describedby") for id in described.split()} <= set(ids)


def test_a_page_with_errors_says_so_in_its_title_and_keeps_what_was_typed(app: Flask, wrong: Form) -> None:
    page = form_page(wrong)
    assert page.title == "Error: Plan a visit - Visits - School improvement"
    assert page.every("input", name="line", value=NASTY)
    assert page.every("input", name="actions-7-due_on-day", value="32")
    assert page.every("input", name="record", value="r-1", type="hidden")
    assert "hunter2" not in page.html


def test_nothing_typed_becomes_markup(app: Flask, wrong: Form) -> None:
    assert NASTY not in form_page(wrong, changes=[NASTY], notes=NASTY, lead=NASTY).html
    assert NASTY not in render_template("check_page.html", form=wrong, page_title=NASTY)


def test_a_form_carries_its_token_its_command_and_the_version_it_saw(app: Flask) -> None:
    page = form_page(Form(EveryQuestion()))
    carried = {tag["name"]: tag["value"] for tag in page.every("input", type="hidden")}
    assert {"csrf_token": "t0ken", "command": "c-1", "version": "3"}.items() <= carried.items()
    assert page.title == "Plan a visit - Visits - School improvement"


def test_the_button_that_enter_presses_sends_the_form(app: Flask) -> None:
    html = form_page(Form(EveryQuestion()), submit_label="Plan it").html
    first = re.findall(r"<button[^>]*type=\"submit\"[^>]*>([^<]*)", html.split("<main")[1])[0]
    assert first.strip() == "Plan it"


def test_a_conflict_tells_what_changed_meanwhile(app: Flask) -> None:
    page = form_page(Form(EveryQuestion()), changes=["Anne Webb moved the visit to 3 April 2026"])
    assert "This record changed while you were writing Anne Webb moved the visit to 3 April 2026" in page.text


def test_a_check_page_carries_every_answer_and_offers_to_change_each(app: Flask, wrong: Form) -> None:
    page = Page(render_template("check_page.html", form=wrong, page_title="Plan a visit", section="Visits"))
    carried = [(tag["name"], tag["value"]) for tag in page.every("input", type="hidden")]
    assert set(wrong.hidden_inputs()) <= set(carried)
    assert len(page.every("button", name="change")) == len(wrong.answers())
    assert page.every("button", name="confirmed", type="submit")


@pytest.mark.parametrize("code", [400, 403, 404, 405, 410, 413, 418, 429, 500, 503])
def test_an_error_is_told_in_plain_words_with_help_and_a_reference(app: Flask, code: int) -> None:
    page = Page(render_template("error.html", code=code, request_id="R-77"))
    assert "R-77" in page.text
    assert page.every("a", href="mailto:a@b.example")
    assert str(code) not in page.text
    assert len(page.every("h1")) == 1
    assert page.title.endswith(" - School improvement")


def test_a_page_names_where_one_is_and_who_one_is(app: Flask) -> None:
    flash("Visit confirmed", "success")
    page = form_page(Form(EveryQuestion()), back_href="/visits")
    assert page.every("a", href="#main-content")
    assert page.every("input", name="q", id="school-search")
    assert page.every("form", action="/sign-out", method="post")
    assert page.every("a", href="/", **{"aria-current": "true"})
    assert "Visit confirmed" in page.text
    for href in ("/accessibility", "/cookies", "/privacy", "/help", "/contact"):
        assert page.every("a", href=href)


def test_a_stranger_is_offered_no_search_and_no_sign_out(app: Flask) -> None:
    page = form_page(Form(EveryQuestion()), person=None)
    assert not page.every("form", action="/sign-out")
    assert not page.every("input", name="q")


def test_every_script_has_the_nonce_or_comes_from_here(app: Flask) -> None:
    scripts = form_page(Form(EveryQuestion())).every("script")
    assert scripts
    assert all(tag.get("nonce") == "n0nce" or (tag.get("src") or "").startswith("/static/") for tag in scripts)
    assert not form_page(Form(EveryQuestion())).values("style")


@pytest.mark.parametrize("path", sorted(WEB.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_styles_inline_or_trusts_text(path: Path) -> None:
    assert not re.search(r"\sstyle=|\|\s*safe\b|\son[a-z]+=", path.read_text(encoding="utf-8"))


# Components


COUNTED_BY_HAND = re.compile(
    r"""(?:==|!=)\s*1\s+else|(?:\}\}|~\s*["'])\s*(?:\w+\s)?"""
    "(?:seconds|minutes|hours|days|weeks|months|years|times|people|schools|providers)\\b"
)


@pytest.mark.parametrize("path", sorted(WEB.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_makes_a_plural_by_hand(path: Path) -> None:
    """What is counted is written by `counted`, which says "1 school" of one."""
    assert not COUNTED_BY_HAND.search(path.read_text())


def test_a_table_names_each_cell_for_the_cards_of_a_phone(app: Flask) -> None:
    head = ["Reference", {"text": "Budget", "numeric": True}, "Status"]
    rows = [[{"text": "V-1", "href": "/v/1", "hint": "Core"}, "£3.00", {"tag": Purpose.SUPPORT}], ["V-2", NASTY, ""]]
    page = component("{{ c.table('Due', head, rows) }}", head=head, rows=rows)
    assert [tag["data-label"] for tag in page.every("td")] == ["Budget", "Status"] * 2
    assert page.every("th", scope="row", **{"data-label": "Reference"})
    assert page.every("a", href="/v/1")
    assert "V-1 Core £3.00 Support" in page.text
    assert not page.every("script")


def test_a_status_is_told_in_words_whatever_its_colour(app: Flask) -> None:
    assert component("{{ c.status_tag('in_delivery') }}").text == "In delivery"
    assert component("{{ c.status_tag('overdue') }}").every("strong", **{"class": "govuk-tag govuk-tag--red"})
    assert component("{{ c.status_tag(word) }}", word=Purpose.CHALLENGE).text == "Challenge"
    assert component("{{ c.status_tag('brand new') }}").every("strong", **{"class": "govuk-tag govuk-tag--grey"})


def test_our_tag_is_the_packaged_one(app: Flask) -> None:
    theirs = render_template_string(
        "{% from 'govuk_frontend_jinja/components/tag/macro.html' import govukTag %}"
        "{{ govukTag({'text': 'Due', 'classes': 'govuk-tag--red'}) }}"
    )
    assert (
        " ".join(theirs.split()).replace("> ", ">").replace(" <", "<") == component("{{ c.tag('Due', 'red') }}").html
    )


def test_a_timeline_tells_who_when_why_and_for_whom(app: Flask) -> None:
    moved = SimpleNamespace(
        sentence="The visit was moved",
        who="Anne Webb",
        post="Headteacher",
        at=date(2026, 11, 20),
        purpose=Purpose.SUPPORT,
        reason="Ofsted came",
        href="/events/1",
        visible_to="school",
    )
    issued = {"sentence": "The record was issued", "who": "Priya", "post": "Officer", "at": NOW}
    page = component("{{ c.timeline(items) }}", items=[issued, moved])
    assert page.text == (
        "The record was issued Priya, Officer 23 November 2026, 4:10pm (just now) "
        "The visit was moved Support Anne Webb, Headteacher 20 November 2026 (3 days ago) "
        "Reason: Ofsted came Visible to: school"
    )
    assert page.every("a", href="/events/1")


def test_a_timeline_tells_a_reason_once(app: Flask) -> None:
    said = "Anne Webb cancelled the visit on 20 November 2026: Ofsted came"
    item = {"sentence": said, "who": "Anne Webb", "post": "", "at": NOW, "reason": "Ofsted came"}
    assert component("{{ c.timeline(items) }}", items=[item]).text.count("Ofsted came") == 1


def test_a_filter_is_a_get_form_that_keeps_what_was_chosen(app: Flask) -> None:
    asked = [
        {"name": "q", "label": "School", "kind": "text", "value": "Oak"},
        {
            "name": "status",
            "label": "Status",
            "kind": "checkboxes",
            "options": [("a", "A"), ("b", "B")],
            "value": ["b"],
        },
        {"name": "officer", "label": "Officer", "kind": "select", "options": [("1", "Priya")], "value": "1"},
    ]
    page = component("{{ c.filter_panel(asked, [('sort', 'due')]) }}", asked=asked)
    assert page.every("form", method="get")
    assert [tag["value"] for tag in page.every("input", type="checkbox") if "checked" in tag] == ["b"]
    assert [tag["value"] for tag in page.every("option") if "selected" in tag] == ["1"]
    assert page.every("input", name="q", value="Oak")
    assert page.every("input", name="sort", value="due")


def test_chips_take_a_filter_away(app: Flask) -> None:
    page = component("{{ c.chips([('Overdue', '?a=1')], '?') }}")
    assert page.every("a", href="?a=1")
    assert "Remove filter Overdue" in page.text
    assert component("{{ c.chips([], '?') }}").text == ""


def test_a_list_is_walked_by_next_and_previous_where_there_are_any(app: Flask) -> None:
    assert component("{{ c.pagination('?after=9', '') }}").every("a", rel="next", href="?after=9")
    assert not component("{{ c.pagination('', '') }}").tags


def test_a_bar_is_as_long_as_its_share_and_its_value_is_told(app: Flask) -> None:
    page = component("{{ c.bar_chart('Most ask for maths', [('Maths', 8), ('Art', 2), ('Music', 0)], 'Requests') }}")
    assert [tag["width"] for tag in page.every("rect")] == ["100.0", "25.0", "0.0"]
    assert page.text == "Most ask for maths Group Requests Maths 8 Art 2 Music 0"
    assert component("{{ c.bar_chart('Nothing', []) }}").text == "Nothing Group Number"


def test_small_components_say_what_they_are_given(app: Flask) -> None:
    page = component(
        "{{ c.identity_bar([('URN', '100001'), ('Due', '')]) }}{{ c.sub_navigation([('Summary', '#', true)]) }}"
        "{{ c.empty('No visits', 'Plan one') }}"
        "{{ c.warning_text('It cannot be undone') }}{{ c.inset('Note') }}"
        "{{ c.summary_list([('Phase', 'Primary'), {'key': 'Head', 'text': 'Anne', 'href': '/x'}]) }}"
    )
    assert page.text == (
        "URN 100001 Summary No visits Plan one ! Warning It cannot be undone Note Phase Primary Head Anne"
    )
