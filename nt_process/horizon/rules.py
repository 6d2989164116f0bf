"""What a row of the agency's export means for the council: the medicine, its scope and its expected day.

Everything here is a function of the row's own text. The text itself is kept beside the reading, so
that a reading can always be checked against what the agency stated.

Sources: the WHO Collaborating Centre's guidelines for ATC classification (groups L01, L02, V10X);
Regulation (EC) 141/2000 article 8 (market exclusivity of orphan medicines); Regulation (EC) 726/2004
article 10 (from opinion to decision).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from nt_process.horizon.export import ExportRow
from nt_process.kernel.cells import CellError, read_date
from nt_process.kernel.faults import BadInput, Fault

# From the committee's opinion to the Commission's decision the median was 60 days for the 1,309
# medicines with both dates in the agency's exports of 1995 to 2026; the Commission's own limit is 67.
FORECAST_DAYS = 60
DECISION_LIMIT_DAYS = 67
EXCLUSIVITY_YEARS = 10

MAX_NAME = 500
MAX_NUMBER = 100

POSITIVE_OUTLOOK = frozenset({"opinion", "authorised"})

_DATES_READ = ("opinion_on", "authorised_on")
_FLAGS_READ = ("orphan", "conditional", "exceptional")
_PRODUCT_NUMBER = re.compile(r"(?:EMEA/)?H/([CW])/(\d{3,6})(?:/.*)?", re.ASCII)
_EARLIER_NAME = re.compile(r"\(previously(?: known as)?:? ([^()]+)\)", re.IGNORECASE)
_ATC = re.compile(r"[A-Z]\d\d(?:[A-Z](?:[A-Z](?:\d\d)?)?)?", re.ASCII)
_LETTER_O_FOR_ZERO = re.compile(r"^([A-Z])O(\d)")

# Antineoplastic agents, endocrine therapy of cancer, and radiopharmaceuticals used to treat cancer;
# and three immunosuppressants by code whose every approved use is a cancer of the blood (thalidomide,
# lenalidomide, pomalidomide).
_CANCER_GROUPS = ("L01", "L02", "V10X", "L04AX02", "L04AX04", "L04AX06")
# How the subject headings (MeSH) of therapeutic areas name cancers.
_CANCER_AREA = re.compile(
    r"cancer|carcin|neoplas|leuk[a]?emia|lymphoma|myeloma|sarcoma|melanoma|glioma|blastoma|mesothelioma"
    r"|myelodysplastic|myeloproliferative|myelofibrosis|polycythemia vera|thrombocythemia|mastocytosis"
    r"|macroglobulinemia|histiocytosis|mycosis fungoides|sezary|\btumou?rs?\b(?! (?:lysis|necrosis))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Oncology:
    """Whether a medicine is for cancer (None: not known), by what, and whether the area says otherwise."""

    is_oncology: bool | None
    # "atc", "group" or "area": what decided; "" when nothing is known.
    basis: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """The day of the Commission's decision: the actual one ("decision") or a "forecast"."""

    on: date | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Medicine:
    """One row's reading, in the columns by which items are found and sorted."""

    product_key: str | None
    names: tuple[str, ...]
    medicine: str
    product_number: str
    substance: str
    atc: str
    therapeutic_area: str
    indication: str
    company: str
    agency_status: str
    orphan: bool
    oncology: bool | None
    approval_type: str
    opinion_on: date | None
    authorised_on: date | None
    expected_on: date | None
    expected_by: str | None


def read_medicine(row: ExportRow, headings: Mapping[str, str]) -> Medicine:
    """The row's reading.

    Raises BadInput with every fault of the row: veterinary, unknown_category, name_missing, too_long,
    not_yes_no, not_a_date, date_out_of_range.
    """
    faults = _scope_faults(row, headings) or _value_faults(row, headings)
    if faults:
        raise BadInput(*faults)
    return medicine_of(row.values)


def medicine_of(values: Mapping[str, str]) -> Medicine:
    """The reading of values that `read_medicine` has accepted, now or in an earlier export."""
    said = _said(values)
    opinion_on, authorised_on = (_day(said[field]) for field in _DATES_READ)
    codes = atc_codes(said["atc"])
    expected = expected_decision(said["status"], said["opinion_status"], opinion_on, authorised_on)
    return Medicine(
        product_key=product_key(said["product_number"]),
        names=trade_names(said["name"]),
        medicine=said["name"],
        product_number=said["product_number"],
        substance=said["inn"] or said["active_substance"],
        atc=", ".join(codes),
        therapeutic_area=said["therapeutic_area"],
        indication=said["indication"],
        company=said["company"],
        agency_status=said["status"],
        orphan=_yes(said["orphan"]),
        oncology=oncology(values).is_oncology,
        approval_type=approval_type(values),
        opinion_on=opinion_on,
        authorised_on=authorised_on,
        expected_on=expected.on,
        expected_by=expected.by,
    )


def product_key(number: str) -> str | None:
    """The product's own part of its number, EMEA/H/C/004953; None when it is that of a procedure.

    "H/C/005084" and "H/C/002840/N/0049" hold it, "R/0023" and "H/C/WS2451" do not.
    """
    match = _PRODUCT_NUMBER.fullmatch(number.upper().replace(" ", ""))
    return f"EMEA/H/{match[1]}/{match[2]:0>6}" if match else None


def trade_names(name: str) -> tuple[str, ...]:
    """The name and the earlier ones it states, in the form in which two exports' names are compared."""
    earlier = _EARLIER_NAME.findall(name)
    current = _EARLIER_NAME.sub("", name).strip() or name
    return tuple(dict.fromkeys(comparable_name(each) for each in (current, *earlier)))


def comparable_name(name: str) -> str:
    """Letters and digits alone, without regard to case; a name of other signs stays as it is."""
    folded = name.casefold()
    return "".join(character for character in folded if character.isalnum()) or folded


def atc_codes(text: str) -> tuple[str, ...]:
    """The ATC codes in a cell: "L01X C02" is L01XC02, "L01XE3" is L01XE, "Not yet assigned" none."""
    codes = []
    for part in text.upper().split(";"):
        written = _LETTER_O_FOR_ZERO.sub(r"\g<1>0\2", "".join(part.split()))
        match = _ATC.match(written)
        # At most one sign may be left over: a code that was cut short, not another kind of text.
        if match and len(written) - match.end() <= 1:
            codes.append(match[0])
    return tuple(dict.fromkeys(codes))


def approval_type(values: Mapping[str, str]) -> str:
    """conditional, exceptional or full; empty where there is neither an approval nor a good opinion."""
    said = _said(values)
    if _yes(said["conditional"]):
        return "conditional"
    if _yes(said["exceptional"]):
        return "exceptional"
    approved = said["authorised_on"] or said["status"].casefold() == "authorised"
    return "full" if approved or _is_recommended(said["status"], said["opinion_status"]) else ""


def oncology(values: Mapping[str, str]) -> Oncology:
    """Cancer or not: by the ATC code, else the pharmacotherapeutic group, else the therapeutic area.

    ATC tells what a substance is, the area what this product is for. Where the two disagree (a
    cytostatic for sickle cell disease, an antiemetic after chemotherapy) the code decides and the
    answer is marked doubtful, for a person to judge when a case is opened.
    """
    said = _said(values)
    area = said["therapeutic_area"]
    area_is_cancer = bool(_CANCER_AREA.search(area))
    for basis in ("atc", "group"):
        codes = atc_codes(said[basis])
        if codes:
            by_code = any(code.startswith(_CANCER_GROUPS) for code in codes)
            return Oncology(by_code, basis, doubtful=bool(area) and area_is_cancer != by_code)
    return Oncology(area_is_cancer, "area") if area else Oncology(None, "")


def expected_decision(
    status: str, opinion_status: str, opinion_on: date | None, authorised_on: date | None
) -> Expected:
    """The day of authorisation, or FORECAST_DAYS after a positive opinion; otherwise none."""
    if authorised_on is not None:
        return Expected(authorised_on, "decision")
    if opinion_on is not None and _is_recommended(status, opinion_status):
        return Expected(opinion_on + timedelta(days=FORECAST_DAYS), "forecast")
    return Expected(None, None)


def latest_decision(opinion_on: date) -> date:
    """The last day within the Commission's own limit of 67 days after the opinion."""
    return opinion_on + timedelta(days=DECISION_LIMIT_DAYS)


def exclusivity_ends(orphan: bool, authorised_on: date | None) -> date | None:
    """The end of an orphan medicine's ten years, to propose; it may be shorter, and differs by indication."""
    if not orphan or authorised_on is None:
        return None
    try:
        return authorised_on.replace(year=authorised_on.year + EXCLUSIVITY_YEARS)
    except ValueError:
        # Of 29 February ten years on there is none.
        return date(authorised_on.year + EXCLUSIVITY_YEARS, 2, 28)


def _is_recommended(status: str, opinion_status: str) -> bool:
    return status.casefold() in POSITIVE_OUTLOOK and opinion_status.casefold() != "negative"


def _scope_faults(row: ExportRow, headings: Mapping[str, str]) -> list[Fault]:
    category = row.values["category"]
    if category.casefold() == "veterinary":
        return [Fault("veterinary", row.row)]
    if category.casefold() != "human":
        return [Fault("unknown_category", row.row, headings["category"], {"value": category[:80]})]
    return []


def _value_faults(row: ExportRow, headings: Mapping[str, str]) -> list[Fault]:
    faults = []
    if not row.values["name"]:
        faults.append(Fault("name_missing", row.row, headings["name"]))
    for field, limit in (("name", MAX_NAME), ("product_number", MAX_NUMBER)):
        if len(row.values[field]) > limit:
            faults.append(Fault("cell_too_long", row.row, headings[field], {"limit": limit}))
    for field in _FLAGS_READ:
        text = row.values.get(field, "")
        if text.casefold() not in ("yes", "no", ""):
            faults.append(Fault("not_yes_no", row.row, headings[field], {"value": text[:80]}))
    for field in _DATES_READ:
        text = row.values.get(field, "")
        try:
            _day(text)
        except CellError as fault:
            faults.append(Fault(fault.code, row.row, headings[field], {"value": text[:80]}))
    return faults


def _said(values: Mapping[str, str]) -> defaultdict[str, str]:
    """The values, in which a field that the export lacks says nothing."""
    return defaultdict(str, values)


def _yes(text: str) -> bool:
    return text.casefold() == "yes"


def _day(text: str) -> date | None:
    return read_date(text) if text else None
