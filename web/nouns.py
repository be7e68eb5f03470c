"""The rooms of the door: each noun with its pages, and the pages that belong to no record."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from web.caseload.pages import caseload
from web.caseload.pages import pages as caseload_pages
from web.concerns.commands import concerns
from web.concerns.pages import pages as concern_pages
from web.noun import Noun, Shelf

NOUNS: tuple[tuple[Noun[Any], Blueprint], ...] = ((concerns, concern_pages),)

PAGES: tuple[Blueprint, ...] = (caseload_pages,)

SHELVES: tuple[Shelf, ...] = (caseload,)
