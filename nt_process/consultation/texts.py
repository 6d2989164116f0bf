"""Words for consultations: kinds of questions, readers of a comment, what became of it, faults and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_, Translate

KIND_NAMES: Mapping[str, Any] = {
    "text": _l("Free text"),
    "choice": _l("One of several alternatives"),
    "yes_no": _l("Yes or no"),
    "scale": _l("Scale from 1 to 5"),
}
# Also worded in printed documents, outside a request.
TIER_MESSAGES: Mapping[str, str] = {
    "council": N_("The council only"),
    "participants": N_("Everyone who is asked"),
    "public": N_("Public"),
}
TIER_NAMES: Mapping[str, Any] = {tier: _l(message) for tier, message in TIER_MESSAGES.items()}
VERDICT_MESSAGES: Mapping[str, str] = {
    "followed": N_("Followed"),
    "partly": N_("Partly followed"),
    "not_followed": N_("Not followed"),
}
VERDICT_NAMES: Mapping[str, Any] = {verdict: _l(message) for verdict, message in VERDICT_MESSAGES.items()}
VERDICT_COLOURS: Mapping[str, str] = {"followed": "success", "partly": "info", "not_followed": "neutral"}
ASKED_NAMES: Mapping[str, Any] = {
    "region": _l("Regions"),
    "expert_group": _l("Expert groups"),
    "patient_organisation": _l("Patient organisations"),
    "tlv": _l("TLV"),
}
STANDING_MESSAGES: Mapping[str, str] = {
    "answered": N_("Answered"),
    "late": N_("Answered late"),
    "no_comment": N_("No comment"),
    "late_no_comment": N_("No comment, late"),
    "waiting": N_("Not answered"),
    "not_asked": N_("Not asked"),
    "not_shown": N_("Nothing shown"),
}
STANDING_NAMES: Mapping[str, Any] = {name: _l(message) for name, message in STANDING_MESSAGES.items()}
STANDING_COLOURS: Mapping[str, str] = {
    "answered": "success",
    "late": "warning",
    "no_comment": "info",
    "late_no_comment": "warning",
    "waiting": "danger",
    "not_asked": "neutral",
    "not_shown": "neutral",
}

_YES_NO: Mapping[str, str] = {"yes": N_("Yes"), "no": N_("No")}


def choice_text(kind: str, choice: str, translate: Translate) -> str:
    """What was chosen, as it is read; the alternatives of a question of one's own are as they were written."""
    return translate(_YES_NO[choice]) if kind == "yes_no" and choice in _YES_NO else choice


FAULTS: Mapping[str, str] = {
    "missing": N_("This must be stated."),
    "bad_characters": N_("It holds characters that cannot be stored. Remove them."),
    "too_long": N_("Write at most %(limit)s characters."),
    "not_a_choice": N_("Choose one of the alternatives."),
    "not_a_day": N_("“%(value)s” is not a day. Write it as YYYY-MM-DD."),
    "too_many_questions": N_("Ask at most %(limit)s questions."),
    "number_of_choices": N_("Write between two and %(limit)s alternatives, one on each line."),
    "answer_required": N_("The question must be answered before the answer can be sent."),
    "nothing_answered": N_("Nothing has been answered. Answer a question, or answer “no comment”."),
    "day_too_early": N_("Choose a day after %(day)s."),
    "day_too_late": N_("Choose a day within %(days)s days."),
    "too_many_files": N_("Attach at most %(limit)s files."),
    "no_verdict": N_("Choose what becomes of the comment."),
    "no_case": N_("There is no case with this number."),
    "no_file": N_("Choose a file."),
}

ERROR_TEXTS: Mapping[str, Any] = {
    "changed": _l(
        "%(person)s saved this at %(at)s, after you opened the page. What you wrote is still here: check it "
        "against what is saved, and send it again if it is to replace that."
    ),
    "prepared_elsewhere": _l(
        "Somebody else saved the round after you opened the page. What you wrote is still here: send it again "
        "if it is to replace that."
    ),
    "opened": _l("The round has been opened, so what is asked can no longer be changed."),
    "closed": _l("The round is closed, so nothing more can be answered or changed."),
    "not_closed": _l("Close the round first. Until then answers may still come."),
    "no_questions": _l("Ask at least one question before the round is opened."),
    "nobody_asked": _l("Choose who is asked before the round is opened."),
    "not_open": _l("The round has not been opened."),
    "amending_over": _l(
        "The last day was %(day)s, so the answer that has been sent can no longer be changed."
    ),
    "may_not_speak": _l(
        "You may write the answer, and somebody who may speak for your organisation sends it. What you wrote is "
        "saved when you save the draft."
    ),
    "undecided": _l("%(count)s comments lack their disposition. Decide on them first."),
    "told": _l("Every commenter has been told already."),
    "reminded": _l("Everyone who has not answered has been reminded today."),
}
