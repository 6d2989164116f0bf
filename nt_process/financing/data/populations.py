"""Inhabitants per region on the days that the calculations use.

Sources: 31 December 2012, the cost table of the 2014 collaboration model; 31 August 2022, table 5
of SKR's EkonomiNytt on the state grant 2023; 31 December 2023 and 2024, Statistics Sweden. Keys are
county codes. The sums are those printed: 9 555 893, 10 502 959, 10 551 707 and 10 587 710.
"""

from datetime import date

from nt_process.financing.data.documents import COLLABORATION_MODEL_2014, GRANT_2023, STATISTICS_SWEDEN

BUDGET_2015_DAY = date(2012, 12, 31)
GRANT_2023_DAY = date(2022, 8, 31)
LATEST_DAY = date(2024, 12, 31)

# fmt: off
_CODES = (
    "01", "03", "04", "05", "06", "07", "08", "09", "10", "12", "13",
    "14", "17", "18", "19", "20", "21", "22", "23", "24", "25",
)
_INHABITANTS = {
    BUDGET_2015_DAY: (
        2_127_006, 341_977, 274_723, 433_784, 339_116, 185_887, 233_548, 57_241, 152_315, 1_263_088, 304_116,
        1_600_447, 273_080, 283_113, 256_224, 276_555, 276_637, 241_981, 126_201, 260_217, 248_637,
    ),
    GRANT_2023_DAY: (
        2_432_579, 398_738, 302_711, 471_216, 368_753, 203_973, 247_934, 61_074, 158_853, 1_410_807, 342_461,
        1_754_895, 283_754, 307_469, 280_325, 288_654, 287_628, 243_759, 132_423, 275_468, 249_485,
    ),
    date(2023, 12, 31): (
        2_454_821, 404_589, 301_944, 472_298, 368_856, 203_686, 246_667, 61_029, 157_973, 1_421_781, 343_746,
        1_767_016, 283_548, 308_116, 280_813, 287_253, 285_642, 242_148, 132_572, 278_729, 248_480,
    ),
    LATEST_DAY: (
        2_473_307, 407_912, 301_542, 472_446, 370_009, 203_351, 246_352, 60_971, 157_223, 1_428_626, 345_074,
        1_772_821, 283_384, 308_375, 281_158, 286_546, 284_558, 241_458, 132_839, 281_138, 248_620,
    ),
}
# fmt: on

POPULATIONS = {day: dict(zip(_CODES, inhabitants, strict=True)) for day, inhabitants in _INHABITANTS.items()}
SOURCES = {
    BUDGET_2015_DAY: COLLABORATION_MODEL_2014,
    GRANT_2023_DAY: GRANT_2023,
    date(2023, 12, 31): STATISTICS_SWEDEN,
    LATEST_DAY: STATISTICS_SWEDEN,
}
