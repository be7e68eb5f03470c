"""All that can be done about requests, in the order of their life, declared once for pages and API."""

from __future__ import annotations

from web.requests import asking, brokering, ending
from web.requests.noun import requests

__all__ = ["asking", "brokering", "ending", "requests"]
