"""Words that are also printed by a worker: measures, places, directions and verdicts, as messages."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.kernel.messages import N_

MEASURE_MESSAGES: Mapping[str, str] = {
    "patients": N_("Treated patients"),
    "packages": N_("Packages"),
    "ddd": N_("Defined daily doses (DDD)"),
}
PLACE_MESSAGES: Mapping[str, str] = {
    "below": N_("Below what is expected"),
    "within": N_("As expected"),
    "above": N_("Above what is expected"),
    "hidden": N_("Not shown"),
    "untold": N_("Has not told"),
    "unexpected": N_("Nothing is expected"),
}
DIRECTION_MESSAGES: Mapping[str, str] = {"over": N_("Over-use"), "under": N_("Under-use")}
VERDICT_MESSAGES: Mapping[str, str] = {
    "asked": N_("The region has been asked"),
    "explained": N_("There is an explanation"),
    "acted": N_("Something is done about it"),
    "noise": N_("It was chance, or a count was wrong"),
}
# What an outcome means for use, in the words of the rule that raises alerts.
WATCHED_MESSAGES: Mapping[str, str] = {
    "should": N_("The medicine should be used: both too little and too much use gives an alert."),
    "can": N_(
        "The medicine can be used: each region judges for itself, and only too much use gives an alert."
    ),
    "should_not": N_("The medicine should not be used: too much use gives an alert."),
}
