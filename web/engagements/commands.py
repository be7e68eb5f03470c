"""What can be done with an engagement, declared once for pages and API, in the order in which pages offer it."""

from web.engagements import agreeing, delivering, ending
from web.engagements.resource import engagements

__all__ = ["agreeing", "delivering", "ending", "engagements"]
