"""The rules of the sealed room as functions of values: sides, who may be admitted when, what a reason is."""

from __future__ import annotations

import re
from datetime import date

from nt_process.kernel.faults import Fault

DELEGATION, REGION, COMPANY, TLV = "delegation", "region", "company", "tlv"
SIDES = (DELEGATION, REGION, COMPANY, TLV)
# What both parties know of each other. TLV is told by name, where it takes part.
BOTH_PARTIES = (DELEGATION, REGION, COMPANY)

LONGEST_REASON = 500
_PLACE = re.compile(r"[a-z][a-z_.]{0,80}")


def reason_faults(reason: str) -> list[Fault]:
    """What is wrong with the reason for a reading; it is kept for the auditor."""
    text = reason.strip()
    if not text:
        return [Fault("missing", column="reason")]
    if len(text) > LONGEST_REASON:
        return [Fault("too_long", column="reason", params={"limit": LONGEST_REASON})]
    if any(ord(letter) < 32 and letter not in "\r\n\t" for letter in text) or not _encodes(text):
        return [Fault("unusable", column="reason")]
    return []


def _encodes(text: str) -> bool:
    """Half of a character, as a browser can be made to send, can be stored nowhere."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def is_place(place: str, row_id: str, version: int) -> bool:
    """Whether a secret can be kept under this name."""
    return bool(_PLACE.fullmatch(place)) and 1 <= len(row_id) <= 200 and version >= 1


def may_read(side: str, organisation: str, readers: tuple[str, ...], only: str | None) -> bool:
    """Whether someone who stands on a side, of an organisation, may read what is for `readers`.

    `only` is, of the regions, the one that it is for alone. The database says the same (policy `in_circle`).
    """
    return side in readers and (side != REGION or only is None or only == organisation)


def holds(valid_from: date, valid_to: date | None, day: date) -> bool:
    """Whether an entry of the circle holds on a day; both of its days are within it."""
    return valid_from <= day and (valid_to is None or day <= valid_to)


def ended_on(valid_from: date, today: date) -> date:
    """The last day of an entry that is ended today: at once, so that today is no longer within it."""
    return max(today, valid_from).fromordinal(max(today, valid_from).toordinal() - 1)
