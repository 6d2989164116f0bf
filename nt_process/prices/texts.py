"""Words for the price register: columns of a price list, and faults of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nt_process.infra.fault_texts import fault_sentence
from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.faults import Fault
from nt_process.kernel.messages import N_, Translate

FIELD_NAMES: Mapping[str, Any] = {
    "article_number": _l("Article number (Vnr)"),
    "npl_id": _l("NPL id"),
    "product": _l("Medicine"),
    "substance": _l("Active substance"),
    "atc": _l("ATC code"),
    "strength": _l("Strength"),
    "form": _l("Form"),
    "pack": _l("Package"),
    "units": _l("Number of units"),
    "unit": _l("Unit"),
    "company": _l("Company"),
    "parallel_import": _l("Parallel import"),
    "aip": _l("AIP"),
    "aup": _l("AUP"),
    "valid_from": _l("Valid from"),
    "valid_to": _l("Last day"),
    "source": _l("Source"),
}
OUTCOME_NAMES: Mapping[str, Any] = {
    "rejected": _l("left out"),
    "created": _l("new"),
    "changed": _l("changed"),
    "unchanged": _l("unchanged"),
}
OUTCOME_COLOURS: Mapping[str, str] = {
    "rejected": "danger",
    "created": "success",
    "changed": "info",
    "unchanged": "neutral",
}

FAULTS: Mapping[str, str] = {
    "missing": N_("This must be stated."),
    "bad_characters": N_("It holds characters that cannot be stored. Remove them."),
    "too_long": N_("Write at most %(limit)s characters."),
    "not_article_number": N_(
        "“%(value)s” is not an article number of six digits. Where a spreadsheet has removed a leading zero, "
        "write it as text."
    ),
    "not_npl_id": N_("“%(value)s” is not an NPL package id of fourteen digits."),
    "not_atc": N_("Write an ATC code such as L01XC02, or the beginning of one."),
    "not_yes_no": N_("“%(value)s” is neither Yes nor No."),
    "not_positive": N_("“%(value)s” is not above zero."),
    "too_many_decimals": N_("Write at most %(limit)s decimals."),
    "too_much": N_("“%(value)s” is more than the register can hold."),
    "aup_below_aip": N_("AUP is lower than AIP. Check that the columns have not changed places."),
    "day_missing": N_(
        "It is not stated from which day the price is valid. Write it in the row or for the whole list."
    ),
    "ends_before": N_("The last day is before the first."),
    "same_day_as_row": N_(
        "The package has a price from the same day in row %(first)s, which is the one taken."
    ),
    "overlaps_row": N_("The price begins before the price of row %(first)s has ended."),
    "price_within": N_("Another price of the package begins on %(day)s, before this one ends."),
    "npl_id_taken": N_("“%(value)s” is the id of the package with article number %(other)s."),
    "not_a_day": N_("“%(value)s” is not a date. Write it as YYYY-MM-DD."),
}


def row_reason(faults: Iterable[Fault], translate: Translate) -> str:
    """Why a row was left out, with the columns and without the row's number, which stands beside it."""
    return " ".join(
        fault_sentence(Fault(fault.code, None, fault.column, fault.params), translate, FAULTS)
        for fault in faults
    )
