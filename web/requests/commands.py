"""All that can be done about requests, in the order of their life, declared once for pages and API."""

from __future__ import annotations

from web.requests import commands_brokering, commands_closing, commands_intake, commands_payment
from web.requests.resource import requests

__all__ = ["commands_brokering", "commands_closing", "commands_intake", "commands_payment", "requests"]
