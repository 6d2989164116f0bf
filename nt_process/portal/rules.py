"""What can be an answer, what an application still lacks, which answers are secret, and what exactly was filed."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from nt_process.engine.definition import Text
from nt_process.kernel.calendar import add_months
from nt_process.kernel.cells import CellError, read_decimal, read_whole, read_written_date
from nt_process.kernel.money import EXACT
from nt_process.kernel.regions import REGIONS, find_region
from nt_process.portal.form import PROVISIONS, YEARS, Field, Form, Section, cell

MAX_LINE, MAX_TEXT, MAX_LINK = 300, 20_000, 500
MAX_PASTED = 20_000
MONEY_DECIMALS, OTHER_DECIMALS = 2, 4
# Days that have come when an application is written, and days that are still to come.
PAST_DAYS, COMING_DAYS = frozenset({"authorised_on"}), frozenset({"plan_report_on"})
# Whole numbers of which there is at least one.
AT_LEAST_ONE = frozenset({"patients"})
# No secrecy for an authority's dealings lasts longer (chapter 31, section 16).
LONGEST_SECRECY_MONTHS = 240

_ATC = re.compile(r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?", re.ASCII)
_CURRENCY = re.compile(r"\s*(kr|sek|:-)\.?$", re.IGNORECASE)


class NotAnAnswer(ValueError):
    """A text that cannot answer the field; `code` says why, and `params` are for its sentence."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


# --- answers --------------------------------------------------------------------------------------


def read(field: Field, text: str, today: date) -> str:
    """The answer as it is stored; empty when nothing was answered. Raises NotAnAnswer."""
    text = clean(text, MAX_TEXT)
    if not text:
        return ""
    try:
        return _READERS[field.type](field, text, today)
    except CellError as fault:
        raise NotAnAnswer(fault.code, value=text[:80]) from None


def clean(text: str, limit: int) -> str:
    """Text in composed form, with one kind of line ends. Raises NotAnAnswer: bad_characters, too_long."""
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(_is_unusable(character) for character in composed):
        raise NotAnAnswer("bad_characters")
    if len(composed) > limit:
        raise NotAnAnswer("too_long", limit=limit)
    return composed


def line(text: str) -> str:
    """One line of text. Raises NotAnAnswer."""
    return " ".join(clean(text, MAX_LINE).split())


# Characters that turn the direction of writing, so that a text reads otherwise than it is.
TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _is_unusable(character: str) -> bool:
    return (
        character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cs")
    ) or character in TURNING


def _line(_field: Field, text: str, _today: date) -> str:
    return line(text)


def _text(_field: Field, text: str, _today: date) -> str:
    return text


def _atc(_field: Field, text: str, _today: date) -> str:
    code = line(text).upper().replace(" ", "")
    if not _ATC.fullmatch(code):
        raise NotAnAnswer("not_atc")
    return code


def _choice(field: Field, text: str, _today: date) -> str:
    if text not in field.choices:
        raise NotAnAnswer("not_a_choice")
    return text


def _day(field: Field, text: str, today: date) -> str:
    day = read_written_date(text)
    if field.name.endswith("_until"):
        check_secrecy_end(day, today)
    if field.name in PAST_DAYS and day > today:
        raise NotAnAnswer("day_ahead")
    if field.name in COMING_DAYS and day < today:
        raise NotAnAnswer("day_passed")
    return day.isoformat()


def check_secrecy_end(day: date, today: date) -> None:
    """Raises NotAnAnswer: secrecy_over, secrecy_too_long."""
    if day < today:
        raise NotAnAnswer("secrecy_over")
    if day > add_months(today, LONGEST_SECRECY_MONTHS):
        raise NotAnAnswer("secrecy_too_long")


def _money(_field: Field, text: str, _today: date) -> str:
    return _number(_CURRENCY.sub("", text), MONEY_DECIMALS)


def _decimal(_field: Field, text: str, _today: date) -> str:
    return _number(text, OTHER_DECIMALS)


def _number(text: str, decimals: int) -> str:
    value = read_decimal(text, decimal_comma=True)
    if value < 0:
        raise NotAnAnswer("negative")
    if -int(value.as_tuple().exponent) > decimals:
        raise NotAnAnswer("too_many_decimals", limit=decimals)
    return format(value, "f")


def _whole(field: Field, text: str, _today: date) -> str:
    value = read_whole(text, decimal_comma=True)
    if value < 0:
        raise NotAnAnswer("negative")
    if value == 0 and field.name in AT_LEAST_ONE:
        raise NotAnAnswer("not_positive")
    return str(value)


def _link(_field: Field, text: str, _today: date) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and "." in (parts.hostname or "")
    except ValueError:
        usable = False
    if not usable or len(text) > MAX_LINK or any(character.isspace() for character in text):
        raise NotAnAnswer("not_a_link")
    return text


_READERS = {
    "line": _line,
    "text": _text,
    "atc": _atc,
    "choice": _choice,
    "date": _day,
    "money": _money,
    "decimal": _decimal,
    "whole": _whole,
    "link": _link,
}


def written(field: Field, value: str, language: str) -> str:
    """A stored answer as it is typed: 1 234,50 in Swedish, 1 234.50 in English; both can be read again."""
    if field.type not in ("money", "decimal", "whole") or not value:
        return value
    whole, point, decimals = value.partition(".")
    grouped = f"{int(whole):,}".replace(",", "\u00a0")
    return f"{grouped}{',' if language == 'sv' else '.'}{decimals}" if point else grouped


def shown(field: Field, value: str, language: str) -> str:
    """A stored answer as it is read."""
    if field.type == "choice" and value in field.choices:
        return field.choices[value].in_language(language)
    amount = written(field, value, language)
    return f"{amount} kr" if field.type == "money" and value else amount


# --- budget impact --------------------------------------------------------------------------------


def pasted(name: str, text: str) -> dict[str, str]:
    """The cells of a pasted table: a region in each line and its years after it. As typed, to be read one by one.

    Tabs or semicolons part the columns, as spreadsheets do. A heading and a line for the country are left out.
    Raises NotAnAnswer: paste_empty, paste_columns (`row`), paste_region (`row`),
    paste_twice (`row`, `region`), too_long, bad_characters.
    """
    found: dict[str, str] = {}
    for number, row in enumerate(clean(text, MAX_PASTED).split("\n"), start=1):
        parts = [part.strip() for part in re.split(r"[\t;]", row)]
        region = find_region(parts[0]) if row.strip() else None
        if region is None:
            if row.strip() and number > 1 and not _is_total(parts[0]):
                raise NotAnAnswer("paste_region", row=number)
            continue
        if len(parts) != len(YEARS) + 1:
            raise NotAnAnswer("paste_columns", row=number)
        if cell(name, region.code, YEARS[0]) in found:
            raise NotAnAnswer("paste_twice", row=number, region=region.name)
        found |= {cell(name, region.code, year): part for year, part in zip(YEARS, parts[1:], strict=True)}
    if not found:
        raise NotAnAnswer("paste_empty")
    return found


def _is_total(text: str) -> bool:
    return text.casefold() in ("riket", "totalt", "total", "summa", "sverige", "sweden", "sum")


def sums(name: str, answers: Mapping[str, str]) -> dict[str, Decimal]:
    """The sum of each region (by its code), of each year ("1") and of everything ("all")."""
    found = {region.code: Decimal(0) for region in REGIONS}
    found |= {str(year): Decimal(0) for year in YEARS} | {"all": Decimal(0)}
    for region in REGIONS:
        for year in YEARS:
            value = Decimal(answers.get(cell(name, region.code, year)) or 0)
            for key in (region.code, str(year), "all"):
                found[key] = EXACT.add(found[key], value)
    return found


# --- what is missing and what is secret -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that an application lacks. `count` is how many cells, for a table."""

    section: str
    field: str
    label: Text
    count: int = 1


def missing(form: Form, answers: Mapping[str, str]) -> list[Missing]:
    """Every required answer that is not there, in the order of the form."""
    return [one for section in form.sections.values() for one in missing_in(section, answers)]


def missing_in(section: Section, answers: Mapping[str, str]) -> Iterator[Missing]:
    for one in (*section.fields, *section.claim_fields):
        if one.type == "regions":
            empty = [
                cell(one.name, region.code, year)
                for region in REGIONS
                for year in YEARS
                if not answers.get(cell(one.name, region.code, year))
            ]
            if empty and one.required:
                yield Missing(section.name, empty[0], one.label, len(empty))
        elif is_required(one, answers) and not answers.get(one.name):
            yield Missing(section.name, one.name, one.label)


# What is asked of a model, and of nobody who hands none in.
OF_A_MODEL = frozenset({"assumptions"})


def is_required(field: Field, answers: Mapping[str, str]) -> bool:
    if field.name in OF_A_MODEL and answers.get("model_type") == "none":
        return False
    return field.required or (field.when is not None and answers.get(field.when[0]) == field.when[1])


def is_secret(section: Section, field: Field, answers: Mapping[str, str]) -> bool:
    """Secret until the company has said that it is not."""
    return field.secret and (not section.claim or answers.get(f"{section.name}_secret") != "no")


def lapsed(form: Form, answers: Mapping[str, str], today: date) -> list[Missing]:
    """The days until which answers are claimed secret that have passed while the application was written."""
    return [
        Missing(section.name, one.name, one.label)
        for section in form.sections.values()
        for one in section.claim_fields
        if one.type == "date" and answers.get(one.name, today.isoformat()) < today.isoformat()
    ]


def lapsed_documents(documents: Sequence[Any], today: date) -> list[str]:
    """The titles of the documents of which something is claimed secret until a day that has passed."""
    return [
        one["title"]
        for one in documents
        if any(passage["until"] < today.isoformat() for passage in one["passages"] or ())
    ]


# --- documents ------------------------------------------------------------------------------------

MOST_CLAIMS = 10
CLAIM_FIELDS = ("place", "provision", "reason", "until")


@dataclass(frozen=True, slots=True)
class Passage:
    """Passages of a document that are claimed secret for one reason: where they are, and until which day."""

    place: str
    provision: str
    reason: str
    until: date


def read_passages(
    claims: Sequence[Mapping[str, str]], today: date, *, required: bool
) -> tuple[list[Passage], dict[str, NotAnAnswer]]:
    """What is claimed secret, from what was typed; and what is wrong with each field of each claim (`place-2`).

    A claim in which nothing was typed is none. `required`: there must be one, and so the first is read.
    """
    passages, faults = [], {}
    typed = [any(texts.get(name, "").strip() for name in ("place", "reason", "until")) for texts in claims]
    if required and not any(typed):
        claims, typed = [*claims, {}][:1], [True]
    for number, texts in enumerate(claims, start=1):
        if typed[number - 1]:
            found = read_passage(texts, today)
            if isinstance(found, Passage):
                passages.append(found)
            else:
                faults |= {f"{name}-{number}": fault for name, fault in found.items()}
    return passages, faults


def read_passage(texts: Mapping[str, str], today: date) -> Passage | dict[str, NotAnAnswer]:
    """A passage from what was typed in place, provision, reason and until; or what is wrong with each."""
    faults: dict[str, NotAnAnswer] = {}
    values: dict[str, str] = {}
    for name, limit in (
        ("place", MAX_LINE),
        ("provision", MAX_LINE),
        ("reason", MAX_TEXT),
        ("until", MAX_LINE),
    ):
        try:
            values[name] = clean(texts.get(name, ""), limit)
            if not values[name]:
                raise NotAnAnswer("missing")
        except NotAnAnswer as fault:
            faults[name] = fault
    if "provision" not in faults and values["provision"] not in PROVISIONS:
        faults["provision"] = NotAnAnswer("not_a_choice")
    day = today
    if "until" not in faults:
        try:
            day = read_written_date(values["until"])
            check_secrecy_end(day, today)
        except CellError as fault:
            faults["until"] = NotAnAnswer(fault.code, value=values["until"][:80])
        except NotAnAnswer as fault:
            faults["until"] = fault
    return faults or Passage(" ".join(values["place"].split()), values["provision"], values["reason"], day)


# --- what was filed -------------------------------------------------------------------------------


def canonical(content: Mapping[str, object]) -> tuple[str, str]:
    """The exact text that is filed, and its SHA-256. The same content always gives the same text."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text, hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class StatedFile:
    """One version of a document that was filed: what it is, the hash of its content, and of a confidential one what is
    claimed secret, each claim by its provision and its last day (YYYY-MM-DD)."""

    title: str
    name: str
    sha256: str
    secret: bool
    claims: tuple[tuple[str, str], ...] = ()


def stated_documents(documents: Sequence[Mapping[str, Any]]) -> list[StatedFile]:
    """Each version of each document in what was filed."""
    found = []
    for one in documents:
        if one["secret_sha256"]:
            claims = tuple((passage["provision"], passage["until"]) for passage in one["passages"])
            found.append(StatedFile(one["title"], one["secret_name"], one["secret_sha256"], True, claims))
        found.append(StatedFile(one["title"], one["public_name"], one["public_sha256"], False))
    return found


def public_text(
    title: str,
    form: Form,
    answers: Mapping[str, str],
    facts: Sequence[tuple[str, str]],
    documents: Sequence[Any] = (),
) -> str:
    """The application without what is claimed secret, in Swedish, as the case's parties read it.

    Of each document it is said under which provisions and until when something in it is claimed secret; where in it
    and why is part of what the company tells the council alone.
    """
    lines = [title, "=" * len(title), "", *(f"{name}: {value}" for name, value in facts)]
    for section in form.sections.values():
        lines += ["", section.label.sv, "-" * len(section.label.sv)]
        for one in section.fields:
            lines += _public_lines(section, one, answers)
        lines += [
            f"{one.label.sv} {shown(one, answers[one.name], 'sv')}"
            for one in section.claim_fields
            if answers.get(one.name) and one.type != "text"
        ]
    if documents:
        lines += ["", "Handlingar", "----------", *(line for one in documents for line in _claim_lines(one))]
    return "\n".join(lines) + "\n"


def _claim_lines(document: Any) -> Iterator[str]:
    yield document["title"]
    for passage in document["passages"] or ():
        provision = PROVISIONS[passage["provision"]].sv
        yield f"  [sekretess begärd] {provision}, till och med {passage['until']}"


def _public_lines(section: Section, field: Field, answers: Mapping[str, str]) -> Iterator[str]:
    if is_secret(section, field, answers):
        yield f"{field.label.sv}: [sekretess begärd]"
    elif field.type == "regions":
        yield f"{field.label.sv}:"
        for region in REGIONS:
            years = (answers.get(cell(field.name, region.code, year), "") for year in YEARS)
            yield f"  {region.name}: {'; '.join(years)}"
    elif answers.get(field.name):
        yield f"{field.label.sv}: {shown(field, answers[field.name], 'sv')}"
