"""What can be done with an engagement, declared once for pages and API, in the order in which pages offer it."""

from web.engagements import commands_agreement, commands_breaches, commands_delivery, commands_ending
from web.engagements.resource import engagements

__all__ = ["commands_agreement", "commands_breaches", "commands_delivery", "commands_ending", "engagements"]
