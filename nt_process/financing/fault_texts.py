"""Sentences for the faults of the calculations themselves; reading faults have theirs in infra."""

from __future__ import annotations

from nt_process.kernel.messages import N_

FINANCING_FAULTS = {
    "unknown_year": N_("There are no parameters for the year %(year)s. Years with parameters: %(known)s."),
    "unknown_population_day": N_(
        "There are no population figures for %(day)s. Days with figures: %(known)s."
    ),
    "no_rebate_outcome": N_("The outcome of %(year)s is not published here. State the rebate."),
    "no_distribution": N_("The document for %(year)s gives a total only, no amounts per region."),
    "no_needs_model": N_("The document for %(year)s gives no needs model and population per region."),
    "unknown_region": N_("“%(value)s” is not one of the 21 regions."),
    "contradicting_region": N_("The name and the code mean different regions: %(values)s."),
    "duplicate_region": N_("%(region)s already stands in row %(first)s."),
    "missing_region": N_("Regions are missing: %(regions)s."),
    "no_regional_rules": N_("There are no rules for %(region)s. Regions with rules: %(known)s."),
    "empty_text": N_("A text is missing."),
    "negative_number": N_("“%(value)s” is negative."),
    "out_of_range": N_("“%(value)s” does not lie between %(lowest)s and %(highest)s."),
    "total_too_small": N_(
        "The total is so small that the solidarity financing leaves some region below zero."
    ),
    "not_positive": N_("“%(value)s” is not above zero."),
    "not_in_ore": N_("“%(value)s” has fractions of an öre."),
    "nothing_to_divide_by": N_("All values are zero, so there is nothing to divide by."),
    "thresholds_out_of_order": N_("The upper threshold (%(upper)s) lies below the lower one (%(lower)s)."),
    "thresholds_given_and_computed": N_("Thresholds can be either given or computed, not both."),
    "not_whole_unit": N_("“%(value)s” is not a whole number of %(unit)s."),
    "years_not_consecutive": N_(
        "The years are to follow one another from %(first)s without gaps: %(years)s."
    ),
    "duplicate_year": N_("The year %(year)s already stands in row %(first)s."),
    "duplicate_name": N_("“%(name)s” stands twice."),
    "not_a_base_level": N_("“%(value)s” is not a year and an amount. Write it as 2029=1200."),
    "not_a_period_start": N_("No period begins in %(year)s. Periods begin in %(known)s."),
    "exclusivity_ends_before_start": N_("The exclusivity ends before the first day of use."),
    "part_exceeds_whole": N_("The fee and the extra cost may not be larger than the price."),
    "file_and_total": N_("Hand in either a file per region or the country's total, not both."),
    "rebate_columns_go_together": N_("A region's rebate needs its forecast, and the forecast its rebate."),
    "one_source_of_costs": N_(
        "Choose one: a file of costs, a file of products, or a first cost with growth."
    ),
    "units_without_rebate": N_("A rebate to return and a file of the units' costs go together."),
    "no_such_directory": N_("There is no directory %(path)s. Name the directory of the printed tables."),
    "missing_table": N_("The table %(table)s is missing from the directory."),
    "unknown_table": N_("No rule accounts for the table %(table)s."),
    "missing_row": N_("The table %(table)s has no row “%(value)s”."),
    "unreadable_file": N_("The file %(path)s cannot be read."),
    "too_many_years": N_("At most %(limit)s years can be followed."),
    "json_and_csv": N_("Choose either JSON or CSV."),
}
