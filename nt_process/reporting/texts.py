"""The words of the deadline report: names of outcomes, stages, parties and bases, and how it counts.

Message ids are English; each is translated where a report is drawn, in the language of its reader.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel.dates import format_date

from nt_process.kernel.messages import N_

OUTCOME_NAMES = {
    "met": N_("Met"),
    "late": N_("Late"),
    "ran_out": N_("Ran out"),
    "ceased": N_("Ended early"),
    "suspended": N_("Suspended"),
    "running": N_("Running"),
}

# Why an outcome is left out of the share of time limits met.
LEFT_OUT = {
    "running": N_("The last day has not passed yet."),
    "suspended": N_("Stands still while somebody else's answer is awaited; the last day is not known."),
    "ran_out": N_(
        "The last day passed and the process itself drew the consequence, as when an appeal period ends."
    ),
    "ceased": N_("Ended on or before the last day because the case was withdrawn or ended."),
}

PHASE_NAMES = {
    "horizon": N_("Horizon scanning"),
    "decision": N_("Decision on collaboration"),
    "assessment": N_("Assessment"),
    "negotiation": N_("Negotiation"),
    "recommendation": N_("Recommendation"),
    "introduction": N_("Introduction"),
    "follow_up": N_("Follow-up"),
    "closed": N_("Ended"),
    "whole": N_("Whole case"),
}

PARTY_NAMES = {
    "council": N_("The council"),
    "company": N_("The company"),
    "tlv": N_("TLV"),
    "region": N_("The regions"),
    "meeting": N_("The council's meeting"),
    "both": N_("Both parties of a negotiation"),
    "court": N_("A court"),
    "none": N_("Nobody"),
}

# Short enough for a column's heading.
PARTY_HEADINGS = {
    "council": N_("Council"),
    "company": N_("Company"),
    "tlv": N_("TLV"),
    "region": N_("Regions"),
    "meeting": N_("Meeting"),
    "both": N_("Both parties"),
    "court": N_("Court"),
    "none": N_("Ended meanwhile"),
}

BASIS_NAMES = {
    "statute": N_("statute"),
    "policy": N_("own decision"),
    "contract": N_("agreement"),
}

AGE_NAMES = (
    N_("Under 90 days"),
    N_("90–179 days"),
    N_("180–364 days"),
    N_("365 days or more"),
)

DEFINITIONS = (
    (
        N_("As known then"),
        N_(
            "Everything is computed from the log of the cases up to the end of the day of the report. "
            "The same day therefore always gives the same report, whatever happens afterwards."
        ),
    ),
    (
        N_("Met and late"),
        N_(
            "A time limit is met when the step that it applies to was taken on or before its last "
            "day, and late from the day after. A limit that was late stays late. The share is met "
            "divided by met and late together; all other limits are shown beside it and left out of "
            "it."
        ),
    ),
    (
        N_("Gross and net"),
        N_(
            "Gross days are all days in a stage, all visits together. Net days leave out the days on "
            "which a time limit of the case stood still. Only cases that have left the stage are "
            "counted."
        ),
    ),
    (
        N_("Whose move it was"),
        N_(
            "Each day is booked to exactly one party: the one whose move it was when the day began. "
            "The days of the parties therefore add up to the time that passed."
        ),
    ),
    (
        N_("Median and 90th percentile"),
        N_(
            "Half of the cases took at most the median. Nine of ten took at most the 90th percentile, "
            "which is the time of a real case (nearest rank). With few cases both say little, so the "
            "number stands beside."
        ),
    ),
    (
        N_("Pauses"),
        N_("A pause or a request for a supplement belongs to the stage that it interrupts."),
    ),
)


def long_day(day: date, language: str) -> str:
    """30 juni 2026, or 30 June 2026."""
    return format_date(day, "d MMMM y", locale="en_GB" if language == "en" else "sv_SE")


def shown(value: object, kind: str, language: str) -> str:
    """A cell as it is printed: a dash for nothing, ISO days, in Swedish a decimal comma and a space before %.

    Whole numbers from 10 000 are grouped by a space that does not break.
    """
    if value is None:
        return "–"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    if kind == "percent" and isinstance(value, Decimal):
        return f"{value * 100:.0f}" + ("%" if language == "en" else "\N{NO-BREAK SPACE}%")
    if isinstance(value, Decimal) and value != value.to_integral_value():
        return f"{value:.1f}" if language == "en" else f"{value:.1f}".replace(".", ",")
    if isinstance(value, (int, Decimal)):
        number = int(value)
        return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}") if abs(number) >= 10_000 else str(number)
    return str(value)
