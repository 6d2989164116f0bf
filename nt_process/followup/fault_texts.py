"""What may be wrong with what is handed in or typed, as messages; read outside a request as well."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.kernel.messages import N_

FAULTS: Mapping[str, str] = {
    "missing": N_("Fill in this field."),
    "bad_characters": N_("The text holds characters that cannot be stored."),
    "too_long": N_("The text is longer than %(limit)s characters."),
    "not_a_choice": N_("Choose one of the alternatives."),
    "not_a_quarter": N_("“%(value)s” is not a quarter. Write it as 2026 Q1."),
    "not_a_day": N_("“%(value)s” is not a day. Write it as YYYY-MM-DD."),
    "no_such_day": N_("There is no day “%(value)s”. Check the month and the day."),
    "not_positive": N_("“%(value)s” is not larger than zero."),
    "not_a_number": N_("“%(value)s” is not a number. Write it as 1234,5."),
    "not_within": N_("Write a whole number from %(least)s to %(most)s."),
    "too_large": N_("Write at most %(most)s."),
    "too_many_decimals": N_("Write at most %(decimals)s decimals."),
    "too_many_steps": N_("Write at most %(limit)s quarters. The last one holds on."),
    "personal_column": N_("The column speaks of persons. Only sums and counts are taken in; remove it."),
    "personal_number": N_("A personal number stands here. Nothing about a person may be handed in."),
    "unknown_recommendation": N_(
        "“%(value)s” is no published recommendation. Write its case, such as NT-2026-0001, or its own name."
    ),
    "unknown_region": N_("“%(value)s” is not one of the 21 regions."),
    "unknown_measure": N_("“%(value)s” is not known. Write patients, packages, DDD or indicator 1."),
    "quarter_not_over": N_("The quarter “%(value)s” is not over yet."),
    "negative_number": N_("“%(value)s” is negative."),
    "half_an_indicator": N_("An indicator needs both a count and a denominator, or neither."),
    "more_than_all": N_("The count is larger than its denominator."),
    "no_denominator": N_("Only indicators have a denominator. Leave it empty."),
    "stands_twice": N_("The same count already stands in row %(first)s."),
}
