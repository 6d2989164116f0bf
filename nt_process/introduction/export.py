"""Deviations and a board as tables that leave the system."""

from __future__ import annotations

from collections.abc import Sequence

from nt_process.infra.spreadsheet import Cell, Sheet
from nt_process.introduction import texts
from nt_process.introduction.queries import Board, Deviation
from nt_process.introduction.rules import reasons, units
from nt_process.introduction.rules.board import NONE
from nt_process.kernel.calendar import ONE_DAY
from nt_process.kernel.messages import N_, translator
from nt_process.kernel.regions import BY_CODE, REGIONS


def deviations(found: Sequence[Deviation], language: str) -> Sheet:
    """A row for each spell in which a region departed from a recommendation."""
    _ = translator(language)
    header = [
        _(N_("Region")), _(N_("Medicine")), _(N_("Case")), _(N_("Recommendation")), _(N_("What the region does")),
        _(N_("Reason, from the list")), _(N_("Reason, in words")), _(N_("From")), _(N_("To")), _(N_("Day of start")),
        _(N_("Recorded")), _(N_("Recorded by")),
    ]  # fmt: skip
    return Sheet(_(N_("Deviations")), header, [_deviation(one, language) for one in found])


def _deviation(one: Deviation, language: str) -> list[Cell]:
    _, row = translator(language), one.row
    return [
        BY_CODE[row["county_code"]].name, row["medicine"], row["case_number"], row["label"][language],
        _(texts.DECISION_MESSAGES[row["decision"]]), _(reasons.MESSAGES.get(row["reason_code"], row["reason_code"])),
        row["reason"], one.spell.first, None if one.spell.end is None else one.spell.end - ONE_DAY, row["start_on"],
        row["at"], row["person"],
    ]  # fmt: skip


def board(found: Board, language: str) -> Sheet:
    """A row for each of the 21 regions."""
    _ = translator(language)
    header = [
        _(N_("Code")), _(N_("Region")), _(N_("What the region does")), _(N_("Reason, from the list")),
        _(N_("Reason, in words")), _(N_("Holds from")), _(N_("Day of start")), _(N_("Funded")), _(N_("Staff trained")),
        _(N_("Ordering ready")), _(N_("In use")), _(N_("Units")), _(N_("Responsible")), _(N_("Role of the responsible")),
        _(N_("Link to the introduction protocol")), _(N_("Recorded")),
    ]  # fmt: skip
    rows = [_region(found, region.code, language) for region in REGIONS]
    return Sheet(_(N_("The board")), header, rows)


def _region(found: Board, code: str, language: str) -> list[Cell]:
    _ = translator(language)
    name, row = BY_CODE[code].name, found.decisions.get(code)
    if row is None:
        return [code, name, _(texts.DECISION_MESSAGES[NONE]), *[None] * 13]
    steps = found.steps.get(code, {})
    reason = row["reason_code"]
    return [
        code, name, _(texts.DECISION_MESSAGES[row["decision"]]), _(reasons.MESSAGES.get(reason, reason)) if reason else "",
        row["reason"], row["holds_from"], row["start_on"],
        *(steps.get(step) for step in ("funded", "trained", "ordering", "in_use")),
        units.written(found.units.get(code, ())), row["responsible"], row["responsible_role"], row["protocol_link"],
        row["at"],
    ]  # fmt: skip
