"""Words of the public site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_

STANDING_NAMES: Mapping[str, Any] = {
    "in_force": _l("In force"),
    "ended": _l("No longer in force"),
    "replaced": _l("Replaced"),
}
STANDING_COLOURS: Mapping[str, str] = {"in_force": "success", "ended": "neutral", "replaced": "neutral"}

TOPIC_NAMES: Mapping[str, Any] = {
    "recommendations": _l("New recommendations"),
    "meetings": _l("The council's meetings, when they are planned or cancelled"),
    "stages": _l("Cases that come to another stage"),
}

OUTCOME_NAMES: Mapping[str, Any] = {
    "whole": _l("Handed out whole"),
    "masked": _l("Handed out with passages taken out"),
    "refused": _l("Not handed out"),
    "not_held": _l("There is no such document"),
}
OUTCOME_COLOURS: Mapping[str, str] = {
    "whole": "success",
    "masked": "warning",
    "refused": "danger",
    "not_held": "neutral",
}
# Why a passage is taken out; the provision is stated beside it.
GROUND_NAMES: Mapping[str, Any] = {
    "business": _l("A company's business"),
    "negotiation": _l("The regions' position in negotiations"),
    "health": _l("Somebody's health or other personal matters"),
    "security": _l("Security measures"),
    "other": _l("Another ground"),
}
LOG_NAMES: Mapping[str, Any] = {
    "received": _l("The request came"),
    "assigned": _l("Who decides was settled"),
    "file_added": _l("A file was added"),
    "file_removed": _l("A file was removed"),
    "mask_added": _l("A passage was noted as taken out"),
    "mask_removed": _l("The note of a passage was removed"),
    "answered": _l("The request was answered"),
}

FAULTS: Mapping[str, str] = {
    "missing": N_("This must be stated."),
    "bad_characters": N_("It holds characters that cannot be stored. Remove them."),
    "too_long": N_("Write at most %(limit)s characters."),
    "not_mail": N_("“%(value)s” is not an e-mail address. Write it as name@company.example."),
    "not_a_choice": N_("Choose one of the alternatives."),
    "not_atc": N_("“%(value)s” is not an ATC code or the beginning of one. Write it as L01 or L01XC02."),
    "no_topic": N_("Choose at least one."),
    "too_often": N_("There have been too many tries. Wait a while, at most 15 minutes, and try again."),
    "unknown_code": N_("No request has this code. See whether a sign is missing or too many."),
    "unknown_person": N_("Choose somebody who is in the secretariat today."),
    "no_file": N_("Choose a file."),
    "no_files": N_("Add what is handed out first."),
    "has_masked": N_("A file with passages taken out is not whole. Choose the other answer."),
    "no_masked": N_("No file has passages taken out. Choose that it is handed out whole."),
    "no_passages": N_(
        "Note for each file with passages taken out which they are, why, and by which provision."
    ),
    "files_left": N_("Remove the files first: with this answer nothing is handed out."),
    "not_new": N_(
        "The system has this very file already, so nothing has been taken out of it. Add the new file."
    ),
    "not_pdf": N_("A file with passages taken out must be a PDF."),
    "earlier_version": N_(
        "The PDF holds an earlier version of itself, in which the passages can be read. Print it to a new PDF."
    ),
    "can_be_lifted": N_(
        "Something lies on top of a page and can be lifted off. Print the file to a new PDF."
    ),
    "not_confirmed": N_("Say that what is taken out is gone from the file and not only covered."),
}
ERROR_TEXTS: Mapping[str, Any] = {
    "answered": _l("Somebody has answered the request meanwhile. Nothing was changed."),
}
