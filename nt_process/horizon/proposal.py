"""The facts of a case as they are proposed from an item; the secretary checks and changes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import RowMapping

from nt_process.horizon.rules import atc_codes, exclusivity_ends

# What a case's own fields hold; a combination vaccine's strains are longer.
MAX_LINE = 300


def facts(item: RowMapping, companies: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Values for the form that opens a case. `companies` are (id, name) of the register.

    The process proposed for an orphan medicine outside cancer care is the one meant for these.
    """
    registered = {name.casefold(): company_id for company_id, name in companies}
    codes = atc_codes(item["source"].get("atc", ""))
    ends = exclusivity_ends(item["orphan"], item["authorised_on"])
    authorised_on = item["authorised_on"]
    return {
        "process_name": "sarlakemedel" if item["orphan"] and not item["oncology"] else "klinik",
        "medicine": _shortened(item["medicine"]),
        "substance": _shortened(item["substance"]),
        "atc": codes[0] if codes else "",
        "indication": item["indication"],
        "company_id": registered.get(item["company"].casefold(), ""),
        "company": _shortened(item["company"]),
        "orphan": item["orphan"],
        "oncology": bool(item["oncology"]),
        "approval_type": item["approval_type"],
        "authorised_on": authorised_on.isoformat() if authorised_on else "",
        "exclusivity_ends": ends.isoformat() if ends else "",
        "version": item["version"],
    }


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_LINE else text[: MAX_LINE - 1] + "…"
