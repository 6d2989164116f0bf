"""Words for releases: layouts, measures, states, parameters, faults and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.disclosure.layouts import Cell
from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_, Translate
from nt_process.kernel.regions import BY_CODE

LAYOUT_MESSAGES: Mapping[str, str] = {
    "national": N_("One total"),
    "main_group": N_("By main group of medicines"),
    "subgroup": N_("By therapeutic group within a main group"),
    "region": N_("By region"),
}
LAYOUT_NAMES: Mapping[str, Any] = {name: _l(message) for name, message in LAYOUT_MESSAGES.items()}
MEASURE_MESSAGES: Mapping[str, str] = {
    "total": N_("The whole rebate"),
    "regions": N_("The regions' share"),
    "state": N_("The state's share"),
}
MEASURE_NAMES: Mapping[str, Any] = {name: _l(message) for name, message in MEASURE_MESSAGES.items()}
GROUP_MESSAGES: Mapping[str, str] = {
    "A": N_("Digestive organs and metabolism"),
    "B": N_("Blood and blood-forming organs"),
    "C": N_("Heart and circulation"),
    "D": N_("Skin"),
    "G": N_("Urinary and genital organs, sex hormones"),
    "H": N_("Hormones, except sex hormones"),
    "J": N_("Infections"),
    "L": N_("Tumours and disorders of immunity"),
    "M": N_("Muscles, joints and bones"),
    "N": N_("Nervous system"),
    "P": N_("Parasites"),
    "R": N_("Respiratory organs"),
    "S": N_("Eyes and ears"),
    "V": N_("Various"),
}
GROUP_NAMES: Mapping[str, Any] = {name: _l(message) for name, message in GROUP_MESSAGES.items()}
STATE_NAMES: Mapping[str, Any] = {
    "requested": _l("Being audited"),
    "ready": _l("To be decided"),
    "refused": _l("Release refused"),
    "published": _l("Released"),
    "declined": _l("Not released"),
}
STATE_COLOURS: Mapping[str, str] = {
    "requested": "info",
    "ready": "warning",
    "refused": "danger",
    "published": "success",
    "declined": "neutral",
}
REFUSALS: Mapping[str, Any] = {
    "unsafe": _l(
        "Nothing in this layout can be told without letting somebody work out a single company's rebate, whatever has "
        "been released before. Ask for a longer period or a coarser layout."
    ),
    "blocked": _l(
        "Together with what has been released before, somebody could work out a single company's rebate. What stands "
        "in the way:"
    ),
    "unreproducible": _l(
        "What an earlier release was made of cannot be read any more, so nothing new can be audited against it."
    ),
}
FIELD_NAMES: Mapping[str, Any] = {
    "title": _l("Title"),
    "layout": _l("Layout"),
    "scope": _l("Only the main group"),
    "first": _l("First month"),
    "months": _l("Number of months"),
    "measure": _l("What is counted"),
    "name": _l("Parameter"),
    "value": _l("Value"),
    "from_day": _l("From"),
    "reason": _l("Reason"),
    "note": _l("Note"),
    "file": _l("File"),
}
PARAMETER_NAMES: Mapping[str, Any] = {
    "min_groups": _l("Fewest groups of companies in a figure"),
    "change_groups": _l("Fewest groups that differ from an earlier release"),
    "p_percent": _l("How closely a competitor may come to the largest (percent)"),
    "dominance_one": _l("Most that the largest may have of a figure (percent)"),
    "dominance_two": _l("Most that the two largest may have of a figure (percent)"),
    "min_months": _l("Shortest period (months)"),
    "margin": _l("How far from the truth every rebate must remain possible (percent)"),
    "step_msek": _l("Step of rounding (millions of SEK)"),
}
# Printed and exported outside a request too.
NOT_SHOWN = N_("not shown")
TOTAL = N_("Total")

FAULTS: Mapping[str, str] = {
    "missing": N_("This must be stated."),
    "bad_characters": N_("It holds characters that cannot be stored. Remove them."),
    "too_long": N_("Write at most %(limit)s characters."),
    "not_a_choice": N_("Choose one of the alternatives."),
    "scope_needed": N_("Choose the main group that is to be divided."),
    "scope_not_used": N_("This layout shows all main groups. Choose none."),
    "not_a_month": N_("Write the month as YYYY-MM."),
    "not_a_quarter": N_("Begin with the first month of a quarter: January, April, July or October."),
    "not_whole_quarters": N_("Write whole quarters as a number of months: 12, 15, 18 …"),
    "too_short": N_("A release covers at least %(limit)s months."),
    "too_many_months": N_("A release covers at most %(limit)s months."),
    "not_ended": N_("The period has not ended yet."),
    "no_share": N_("No document says how the rebates of %(years)s are divided between regions and state."),
    "out_of_limits": N_("Write a whole number from %(low)s to %(high)s."),
    "day_passed": N_("The day has passed. What has been audited already is not changed afterwards."),
    "not_atc": N_("“%(value)s” is not an ATC code of at least three signs."),
    "not_a_region": N_("“%(value)s” is not a region."),
    "negative": N_("The amount is negative."),
    "above_sales": N_("The rebate is larger than what was sold."),
    "twice": N_(
        "The same negotiation, company, product, region and month stands in row %(earlier)s already."
    ),
}
ERROR_TEXTS: Mapping[str, Any] = {
    "no_basis": _l("Nothing has been taken in that totals could be made of. Hand in a file first."),
    "own_request": _l("Who asked for a release does not decide on it. A colleague does."),
    "not_ready": _l("The release has been decided on already, or its audit is not done. Read it again."),
    "overtaken": _l(
        "Another release was published after the audit. It is being audited again; decide when that is done."
    ),
}


def cell_name(cell: Cell, scope: str, translate: Translate) -> str:
    """What a row of the table is called: a region, a group with its code, or the total."""
    if cell.region:
        return BY_CODE[cell.region].name
    if cell.product == scope:
        return translate(TOTAL)
    name = GROUP_MESSAGES.get(cell.product)
    return f"{cell.product} {translate(name)}" if name else cell.product


BASIS_KINDS: Mapping[str, Any] = {
    "file": _l("A file"),
    "both": _l("Approved settlements, and the latest file for the rest"),
}
