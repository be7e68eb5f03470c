"""Accounts: who can sign in, how, and the door's own tables."""

from __future__ import annotations

from flask import Flask


def add_accounts(app: Flask) -> None:
    """Sign-in, the pages of accounts, and `g.session_person` and `g.token` in every request."""
    from web.accounts import passwords
    from web.accounts.cookie import load_session
    from web.accounts.pages import blueprint

    app.extensions[passwords.EXTENSION] = passwords.cheap_passwords() if app.testing else passwords.Passwords()
    app.before_request(load_session)
    app.register_blueprint(blueprint)
