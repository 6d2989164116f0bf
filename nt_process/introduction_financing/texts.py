"""Words for the pages of introduction financing: kinds of rules, fields, refusals. Those of `messages.py` beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.lazy_text import lazy as _l
from nt_process.introduction_financing.messages import LEVEL_MESSAGES, WAY_MESSAGES

KIND_NAMES: Mapping[str, Any] = {
    "share": _l("A share of the cost is paid centrally"),
    "introduction": _l("The extra cost of an introduction is paid centrally"),
}
CHANNEL_NAMES: Mapping[str, Any] = {"prescription": _l("Prescription"), "requisition": _l("Requisition")}
DISEASE_NAMES: Mapping[str, Any] = {
    "": _l("Not under the Communicable Diseases Act"),
    "hiv": _l("HIV"),
    "hepatitis-c": _l("Hepatitis C"),
    "other": _l("Another communicable disease"),
}
STANDING_NAMES: Mapping[str, Any] = {
    "coming": _l("not begun"),
    "running": _l("running"),
    "ended": _l("ended"),
}
STANDING_COLOURS: Mapping[str, str] = {"coming": "info", "running": "success", "ended": "neutral"}
ORIGIN_NAMES: Mapping[str, Any] = {"entered": _l("stated by the region"), "sales": _l("sales before rebates")}
WAY_NAMES: Mapping[str, Any] = {name: _l(message) for name, message in WAY_MESSAGES.items()}
LEVEL_NAMES: Mapping[str, Any] = {name: _l(message) for name, message in LEVEL_MESSAGES.items()}
LEVEL_COLOURS: Mapping[str, str] = {"shortage": "danger", "close": "warning", "enough": "success"}

FIELD_NAMES: Mapping[str, Any] = {
    "region": _l("Region"),
    "medicine": _l("Medicine"),
    "atc": _l("ATC code"),
    "indication": _l("Indication"),
    "start_on": _l("First day"),
    "case": _l("Case number"),
    "budget": _l("Budget for the whole period, kronor"),
    "month": _l("Month"),
    "amount": _l("Amount, kronor"),
    "reason": _l("Reason"),
    "kind": _l("What the rule says"),
    "title": _l("The rule in words"),
    "central_pct": _l("Percent that is paid centrally"),
    "months": _l("Months"),
    "valid_from": _l("From"),
    "valid_to": _l("To and including"),
    "last_day": _l("Last day of the rule"),
    "origin": _l("Source"),
    "year": _l("Year"),
    "first_year": _l("First year of the grant"),
    "pot": _l("The pot in the first year, MSEK"),
    "indexation_pct": _l("Indexation a year, percent"),
    "way": _l("When the pot does not suffice"),
    "bases": _l("New base levels"),
    "ends_on": _l("Actual end"),
    "yearly_cost": _l("Expected cost a year for all regions, MSEK"),
    "on": _l("Day"),
    "channel": _l("How it is dispensed"),
    "disease": _l("Communicable disease"),
}

ERROR_TEXTS: Mapping[str, Any] = {
    "changed": _l(
        "%(person)s changed this at %(at)s, after you opened the page. What you wrote is still here: check it "
        "against what stands there now, and send it again."
    ),
    "registered": _l("It is registered already for the same medicine and indication."),
    "removed": _l("It has been taken back already."),
    "no_sales": _l("No file of sales that has been taken in says anything of the medicine in the region."),
}
