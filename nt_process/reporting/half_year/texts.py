"""The words of the half-yearly report. Message ids are English; each is translated where a report is drawn."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.kernel.messages import N_

PART_TITLES: Mapping[str, tuple[str, str]] = {
    "cases": (
        N_("Cases"),
        N_(
            "What came in, what was decided and what ended. Open before, and opened, less ended, is open at the end of the "
            "period."
        ),
    ),
    "decisions": (
        N_("Decisions"),
        N_(
            "What was decided in the cases, by kind, and the recommendations that became public, by position. Benefit is "
            "TLV's to decide and is not counted here."
        ),
    ),
    "time": (
        N_("Time against limits"),
        N_(
            "A time limit belongs to the period in which it was met or became late. Days are those of the cases that left "
            "the stage in the period; whoever is still there is left out and counted beside."
        ),
    ),
    "workload": (
        N_("Workload"),
        N_("What was done by which role, how old the open cases are, meetings and consultations."),
    ),
    "budget": (
        N_("The joint budget"),
        N_(
            "What the regions have planned for together, and what has been booked, as the secretariat has entered it."
        ),
    ),
    "agreements": (
        N_("Agreements"),
        N_(
            "How many agreements bind, and how much of the population they reach. What has been agreed stays sealed: sums "
            "are those that the register of releases has released, as it shows them, and none is computed here."
        ),
    ),
    "introductions": (
        N_("Introductions"),
        N_(
            "What the regions say of the recommendations of each period. Every share is of 21 regions for each "
            "recommendation, also of those that have said nothing."
        ),
    ),
    "access": (
        N_("Equality of access"),
        N_(
            "How differently the regions use each medicine that is followed, in its last measured quarter of the period. "
            "What would give a small number away is not shown."
        ),
    ),
}

TABLE_TITLES: Mapping[str, str] = {
    "flow": N_("Cases in the period"),
    "by_process": N_("Cases by process"),
    "waiting": N_("Whose move it was at the end of the period"),
    "kinds": N_("Decisions by kind"),
    "outcomes": N_("Public recommendations by position"),
    "met": N_("Time limits met and late"),
    "limits": N_("Time limits by process and kind"),
    "excluded": N_("What is left out of the share, and why"),
    "durations": N_("Median days in each stage"),
    "stages": N_("Days in each stage, by process"),
    "parties": N_("Days by party"),
    "roles": N_("Steps in cases, by role"),
    "ages": N_("Open cases by stage and age"),
    "meetings": N_("The council's meetings"),
    "consultations": N_("Consultations"),
    "lines": N_("The budget by line"),
    "spent": N_("Booked costs"),
    "agreements": N_("Agreements and how far they reach"),
    "releases": N_("Totals that were released in the period"),
    "answers": N_("The regions' answers to recommendations"),
    "decisions": N_("The regions' decisions on introduction"),
    "reasons": N_("Reasons not to follow in full"),
    "spread": N_("Differences between regions"),
}

EMPTY: Mapping[str, str] = {
    "kinds": N_("Nothing was decided."),
    "outcomes": N_("No recommendation became public."),
    "waiting": N_("There are no open cases."),
    "by_process": N_("There are no cases."),
    "limits": N_("There are no time limits."),
    "stages": N_("No case has left a stage in the period."),
    "durations": N_("No case has left a stage in the period."),
    "parties": N_("No case has left a stage in the period."),
    "roles": N_("No step was taken."),
    "ages": N_("There are no open cases."),
    "lines": N_("Nothing has been entered for the year."),
    "spent": N_("No cost has been entered."),
    "releases": N_("No total was released."),
    "reasons": N_("Every decision was to follow in full."),
    "spread": N_("No medicine was measured in the period."),
}

# What rows and columns are called, by their codes.
NAMES: Mapping[str, str] = {
    "total": N_("All"),
    "open_before": N_("Open at the start"),
    "opened": N_("Cases opened"),
    "ended": N_("Cases ended"),
    "open_after": N_("Open at the end"),
    "decided": N_("Decided (cases)"),
    "withdrawn": N_("Withdrawn (cases)"),
    "standing": N_("Of them with a time limit that stands still"),
    "elsewhere": N_("Of them waiting for somebody else than the council"),
    "with_conditions": N_("With conditions"),
    "without_conditions": N_("Without conditions"),
    "met": N_("Met"),
    "late": N_("Late"),
    "judged": N_("Met or late (the share is of these)"),
    "share_met": N_("Share met"),
    "with_aim": N_("Met, of those that have an aim"),
    "within_aim": N_("Share of them within the aim"),
    "count": N_("Cases that left"),
    "median_gross": N_("Median, gross"),
    "median_net": N_("Median, net"),
    "q1_gross": N_("Lower quartile, gross"),
    "q3_gross": N_("Upper quartile, gross"),
    "q1_net": N_("Lower quartile, net"),
    "q3_net": N_("Upper quartile, net"),
    "still_there": N_("Still there"),
    "gross": N_("All days, gross"),
    "suspended": N_("Suspended"),
    "ran_out": N_("Ran out"),
    "ceased": N_("Ended early"),
    "running": N_("Running"),
    "open": N_("Cases"),
    "median_age": N_("Median age"),
    "oldest": N_("Oldest"),
    "overdue": N_("With overdue"),
    "held": N_("Meetings with minutes"),
    "closed": N_("Of them with minutes that both have approved"),
    "items": N_("Items dealt with, by approved minutes"),
    "items_decided": N_("Of them decided"),
    "items_noted": N_("Of them noted"),
    "items_postponed": N_("Of them postponed"),
    "items_each": N_("Items for each meeting"),
    "rounds_opened": N_("Rounds opened"),
    "rounds_closed": N_("Rounds closed"),
    "asked": N_("Asked in the closed rounds"),
    "answered": N_("Answered"),
    "share_answered": N_("Share that answered"),
    "answered_late": N_("Of the answers, after the last day"),
    "budget": N_("Budget of the year"),
    "spent_in_period": N_("Booked in the period"),
    "spent_in_year": N_("Booked in the year"),
    "left": N_("Left of the year"),
    "used": N_("Used"),
    "entered": N_("Entered into force"),
    "agreements_ended": N_("Agreements that ended"),
    "in_force": N_("In force at the end"),
    "joined:21": N_("Of them with all 21 regions"),
    "joined:11": N_("Of them with 11 to 20 regions"),
    "joined:1": N_("Of them with 1 to 10 regions"),
    "population": N_("Share of the population, median of the agreements"),
    "title": N_("For whom and for what"),
    "recommendations": N_("Final recommendations of the period"),
    "wanted": N_("Answers there could be (21 for each)"),
    "undecided": N_("Nothing decided"),
    "share_following": N_("Share that follow, in full or with limits"),
    "quarter": N_("Quarter that ended"),
    "regions": N_("Regions"),
    "variation": N_("Coefficient of variation"),
    "gini": N_("Gini coefficient"),
    "ratio": N_("Highest to lowest"),
    "decision:recommendation": N_("Recommendation"),
    "decision:interim": N_("Interim: wait"),
    "decision:confirmed": N_("Recommendation confirmed"),
    "decision:selected": N_("Chosen for collaboration"),
    "decision:not_selected": N_("Not chosen, or declined"),
    "decision:price": N_("Price increase"),
    "outcome:should": N_("Should be used"),
    "outcome:can": N_("Can be used"),
    "outcome:should_not": N_("Should not be used"),
    "outcome:wait": N_("Wait (interim)"),
    "excluded:ran_out": N_("Ran out"),
    "excluded:ceased": N_("Ended early"),
    "excluded:suspended": N_("Suspended"),
    "excluded:running": N_("Running"),
    "follows:yes": N_("Can follow"),
    "follows:partly": N_("Can follow in part"),
    "follows:no": N_("Cannot follow"),
    "introduction:follow": N_("Follow"),
    "introduction:limits": N_("Follow with limits"),
    "introduction:not": N_("Do not follow"),
    "age:0": N_("Under 90 days"),
    "age:1": N_("90–179 days"),
    "age:2": N_("180–364 days"),
    "age:3": N_("365 days or more"),
    "phase:to_introduction": N_("Until introduction, all stages"),
    "role:system": N_("The system"),
    "process:all": N_("All processes"),
    "line:council": N_("The council"),
    "line:delegation": N_("Negotiation delegation"),
    "line:life_cycle": N_("Life cycle"),
    "line:market": N_("Market"),
    "line:price_database": N_("Price database"),
    "line:website": N_("Website"),
    "line:coordination": N_("Support and coordination"),
    "line:other": N_("Other"),
}
# In the table of the regions' own answers and decisions the same words are said of answers.
TOTAL_RELEASED = N_("Total, millions of SEK")
NOT_SHOWN = N_("not shown")

DEFINITIONS = (
    (
        N_("As known then"),
        N_(
            "Everything is counted from what had been recorded by the end of one day. The same period as known on the same "
            "day always gives the same figures, whatever is recorded or corrected afterwards."
        ),
    ),
    (
        N_("The periods"),
        N_(
            "Each period is judged at its own last day, as known on the day of the report: what was recorded late about it "
            "counts. Beside it stand the two periods of the same length before it, counted in the same way."
        ),
    ),
    (
        N_("Decided"),
        N_(
            "Cases in which at least one decision of the kinds below was taken in the period. In the table of decisions a "
            "case in which two were taken counts twice."
        ),
    ),
    (
        N_("Met and late"),
        N_(
            "A time limit is met when the step that it applies to was taken on or before its last day, and late from the day "
            "after. The share is met divided by met and late together. What is left out of it stands in a table of its own, "
            "with the reason."
        ),
    ),
    (
        N_("Gross and net"),
        N_(
            "Gross days are all days in a stage, all visits together. Net days leave out the days on which a time limit of the "
            "case stood still."
        ),
    ),
    (
        N_("In whose court"),
        N_(
            "Each day is booked to exactly one party: the one whose move it was when the day began. The days of the parties "
            "therefore add up to the gross days."
        ),
    ),
    (
        N_("Median and quartiles"),
        N_(
            "Half of the cases took at most the median, a quarter at most the lower quartile and three quarters at most the "
            "upper (nearest rank). With few cases they say little, so the number stands beside."
        ),
    ),
    (
        N_("Until introduction"),
        N_("All days from the opening of a case until it left the stage of the recommendation."),
    ),
    (
        N_("Meetings"),
        N_(
            "A meeting counts when there are minutes of it. What was dealt with is counted when both who approve the minutes "
            "have done so; until then its items are left out."
        ),
    ),
    (
        N_("Answers to consultations"),
        N_(
            "Counted in the rounds that were closed in the period, each organisation once. An open round is left out, because "
            "more answers may come."
        ),
    ),
    (
        N_("Agreements"),
        N_(
            "An agreement is in force while some region is bound by it, which follows from the signatures and from what has "
            "been ended. Shares of the population are of the inhabitants on %(population_on)s."
        ),
    ),
)

FAULTS: Mapping[str, str] = {
    "not_a_period": N_("“%(value)s” is not a period. Write 2026-1, or whole months as 2026-02..2026-04."),
    "no_such_month": N_("There is no such month. Write it from 01 to 12."),
    "period_reversed": N_("The period ends before it begins. Exchange the two months."),
    "period_too_long": N_("A period has at most %(most)s months."),
    "date_out_of_range": N_("“%(value)s” lies outside the years 1990 to 2199."),
    "not_a_day": N_("“%(value)s” is not a day. Write it as YYYY-MM-DD."),
    "no_such_day": N_("There is no day “%(value)s”. Check the month and the day."),
    "day_not_over": N_("%(value)s is not over yet, and more may be recorded. Choose an earlier day."),
    "known_too_early": N_("On %(value)s the period had not begun. Choose a day from %(first)s."),
    "not_this_day": N_("%(value)s is not a day on which a cost can have been booked."),
    "no_amount": N_("Write an amount, with a minus to take back what was entered wrongly."),
}

ERRORS: Mapping[str, str] = {
    "issued": N_("The report has been issued, and stays as it is."),
    "not_counted": N_("The figures are not there yet. Wait a moment and try again."),
    "no_preface": N_("Write a preface first. Somebody else than its author then issues the report."),
    "own_preface": N_("You wrote this preface. Somebody else issues the report."),
    "changed": N_("Somebody has written a later version of the preface meanwhile. Read it and try again."),
}
