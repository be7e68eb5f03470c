"""Pages ask the questions of a command schema, and take the answers back into it."""

from web.forms.field import FormField
from web.forms.form import CheckAnswer, Form

__all__ = ["CheckAnswer", "Form", "FormField"]
