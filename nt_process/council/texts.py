"""Words for the council's meetings: kinds, roles, votes, faults and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_

KIND_MESSAGES: Mapping[str, str] = {
    "decision": N_("Decision"),
    "information": N_("Information"),
    "presentation": N_("Presentation by TLV"),
}
ROLE_MESSAGES: Mapping[str, str] = {
    "chair": N_("chair"),
    "vice_chair": N_("vice chair"),
    "member": N_("member"),
    "secretary": N_("secretary of the meeting"),
}
VOTE_MESSAGES: Mapping[str, str] = {
    "for": N_("for"),
    "against": N_("against"),
    "abstains": N_("abstains"),
}
LAST_DAY_MESSAGES: Mapping[str, str] = {
    "assessment": N_("TLV's assessment is there"),
    "consultation": N_("Consultations are closed"),
    "material": N_("The material is sent"),
}
STANDING_MESSAGES: Mapping[str, str] = {
    "conflict": N_("Conflict of interest"),
    "possible": N_("Possible conflict, to be decided on"),
    "nothing": N_("Nothing to declare"),
    "no_conflict": N_("Declared, no conflict of interest"),
    "undeclared": N_("Has not declared for the case"),
}
KIND_NAMES: Mapping[str, Any] = {name: _l(text) for name, text in KIND_MESSAGES.items()}
ROLE_NAMES: Mapping[str, Any] = {name: _l(text) for name, text in ROLE_MESSAGES.items()}
VOTE_NAMES: Mapping[str, Any] = {name: _l(text) for name, text in VOTE_MESSAGES.items()}
LAST_DAY_NAMES: Mapping[str, Any] = {name: _l(text) for name, text in LAST_DAY_MESSAGES.items()}
STANDING_NAMES: Mapping[str, Any] = {name: _l(text) for name, text in STANDING_MESSAGES.items()}
STANDING_COLOURS: Mapping[str, str] = {
    "conflict": "danger",
    "possible": "warning",
    "nothing": "success",
    "no_conflict": "success",
    "undeclared": "neutral",
}
ORIGIN_NAMES: Mapping[str, Any] = {
    "ready": _l("Ready case"),
    "booked": _l("Booked place"),
    "hand": _l("Added by hand"),
    "postponed": _l("Postponed from an earlier meeting"),
}
STATUS_NAMES: Mapping[str, Any] = {
    "decided": _l("Decided"),
    "noted": _l("Dealt with"),
    "postponed": _l("Postponed"),
}
STATUS_COLOURS: Mapping[str, str] = {"decided": "success", "noted": "success", "postponed": "warning"}
CAPACITY_MESSAGES: Mapping[str, str] = {"chair": N_("chair"), "adjuster": N_("adjuster")}
CAPACITY_NAMES: Mapping[str, Any] = {name: _l(text) for name, text in CAPACITY_MESSAGES.items()}
READY_NAMES: Mapping[str, Any] = {
    "booked": _l("Have booked a place"),
    "decided": _l("Ready to be decided on"),
    "on_the_way": _l("On their way to the council"),
}

FAULTS: Mapping[str, str] = {
    "missing": N_("This must be stated."),
    "bad_characters": N_("It holds characters that cannot be stored. Remove them."),
    "too_long": N_("Write at most %(limit)s characters."),
    "not_within": N_("Write a whole number from %(least)s to %(most)s."),
    "not_a_choice": N_("Choose one of the alternatives."),
    "not_a_time": N_("“%(value)s” is not a time of day. Write it as 09:30."),
    "unknown_case": N_(
        "“%(value)s” is no case that can be heard. Write its register number, such as NT-2026-0001."
    ),
    "past_midnight": N_("The agenda does not end on the same day. Shorten it or begin earlier."),
    "left_before": N_("The time is not after the one before it."),
    "back_before": N_("They cannot be back before they left."),
    "one_chair": N_("There is one chair already. Choose vice chair for whoever took over."),
    "not_a_member": N_("Only members of the council chair and vote."),
    "nobody_there": N_("Say what at least one person did at the meeting."),
    "conflicted_inside": N_(
        "There is a conflict of interest. State when they left the room: before the decision, and back only after it."
    ),
    "conflicted_votes": N_("Whoever has a conflict of interest takes no part in the decision."),
    "not_entitled": N_("They take no part in the decision: they do not vote, were not there or were out."),
    "vote_missing": N_("State how they voted, or that they abstain."),
    "unanimous_votes": N_("Choose “Votes by name” when votes are stated."),
    "notice_day": N_("The notice is put up on the day of the meeting or later, and at the latest today."),
    "notice_too_short": N_(
        "The notice stays up until the time to appeal has passed: take it down on %(first)s or later, and at the latest today."
    ),
}

ERROR_TEXTS: Mapping[str, Any] = {
    "changed": _l(
        "Somebody changed this after you opened the page. What you wrote is still here: check it against what stands "
        "there now, and send it again."
    ),
    "cancelled": _l("The meeting is cancelled."),
    "closed": _l("The minutes are approved and closed. Nothing of the meeting can be changed any more."),
    "there": _l("The case is on the agenda already."),
    "ended": _l("The case has ended, so it is not heard any more."),
    "empty": _l("There is nothing on the agenda to publish."),
    "not_published": _l("Publish the agenda first."),
    "not_yet": _l("It is recorded from the day of the meeting on."),
    "not_begun": _l("Record first who was at the meeting."),
    "dealt_with": _l("The item has been dealt with already."),
    "undecided": _l("There is no decision in the item yet."),
    "is_postponed": _l("The item is postponed to a later meeting and is dealt with there."),
    "no_quorum": _l(
        "The council cannot decide: %(have)s take part in the item and %(needed)s are needed. Whoever has a conflict of "
        "interest is not counted."
    ),
    "items_left": _l("Record first what became of every item: %(items)s are left."),
    "conflicted": _l(
        "You have a conflict of interest in an item of the meeting. Somebody else writes and approves its minutes."
    ),
    "no_minutes": _l("Draft the minutes first."),
    "not_yours": _l("The minutes are approved by who chaired the meeting and by who adjusts them."),
    "approved": _l("The minutes are approved already in that capacity, or by you in another."),
    "changed_text": _l("The text is not the one that was shown. Read the latest version, and approve that."),
    "not_closed": _l("The minutes are not approved yet."),
}
