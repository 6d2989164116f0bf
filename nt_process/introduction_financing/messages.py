"""Words that are said also outside a request: on the command line, in print."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.kernel.messages import N_, Translate

PAYER_MESSAGES: Mapping[str, str] = {
    "prescriber_unit": N_("The prescribing or ordering unit"),
    "central": N_("The region centrally"),
    "communicable_disease_unit": N_("The region's communicable disease unit"),
    "migration_agency": N_("The Swedish Migration Agency"),
    "home_region": N_("The patient's home region"),
}
# Where a region calls its payers by names of their own.
OWN_PAYERS: Mapping[tuple[str, str], str] = {
    ("14", "central"): N_("Central account (OSN)"),
    ("14", "communicable_disease_unit"): N_("Smittskydd VGR"),
}
OF_MESSAGES: Mapping[str, str] = {
    "cost": N_("of the cost"),
    "extra": N_("of the extra cost of the introduction"),
    "rest": N_("of the rest"),
}
WAY_MESSAGES: Mapping[str, str] = {
    "pro-rata": N_("The pot is shared in proportion to cost, and the regions bear the rest"),
    "carry-over": N_("The rest is owed, and has its share of the next years' pots"),
    "deficit": N_("The grant is paid in full, and the federation's balance turns negative"),
}
LEVEL_MESSAGES: Mapping[str, str] = {
    "shortage": N_("does not suffice"),
    "close": N_("almost used up"),
    "enough": N_("suffices"),
}

FAULTS: Mapping[str, str] = {
    "missing": N_("This must be stated."),
    "bad_characters": N_("It holds characters that cannot be stored. Remove them."),
    "too_long": N_("Write at most %(limit)s characters."),
    "not_a_choice": N_("Choose one of the alternatives."),
    "not_atc": N_("Write an ATC code such as L01XC02, or the beginning of one."),
    "not_a_day": N_("“%(value)s” is not a day that can be used. Write it as 2026-11-22."),
    "not_a_month": N_("“%(value)s” is not a month. Write it as 2026-11."),
    "not_a_number": N_("“%(value)s” is not a number. Write it as 1500000 or 1 500 000,50."),
    "too_large": N_("Write a number of at most %(most)s."),
    "too_many_decimals": N_("Write at most %(decimals)s decimals."),
    "not_within": N_("Write a whole number from %(least)s to %(most)s."),
    "ends_before_start": N_("The last day lies before the first, %(day)s."),
    "no_such_case": N_("There is no case with this number."),
    "no_region": N_("“%(value)s” is no region. Write its name or its county code."),
    "no_introduction_rule": N_(
        "The region has no rule on introduction financing on this day, so the unit pays from the start. Enter the "
        "region's rule first, if there is one."
    ),
    "rules_meet": N_(
        "The region's rule “%(title)s” holds for the same medicine on some of these days. Give it its last day first."
    ),
    "no_list": N_("The region has no rule that pays for what stands on a yearly list."),
    "month_outside": N_("The month is not in the period."),
    "month_not_begun": N_("The month has not begun."),
    "year_not_begun": N_("The year has not begun."),
    "not_bases": N_("Write a year and a level in MSEK on each line, such as 2030: 2900."),
    "no_period_begins": N_("No period begins in %(year)s: a new level comes after three years, then every fifth."),
    "exclusivity_too_short": N_("Market exclusivity lasts at least six years."),
    "exclusivity_too_long": N_("Market exclusivity lasts at most twelve years."),
    "reason_for_end": N_("Ten years end on %(day)s. State why the actual end is another day."),
}  # fmt: skip


def payer_name(region: str, payer: str, translate: Translate) -> str:
    """What a payer is called in a region (county code)."""
    return translate(OWN_PAYERS.get((region, payer), PAYER_MESSAGES[payer]))
