"""Words for terms: what is wrong with a document, choices, and the figures on the way to what is due."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.kernel.messages import N_

TERMS_FAULTS: Mapping[str, str] = {
    "not_an_object": N_("An object with named fields is expected here."),
    "not_a_list": N_("A list is expected here."),
    "not_a_pair": N_("Two values are expected here."),
    "not_a_text": N_("A text is expected here."),
    "not_a_flag": N_("“%(value)s” is neither true nor false."),
    "not_an_amount": N_("“%(value)s” is not a number from zero upwards, written with a decimal point."),
    "too_large": N_("“%(value)s” is more than %(most)s."),
    "not_in_ore": N_("“%(value)s” has fractions of an öre."),
    "not_whole": N_("“%(value)s” is not a whole number."),
    "not_positive": N_("“%(value)s” is not above zero."),
    "not_a_day": N_("“%(value)s” is not a date. Write it as YYYY-MM-DD."),
    "not_a_choice": N_("“%(value)s” is not one of %(choices)s."),
    "bad_characters": N_("The text holds characters that cannot be stored."),
    "too_long": N_("The text is longer than %(limit)s characters."),
    "too_many": N_("There are more than %(most)s of them."),
    "missing": N_("Fill in this field."),
    "unknown_field": N_("The field is not known here. Known fields: %(known)s."),
    "unknown_kind": N_("“%(value)s” is not a kind of clause. Kinds: %(known)s."),
    "unknown_format": N_("The document has an unknown format (%(value)s)."),
    "not_first_of_month": N_("%(value)s is not the first day of a month."),
    "not_last_of_month": N_("%(value)s is not the last day of a month."),
    "ends_before_start": N_("The last day lies before the first."),
    "duplicate_package": N_("The package %(package)s stands twice."),
    "foreign_package": N_("The package %(package)s is not among the contract's packages."),
    "no_provisional_price": N_("The package %(package)s has a final price but no provisional one."),
    "tiers_out_of_order": N_("The tiers are to begin at higher and higher figures."),
    "rates_fall": N_("The rate falls where it should rise."),
    "duplicate_measure": N_("The measure %(measure)s stands twice."),
}

CHOICES: Mapping[str, str] = {
    "list": N_("The cost before any rebate"),
    "remaining": N_("What is left after the clauses before it"),
    "country": N_("All regions together"),
    "region": N_("Each region by itself"),
    "quarter": N_("A quarter"),
    "year": N_("A calendar year"),
    "term": N_("The whole term"),
    "marginal": N_("Each slice by itself"),
    "all_units": N_("All that is bought"),
    "failed": N_("Not reached"),
    "met": N_("Reached"),
    "left_out": N_("Not counted"),
    "half_up": N_("To the nearest öre"),
    "down": N_("Down to a whole öre"),
}

STEPS: Mapping[str, str] = {
    "rate": N_("Discount"),
    "cost": N_("Cost"),
    "volume": N_("Volume"),
    "tier_reached": N_("Highest tier reached, from"),
    "cap": N_("Cap"),
    "beyond_cap": N_("Beyond the cap"),
    "share": N_("Share paid back"),
    "fee": N_("Fee"),
    "below_fee": N_("Bought less than the fee, by"),
    "patients": N_("Patients"),
    "cap_patients": N_("Patients paid for"),
    "patients_beyond": N_("Patients beyond the cap"),
    "doses_free": N_("Free doses"),
    "doses_beyond": N_("Doses beyond the cap"),
    "patients_failed": N_("Patients for whom it failed"),
    "failed_cost": N_("Cost of these patients"),
    "patients_met": N_("Patients for whom the outcome was met"),
    "patients_known": N_("Patients with a known outcome"),
    "too_few": N_("Too few known outcomes; at least"),
    "instalments_not_due": N_("Instalments that did not fall due"),
    "before_review": N_("The review has not taken place"),
}
STEP_UNITS: Mapping[str, str] = {
    "SEK": N_("SEK"),
    "packages": N_("packages"),
    "patients": N_("patients"),
    "doses": N_("doses"),
    "percent": N_("percent"),
    "instalments": N_("instalments"),
}
