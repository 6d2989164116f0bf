"""The state grant to the regions: agreed parts, kronor per region and the models' outcomes.

Source: SKR, EkonomiNytt on the state grant 2023, tables 1 to 5 (printed rounded; see
`docs/financing.md` for where the printed columns do not add up), and the 2025 agreement's total.
"""

from decimal import Decimal

# Table 1 and the text below it, million SEK.
PHARMACEUTICAL_BENEFIT_MSEK = Decimal(33_485)
OTHER_MSEK = Decimal(1_620)
HEPATITIS_C_MSEK = Decimal(381)
SOL_SERVICES_MSEK = Decimal(7)
HORIZON_SCANNING_MSEK = Decimal("3.8")
HORIZON_SCANNING_EUR = Decimal(361_305)

# The agreement for 2025 gives one total, million SEK.
TOTAL_2025_MSEK = Decimal(40_695)

# Per county code: grant 2023 and 2022 in SEK (table 2), needs model 2023 and 2022 in SEK per
# inhabitant (table 3), cost of the solidarity diseases 2023 and 2022 in SEK per inhabitant (table 4).
_TABLES_2_TO_4 = {
    "01": (7_664_418_733, 7_367_104_198, 3100, 3017, 217, 200),
    "03": (1_287_511_639, 1_233_216_154, 3238, 3159, 146, 132),
    "04": (1_072_738_400, 1_039_499_376, 3561, 3470, 103, 93),
    "05": (1_603_939_961, 1_553_899_128, 3421, 3331, 116, 104),
    "06": (1_259_673_796, 1_220_339_664, 3434, 3346, 111, 87),
    "07": (697_948_238, 676_799_256, 3439, 3355, 135, 122),
    "08": (920_272_975, 891_808_045, 3729, 3627, 62, 52),
    "09": (231_517_968, 224_242_191, 3808, 3701, 42, 46),
    "10": (577_351_900, 562_502_766, 3652, 3552, 88, 81),
    "12": (4_706_388_077, 4_561_069_932, 3353, 3278, 134, 129),
    "13": (1_183_057_154, 1_141_152_719, 3472, 3378, 103, 92),
    "14": (5_839_358_652, 5_652_801_400, 3345, 3263, 93, 87),
    "17": (1_036_333_599, 1_011_642_944, 3670, 3592, 99, 97),
    "18": (1_065_179_345, 1_033_538_534, 3482, 3388, 89, 91),
    "19": (980_202_399, 949_799_247, 3514, 3427, 96, 91),
    "20": (1_060_801_586, 1_032_426_215, 3693, 3598, 81, 76),
    "21": (1_055_438_115, 1_030_319_436, 3687, 3595, 129, 125),
    "22": (891_503_433, 874_706_695, 3675, 3583, 129, 140),
    "23": (477_688_848, 465_009_899, 3625, 3544, 84, 92),
    "24": (950_016_085, 926_561_154, 3426, 3343, 183, 193),
    "25": (913_621_637, 895_136_377, 3669, 3583, 149, 151),
}


def _column(place: int) -> dict[str, Decimal]:
    return {code: Decimal(figures[place]) for code, figures in _TABLES_2_TO_4.items()}


GRANT_SEK = {2023: _column(0), 2022: _column(1)}
NEEDS_MODEL_SEK_PER_INH = {2023: _column(2), 2022: _column(3)}
SOLIDARITY_COST_SEK_PER_INH = {2023: _column(4), 2022: _column(5)}
