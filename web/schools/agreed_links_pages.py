"""The page on which links between schools are confirmed together, each with an outcome of its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import Forbidden

from domain.school import School
from web.access.context import Pages, RequestContext
from web.access.identity import allow
from web.access.policy import Action
from web.commands.fields import reason_field
from web.commands.reason_readers import REASON_READERS, readers_in_words
from web.forms import Form
from web.forms.restore import form_key
from web.schools.agreed_links import Confirmer, Link, agreed_links, confirm_links

LINKS = "links"

UNPROCESSABLE = 422

pages = Pages("agreed_links", __name__, url_prefix="/confirm-links")


class ConfirmAgreedLinks(Schema):
    links = fields.List(
        fields.String(),
        required=True,
        validate=validate.Length(min=1, error="Select at least one link"),
        metadata={"label": "Links to confirm", "choices": lambda context: context[LINKS], "noun": "the links"},
    )
    reason = reason_field()


def confirmer(context: RequestContext, command: UUID) -> Confirmer:
    """Whoever asks, by the post that lets them update the register. Raises Forbidden."""
    user, right = context.user, allow(context, Action.KEEP_REGISTER)
    if not user.may_change:
        raise Forbidden("This token can only read")
    return Confirmer(user.person, right.role.value, user.channel, command, context.id)


@pages.route("", methods=["GET", "POST"])
def show(context: RequestContext) -> Any:
    """Choose among the links on which register and list agree; after that, what became of each."""
    allow(context, Action.KEEP_REGISTER)
    with context.read() as snapshot:
        offered = {_key(link): link for link in agreed_links(snapshot.connection)}
    choices = [(key, link.name, link.hint) for key, link in offered.items()]
    sent = request.form.getlist("links")
    choices += [(key, key, "") for key in sent if key not in offered and _link(key)]  # confirmed before
    lookups = {LINKS: choices, REASON_READERS: lambda: readers_in_words([School.UrnSuperseded])}
    if request.method == "POST":
        form = Form(ConfirmAgreedLinks(), data=request.form.copy(), lookups=lookups)
        if form.is_valid(context):
            picked = [link for key in form.values["links"] if (link := offered.get(key) or _link(key))]
            by = confirmer(context, context.command_id(form_key(context)))
            outcomes = confirm_links(context.services, picked, form.values["reason"], by)
            return render_template(
                "schools/links_confirmed.html",
                page_title="Links confirmed",
                section="Schools",
                breadcrumbs=_trail("Outcome"),
                outcomes=outcomes,
            )
        return _page(context, form, offered), UNPROCESSABLE
    return _page(context, Form(ConfirmAgreedLinks(), initial={"links": list(offered)}, lookups=lookups), offered)


def _key(link: Link) -> str:
    return f"{link.urn}-{link.later_urn}"


def _link(key: str) -> Link | None:
    urn, _, later = key.partition("-")
    ends = [urn, later]
    return Link(int(urn), int(later)) if all(each.isdecimal() and len(each) <= 7 for each in ends) else None


def _trail(last: str) -> list[tuple[str, str]]:
    return [("Schools", "/schools"), ("Links to answer", "/schools/successions"), (last, "")]


def _page(context: RequestContext, form: Form, offered: dict[str, Link]) -> str:
    return render_template(
        "schools/agreed_links.html",
        page_title="Confirm links that agree",
        section="Schools",
        breadcrumbs=_trail("Links that agree"),
        form=form,
        offered=offered,
        command_id=form_key(context),
        submit_label="Confirm links",
        back_href="/schools/successions",
    )
