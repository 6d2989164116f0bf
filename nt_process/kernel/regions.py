"""Sweden's 21 regions: county code, names, and every spelling under which a file may name them.

Source: Statistics Sweden, county codes (länskoder) and county names; the regions' own official
names; the spellings of SKR's tables of 2023 ("V:a Götaland") and of the 2014 proposal for a joint
collaboration model ("Landstinget Sörmland"). Codes are text: a leading zero is part of them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

COUNTRY_CODE = "00"
COUNTRY_NAME = "Riket"
COUNTRY_SPELLINGS = ("Riket", "Totalt", "Total", "Summa", "Sweden", "Sverige", "National")


@dataclass(frozen=True, slots=True)
class Region:
    """One region. `code` is the county code, `name` the short name that tables print."""

    code: str
    name: str
    official_name: str
    other_spellings: tuple[str, ...] = ()


REGIONS = (
    Region("01", "Stockholm", "Region Stockholm", ("Stockholms län", "Stockholms läns landsting", "SLL")),
    Region("03", "Uppsala", "Region Uppsala", ("Uppsala län", "Landstinget i Uppsala län")),
    Region(
        "04", "Sörmland", "Region Sörmland", ("Södermanland", "Södermanlands län", "Landstinget Sörmland")
    ),
    Region("05", "Östergötland", "Region Östergötland", ("Östergötlands län", "Landstinget i Östergötland")),
    Region("06", "Jönköping", "Region Jönköpings län", ("Jönköpings län", "Landstinget i Jönköpings län")),
    Region("07", "Kronoberg", "Region Kronoberg", ("Kronobergs län", "Landstinget i Kronoberg")),
    Region("08", "Kalmar", "Region Kalmar län", ("Kalmar län", "Landstinget i Kalmar län")),
    Region("09", "Gotland", "Region Gotland", ("Gotlands län",)),
    Region("10", "Blekinge", "Region Blekinge", ("Blekinge län", "Landstinget Blekinge")),
    Region("12", "Skåne", "Region Skåne", ("Skåne län",)),
    Region("13", "Halland", "Region Halland", ("Hallands län",)),
    Region(
        "14",
        "Västra Götaland",
        "Västra Götalandsregionen",
        ("V:a Götaland", "Västra Götalands län", "Region Västra Götaland", "VGR"),
    ),
    Region("17", "Värmland", "Region Värmland", ("Värmlands län", "Landstinget i Värmland")),
    Region("18", "Örebro", "Region Örebro län", ("Örebro län", "Örebro läns landsting")),
    Region("19", "Västmanland", "Region Västmanland", ("Västmanlands län", "Landstinget Västmanland")),
    Region("20", "Dalarna", "Region Dalarna", ("Dalarnas län", "Landstinget Dalarna")),
    Region("21", "Gävleborg", "Region Gävleborg", ("Gävleborgs län", "Landstinget Gävleborg")),
    Region(
        "22", "Västernorrland", "Region Västernorrland", ("Västernorrlands län", "Landstinget Västernorrland")
    ),
    Region("23", "Jämtland", "Region Jämtland Härjedalen", ("Jämtlands län", "Jämtlands läns landsting")),
    Region(
        "24", "Västerbotten", "Region Västerbotten", ("Västerbottens län", "Västerbottens läns landsting")
    ),
    Region("25", "Norrbotten", "Region Norrbotten", ("Norrbottens län", "Norrbottens läns landsting")),
)
BY_CODE = {region.code: region for region in REGIONS}


def _comparable(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


_BY_SPELLING = {
    _comparable(spelling): region
    for region in REGIONS
    for spelling in (region.code, region.name, region.official_name, *region.other_spellings)
}
_COUNTRY = frozenset(_comparable(spelling) for spelling in (COUNTRY_CODE, *COUNTRY_SPELLINGS))


def find_region(text: str) -> Region | None:
    """The region a file or a person means by a code or a name, or None.

    Upper and lower case, spacing and Unicode composition make no difference; a code may have lost
    its leading zero, as spreadsheets make it.
    """
    wanted = _comparable(text)
    return _BY_SPELLING.get(wanted) or _BY_SPELLING.get(wanted.zfill(2))


def is_whole_country(text: str) -> bool:
    """Whether a file's row stands for the whole country, as the last row of a printed table does."""
    return _comparable(text) in _COUNTRY
