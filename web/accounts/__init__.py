"""Accounts: who can sign in, how, and the tables of it."""
