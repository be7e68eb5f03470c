"""Accounts: who can sign in, how, and the door's own tables."""
