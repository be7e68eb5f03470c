"""The views that are kept in step with the log, in the order in which they are filled."""

from __future__ import annotations

from projections.view import View

VIEWS: tuple[View, ...] = ()
