"""The rooms of the door: each noun with its pages, and the pages that belong to no record."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from web.noun import Noun

NOUNS: tuple[tuple[Noun[Any], Blueprint], ...] = ()

PAGES: tuple[Blueprint, ...] = ()
