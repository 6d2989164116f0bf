"""The derivation of a last day in words: each step, each holiday, and who is waited for.

The steps come from `engine.clock.derive`; the case page, the calculator and the command all read
them through `step_text`, so a date is explained in the same words wherever it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from nt_process.engine.clock import Step
from nt_process.kernel.messages import N_, Translate

# The keys of `kernel.calendar.non_working_reason`. In Swedish the names have a small initial letter.
HOLIDAYS: Mapping[str, str] = {
    "saturday": N_("Saturday"),
    "sunday": N_("Sunday"),
    "new_years_day": N_("New Year's Day"),
    "epiphany": N_("Epiphany"),
    "good_friday": N_("Good Friday"),
    "easter_sunday": N_("Easter Sunday"),
    "easter_monday": N_("Easter Monday"),
    "may_day": N_("May Day"),
    "ascension_day": N_("Ascension Day"),
    "whit_sunday": N_("Whit Sunday"),
    "national_day": N_("National Day"),
    "midsummer_eve": N_("Midsummer Eve"),
    "midsummer_day": N_("Midsummer Day"),
    "all_saints_day": N_("All Saints' Day"),
    "christmas_eve": N_("Christmas Eve"),
    "christmas_day": N_("Christmas Day"),
    "boxing_day": N_("Boxing Day"),
    "new_years_eve": N_("New Year's Eve"),
}

# The parties of `engine.definition.PARTIES`; a clock that waits for nobody in particular says nothing.
WAITS_FOR: Mapping[str, str] = {
    "council": N_("It waits for the council."),
    "company": N_("It waits for the company."),
    "tlv": N_("It waits for TLV."),
    "region": N_("It waits for the regions."),
    "meeting": N_("It waits for the council's meeting."),
    "both": N_("It waits for both parties."),
    "court": N_("It waits for the court."),
}

WriteDay = Callable[[date], str]
Params = Mapping[str, Any]


def step_text(step: Step, translate: Translate, write_day: WriteDay = date.isoformat) -> str:
    """What happened in one step of a derivation, as one or two sentences in the reader's language."""
    return _TEXTS[step.rule](step, dict(step.params), translate, write_day)


def days_text(days: int, translate: Translate) -> str:
    """A number of days with its noun."""
    return translate(N_("1 day")) if days == 1 else translate(N_("%(days)s days"), days=days)


def holiday_text(key: str, translate: Translate) -> str:
    """The name of a day on which a last day may not fall, as it stands inside a sentence."""
    return translate(HOLIDAYS[key])


def _start(step: Step, params: Params, translate: Translate, write_day: WriteDay) -> str:
    limit = days_text(params["limit"], translate)
    return translate(N_("The starting day is not counted. The limit is %(limit)s."), limit=limit)


def _extended(step: Step, params: Params, translate: Translate, write_day: WriteDay) -> str:
    days = days_text(params["days"], translate)
    if params["agreed_due"] is None:
        return translate(N_("Extended by %(days)s."), days=days)
    until = write_day(params["agreed_due"])
    return translate(N_("Extended by %(days)s, to %(until)s."), days=days, until=until)


def _run(step: Step, params: Params, translate: Translate, write_day: WriteDay) -> str:
    if step.days == 1:
        return translate(N_("One day is counted."))
    return translate(
        N_("From %(since)s to %(until)s, %(days)s are counted."),
        since=write_day(params["since"]),
        until=write_day(step.date),
        days=days_text(step.days, translate),
    )


def _suspended(step: Step, params: Params, translate: Translate, write_day: WriteDay) -> str:
    if params["length"] == 1:
        text = translate(N_("The clock stands still this day, which is not counted."))
    else:
        text = translate(
            N_("The clock stands still from %(since)s to %(until)s: %(days)s are not counted."),
            since=write_day(params["since"]),
            until=write_day(step.date),
            days=days_text(params["length"], translate),
        )
    return _with_party(text, params, translate)


def _suspended_open(step: Step, params: Params, translate: Translate, write_day: WriteDay) -> str:
    text = translate(
        N_("The clock stands still from %(since)s. The last day is known when it runs again."),
        since=write_day(step.date),
    )
    return _with_party(text, params, translate)


def _with_party(text: str, params: Params, translate: Translate) -> str:
    party = WAITS_FOR.get(params["waits_for"])
    return text if party is None else f"{text} {translate(party)}"


def _no_effect(step: Step, params: Params, translate: Translate, write_day: WriteDay) -> str:
    return translate(
        N_("The suspension from %(since)s to %(until)s lies outside the limit and changes nothing."),
        since=write_day(params["since"]),
        until=write_day(step.date),
    )


def _budget_used(step: Step, params: Params, translate: Translate, write_day: WriteDay) -> str:
    return translate(N_("The time is used up: %(days)s."), days=days_text(params["budget"], translate))


def _rolled(step: Step, params: Params, translate: Translate, write_day: WriteDay) -> str:
    name = holiday_text(params["because"], translate)
    return translate(
        N_("%(name)s: the last day moves to the next working day."), name=name[:1].upper() + name[1:]
    )


def _last_day(step: Step, params: Params, translate: Translate, write_day: WriteDay) -> str:
    if params["rolls"]:
        return translate(N_("The last day, to the end of the day."))
    if params["falls_on"] is None:
        return translate(
            N_("The last day, to the end of the day. This limit does not move to a working day.")
        )
    return translate(
        N_("The last day (%(name)s), to the end of the day. This limit does not move to a working day."),
        name=holiday_text(params["falls_on"], translate),
    )


_TEXTS: Mapping[str, Callable[[Step, Params, Translate, WriteDay], str]] = {
    "start": _start,
    "extended": _extended,
    "run": _run,
    "suspended": _suspended,
    "suspended_open": _suspended_open,
    "no_effect": _no_effect,
    "budget_used": _budget_used,
    "rolled": _rolled,
    "last_day": _last_day,
}
