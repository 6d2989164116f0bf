"""What totals are made of: one negotiation's rebate for one product in one region and month.

The audit needs the contributions as they were known when each earlier release was made. They are in the memory of
the audit while it runs and nowhere in the register: that holds what was released, and a commitment to the rest.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Contribution:
    """`amount` and `sales` are SEK; what is sold is public, so a rebate is known to lie between 0 and `sales`.

    `company` is the group of companies under one owner. `product` is an ATC code, of which the first three signs
    count. `region` is a county code. `month` is the month's first day.
    """

    negotiation: str
    company: str
    product: str
    region: str
    month: date
    amount: Decimal
    sales: Decimal


def commitment(key: bytes, contributions: Iterable[Contribution]) -> str:
    """A code (hex) that is the same for the same contributions, and tells nothing of them without the key."""
    lines = sorted(
        json.dumps(
            [
                one.negotiation,
                one.company,
                one.product,
                one.region,
                one.month.isoformat(),
                format(one.amount.normalize(), "f"),
                format(one.sales.normalize(), "f"),
            ]
        )
        for one in contributions
    )
    return hmac.new(key, "\n".join(lines).encode(), hashlib.sha256).hexdigest()
