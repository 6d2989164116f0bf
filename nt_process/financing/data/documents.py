"""The public documents that the calculations rest on, by the names their sources are cited with."""

GRANT_2023 = (
    "SKR, EkonomiNytt: Statens bidrag till regionerna för kostnader för läkemedelsförmånerna m.m. 2023"
)
AGREEMENT_2025 = "Staten och SKR: Ökad samverkan för en jämlik och hållbar läkemedelsförsörjning (2025)"
VGR_COST_RESPONSIBILITY = "Västra Götalandsregionen: Kostnadsansvar för läkemedel (2026-02-09)"
ORPHAN_PROPOSALS = "Snabbare och mer jämlikt införande av nya särläkemedel (åtta förslag)"
COLLABORATION_MODEL_2014 = "SKL: förslag till landstingsgemensam samverkansmodell för läkemedel (2014)"
REBATE_SETTLEMENT_2023 = "TLV: Slutavstämning av återbäring från sidoöverenskommelser 2023 (2024-03-20)"
STATISTICS_SWEDEN = "SCB, folkmängd efter region"
