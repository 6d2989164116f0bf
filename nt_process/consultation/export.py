"""The compilation as tables that leave the system: one row for each reply, and who has answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nt_process.consultation import texts
from nt_process.consultation.compilation import Part, region_answers, standing
from nt_process.consultation.queries import RoundFile
from nt_process.infra.spreadsheet import Cell, Sheet, rows_to_csv, rows_to_xlsx
from nt_process.kernel.messages import N_, translator

_REPLY_COLUMNS = (
    N_("Number of the question"),
    N_("Question"),
    N_("Organisation"),
    N_("Reply"),
    N_("Comment"),
    N_("Who may read it"),
    N_("Sent"),
    N_("Answered late"),
    N_("What became of it"),
    N_("Reason"),
)


def csv_bytes(parts: Sequence[Part], language: str) -> bytes:
    sheet = _replies(parts, language)
    return rows_to_csv(sheet.header, sheet.rows, swedish=language == "sv")


def xlsx_bytes(
    file: RoundFile, parts: Sequence[Part], language: str, at: datetime, *, council: bool
) -> bytes:
    """The replies; for the council's side also who has answered, and for everyone the 21 regions."""
    sheets = [_replies(parts, language)]
    if council:
        sheets.append(_addressees(file, language))
    sheets.append(_regions(file, parts, language))
    return rows_to_xlsx(sheets, made_at=at, title=translator(language)(N_("Compilation of a consultation")))


def _replies(parts: Sequence[Part], language: str) -> Sheet:
    _ = translator(language)
    tiers = {tier: _(message) for tier, message in texts.TIER_MESSAGES.items()}
    verdicts = {verdict: _(message) for verdict, message in texts.VERDICT_MESSAGES.items()}
    rows: list[list[Cell]] = [
        [
            number,
            part.question.text,
            row["organisation"],
            texts.choice_text(part.question.kind, row["choice"], _),
            row["text"],
            tiers[row["tier"]],
            row["answered_at"],
            _(N_("Yes")) if row["late"] else _(N_("No")),
            verdicts.get(row["verdict"], ""),
            row["reason"] or "",
        ]
        for number, part in enumerate(parts, start=1)
        for row in part.replies
    ]
    return Sheet(_(N_("Replies")), [_(name) for name in _REPLY_COLUMNS], rows)


def _addressees(file: RoundFile, language: str) -> Sheet:
    _ = translator(language)
    header = [_(N_("Organisation")), _(N_("Standing")), _(N_("Sent")), _(N_("Sent by"))]
    rows: list[list[Cell]] = [
        [
            row["name"],
            _(texts.STANDING_MESSAGES[standing(row)]),
            row["answered_at"],
            row["answered_by"] or "",
        ]
        for row in file.addressees
    ]
    return Sheet(_(N_("Who is asked")), header, rows)


def _regions(file: RoundFile, parts: Sequence[Part], language: str) -> Sheet:
    """The 21 regions; a column for each question with alternatives."""
    _ = translator(language)
    asked = [(number, part) for number, part in enumerate(parts, start=1) if part.question.alternatives]
    columns = [region_answers(file, parts, part.id) for _number, part in asked]
    header = [
        _(N_("Region")),
        _(N_("Standing")),
        *(_(N_("Question %(number)s"), number=n) for n, _part in asked),
    ]
    rows: list[list[Cell]] = []
    for place, one in enumerate(region_answers(file, parts)):
        chosen = [
            texts.choice_text(part.question.kind, column[place].choice, _)
            for (_number, part), column in zip(asked, columns, strict=True)
        ]
        rows.append([one.region.name, _(texts.STANDING_MESSAGES[one.standing]), *chosen])
    return Sheet(_(N_("The regions")), header, rows)
