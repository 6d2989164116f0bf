"""What may be asked and answered, until when, by whom, and when a round reminds of itself.

An answer is its organisation's. Whoever is in an organisation that was asked, in one of ANSWERING, may draft
it; whoever may speak for the organisation (`membership.speaks`) sends it. It can be amended until the last
day. After that day, and until the round is closed, an organisation that has not answered may still do so, and
the answer is marked as late.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nt_process.engine.clock import Extension, Ledger, due, extension_to
from nt_process.kernel.cells import CellError, read_written_date
from nt_process.kernel.faults import BadInput, Fault

KINDS = ("text", "choice", "yes_no", "scale")
TIERS = ("council", "participants", "public")
USUAL_TIER = "participants"
VERDICTS = ("followed", "partly", "not_followed")
SCALE = ("1", "2", "3", "4", "5")
YES_NO = ("yes", "no")

# These answer for the organisation they are members of.
ANSWERING = ("region_representative", "expert", "patient_representative", "tlv_assessor")
# The kinds of organisations that can be asked.
ASKED_KINDS = ("region", "expert_group", "patient_organisation", "tlv")

# Days after the last day on which those who have not answered are reminded.
LADDER = (-7, -1, 0, 1)

MAX_LINE, MAX_TEXT, MAX_COMMENT = 300, 10_000, 20_000
MAX_QUESTIONS, MAX_CHOICES = 40, 12
# No round is longer; a day further away is a mistake.
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `choices` are the alternatives of a choice, as they are written."""

    kind: str
    text: str
    choices: tuple[str, ...] = ()
    required: bool = False

    @property
    def alternatives(self) -> tuple[str, ...]:
        """What may be chosen; nothing for a free question."""
        return {"choice": self.choices, "yes_no": YES_NO, "scale": SCALE}.get(self.kind, ())


@dataclass(frozen=True, slots=True)
class Round:
    """What is prepared before a round is opened. `day` is the wanted last day."""

    title: str
    intro: str
    day: date | None
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one question: what was chosen, the comment, and who may read it."""

    choice: str = ""
    text: str = ""
    tier: str = USUAL_TIER

    @property
    def is_empty(self) -> bool:
        return not (self.choice or self.text)


# --- reading what was typed -----------------------------------------------------------------------


class _Unusable(ValueError):
    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.params = params


class _Reader:
    """Reads fields one by one and keeps every fault, so that all are told together."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, column: str, code: str, **params: object) -> None:
        self.faults.append(Fault(code, column=column, params=params))

    def text(self, column: str, typed: str, limit: int, *, line: bool = False, required: bool = False) -> str:
        try:
            found = _clean(typed, limit)
        except _Unusable as refused:
            self.fault(column, str(refused), **refused.params)
            return ""
        if line:
            found = " ".join(found.split())
        if required and not found:
            self.fault(column, "missing")
        return found

    def day(self, column: str, typed: str) -> date | None:
        written = typed.strip()
        if not written:
            return None
        try:
            return read_written_date(written)
        except CellError as refused:
            code = "no_such_day" if refused.code == "no_such_day" else "not_a_day"
            self.fault(column, code, value=written[:40] if written.isprintable() else "")
            return None

    def finish(self) -> None:
        if self.faults:
            raise BadInput(*self.faults)


def _clean(text: str, limit: int) -> str:
    """Text in composed form, without what no database can hold."""
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if "\x00" in composed or any(0xD800 <= ord(character) <= 0xDFFF for character in composed):
        raise _Unusable("bad_characters")
    if len(composed) > limit:
        raise _Unusable("too_long", limit=limit)
    return composed


def read_title(typed: str) -> str:
    """Raises BadInput."""
    reader = _Reader()
    title = reader.text("title", typed, MAX_LINE, line=True, required=True)
    reader.finish()
    return title


def read_round(texts: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> Round:
    """A round as it was typed: `title`, `intro`, `last_day`, and a row for each question with `kind`, `text`,
    `choices` (one on each line) and `required`. A row without text is left out. Raises BadInput; the columns
    of the third row's faults begin with `q3_`.
    """
    reader = _Reader()
    title = reader.text("title", texts.get("title", ""), MAX_LINE, line=True, required=True)
    intro = reader.text("intro", texts.get("intro", ""), MAX_TEXT)
    day = reader.day("last_day", texts.get("last_day", ""))
    questions = [
        question
        for number, row in enumerate(rows, start=1)
        if (question := _read_question(reader, f"q{number}_", row)) is not None
    ]
    if len(questions) > MAX_QUESTIONS:
        reader.fault("title", "too_many_questions", limit=MAX_QUESTIONS)
    reader.finish()
    return Round(title, intro, day, tuple(questions))


def _read_question(reader: _Reader, prefix: str, row: Mapping[str, str]) -> Question | None:
    text = reader.text(f"{prefix}text", row.get("text", ""), MAX_TEXT)
    kind = row.get("kind", "")
    if kind not in KINDS:
        if text:
            reader.fault(f"{prefix}kind", "not_a_choice")
        return None
    if not text:
        return None
    choices: tuple[str, ...] = ()
    if kind == "choice":
        written = reader.text(f"{prefix}choices", row.get("choices", ""), MAX_TEXT)
        lines = [" ".join(line.split()) for line in written.splitlines()]
        choices = tuple(dict.fromkeys(line for line in lines if line))
        if not 2 <= len(choices) <= MAX_CHOICES:
            reader.fault(f"{prefix}choices", "number_of_choices", limit=MAX_CHOICES)
        if any(len(choice) > MAX_LINE for choice in choices):
            reader.fault(f"{prefix}choices", "too_long", limit=MAX_LINE)
    return Question(kind, text, choices, bool(row.get("required")))


def read_replies(
    questions: Mapping[str, Question], texts: Mapping[str, str], *, complete: bool
) -> dict[str, Reply]:
    """The replies to the questions (by id), as typed under `choice_<id>`, `text_<id>` and `tier_<id>`.

    `complete`: it is to be sent, so that what is required has to be there. Raises BadInput.
    """
    reader = _Reader()
    found = {}
    for key, question in questions.items():
        choice = texts.get(f"choice_{key}", "")
        if choice and choice not in question.alternatives:
            reader.fault(f"choice_{key}", "not_a_choice")
        text = reader.text(f"text_{key}", texts.get(f"text_{key}", ""), MAX_COMMENT)
        tier = texts.get(f"tier_{key}", "") or USUAL_TIER
        if tier not in TIERS:
            reader.fault(f"tier_{key}", "not_a_choice")
        found[key] = Reply(choice, text, tier)
    if complete and not reader.faults:
        _require(reader, questions, found)
    reader.finish()
    return found


def _require(reader: _Reader, questions: Mapping[str, Question], replies: Mapping[str, Reply]) -> None:
    for key, question in questions.items():
        lacks = not (replies[key].choice if question.alternatives else replies[key].text)
        if question.required and lacks:
            reader.fault(f"{'choice' if question.alternatives else 'text'}_{key}", "answer_required")
    if not reader.faults and all(reply.is_empty for reply in replies.values()):
        first = next(iter(questions), "")
        prefix = "choice" if questions and questions[first].alternatives else "text"
        reader.fault(f"{prefix}_{first}", "nothing_answered")


def read_reason(column: str, typed: str) -> str:
    """Why something is done. Raises BadInput."""
    reader = _Reader()
    reason = reader.text(column, typed, MAX_TEXT, required=True)
    reader.finish()
    return reason


def read_disposition(key: str, verdict: str, reason: str) -> tuple[str, str]:
    """What became of a comment, typed under `verdict_<key>` and `reason_<key>`. Raises BadInput."""
    reader = _Reader()
    if verdict not in VERDICTS:
        reader.fault(f"verdict_{key}", "no_verdict")
    stated = reader.text(f"reason_{key}", reason, MAX_TEXT, required=True)
    reader.finish()
    return verdict, stated


# --- the last day ---------------------------------------------------------------------------------


def ledger_of(started_on: date, limit_days: int, extensions: Sequence[Extension] = ()) -> Ledger:
    """A round's clock. Its basis is the council's own practice; a last day on a holiday moves to a working day."""
    return Ledger(started_on, limit_days, rolls=True, extensions=tuple(extensions))


def last_day(ledger: Ledger) -> date:
    found = due(ledger)
    if found is None:
        raise ValueError("a round's clock never stands still")
    return found


def read_limit(day: date | None, today: date) -> int:
    """Days from today, when a round is opened, to the wanted last day. Raises BadInput."""
    if day is None:
        raise BadInput(Fault("missing", column="last_day"))
    return _within(day, today, today, "last_day")


def read_extension(typed: str, ledger: Ledger, today: date) -> tuple[date, int]:
    """The new last day and the days it adds to the ledger. Raises BadInput."""
    reader = _Reader()
    day = reader.day("new_day", typed)
    if day is None and not reader.faults:
        reader.fault("new_day", "missing")
    reader.finish()
    if day is None:
        raise BadInput(Fault("missing", column="new_day"))
    before = last_day(ledger)
    _within(day, max(before, today - timedelta(days=1)), today, "new_day")
    return day, extension_to(ledger, day)


def _within(day: date, after: date, today: date, column: str) -> int:
    if day <= after:
        raise BadInput(Fault("day_too_early", column=column, params={"day": after}))
    if day > today + LONGEST:
        raise BadInput(Fault("day_too_late", column=column, params={"days": LONGEST.days}))
    return (day - today).days


def next_reminder(day: date, today: date) -> tuple[int, date] | None:
    """The first rung after today for a last day that is set or moved today, as (days after it, day it fires).

    Whoever sets the day tells those who are asked, so what would have been due by now is not sent again.
    """
    for rung in LADDER:
        fires = day + timedelta(days=rung)
        if fires > today:
            return rung, fires
    return None


# --- answering ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether an organisation may send an answer. `answered`: it has sent one before."""

    opened: bool
    closed: bool
    last_day: date | None
    answered: bool

    def is_late(self, today: date) -> bool:
        return self.last_day is not None and today > self.last_day

    def refuses_answer(self, today: date) -> str | None:
        """Why nothing can be sent: not_open, closed, amending_over."""
        if not self.opened:
            return "not_open"
        if self.closed:
            return "closed"
        return "amending_over" if self.answered and self.is_late(today) else None


def refuses_opening(questions: int, addressees: int) -> str | None:
    """Why a round cannot be opened: no_questions, nobody_asked."""
    if not questions:
        return "no_questions"
    return None if addressees else "nobody_asked"


# --- how an organisation stands -------------------------------------------------------------------

STANDINGS = ("answered", "late", "no_comment", "late_no_comment", "waiting")


def standing(answer: str | None, late: bool) -> str:
    """One of STANDINGS, from what the organisation sent ("submitted", "no_comment", or nothing) and whether it came
    after the last day."""
    if not answer:
        return "waiting"
    if answer == "no_comment":
        return "late_no_comment" if late else "no_comment"
    return "late" if late else "answered"
