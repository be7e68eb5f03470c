"""The rooms of the door: each noun with its pages, and the pages that belong to no record."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from web.concerns.commands import concerns
from web.concerns.pages import pages as concern_pages
from web.noun import Noun

NOUNS: tuple[tuple[Noun[Any], Blueprint], ...] = ((concerns, concern_pages),)

PAGES: tuple[Blueprint, ...] = ()
