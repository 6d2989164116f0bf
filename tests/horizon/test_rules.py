"""What a row of the export means: numbers, names, codes, cancer or not, the expected day."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from statistics import median

import pytest

from nt_process.horizon import rules
from nt_process.horizon.ema import clean
from nt_process.horizon.rules import Expected, Oncology
from tests.horizon.world import medicine
from tests.requirements import need, shared_data_dir


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("EMEA/H/C/004953", "EMEA/H/C/004953"),
        ("emea/h/c/004953", "EMEA/H/C/004953"),
        ("H/C/005084", "EMEA/H/C/005084"),
        ("H/C/002840/N/0049", "EMEA/H/C/002840"),
        ("EMEA/H/W/002320", "EMEA/H/W/002320"),
        ("R/0023", None),
        ("H/C/WS2451", None),
        ("H/C/PSUSA/00001187/202308", None),
        ("", None),
    ],
)
def test_the_product_is_found_in_its_number(written: str, key: str | None) -> None:
    assert rules.product_key(written) == key


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("B01AC04", ("B01AC04",)),
        ("L01X C02", ("L01XC02",)),
        ("a16a", ("A16A",)),
        ("L01", ("L01",)),
        ("L01XE3", ("L01XE",)),
        ("VO4D", ("V04D",)),
        ("A10AB04;A10AD04", ("A10AB04", "A10AD04")),
        ("Not yet assigned", ()),
        ("_00084", ()),
        ("LX1XX02", ()),
        ("", ()),
    ],
)
def test_codes_are_read_however_they_are_written(written: str, codes: tuple[str, ...]) -> None:
    assert rules.atc_codes(written) == codes


def test_an_earlier_name_is_a_name_too() -> None:
    assert rules.trade_names("Adcirca (previously Tadalafil Lilly)") == ("adcirca", "tadalafillilly")
    assert rules.trade_names("Vyxeos liposomal (previously known as Vyxeos)") == ("vyxeosliposomal", "vyxeos")
    assert rules.trade_names("Clopidogrel Teva (hydrogen sulphate)") == ("clopidogreltevahydrogensulphate",)
    assert rules.trade_names("≈") == ("≈",)


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"atc": "L01FX31", "therapeutic_area": "Stomach Neoplasms"}, Oncology(True, "atc")),
        ({"atc": "L02BB04", "therapeutic_area": ""}, Oncology(True, "atc")),
        ({"atc": "V10XX05", "therapeutic_area": "Prostatic Neoplasms"}, Oncology(True, "atc")),
        ({"atc": "L04AX04", "therapeutic_area": "Multiple Myeloma"}, Oncology(True, "atc")),
        ({"atc": "L04AX03", "therapeutic_area": "Psoriasis"}, Oncology(False, "atc")),
        ({"atc": "N07XX27", "therapeutic_area": "Muscular Atrophy, Spinal"}, Oncology(False, "atc")),
        # A cytostatic for sickle cell disease, and an antiemetic after chemotherapy.
        ({"atc": "L01XX05", "therapeutic_area": "Anemia, Sickle Cell"}, Oncology(True, "atc", doubtful=True)),
        ({"atc": "A04AA05", "therapeutic_area": "Vomiting;Cancer"}, Oncology(False, "atc", doubtful=True)),
        ({"atc": "Not yet assigned", "group": "L01", "therapeutic_area": ""}, Oncology(True, "group")),
        ({"atc": "", "group": "", "therapeutic_area": "Glioma"}, Oncology(True, "area")),
        ({"atc": "", "group": "", "therapeutic_area": "Tumor Lysis Syndrome"}, Oncology(False, "area")),
        ({"atc": "", "group": "", "therapeutic_area": ""}, Oncology(None, "")),
    ],
)
def test_cancer_or_not_and_by_what(fields: dict[str, str], answer: Oncology) -> None:
    assert rules.oncology(medicine(**fields)) == answer


def test_the_expected_day_is_the_decision_or_a_forecast_from_a_positive_opinion() -> None:
    opinion, decision = date(2024, 7, 25), date(2024, 9, 20)
    assert rules.expected_decision("Authorised", "", opinion, decision) == Expected(decision, "decision")
    assert rules.expected_decision("Opinion", "Positive", opinion, None) == Expected(
        date(2024, 9, 23), "forecast"
    )
    assert rules.expected_decision("Opinion", "Negative", opinion, None) == Expected(None, None)
    assert rules.expected_decision("Refused", "", opinion, None) == Expected(None, None)
    assert rules.expected_decision("Application withdrawn", "", None, None) == Expected(None, None)
    assert rules.latest_decision(opinion) == opinion + timedelta(days=67)


def test_the_forecast_is_the_median_of_what_was_observed() -> None:
    need("shared_data")
    with (shared_data_dir() / "ema" / "ema_opinion_to_decision_days.csv").open(encoding="utf-8") as file:
        days = [int(row["days_opinion_to_authorisation"]) for row in csv.DictReader(file)]
    assert len(days) == 1309
    assert median(days) == rules.FORECAST_DAYS


def test_the_type_of_approval() -> None:
    assert rules.approval_type(medicine(conditional="Yes")) == "conditional"
    assert rules.approval_type(medicine(exceptional="Yes")) == "exceptional"
    assert rules.approval_type(medicine(status="Authorised", authorised_on="01/02/2024")) == "full"
    assert rules.approval_type(medicine(status="Opinion", opinion_status="Positive")) == "full"
    assert rules.approval_type(medicine(status="Refused", opinion_status="Negative")) == ""


def test_exclusivity_is_proposed_for_orphan_medicines_alone() -> None:
    assert rules.exclusivity_ends(True, date(2024, 5, 2)) == date(2034, 5, 2)
    assert rules.exclusivity_ends(True, date(2024, 2, 29)) == date(2034, 2, 28)
    assert rules.exclusivity_ends(False, date(2024, 5, 2)) is None
    assert rules.exclusivity_ends(True, None) is None


def test_what_cannot_be_seen_is_cleaned_away() -> None:
    assert clean("company", " CIS bio\u00a0international\u00a0 ") == "CIS bio international"
    assert clean("name", "Da\u00adtum\u200b") == "Datum"
    assert clean("name", "\u202egnp.exe") == "gnp.exe"
    assert clean("indication", "Treatment of:\u2022\tone,\u00a0or \u2022 two.\n\nMore.") == (
        "Treatment of:\n• one, or\n• two.\nMore."
    )
