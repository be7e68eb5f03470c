"""What can be done with a record of visit, declared once for pages and API."""

from web.records import commands_responses, commands_writing
from web.records.resource import records

__all__ = ["commands_responses", "commands_writing", "records"]
