"""Amounts and changes in the reader's way of writing, wherever list prices are shown."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import format_decimal
from flask_babel import gettext as _

from nt_process.prices.rules import Named, shown_per_unit


def kronor(amount: Decimal | None) -> str:
    """1 234,50 kr, or a dash where there is no price."""
    return "–" if amount is None else _("%(amount)s kr", amount=format_decimal(amount, "#,##0.00##"))


def per_unit(row: Named) -> str:
    """What one unit costs by AIP, or a dash. `row` has aip and units."""
    return "–" if row["aip"] is None else kronor(shown_per_unit(row["aip"], row["units"]))


def percent(change: Decimal | None) -> str:
    """+2,5 %, or nothing where there is nothing to compare."""
    if change is None:
        return ""
    written = format_decimal(abs(change), "#,##0.0")
    sign = "+" if change > 0 else "\N{MINUS SIGN}" if change < 0 else "\N{PLUS-MINUS SIGN}"
    return f"{sign}{written}\N{NO-BREAK SPACE}%"


def number(value: Decimal | int) -> str:
    """A number without zeros at the end."""
    return str(format_decimal(value.normalize() if isinstance(value, Decimal) else value, "#,##0.###"))
