"""What taking in a file of people would do, judged row after row. A row is one mandate of one person."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.administration import rules
from nt_process.administration.service import Maker
from nt_process.administration.texts import ROLE_MESSAGES
from nt_process.infra.tabular import Field, Record, comparable, pick_columns, read_table
from nt_process.kernel.cells import CellError, read_date
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_, translator
from nt_process.kernel.regions import find_region

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5000

FIELDS = (
    Field(
        "email",
        ("e-post", "epost", "e-postadress", "mail", "e-mail", "e-mail address"),
        title=N_("E-mail address"),
    ),
    Field("name", ("namn",), title=N_("Name")),
    Field("organisation", ("organization",), title=N_("Organisation")),
    Field("role", ("roll",), title=N_("Role")),
    Field("from", ("från", "från och med", "fr.o.m.", "första dag", "first day"), False, N_("First day")),
    Field("to", ("till", "till och med", "t.o.m.", "sista dag", "last day"), False, N_("Last day")),
    Field("language", ("språk",), False, N_("Language")),
    Field("speaks", ("för talan", "talan", "may speak"), False, N_("May speak")),
)
_YES, _NO = frozenset({"ja", "j", "yes", "y", "x", "1"}), frozenset({"nej", "n", "no", "0"})

_ORGANISATIONS = sa.text("SELECT id, kind, name, county_code FROM organisation ORDER BY id")
_PEOPLE = sa.text("""
    SELECT id, lower(email) AS email, name, language, disabled_at FROM person WHERE lower(email) = ANY (:emails)
""")
_MANDATES = sa.text("""
    SELECT id, person_id, organisation_id, role, valid_from, valid_to, speaks FROM membership
    WHERE person_id = ANY (:ids)
""")


@dataclass(slots=True)
class _Held:
    """A mandate as it is, or as an earlier row of the file makes it. Without an id it is still to be made."""

    organisation_id: str
    role: str
    days: rules.Days
    speaks: bool
    id: str | None = None


@dataclass(slots=True)
class _Known:
    """A person as they are, or as an earlier row of the file makes them."""

    name: str
    language: str
    id: str | None = None
    disabled: bool = False
    mandates: list[_Held] = field(default_factory=list)
    named_in_row: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one row: created (a new person), changed, unchanged or rejected, with what it says.

    Without `days` the mandate stays as it is.
    """

    row: int
    outcome: str
    email: str
    name: str = ""
    organisation: str = ""
    role: str = ""
    days: rules.Days | None = None
    faults: tuple[Fault, ...] = ()
    language: str = "sv"
    organisation_id: str = ""
    person_id: str | None = None
    membership_id: str | None = None
    speaks: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """What taking a file in would do, row by row."""

    steps: tuple[Step, ...]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(step.outcome for step in self.steps)
        return {name: found[name] for name in ("created", "changed", "unchanged", "rejected")}


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class File:
    records: Sequence[Record]
    faults: Sequence[Fault]


def read_file(content: bytes) -> File:
    """The rows of a file, and what is wrong with it. Raises BadInput when it cannot be read at all."""
    if len(content) > MAX_BYTES:
        raise BadInput(Fault("file_too_large", params={"limit_mb": MAX_BYTES // 1024**2}))
    table = read_table(content)
    if len(table.rows) > MAX_ROWS:
        raise BadInput(Fault("too_many_rows", params={"limit": MAX_ROWS}))
    return File(pick_columns(table, FIELDS), table.faults)


# --- what becomes of each row ---------------------------------------------------------------------


def plan(connection: Connection, maker: Maker, file: File) -> Plan:
    """What taking the file in would do now. Nothing is changed."""
    planner = _Planner(connection, maker, [record.values["email"].lower() for record in file.records])
    steps = [planner.step(record) for record in file.records]
    steps += [Step(fault.row or 0, "rejected", "", faults=(fault,)) for fault in file.faults]
    return Plan(tuple(sorted(steps, key=lambda step: step.row)))


class _Planner:
    """Judges row after row; what an earlier row does is known to the later ones."""

    def __init__(self, connection: Connection, maker: Maker, emails: list[str]) -> None:
        self._maker = maker
        self._organisations = [
            (str(row.id), row.kind, row.name, row.county_code) for row in connection.execute(_ORGANISATIONS)
        ]
        self._people: dict[str, _Known] = {}
        usable = sorted({email for email in emails if rules.usable(email)})
        by_id: dict[str, _Known] = {}
        for row in connection.execute(_PEOPLE, {"emails": usable}):
            known = _Known(row.name, row.language, str(row.id), row.disabled_at is not None)
            self._people[row.email] = by_id[str(row.id)] = known
        for row in connection.execute(_MANDATES, {"ids": [uuid.UUID(one) for one in by_id]}):
            held = _Held(
                str(row.organisation_id),
                row.role,
                rules.Days(row.valid_from, row.valid_to),
                row.speaks,
                str(row.id),
            )
            by_id[str(row.person_id)].mandates.append(held)

    def step(self, record: Record) -> Step:
        values = record.values
        told = Step(
            record.row, "rejected", values["email"], values["name"], values["organisation"], values["role"]
        )
        try:
            return self._judged(record, told)
        except BadInput as refused:
            faults = (Fault(f.code, record.row, _heading(record, f.column), f.params) for f in refused.faults)
            return Step(
                told.row,
                "rejected",
                told.email,
                told.name,
                told.organisation,
                told.role,
                faults=tuple(faults),
            )

    def _judged(self, record: Record, told: Step) -> Step:
        values = record.values
        person, role, organisation_id, organisation, first, last = self._read(values)
        known = self._people.get(person.email.lower())
        if known is not None:
            self._require_usable(known, person)
        held = (
            None if known is None else _same_mandate(known, organisation_id, role, first, self._maker.today)
        )
        days = rules.Days(
            first or (held.days.valid_from if held else self._maker.today),
            last or (held.days.valid_to if held else None),
        )
        if days.valid_to is not None and days.valid_to < days.valid_from:
            raise BadInput(Fault("ends_before", column="to"))
        language = person.language if values.get("language") else (known.language if known else "sv")
        said = _said(values, True if held is None else held.speaks)
        speaks = rules.may_speak(role, said)
        same_days = held is not None and held.days == days
        same_mandate = held is not None and same_days and held.speaks == speaks
        if known is None:
            outcome = "created"
            known = self._people[person.email.lower()] = _Known(person.name, language)
        else:
            same = same_mandate and (known.name, known.language) == (person.name, language)
            outcome = "unchanged" if same else "changed"
        self._require_not_own(known, same_mandate)
        if not same_days:
            _require_room(known, organisation_id, role, days, held)
        if held is None:
            known.mandates.append(_Held(organisation_id, role, days, speaks))
        else:
            held.days, held.speaks = days, speaks
        known.name, known.language, known.named_in_row = person.name, language, record.row
        return Step(
            told.row, outcome, person.email, person.name, organisation, role, None if same_mandate else days, (),
            language, organisation_id, known.id, held.id if held else None, speaks,
        )  # fmt: skip

    def _read(
        self, values: Mapping[str, str]
    ) -> tuple[rules.PersonInput, str, str, str, date | None, date | None]:
        """A row's fields, each read by itself. Raises BadInput with every fault of the row."""
        faults: list[Fault] = []

        def read(reader: Callable[..., Any], *given: Any) -> Any:
            try:
                return reader(*given)
            except BadInput as refused:
                faults.extend(refused.faults)
                return None

        person = read(rules.read_person, {**values, "language": values.get("language", "").lower()[:2]})
        role = read(self._role, values["role"])
        found: Any = read(self._organisation, values["organisation"], role) if role else None
        first, last = read(_day, values, "from"), read(_day, values, "to")
        read(_said, values, True)
        if faults:
            raise BadInput(*faults)
        organisation_id, organisation = found
        return person, role, organisation_id, organisation, first, last

    def _require_usable(self, known: _Known, person: rules.PersonInput) -> None:
        if known.disabled:
            raise BadInput(Fault("person_disabled", column="email"))
        if known.named_in_row is not None and known.name != person.name:
            raise BadInput(Fault("two_names", column="name"))

    def _require_not_own(self, known: _Known, same_mandate: bool) -> None:
        """Nobody gives themselves a role, nor more in one; nor ends their own by a file."""
        if known.id == self._maker.actor.id and not same_mandate:
            raise BadInput(Fault("own_role", column="role"))

    def _role(self, text: str) -> str:
        spelled = comparable(text).replace("_", " ")
        for role, title in ROLE_MESSAGES.items():
            # In both languages, whichever the reader has.
            if spelled in {role.replace("_", " "), comparable(title), comparable(translator("sv")(title))}:
                return role
        raise BadInput(Fault("unknown_role", column="role", params={"value": text[:80]}))

    def _organisation(self, text: str, role: str) -> tuple[str, str]:
        region = find_region(text)
        for made, kind, name, county in self._organisations:
            if kind not in rules.KINDS_OF_ROLE[role]:
                continue
            same_region = (
                kind == "region"
                and region is not None
                and region in (find_region(name), find_region(county or ""))
            )
            if comparable(name) == comparable(text) or same_region:
                return made, name
        raise BadInput(Fault("unknown_organisation", column="organisation", params={"value": text[:80]}))


def _heading(record: Record, column: str | None) -> str | None:
    return record.headings.get(column or "", column)


def _day(values: Mapping[str, str], name: str) -> date | None:
    text = values.get(name, "")
    if not text:
        return None
    try:
        day = read_date(text)
    except CellError:
        day = None
    if day is None or not rules.EARLIEST <= day <= rules.LATEST:
        raise BadInput(Fault("not_a_day", column=name))
    return day


def _said(values: Mapping[str, str], before: bool) -> bool:
    """Whether the row says that the person speaks for the organisation; one that says nothing leaves it so."""
    text = values.get("speaks", "").strip().casefold()
    if text and text not in _YES | _NO:
        raise BadInput(Fault("not_yes_or_no", column="speaks"))
    return text in _YES if text else before


def _same_mandate(
    known: _Known, organisation_id: str, role: str, first: date | None, today: date
) -> _Held | None:
    """The mandate that a row is about: the one from the same day, or without a first day the present one."""
    for held in known.mandates:
        about = held.days.valid_from == first if first else held.days.holds_on(today)
        if (held.organisation_id, held.role) == (organisation_id, role) and about:
            return held
    return None


def _require_room(
    known: _Known, organisation_id: str, role: str, days: rules.Days, changed: _Held | None
) -> None:
    """The same role in the same organisation is held once at a time, and one mandate is said by one row."""
    if changed is not None and changed.id is None:
        raise BadInput(Fault("overlaps", column="from"))
    end = days.valid_to or date.max
    for held in known.mandates:
        same = held is not changed and (held.organisation_id, held.role) == (organisation_id, role)
        if same and held.days.valid_from <= end and (held.days.valid_to or date.max) >= days.valid_from:
            raise BadInput(Fault("overlaps", column="from"))
