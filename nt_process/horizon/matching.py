"""An export compared with what is known: which rows are new, which change an item, and which are unusable.

A medicine is known by its product number. Where that number is missing or is a procedure's (some
rows of each export carry one, and come back corrected later), it is known by its trade name and
substance together with something else that has stayed the same; where several would fit equally
well none is taken, so that two medicines are never made one by guessing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nt_process.horizon.export import Export, ExportRow
from nt_process.horizon.rules import Medicine, comparable_name, medicine_of, read_medicine
from nt_process.kernel.faults import BadInput, Fault

# What else may show that two rows with one trade name and substance are the same medicine.
_AGREEMENT = ("company", "url", "authorised_on", "product_number")


@dataclass(frozen=True, slots=True)
class Known:
    """An item as it is stored. `seen_at` is when the newest export that holds it was made.

    `earlier` holds what older exports were already found to state otherwise: (made at, field, text).
    """

    id: str
    product_key: str | None
    names: tuple[str, ...]
    source: Mapping[str, str]
    seen_at: datetime
    earlier: Collection[tuple[datetime, str, str]] = ()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that an export states otherwise than the item does."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class New:
    """A row that no item stands for yet."""

    row: int
    source: Mapping[str, str]
    medicine: Medicine


@dataclass(frozen=True, slots=True)
class Update:
    """A row that differs from its item. Changes out of an older export are kept as history only."""

    row: int
    item_id: str
    source: Mapping[str, str]
    medicine: Medicine
    changes: tuple[FieldChange, ...]
    applies: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import does: each row of the file is in exactly one part (a rejected row may have many faults).

    `seen` are the items that the file holds and that no later export has held.
    """

    made_at: datetime
    new: tuple[New, ...]
    updates: tuple[Update, ...]
    unchanged: int
    seen: tuple[str, ...]
    rejected: Mapping[int, tuple[Fault, ...]]


@dataclass(frozen=True, slots=True)
class Readable:
    """The rows of an export that can be used, and the faults of those that cannot, by row."""

    rows: tuple[tuple[ExportRow, Medicine], ...]
    rejected: Mapping[int, tuple[Fault, ...]]


def readable_rows(export: Export) -> Readable:
    """Each row's reading; of two rows with the same product number, or the same text, the first is taken."""
    rows: list[tuple[ExportRow, Medicine]] = []
    rejected: dict[int, tuple[Fault, ...]] = {}
    for fault in export.unreadable:
        rejected[fault.row or 0] = (*rejected.get(fault.row or 0, ()), fault)
    first_row: dict[object, int] = {}
    for row in export.rows:
        try:
            medicine = read_medicine(row, export.headings)
        except BadInput as refusal:
            rejected[row.row] = refusal.faults
            continue
        identity = medicine.product_key or tuple(sorted(row.values.items()))
        if identity in first_row:
            rejected[row.row] = (Fault("same_as_row", row.row, params={"first": first_row[identity]}),)
        else:
            first_row[identity] = row.row
            rows.append((row, medicine))
    return Readable(tuple(rows), dict(sorted(rejected.items())))


def plan_import(readable: Readable, known: Sequence[Known], made_at: datetime) -> Plan:
    """What importing these rows, from an export made at `made_at`, does to the known items."""
    partner = _pair(readable.rows, known)
    new: list[New] = []
    updates: list[Update] = []
    seen: list[str] = []
    unchanged = 0
    for row, medicine in readable.rows:
        item = partner.get(row.row)
        if item is None:
            new.append(New(row.row, row.values, medicine))
            continue
        applies = made_at >= item.seen_at
        if applies:
            seen.append(item.id)
        changes = _changes(item, row.values, made_at, applies=applies)
        if changes:
            source = {**item.source, **row.values}
            reading = _still(item, medicine_of(source))
            updates.append(Update(row.row, item.id, source, reading, changes, applies))
        else:
            unchanged += 1
    return Plan(made_at, tuple(new), tuple(updates), unchanged, tuple(seen), readable.rejected)


def _still(item: Known, medicine: Medicine) -> Medicine:
    """The reading, which never loses a product number or a name by which the item was once known."""
    names = tuple(dict.fromkeys((*medicine.names, *item.names)))
    return replace(medicine, product_key=medicine.product_key or item.product_key, names=names)


def _changes(
    item: Known, values: Mapping[str, str], made_at: datetime, *, applies: bool
) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(field, item.source.get(field, ""), values[field])
        for field in _differing(item, values)
        if applies or (made_at, field, values[field]) not in item.earlier
    )


def _differing(item: Known, values: Mapping[str, str]) -> list[str]:
    return [field for field, text in values.items() if text != item.source.get(field, "")]


def _pair(rows: Sequence[tuple[ExportRow, Medicine]], known: Sequence[Known]) -> dict[int, Known]:
    """The item of each row that has one, by the row's number; no item is given to two rows.

    First by product number, then, for what is left, by the same text throughout, then by resemblance.
    """
    by_key = {item.product_key: item for item in known if item.product_key}
    partner = {
        row.row: by_key[medicine.product_key]
        for row, medicine in rows
        if medicine.product_key and medicine.product_key in by_key
    }
    by_name: dict[str, list[Known]] = defaultdict(list)
    for item in known:
        for name in item.names:
            by_name[name].append(item)
    taken = {item.id for item in partner.values()}
    for choose in (_same_text, _same_medicine):
        for row, medicine in rows:
            if row.row in partner:
                continue
            free = [
                item
                for name in medicine.names
                for item in by_name[name]
                if item.id not in taken and (item.product_key is None or medicine.product_key is None)
            ]
            item = choose(row, free)
            if item is not None:
                partner[row.row] = item
                taken.add(item.id)
    return partner


def _same_text(row: ExportRow, candidates: Iterable[Known]) -> Known | None:
    """The candidate that states exactly what the row does."""
    return next((item for item in candidates if not _differing(item, row.values)), None)


def _same_medicine(row: ExportRow, candidates: Iterable[Known]) -> Known | None:
    """The one candidate with the row's substance that agrees best with it otherwise."""
    agreement = {
        item.id: (_agreement(item.source, row.values), item)
        for item in candidates
        if _same_substance(item.source, row.values)
    }
    best = max((count for count, _item in agreement.values()), default=0)
    fitting = [item for count, item in agreement.values() if count == best]
    return fitting[0] if best and len(fitting) == 1 else None


def _agreement(one: Mapping[str, str], other: Mapping[str, str]) -> int:
    return sum(bool(one.get(field)) and one.get(field) == other.get(field) for field in _AGREEMENT)


def _same_substance(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two rows name a common substance, or one of them names none."""
    first, second = _substances(one), _substances(other)
    return bool(first & second) or not (first and second)


def _substances(values: Mapping[str, str]) -> set[str]:
    return {comparable_name(values[field]) for field in ("inn", "active_substance") if values.get(field)}
