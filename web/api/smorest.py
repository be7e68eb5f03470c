"""The API's frame: flask-smorest with problem+json, strict queries, and JSON bodies only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import flask_smorest
from flask import Flask, Response, current_app, json, render_template, request
from marshmallow import RAISE, Schema, fields
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.routing import BaseConverter, Map

from domain.text import visible, visible_within
from domain.unusual import NotConfirmedAsRight
from web.access.context import RequestContext, handed
from web.forms.references import resolve
from web.runtime.problems import ProblemDetails, problem_of, way_on
from web.runtime.requests import check_nesting, too_deep, too_large

API_PREFIX = "/api/v1"
PROBLEM_JSON = "application/problem+json"

WAIT = {429: "60", 503: "5"}
"""Seconds after which it is worth asking again: the limit is counted by the minute."""


class ProblemSchema(Schema):
    """A refusal or fault (RFC 9457)."""

    type = fields.String(required=True, metadata={"description": "Stable; the address of a page about this problem"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    errors = fields.Dict(metadata={"description": "What is wrong, by the name of the field"})
    to_confirm = fields.List(
        fields.String(),
        metadata={"description": "What is unusual about an answer: send the request again with it under unusual"},
    )
    like = fields.List(fields.String(), metadata={"description": "References of records like what was sent"})
    request_id = fields.String()


class Parser(FlaskParser):
    """Refuses names that it does not know, and a body that is not of the type that is taken."""

    DEFAULT_UNKNOWN_BY_LOCATION = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
        "json": RAISE,
        "files": RAISE,
    }

    def load_json(self, req: Any, schema: Any) -> Any:
        if req.get_data(cache=True) and not req.is_json:
            raise UnsupportedMediaType("Send the body as application/json")
        try:
            answers = super().load_json(req, schema)
        except ValueError as error:
            raise BadRequest("The body holds a number of too many digits") from error
        except RecursionError as error:
            raise too_deep() from error
        check_nesting(answers)
        try:
            json.dumps(answers, ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError as error:
            raise BadRequest("The body holds half of a character (a surrogate on its own)") from error
        return visible_within(answers)

    def load_files(self, req: Any, schema: Any) -> Any:
        """A file with the answers that come beside it."""
        if req.mimetype != "multipart/form-data":
            raise UnsupportedMediaType("Send the file as multipart/form-data")
        typed = [(name, visible(value)) for name, value in req.form.items(multi=True)]
        return MultiDictProxy(CombinedMultiDict([MultiDict(typed), req.files]), schema)

    def pre_load(self, location_data: Any, *, schema: Schema, req: Any, location: str) -> Any:
        """What was sent, with what was found in place of whatever it names."""
        return handed(resolve)(schema, location_data)


class AddressOfRecord(BaseConverter):
    """The part of an address by which a record is found: any but those beneath which something else is, so that
    `Allow` names no method that would find nothing."""

    def __init__(self, map: Map, *others: str) -> None:
        super().__init__(map)
        self.regex = f"(?!(?:{'|'.join(others)})$)[^/]+" if others else "[^/]+"


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # the library has no types
    ARGUMENTS_PARSER = Parser()

    ref: Mapping[str, Any] | None = None
    """How the address of one of its records is described."""

    others: Sequence[str] = ()
    """What stands in the place of a record's address, and is none."""


class Api(flask_smorest.Api):  # type: ignore[misc]  # the library has no types
    """Answers errors as the application does, pages and API alike."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def handle_http_exception(self, error: HTTPException) -> Any:
        return handed(answer)(error)


def handle(app: Flask) -> None:
    """Answer every error as a page or as the API's problem, as the address asks."""
    app.register_error_handler(Exception, handed(answer))


def answer(context: RequestContext, error: Exception) -> Any:
    """The answer to an error: problem+json beneath the API's prefix, else a page."""
    if isinstance(error, RequestEntityTooLarge) and error.description == type(error).description:
        error.description = too_large(request.max_content_length or 0)
    problem = problem_of(error)
    if problem.status >= 500 and not isinstance(error, HTTPException):
        current_app.logger.exception("fault", exc_info=error)
    if request.path.startswith("/api/"):
        return as_json(problem, error, context.id)
    return as_page(problem, error, context.id)


def as_json(problem: ProblemDetails, error: Exception, request_id: str) -> Response:
    """A problem as the API tells it."""
    told: dict[str, Any] = {
        "type": f"{API_PREFIX}/problems#{problem.kind}",
        "title": problem.title,
        "status": problem.status,
        "request_id": request_id,
    }
    if problem.detail:
        told["detail"] = problem.detail
    data = getattr(error, "data", None) or {}
    errors = data.get("errors") or data.get("messages")
    if errors:
        told["errors"] = errors
    field = getattr(error, "field", "")
    if field:
        errors = [problem.detail]
        for name in reversed(field.rstrip("_").split(".")):
            errors = {name: errors}
        told["errors"] = {"json": errors}
    if isinstance(error, NotConfirmedAsRight):
        told["to_confirm"] = [question.unusual for question in error.questions]
        told["like"] = list(error.like)
    response = Response(json.dumps(told), problem.status, content_type=PROBLEM_JSON)
    _keep_headers(error, response)
    return response


def as_page(problem: ProblemDetails, error: Exception, request_id: str) -> Any:
    """A problem as a page in plain words."""
    if isinstance(error, HTTPException) and error.code is not None and error.code < 400:
        return error
    told = {"message": problem.detail, "advice": way_on(error)}
    page = render_template("error.html", code=problem.status, request_id=request_id, **told)
    response = Response(page, problem.status)
    _keep_headers(error, response)
    return response


def _keep_headers(error: Exception, response: Response) -> None:
    """What an error says in its headers (Allow, Retry-After, WWW-Authenticate) is told in every form."""
    if isinstance(error, HTTPException):
        for name, value in error.get_headers():
            if name.lower() not in {"content-type", "content-length"}:
                response.headers[name] = value
    if response.status_code in WAIT:
        response.headers.setdefault("Retry-After", WAIT[response.status_code])
    if response.status_code == 401 and request.path.startswith("/api/"):
        response.headers.setdefault("WWW-Authenticate", 'Bearer realm="api"')
