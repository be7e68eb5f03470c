"""What a quote is made of, and its price with VAT, whether a provider gives it or a broker writes it down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from domain.money import MOST, Price
from domain.provider import Provider
from web import formats
from web.commands.fields import NO_PUPILS, chosen_person, day_field, days_field, money_field, person_field, text_field
from web.runtime.authority import settings_of
from web.runtime.services import Services

SPECIALISTS = "specialists"
"""Who might do the work, as a form offers them."""


class GiveQuote(Schema):
    specialist = chosen_person("Who would do the work", SPECIALISTS, noun="who would do the work")
    days = days_field(label="Days of support")
    day_rate = money_field(label="Day rate", hint="Excluding VAT", noun="the day rate")
    approach = text_field(
        label="How the work would be done", hint=NO_PUPILS, rows=8, noun="how the work would be done"
    )
    available_from = day_field("Available from")
    available_to = day_field("Available to", name="available_until")

    @validates_schema
    def in_order(self, values: Mapping[str, Any], **_: Any) -> None:
        if values["available_to"] < values["available_from"]:
            raise ValidationError("The last day must be the same as or after the first day", "available_to")

    @validates_schema
    def within_the_largest_sum(self, values: Mapping[str, Any], **_: Any) -> None:
        if values["days"] * values["day_rate"] > MOST:
            raise ValidationError(f"The total price must be no more than £{MOST:,}", "day_rate")


class QuoteOut(Schema):
    """A quote as the API shows it."""

    specialist = person_field()
    days = fields.Decimal(as_string=True, places=2)
    day_rate = fields.Decimal(as_string=True, places=2)
    net = fields.Decimal(as_string=True, places=2)
    vat = fields.Decimal(as_string=True, places=2)
    gross = fields.Decimal(as_string=True, places=2)
    vat_is_known = fields.Boolean(metadata={"description": "Where it is not, `vat` is 0 and `gross` excludes VAT"})
    approach = fields.String()
    available_from = fields.Date()
    available_until = fields.Date(attribute="available_to")
    received_on = fields.Date()


@dataclass(frozen=True, slots=True)
class Vat:
    """The rate of VAT that a provider charges, in per cent, and the version of the settings that says so.

    Where nobody has told whether the provider charges VAT it is not known: a price is reckoned without it, and no
    version of the settings has said so.
    """

    percent: Decimal
    version: str
    is_known: bool = True

    @property
    def rules(self) -> tuple[str, ...]:
        return (self.version,) if self.is_known else ()

    @property
    def told(self) -> str:
        """As 20%; empty where no VAT is charged."""
        return f"{formats.number(self.percent)}%" if self.percent else ""

    def price(self, values: Mapping[str, Any]) -> Price:
        """The price of a quote's days at its rate for a day."""
        return Price.of(values["days"] * values["day_rate"], vat_percent=self.percent)


def vat_of(services: Services, provider: Provider) -> Vat:
    """The authority's rate of today for a provider that is registered for VAT today; else 0, which is not known
    to be so where the provider has told no rate for a day, or nobody whether VAT is added to it."""
    settings, version = settings_of(services)
    rate = provider.rate_on(services.today())
    registered = rate.vat_registered if rate else None
    return Vat(settings.vat_percent if registered else Decimal(0), version, is_known=registered is not None)
