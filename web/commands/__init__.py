"""Declared resources and their commands, and how a command is carried out: the same for pages and API."""
