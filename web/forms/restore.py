"""Nothing typed is lost when a form comes from somebody who is not signed in any more, or signed in anew meanwhile.

Each form says, signed, for whom it was made, and a signed cookie says who signed in last in this browser. What comes
after a session has ended is kept unread for that person (web.forms.kept). It is read once they have signed
in again, and thrown away where the form was made for somebody else. The form is then shown as it was, at its address
with a key to what is kept, and nothing is done until it is sent once more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlencode
from uuid import UUID, uuid4

from flask import Flask, flash, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from web.access.context import RequestContext, handed
from web.forms import kept
from web.forms.kept import KeptForm
from web.runtime.headers import is_secure
from web.runtime.signed_cookies import signer

KEY, WHOSE = "kept", "whose"
"""The part of an address that leads to what is kept, and the hidden answer that says for whom a form was made."""

COOKIE = "sis_signed_in_last"

LONGEST_WAY_BACK = 2000
"""Characters of an address to which the sign-in page leads back."""

SEE_OTHER, BAD_REQUEST = 303, 400

TOO_LONG = (
    "Nothing was saved, and your answers were too long to keep. Go back in your browser to find them, and copy them "
    "before you continue"
)


@dataclass
class Restored:
    """The answers that the present request shows once more."""

    answers: KeptForm | None = None


def add_kept_answers(app: Flask) -> None:
    """Show again what was kept, and tell each form for whom it is made. Comes after who asks is known."""

    @app.before_request
    @handed
    def find(context: RequestContext) -> None:
        user, key = context.user_or_none, request.args.get(KEY, "")
        if user is None or not key:
            return
        try:
            with context.read_present() as snapshot:
                now = context.services.now()
                found = kept.find_answers(snapshot.connection, key, user.person, request.path, now)
            if found is not None and _made_for(found.sent) != user.person:
                raise kept.NotForThem
        except kept.NotForThem:
            _discard(context, key)
        else:
            context.kept(Restored).answers = found

    @app.after_request
    @handed
    def remember(context: RequestContext, response: Response) -> Response:
        session = context.session
        if session is not None and signed_in_last() != session.person and request.method != "POST":
            _remember_who(response, session.person)
        return response

    @app.context_processor
    @handed
    def around(context: RequestContext) -> dict[str, Any]:
        user = context.user_or_none
        return {
            "whose": signer("form").dumps(user.person.hex) if user else "",
            "restored": restored(context),
        }

    @app.errorhandler(CSRFError)
    @handed
    def not_its_own_form(context: RequestContext, error: CSRFError) -> Any:
        return _send_again(context, str(error.description))


def ask_to_sign_in(context: RequestContext) -> Response:
    """Lead to the sign-in page and from there back to where somebody was going, with what they had typed."""
    if request.method != "POST":
        return _to_sign_in(_onward())
    if not _is_page():
        return redirect("/sign-in", SEE_OTHER)
    person = signed_in_last()
    return _to_sign_in(_unread_kept_at(context, person) if person else _onward())


def _remember_who(response: Response, person: UUID) -> None:
    """Let the browser say who signed in last, for whom a form is kept that comes after the session has ended."""
    response.set_cookie(
        COOKIE,
        signer("who signed in last").dumps(person.hex),
        max_age=int(kept.LASTS.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=is_secure(),
    )


def signed_in_last() -> UUID | None:
    """Who signed in last in this browser, None where it does not say so in our own hand."""
    return _person_in(signer("who signed in last"), request.cookies.get(COOKIE, ""))


def restored(context: RequestContext) -> KeptForm | None:
    """What is to be shown again by the form that is opened, None where it is opened afresh or sent."""
    found = context.kept(Restored).answers
    return found if request.method != "POST" else None


def form_key(context: RequestContext) -> UUID:
    """The key of the form that is opened or sent: made with the page, sent back with the answers."""
    found = restored(context)
    given = (found.sent if found else request.form).get("command")
    if given is None:
        return uuid4()
    try:
        return UUID(given)
    except ValueError:
        raise BadRequest("We could not read this form. Open the page again.") from None


def done(context: RequestContext) -> None:
    """Throw away what was kept for the form that is sent, once it is carried out."""
    found = context.kept(Restored).answers
    if found is not None:
        _discard(context, found.key)


def address(**more: str) -> str:
    """The present address, without the key to what was kept of an earlier sending."""
    query = [(name, value) for name, value in request.args.items(multi=True) if name != KEY] + list(more.items())
    return f"{request.path}?{urlencode(query)}" if query else request.path


def address_to_go_on(context: RequestContext, person: UUID) -> str:
    """Where somebody who has to do something else first finds again what they sent: the form with it, or the page on
    which its button stands."""
    return _kept_at(context, person, for_proof=True) if _is_page() else request.path.rpartition("/")[0]


def leads_to_kept(target: str) -> bool:
    """Whether a path of the service is that of a form with what was kept of it."""
    return KEY in parse_qs(target.partition("?")[2])


def _to_sign_in(onward: str) -> Response:
    return redirect(f"/sign-in?next={quote(onward, safe='/')}", SEE_OTHER)


def _send_again(context: RequestContext, reason: str) -> Any:
    """What is answered to a form without the token of the present session: the form again, if it was made for the
    person who sends it."""
    user = context.user_or_none
    is_own = user is not None and _made_for(request.form) == user.person and not reason.startswith("The referrer")
    if user is not None and is_own and _is_page():
        return redirect(_kept_at(context, user.person), SEE_OTHER)
    page = render_template(
        "error.html",
        code=BAD_REQUEST,
        message="This page was opened before you signed in, or did not come from this service. Nothing was saved.",
        advice="Open the page again, then try again.",
        request_id=context.id,
        again_href=address() if _is_page() else "",
    )
    return page, BAD_REQUEST


def _kept_at(context: RequestContext, person: UUID, *, for_proof: bool = False) -> str:
    """The address at which a form is shown with what was sent, once that is kept."""
    had_files = any(file.filename for file in request.files.values())
    with context.services.write() as connection:
        key = kept.keep_answers(
            connection,
            person,
            request.path,
            request.form,
            context.services.now(),
            had_files=had_files,
            for_proof=for_proof,
        )
    if key is None:
        flash(TOO_LONG)
        return address()
    return address(**{KEY: key})


def _unread_kept_at(context: RequestContext, person: UUID) -> str:
    """The address at which a form will be shown with what was sent, once that is kept as it came."""
    key = None
    if (request.content_length or kept.MOST_BYTES + 1) <= kept.MOST_BYTES:
        with context.services.write() as connection:
            key = kept.keep_unread(
                connection,
                person,
                request.path,
                context.services.now(),
                body=request.get_data(cache=False),
                content_type=request.content_type or "",
            )
    onward = _onward()
    if key is None:
        flash(TOO_LONG)
        return onward
    return f"{onward}{'&' if '?' in onward else '?'}{KEY}={key}"


def _onward() -> str:
    """The present address as it was asked for, unread but for the key to what was kept of an earlier sending."""
    asked = request.full_path.rstrip("?")
    return re.sub(rf"(?<=[?&]){KEY}=[^&]*(&|$)", "", asked).rstrip("?&") if len(asked) <= LONGEST_WAY_BACK else "/"


def _made_for(sent: MultiDict[str, str]) -> UUID | None:
    """For whom a form was made, None where it does not say so in our own hand."""
    return _person_in(signer("form"), sent.get(WHOSE, ""))


def _person_in(signed: URLSafeSerializer, told: str) -> UUID | None:
    try:
        return UUID(signed.loads(told))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def _is_page() -> bool:
    """Whether the address can be opened again."""
    return request.url_rule is not None and "GET" in (request.url_rule.methods or ())


def _discard(context: RequestContext, key: str) -> None:
    with context.services.write() as connection:
        kept.discard_answers(connection, key)
