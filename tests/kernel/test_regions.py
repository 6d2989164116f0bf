"""The 21 regions are found under every spelling that a real table uses."""

from __future__ import annotations

import csv
import unicodedata

import pytest

from nt_process.kernel.regions import REGIONS, find_region, is_whole_country
from tests.requirements import need, shared_data_dir


def test_there_are_21_regions_with_codes_of_their_own() -> None:
    assert len(REGIONS) == 21
    assert len({region.code for region in REGIONS}) == 21


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("V:a Götaland", "14"),
        ("västra  götalandsregionen", "14"),
        ("ÖREBRO", "18"),
        (unicodedata.normalize("NFD", "Jämtland"), "23"),
        ("Region Jämtland Härjedalen", "23"),
        ("Landstinget Sörmland", "04"),
        ("1", "01"),
        (" 09 ", "09"),
    ],
)
def test_spellings_of_real_tables_are_found(spelling: str, code: str) -> None:
    region = find_region(spelling)
    assert region is not None
    assert region.code == code


@pytest.mark.parametrize("text", ["", "Malmö", "02", "100", "Riket", "Stockholm stad", "\x00"])
def test_what_is_no_region_is_not_found(text: str) -> None:
    assert find_region(text) is None


def test_every_name_of_the_official_list_is_found() -> None:
    need("shared_data")
    with (shared_data_dir() / "regions/regions_population.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["county_code"] == "00":
                assert is_whole_country(row["county_name"])
                continue
            names = ("county_name", "county_short", "region_name", "landsting_name_2014", "county_code")
            for name in names:
                region = find_region(row[name])
                assert region is not None, row[name]
                assert region.code == row["county_code"]
