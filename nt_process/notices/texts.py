"""What a notice says, in the reader's language and for the reader's audience.

The words come from the case's own workflow file and the catalogue; of the case itself only its register
number is used. Nothing that a person has typed is ever repeated, so a mail cannot carry a secret.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date, format_skeleton

from nt_process.companies.notice_texts import ABOUT_CASES, ABOUT_COMPANIES, Wording
from nt_process.engine.definition import Text, Workflow
from nt_process.engine.loader import load_published
from nt_process.kernel.messages import N_, Translate, translator
from nt_process.market.texts import KIND_MESSAGES
from nt_process.notices.agreement_texts import ABOUT_AGREEMENTS
from nt_process.notices.appeal_texts import ABOUT_APPEALS
from nt_process.notices.council_texts import ABOUT_ITEMS, ABOUT_MEETINGS
from nt_process.notices.financing_texts import ABOUT_FINANCING
from nt_process.notices.followup_texts import ABOUT_FOLLOWUP
from nt_process.notices.introduction_texts import ABOUT_INTRODUCTIONS
from nt_process.notices.negotiation_texts import ABOUT_NEGOTIATIONS
from nt_process.notices.notice import Notice
from nt_process.notices.public_texts import ABOUT_REQUESTS
from nt_process.notices.reassessment_texts import ABOUT_REASSESSMENTS
from nt_process.notices.recommendation_texts import ABOUT_RECOMMENDATIONS

_WORDED_CASES: Mapping[str, Wording] = {
    **ABOUT_CASES,
    **ABOUT_NEGOTIATIONS,
    **ABOUT_AGREEMENTS,
    **ABOUT_RECOMMENDATIONS,
    **ABOUT_FOLLOWUP,
    **ABOUT_REASSESSMENTS,
    **ABOUT_APPEALS,
    **ABOUT_INTRODUCTIONS,
    **ABOUT_ITEMS,
}
_WORDED_OTHERS: Mapping[str, Wording] = {
    **ABOUT_COMPANIES,
    **ABOUT_MEETINGS,
    **ABOUT_REQUESTS,
    **ABOUT_FINANCING,
}


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a notice is worded: language ("sv" or "en"), audience (see AUDIENCES) and today's day."""

    language: str
    audience: str
    today: date


@dataclass(frozen=True, slots=True)
class Words:
    """A notice in words. `path` is where its link leads, below the address of the application."""

    title: str
    sentences: tuple[str, ...]
    path: str
    link: str


def word(notice: Notice, reader: Reader) -> Words:
    """The notice in words. A kind that has no wording of its own says that the case has changed."""
    translate = translator(reader.language)
    wording = (_WORDED_OTHERS if notice.number is None else _WORDED_CASES).get(notice.kind)
    if wording is not None:
        return _worded(wording, notice, reader, translate)
    if notice.number is None:
        return _ABOUT_NO_CASE[notice.kind](notice, reader, translate)
    title, sentences = _ABOUT_CASES.get(notice.kind, _changed)(notice, reader, translate)
    return Words(title, sentences, f"/cases/{notice.number}", translate(N_("Open the case")))


def long_day(day: date, language: str) -> str:
    """“torsdag 11 juni 2026” or “Thursday, 11 June 2026”."""
    return format_date(day, "EEEE d MMMM y" if language == "sv" else "EEEE, d MMMM y", locale=language)


def clock_label(notice: Notice, language: str) -> str:
    """The limit's name in the workflow file; its key when the file is not here any more."""
    kind = (notice.clock or "").rpartition(".")[0]
    workflow = _workflow(notice)
    rule = workflow.clocks.get(kind) if workflow is not None else None
    return kind if rule is None else _line(rule.label, language)


def _workflow(notice: Notice) -> Workflow | None:
    return load_published().get((notice.process or "", notice.workflow_version or 0))


def _line(text: Text, language: str) -> str:
    """A label on one line: it may become the subject of a mail."""
    return " ".join(text.in_language(language).split())


def _place(notice: Notice, reader: Reader) -> dict[str, str]:
    """The values that every sentence about a case may use."""
    workflow = _workflow(notice)
    process = notice.process or ""
    return {
        "number": notice.number or "",
        "process": process if workflow is None else _line(workflow.label, reader.language),
        "clock": clock_label(notice, reader.language),
    }


def _state_sentence(notice: Notice, reader: Reader, translate: Translate) -> tuple[str, ...]:
    """Where the case stood after the event, in the name that this reader knows it by."""
    workflow = _workflow(notice)
    state = None if workflow is None else workflow.states.get(str(notice.params.get("state")))
    if state is None:
        return ()
    label = _line(state.labels[reader.audience], reader.language)
    return (translate(N_("The case is now in the state “%(state)s”."), state=label),)


def _reminder(notice: Notice, reader: Reader, translate: Translate) -> tuple[str, tuple[str, ...]]:
    due = notice.due or reader.today
    place = _place(notice, reader)
    title = translate(N_("%(number)s: %(clock)s, last day %(due)s"), **place, due=due.isoformat())
    first = translate(
        N_("The limit “%(clock)s” in case %(number)s (%(process)s) has its last day on %(due)s."),
        **place,
        due=long_day(due, reader.language),
    )
    sentences = (first, _how_far(due, reader.today, translate))
    if notice.late:
        meant = long_day(due + timedelta(days=notice.rung or 0), reader.language)
        sentences += (translate(N_("This reminder is late: it was meant for %(day)s."), day=meant),)
    return title, sentences


def _how_far(due: date, today: date, translate: Translate) -> str:
    left = (due - today).days
    if left > 1:
        return translate(N_("%(days)s days are left."), days=left)
    if left < -1:
        return translate(N_("The limit passed %(days)s days ago."), days=-left)
    return translate(_NEAR[left])


_NEAR = {
    1: N_("One day is left."),
    0: N_("Today is the last day."),
    -1: N_("The limit passed yesterday."),
}


def _action(notice: Notice, reader: Reader, translate: Translate) -> tuple[str, tuple[str, ...]]:
    workflow = _workflow(notice)
    action = None if workflow is None else workflow.actions.get(notice.subject)
    if action is None:
        return _changed(notice, reader, translate)
    words = {**_place(notice, reader), "action": _line(action.label, reader.language)}
    said = translate(N_("In case %(number)s (%(process)s) the action “%(action)s” has been taken."), **words)
    title = translate(N_("%(number)s: “%(action)s”"), **words)
    return title, (said, *_state_sentence(notice, reader, translate))


def _expired(notice: Notice, reader: Reader, translate: Translate) -> tuple[str, tuple[str, ...]]:
    place = _place(notice, reader)
    said = translate(N_("The limit “%(clock)s” in case %(number)s (%(process)s) has passed."), **place)
    title = translate(N_("%(number)s: the limit “%(clock)s” has passed"), **place)
    return title, (said, *_state_sentence(notice, reader, translate))


def _assigned(notice: Notice, reader: Reader, translate: Translate) -> tuple[str, tuple[str, ...]]:
    place = _place(notice, reader)
    said = translate(N_("Who handles case %(number)s (%(process)s) has changed."), **place)
    return translate(N_("%(number)s: the case officer has changed"), **place), (said,)


def _file_stopped(notice: Notice, reader: Reader, translate: Translate) -> tuple[str, tuple[str, ...]]:
    place = _place(notice, reader)
    title = translate(N_("%(number)s: a file was stopped"), **place)
    said = translate(
        N_("A file that you added to case %(number)s (%(process)s) was stopped when it was examined."),
        **place,
    )
    return title, (said, translate(N_("The case's list of documents says which file it is, and why.")))


def _file_of_no_case(_notice: Notice, _reader: Reader, translate: Translate) -> Words:
    return Words(
        translate(N_("A file was stopped")),
        (translate(N_("A file that you handed in was stopped when it was examined.")),),
        "/",
        translate(N_("Open the system")),
    )


def _changed(notice: Notice, reader: Reader, translate: Translate) -> tuple[str, tuple[str, ...]]:
    place = _place(notice, reader)
    said = translate(N_("Case %(number)s (%(process)s) has changed."), **place)
    return translate(N_("%(number)s: the case has changed"), **place), (said,)


def _worded(wording: Wording, notice: Notice, reader: Reader, translate: Translate) -> Words:
    due = notice.due or reader.today
    values = {
        "number": notice.number or "",
        "subject": notice.subject,
        "due": due.isoformat(),
        "long_due": long_day(due, reader.language),
        "left": max((due - reader.today).days, 0),
    }
    said = tuple(translate(sentence, **values) for sentence in wording.sentences)
    return Words(translate(wording.title, **values), said, wording.path % values, translate(wording.link))


def _market_reminder(notice: Notice, reader: Reader, translate: Translate) -> Words:
    """Of what is registered only the kind and the ATC code are told: both are of a fixed form."""
    due = notice.due or reader.today
    kind = str(notice.params.get("kind"))
    what = translate(KIND_MESSAGES[kind]) if kind in KIND_MESSAGES else kind
    if atc := notice.params.get("atc"):
        what = f"{what}, {atc}"
    first = translate(
        N_("A date in the market function's register: %(what)s, %(due)s."),
        what=what,
        due=long_day(due, reader.language),
    )
    return Words(
        translate(N_("%(what)s: %(due)s"), what=what, due=due.isoformat()),
        (first, _months_left(due, reader.today, translate)),
        f"/market/dates/{notice.subject}",
        translate(N_("Open the date in the register")),
    )


def _months_left(due: date, today: date, translate: Translate) -> str:
    months = (due.year - today.year) * 12 + due.month - today.month - (due.day < today.day)
    if months > 1:
        return translate(N_("%(months)s months are left."), months=months)
    if due > today:
        days = (due - today).days
        return translate(N_("%(days)s days are left."), days=days) if days > 1 else translate(_NEAR[1])
    return translate(N_("It is today.")) if due == today else translate(N_("The day has passed."))


def _consultation(title: str, sentence: str) -> Callable[[Notice, Reader, Translate], Words]:
    """A notice of a round: that something happened, in which case and until when; nothing that is written there."""

    def words(notice: Notice, reader: Reader, translate: Translate) -> Words:
        due = notice.due or reader.today
        place = {"number": notice.params.get("number", "")}
        sentences: tuple[str, ...] = (translate(sentence, **place, due=long_day(due, reader.language)),)
        if notice.kind == "consultation_reminder":
            sentences += (_how_far(due, reader.today, translate),)
        return Words(
            translate(title, **place, due=due.isoformat()),
            sentences,
            f"/consultations/{notice.subject}",
            translate(N_("Open the consultation")),
        )

    return words


def _application(
    title: str, sentence: str, *, open_it: bool = True
) -> Callable[[Notice, Reader, Translate], Words]:
    """A notice of one's own part in an application. Which medicine it is about is read where the link leads."""

    def words(notice: Notice, _reader: Reader, translate: Translate) -> Words:
        path, link = (
            (f"/portal/applications/{notice.subject}/people", N_("Open the application"))
            if open_it
            else ("/portal", N_("Open the portal"))
        )
        return Words(translate(title), (translate(sentence),), path, translate(link))

    return words


def _monthly_report(notice: Notice, reader: Reader, translate: Translate) -> Words:
    year, month = (int(part) for part in notice.subject.split("-"))
    last = date(year, month, monthrange(year, month)[1])
    named = format_skeleton("yMMMM", last, locale=reader.language)
    return Words(
        translate(N_("Deadline report for %(month)s"), month=named),
        (
            translate(
                N_("The report shows how the limits have been kept, as known on %(day)s."),
                day=long_day(last, reader.language),
            ),
        ),
        f"/reports/deadlines?as_of={last.isoformat()}",
        translate(N_("Open the report")),
    )


def _declaration_missing(notice: Notice, reader: Reader, translate: Translate) -> Words:
    year = notice.subject.partition("-")[0]
    return Words(
        translate(N_("Your declaration of interest for %(year)s is missing"), year=year),
        (translate(N_("Who takes part in the cases files one every year, also with nothing to declare.")),),
        "/declarations",
        translate(N_("File the declaration")),
    )


def _digest(notice: Notice, reader: Reader, translate: Translate) -> Words:
    day = date.fromisoformat(notice.subject)
    return Words(
        translate(N_("Summary on %(day)s"), day=long_day(day, reader.language)),
        (translate(N_("This has happened since the previous summary.")),),
        "/notices",
        translate(N_("Open your notices")),
    )


def _settlement(title: str, sentence: str) -> Callable[[Notice, Reader, Translate], Words]:
    """A notice of a settlement: that something happened, in which case; nothing of what is due."""

    def words(notice: Notice, reader: Reader, translate: Translate) -> Words:
        del reader
        place = {"number": notice.params.get("number", "")}
        return Words(
            translate(title, **place),
            (translate(sentence, **place),),
            f"/settlement/runs/{notice.subject}",
            translate(N_("Open the settlement")),
        )

    return words


_ABOUT_CASES: Mapping[str, Callable[[Notice, Reader, Translate], tuple[str, tuple[str, ...]]]] = {
    "reminder": _reminder,
    "action": _action,
    "clock_expired": _expired,
    "assigned": _assigned,
    "file_stopped": _file_stopped,
}
_ABOUT_NO_CASE: Mapping[str, Callable[[Notice, Reader, Translate], Words]] = {
    "market_reminder": _market_reminder,
    "consultation_opened": _consultation(
        N_("%(number)s: consultation, answer by %(due)s"),
        N_(
            "Your organisation is asked in a consultation on case %(number)s. The last day to answer is %(due)s."
        ),
    ),
    "consultation_moved": _consultation(
        N_("%(number)s: consultation, now until %(due)s"),
        N_("The last day to answer the consultation on case %(number)s has been moved to %(due)s."),
    ),
    "consultation_reminder": _consultation(
        N_("%(number)s: consultation not answered, last day %(due)s"),
        N_(
            "Your organisation has not answered the consultation on case %(number)s. The last day is %(due)s."
        ),
    ),
    "consultation_dispositions": _consultation(
        N_("%(number)s: what became of your comments"),
        N_(
            "In the consultation on case %(number)s it is now decided what becomes of your organisation's comments."
        ),
    ),
    "settlement_statement": _settlement(
        N_("%(number)s: there is a statement"),
        N_("There is a statement for you of the settlement under the agreement of case %(number)s."),
    ),
    "settlement_disputed": _settlement(
        N_("%(number)s: a settlement is disputed"),
        N_("A party disputes its statement under the agreement of case %(number)s."),
    ),
    "settlement_resolved": _settlement(
        N_("%(number)s: your dispute is answered"),
        N_("Your dispute about a settlement under the agreement of case %(number)s is answered."),
    ),
    "application_joined": _application(
        N_("You have part in an application"), N_("A colleague has given you a part in an application.")
    ),
    "application_role": _application(
        N_("Your role in an application has changed"),
        N_("A colleague has given you another role in an application."),
    ),
    "application_left": _application(
        N_("You no longer have part in an application"),
        N_("A colleague has ended your part in an application."),
        open_it=False,
    ),
    "monthly_report": _monthly_report,
    "digest": _digest,
    "declaration_missing": _declaration_missing,
    "file_stopped": _file_of_no_case,
}
