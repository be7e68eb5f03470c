"""The pages of handing schools over in bulk: from one officer to another, each school with an outcome of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import render_template, request
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import BadRequest

from domain.aggregate import Refusal
from domain.school import School
from domain.vocabulary import Role
from projections import people
from projections.people import PersonRow
from projections.schools import KnownSchool
from web.access.context import Pages, RequestContext
from web.access.identity import allow
from web.access.policy import Action
from web.commands.choices import holders_of_roles
from web.commands.fields import chosen_person, day_field, reason_field
from web.commands.reason_readers import REASON_READERS, readers_in_words
from web.forms import Form, restore
from web.forms.restore import form_key
from web.schools.hand_over import (
    HandOverOutcome,
    HandOverTerms,
    hand_over_schools,
    is_done,
    outcomes_before,
    schools_to_hand_over,
)

OFFICERS, SCHOOLS = "officers", "schools"

NOBODY = "nobody"
"""Whose schools are given that have no link officer."""

WITHOUT = "Schools without a link officer"

UNPROCESSABLE = 422

pages = Pages("hand_over", __name__, url_prefix="/hand-over")


class ChooseOfficer(Schema):
    officer = chosen_person("Officer handing over", OFFICERS, noun="the officer handing over")


class HandOverSchools(Schema):
    """`versions` are those of the schools as they were offered, by URN."""

    schools = fields.List(
        fields.String(),
        required=True,
        validate=validate.Length(min=1, error="Select at least one school"),
        metadata={
            "label": "Schools to hand over",
            "choices": lambda context: context[SCHOOLS],
            "noun": "the schools",
        },
    )
    to = chosen_person("New link officer", OFFICERS, noun="the new link officer")
    from_ = day_field("First day", name="from", noun="the first day")
    reason = reason_field()
    versions = fields.String(load_default="", metadata={"widget": "hidden"})


@pages.route("", methods=["GET", "POST"])
def show(context: RequestContext) -> Any:
    """Choose whose schools, then which of them go to whom; after that, what became of each."""
    allow(context, Action.ASSIGN_OFFICERS)
    chosen = _officer(context)
    if chosen is None and request.args.get("from") != NOBODY:
        return _choose(context)
    before = chosen.id if chosen else None
    command = context.command_id(form_key(context))
    if request.method == "POST" and is_done(context, command):
        return _outcomes(chosen, outcomes_before(context, request.form.getlist("schools"), before))
    offered = schools_to_hand_over(context, before)
    form = _form(context, chosen, offered)
    if request.method != "POST":
        return _page(context, chosen, form, offered)
    if not form.is_valid(context):
        return _page(context, chosen, form, offered, UNPROCESSABLE)
    try:
        terms = HandOverTerms(to=form.values["to"], from_=form.values["from_"], reason=form.values["reason"])
        outcomes = hand_over_schools(context, _picked(form, offered), terms, command)
    except Refusal as refusal:
        form.refuse(str(refusal), "to" if refusal.field == "officer" else refusal.field)
        return _page(context, chosen, form, offered, UNPROCESSABLE)
    restore.done(context)
    return _outcomes(chosen, outcomes)


def _choose(context: RequestContext) -> Any:
    with context.read() as snapshot:
        offered = {OFFICERS: holders_of_roles(snapshot, (Role.OFFICER,))}
    sent = request.args if "officer" in request.args else None
    form = Form(ChooseOfficer(), data=sent, lookups=offered)
    status = UNPROCESSABLE if sent is not None and not form.is_valid(context) else 200
    page = render_template(
        "schools/hand_over_from.html",
        page_title="Hand over schools",
        breadcrumbs=[("Schools", "/schools"), ("Hand over", "")],
        form=form,
    )
    return page, status


def _officer(context: RequestContext) -> PersonRow | None:
    reference = request.args.get("officer", "")
    with context.read() as snapshot:
        return people.by_reference(snapshot.connection, reference) if reference else None


def _form(context: RequestContext, officer: PersonRow | None, offered: Iterable[KnownSchool]) -> Form:
    with context.read() as snapshot:
        officers = holders_of_roles(snapshot, (Role.OFFICER,))
    others = [each for each in officers if officer is None or each[0] != officer.reference]
    choices = {
        OFFICERS: others,
        REASON_READERS: lambda: readers_in_words([School.LinkOfficerAssigned]),
        SCHOOLS: [(str(each.urn), each.name, f"{each.urn}, {each.address}") for each in offered],
    }
    if request.method == "POST":
        return Form(HandOverSchools(), data=request.form.copy(), lookups=choices)
    if kept := restore.restored(context):
        return Form(HandOverSchools(), data=kept.sent.copy(), lookups=choices)
    versions = " ".join(f"{school.urn}:{school.version}" for school in offered)
    initial = {"versions": versions, "from_": context.services.today()}
    return Form(HandOverSchools(), initial=initial, lookups=choices)


def _picked(form: Form, offered: Iterable[KnownSchool]) -> list[tuple[KnownSchool, int]]:
    """The schools chosen, each with its version on the page that was answered."""
    versions = _versions(form.values["versions"])
    known = {str(school.urn): school for school in offered}
    return [(known[urn], versions[urn]) for urn in form.values["schools"] if urn in known and urn in versions]


def _versions(text: str) -> Mapping[str, int]:
    pairs = (pair.partition(":") for pair in text.split())
    try:
        return {urn: int(version) for urn, _, version in pairs}
    except ValueError:
        raise BadRequest("Part of this page is missing. Open it again.") from None


def _outcomes(officer: PersonRow | None, outcomes: list[HandOverOutcome]) -> str:
    return render_template(
        "schools/handed_over.html",
        page_title="Schools handed over",
        section="Schools",
        breadcrumbs=[("Schools", "/schools"), ("Hand over", "/schools/hand-over"), ("Outcome", "")],
        outcomes=outcomes,
        again=f"/schools/hand-over?{f'officer={officer.reference}' if officer else f'from={NOBODY}'}",
    )


def _page(
    context: RequestContext, officer: PersonRow | None, form: Form, offered: list[KnownSchool], status: int = 200
) -> Any:
    page = render_template(
        "schools/hand_over.html",
        page_title=f"Hand over {officer.name}'s schools" if officer else WITHOUT,
        section="Schools",
        breadcrumbs=[
            ("Schools", "/schools"),
            ("Hand over", "/schools/hand-over"),
            (officer.name if officer else WITHOUT, ""),
        ],
        form=form,
        officer=officer,
        offered=offered,
        command_id=form_key(context),
        submit_label="Hand over schools" if officer else "Assign link officer",
        back_href="/schools",
    )
    return page, status
