"""What can be done with a record of visit, declared once for pages and API."""

from web.records import answering, writing
from web.records.resource import records

__all__ = ["answering", "records", "writing"]
