"""The European Medicines Agency's public export of medicines: its columns, and its rows as clean text.

Source: the table "medicines output" on the agency's web site, as XLSX or CSV. Above the headings it
says when it was made. Texts hold no-break spaces, soft hyphens, tabs and bullets, which are cleaned
away here: a copy that differs in them alone is the same copy. What a row means is read in `rules`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from nt_process.horizon.export import Export, ExportRow
from nt_process.infra.tabular import Field, Table, pick_columns, read_table
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.faults import BadInput, Fault

FIELDS = (
    Field("category", ("Category",)),
    Field("name", ("Name of medicine",)),
    Field("product_number", ("EMA product number",)),
    Field("status", ("Medicine status",)),
    Field("opinion_status", ("Opinion status",), required=False),
    Field("latest_procedure", ("Latest procedure affecting product information",), required=False),
    Field("inn", ("International non-proprietary name (INN) / common name",), required=False),
    Field("active_substance", ("Active substance",), required=False),
    Field("therapeutic_area", ("Therapeutic area (MeSH)",), required=False),
    Field("patient_safety", ("Patient safety",), required=False),
    Field("atc", ("ATC code (human)",), required=False),
    Field("group", ("Pharmacotherapeutic group (human)",), required=False),
    Field("indication", ("Therapeutic indication",), required=False),
    Field("accelerated", ("Accelerated assessment",), required=False),
    Field("additional_monitoring", ("Additional monitoring",), required=False),
    Field("advanced_therapy", ("Advanced therapy",), required=False),
    Field("biosimilar", ("Biosimilar",), required=False),
    Field("conditional", ("Conditional approval",), required=False),
    Field("exceptional", ("Exceptional circumstances",), required=False),
    # The heading was "Generic or hybrid" in the exports of 2024 and is "Generic" in others.
    Field("generic", ("Generic or hybrid", "Generic"), required=False),
    Field("orphan", ("Orphan medicine",), required=False),
    Field("prime", ("PRIME: priority medicine",), required=False),
    Field("company", ("Marketing authorisation developer / applicant / holder",), required=False),
    Field("decided_on", ("European Commission decision date",), required=False),
    Field("rolling_review_on", ("Start of rolling review date",), required=False),
    Field("evaluation_on", ("Start of evaluation date",), required=False),
    Field("opinion_on", ("Opinion adopted date",), required=False),
    Field("application_withdrawn_on", ("Withdrawal of application date",), required=False),
    Field("authorised_on", ("Marketing authorisation date",), required=False),
    Field("refused_on", ("Refusal of marketing authorisation date",), required=False),
    Field(
        "ended_on",
        ("Withdrawal / expiry / revocation / lapse of marketing authorisation date",),
        required=False,
    ),
    Field("suspended_on", ("Suspension of marketing authorisation date",), required=False),
    Field("revision", ("Revision number",), required=False),
    Field("first_published_on", ("First published date",), required=False),
    Field("last_updated_on", ("Last updated date",), required=False),
    Field("url", ("Medicine URL",), required=False),
)
# The headings by which the row of headings is found, below the lines about the export itself.
EXPECTED_HEADINGS = tuple(field.spellings[0] for field in FIELDS if field.required)

# The real export has some 2,500 rows and 3 million characters. A workbook may repeat one long text in
# every cell and still be a small file, so the text itself is limited too.
MAX_ROWS = 20_000
MAX_CHARACTERS = 60_000_000

_MADE_AT = re.compile(r"(\d{2})/(\d{2})/(\d{4})(?: - (\d{2}):(\d{2}))?", re.ASCII)
# Characters that print nothing: soft hyphen, zero-width signs, direction marks, byte order mark.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_BULLET = re.compile("\\s*[\u2022\u2023\u25aa\u25cf\u25e6\uf0a7\uf0b7]\\s*")


def read_export(content: bytes) -> Export:
    """The export in a file's bytes.

    Raises BadInput as `read_table` does, and for no rows, more than MAX_ROWS or MAX_CHARACTERS.
    """
    table = read_table(content, expects=EXPECTED_HEADINGS)
    if not table.rows and not table.faults:
        raise BadInput(Fault("empty_file"))
    if len(table.rows) > MAX_ROWS:
        raise BadInput(Fault("too_many_rows", table.rows[MAX_ROWS].number, params={"limit": MAX_ROWS}))
    if sum(len(cell) for row in table.rows for cell in row.cells) > MAX_CHARACTERS:
        raise BadInput(Fault("workbook_too_large"))
    records = pick_columns(table, FIELDS, other_columns=True)
    rows = tuple(
        ExportRow(record.row, {name: clean(name, text) for name, text in record.values.items()})
        for record in records
    )
    headings = records[0].headings if records else {}
    return Export(_made_at(table), rows, table.faults, headings)


def clean(field: str, text: str) -> str:
    """The text without what cannot be seen, its spaces made plain; bullets of an indication start a line."""
    text = _INVISIBLE.sub("", text)
    if field == "indication":
        lines = _BULLET.sub("\n\u2022 ", text).splitlines()
        return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)
    return " ".join(text.split())


def _made_at(table: Table) -> datetime | None:
    """The instant in the lines above the headings; without a time of day the last minute of that day."""
    cells = (cell for row in table.preamble for cell in row.cells)
    match = next(filter(None, map(_MADE_AT.search, cells)), None)
    if match is None:
        return None
    day, month, year = (int(part) for part in match.group(1, 2, 3))
    hour, minute = (int(part) for part in (match[4] or "23", match[5] or "59"))
    try:
        # The agency's clock in Amsterdam shows the same time as Stockholm's.
        return datetime(year, month, day, hour, minute, tzinfo=STOCKHOLM).astimezone(UTC)
    except ValueError:
        return None
