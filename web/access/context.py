"""The context of a request: who answers it, who sends it, and what is looked up once while it is answered.

`add_context` makes it, a page or an endpoint is handed it, and hands it on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar
from uuid import UUID, uuid5

import sqlalchemy as sa
from flask import Blueprint, Flask, g, request
from flask.signals import appcontext_pushed
from werkzeug.exceptions import Unauthorized

from domain.aggregate import Aggregate, Rule
from domain.vocabulary import Channel, Role
from web.access.policy import Action, RecordScope, Right, right_to
from web.access.session_user import BrowserSession, HeldPost, SessionUser, Token
from web.runtime.request_scope import RequestScope
from web.runtime.services import Services, services

COMMANDS = UUID("0f1c6f0e-95a8-5d5e-9f0e-0f5f0f0a7c11")
"""The namespace in which a key becomes the id of a command."""

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A", bound=Aggregate)
A_contra = TypeVar("A_contra", bound=Aggregate, contravariant=True)


@dataclass(frozen=True, slots=True)
class User:
    """A signed-in person with the rights of today. `may_change` is false for a token that only reads."""

    person: UUID
    name: str
    rights: tuple[Right, ...]
    channel: Channel = Channel.SCREEN
    may_change: bool = True

    @property
    def post_title(self) -> str:
        """The posts held, as the header shows them."""
        return ", ".join(dict.fromkeys(right.role.label for right in self.rights))

    def holds(self, *roles: Role) -> bool:
        """Whether any of these posts is held today."""
        return any(right.role in roles for right in self.rights)

    def may(self, action: Action, concerned: RecordScope | None = None) -> bool:
        """Whether the policy lets this person do something, to this record or at all."""
        return right_to(action, self.rights, self.person, concerned) is not None

    @property
    def schools(self) -> frozenset[UUID]:
        """The schools of this person's posts."""
        return frozenset(school for right in self.rights for school in right.school_ids)

    @property
    def providers(self) -> frozenset[UUID]:
        """The providers that this person works for."""
        return frozenset(right.provider for right in self.rights if right.provider)


def user_of(session_user: SessionUser, channel: Channel = Channel.SCREEN, *, may_change: bool = True) -> User:
    """Somebody as what was found of them today lets them act."""
    rights = tuple(_right(post, session_user.looks_after) for post in session_user.posts)
    return User(session_user.person, session_user.name, rights, channel, may_change)


def _right(post: HeldPost, looks_after: frozenset[UUID]) -> Right:
    linked = looks_after if post.role in {Role.OFFICER, Role.DIRECTOR} else frozenset()
    return Right(
        role=post.role,
        school_ids=frozenset({post.school}) if post.school else linked,
        provider=post.provider,
        team=post.team,
        leads=post.team if post.leads_team else None,
    )


class RequestContext(RequestScope):
    """One request. `session` or `token` is by what its sender is known, both None where nobody is signed in;
    `session_to_renew` is a session that the council's sign-in has to confirm before it counts again."""

    def __init__(self, services: Services | None = None, user: User | None = None) -> None:
        super().__init__()
        self._services = services
        self._user = user
        self.session: BrowserSession | None = None
        self.session_to_renew: BrowserSession | None = None
        self.token: Token | None = None

    @property
    def services(self) -> Services:
        """The services of the authority that answers."""
        if self._services is None:
            self._services = services()
        return self._services

    @property
    def session_user(self) -> SessionUser | None:
        """What was found of the sender together with session or token."""
        known_by = self.token or self.session
        return known_by.session_user if known_by else None

    @property
    def settings_version(self) -> int | None:
        return self.session_user.settings_version if self.session_user else None

    @property
    def person(self) -> UUID | None:
        return self._user.person if self._user else None

    @property
    def user_or_none(self) -> User | None:
        """Who sends this request, None where nobody is signed in."""
        if self._user is None and self.session_user is not None:
            self.services.know_of(self.session_user.views_generation)
            if self.token is None:
                self._user = user_of(self.session_user)
            else:
                self._user = user_of(self.session_user, Channel.API, may_change=self.token.may_write)
        return self._user

    @property
    def user(self) -> User:
        """Who sends this request. Raises Unauthorized where nobody is signed in."""
        if self.user_or_none is None:
            raise Unauthorized("Sign in to continue")
        return self.user_or_none

    def command_id(self, key: str | UUID) -> UUID:
        """The id under which a command is carried out once: it follows from who sends it, to which address, and with
        which key. A form brings a key that was made with its page, a program its Idempotency-Key. Neither is the id
        itself: whoever learns of somebody else's key can do nothing with it, and pages and API have no command in
        common. Raises Unauthorized where nobody is signed in.
        """
        return uuid5(COMMANDS, f"{self.user.person} POST {request.path} {key}")

    @contextmanager
    def read(self) -> Iterator[Snapshot]:
        """One consistent reading of log and views, as `Services.read`."""
        with self.services.read() as connection:
            yield Snapshot(self, connection)

    @contextmanager
    def read_present(self) -> Iterator[Snapshot]:
        """One consistent reading of what is so now, as `Services.read_present`."""
        with self.services.read_present() as connection:
            yield Snapshot(self, connection)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One consistent reading of log and views for a request."""

    context: RequestContext
    connection: sa.Connection

    @property
    def services(self) -> Services:
        return self.context.services

    @property
    def user(self) -> User:
        """Who sends the request. Raises Unauthorized where nobody is signed in."""
        return self.context.user


@dataclass(frozen=True, slots=True)
class ContextRule(Generic[A_contra]):
    """A rule of a command that looks at more than the record: at other records, or at who asks. `check` raises the
    refusal."""

    check: Callable[[RequestContext, A_contra], None]

    def within(self, context: RequestContext) -> Rule[A_contra]:
        """The same rule for one request, as those that look at the record alone."""
        return lambda record, _: self.check(context, record)


def add_context(app: Flask) -> None:
    """Give every request its context, which an answer that is still being sent goes on with."""

    def begin(_: Flask) -> None:
        if "context" not in g:
            g.context = RequestContext()

    appcontext_pushed.connect(begin, app, weak=False)


def current_context() -> RequestContext:
    """The context of the present request, for what it cannot be handed to: tests/test_contracts.py names who asks."""
    found: RequestContext = g.context
    return found


def handed(view: Callable[Concatenate[RequestContext, P], R]) -> Callable[P, R]:
    """A view, or what Flask calls around views, that is handed the context of its request before all else."""

    @wraps(view)
    def with_context(*args: P.args, **kwargs: P.kwargs) -> R:
        return view(current_context(), *args, **kwargs)

    return with_context


class Pages(Blueprint):
    """A blueprint whose views are handed the context of their request."""

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        *args: Any,
        **options: Any,
    ) -> None:
        super().add_url_rule(rule, endpoint, view_func and handed(view_func), *args, **options)
