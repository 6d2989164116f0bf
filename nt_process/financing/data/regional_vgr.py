"""Västra Götaland's rules of cost responsibility for drugs, in the order in which they are tried.

Source: Västra Götalandsregionen, "Kostnadsansvar för läkemedel i Västra Götalandsregionen",
2026-02-09; each rule carries its sentence. The central account is OSN, operativa hälso- och
sjukvårdsnämnden. Solidarity financing is tried before introduction financing because it is decided
drug by drug every year; the document does not rank them.
"""

from datetime import date
from decimal import Decimal

from nt_process.financing.regional import (
    CENTRAL,
    COMMUNICABLE_DISEASE_UNIT,
    HOME_REGION,
    MIGRATION_AGENCY,
    PRESCRIBER_UNIT,
    Purchase,
    Rule,
)
from nt_process.kernel.messages import N_

REGION_CODE = "14"
HAEMOPHILIA_ATC = ("B02BD", "B02BX06")
ALL = Decimal(100)
SOLIDARITY_PCT = Decimal(95)


def _on_prescription(purchase: Purchase) -> bool:
    return purchase.channel == "prescription"


def _in_introduction(purchase: Purchase) -> bool:
    period = purchase.introduction
    return period is not None and period.start <= purchase.day < period.end


RULES = (
    Rule(
        "asylum_seeker",
        N_("Drugs for asylum seekers"),
        ((MIGRATION_AGENCY, ALL),),
        lambda purchase: purchase.patient == "asylum-seeker",
        "Läkemedel till asylsökande bekostas av Migrationsverket.",
    ),
    Rule(
        "home_region",
        N_("Prescriptions for residents of another region"),
        ((HOME_REGION, ALL),),
        lambda purchase: _on_prescription(purchase) and purchase.patient == "other-region",
        "Förmånskostnaden för läkemedel till utomlänspatienter … styrs till patientens hemregion.",
    ),
    Rule(
        "without_permit",
        N_("Prescriptions for persons without a residence permit"),
        ((CENTRAL, ALL),),
        lambda purchase: _on_prescription(purchase) and purchase.patient == "without-permit",
        "Receptläkemedel till personer som vistas i Sverige utan nödvändiga tillstånd. "
        "Subventionen bekostas av OSN.",
    ),
    Rule(
        "communicable_diseases",
        N_("Prescriptions under the Communicable Diseases Act, except HIV and hepatitis C"),
        ((COMMUNICABLE_DISEASE_UNIT, ALL),),
        lambda purchase: _on_prescription(purchase) and purchase.communicable == "other",
        "Läkemedel som förskrivs på recept enligt smittskyddslagen (förmånstyp S) bekostas av "
        "Smittskydd VGR. Gäller dock inte läkemedel mot HIV och hepatit C.",
    ),
    Rule(
        "general_vaccination",
        N_("Vaccines of general vaccination programmes"),
        ((CENTRAL, ALL),),
        lambda purchase: purchase.general_vaccination,
        "Vacciner som ingår i allmänna vaccinationsprogram … ersätts enligt vaccinprislistan av OSN.",
    ),
    Rule(
        "municipal_acute_store",
        N_("Municipal stores of acute drugs"),
        ((CENTRAL, ALL),),
        lambda purchase: purchase.acute_store,
        "Västra Götalandsregionen, OSN, ansvarar för läkemedels- och transportkostnaderna till KAF.",
    ),
    Rule(
        "haemophilia_until_2025",
        N_("Prescriptions for haemophilia (ATC B02BD and B02BX06) until 2025"),
        ((CENTRAL, ALL),),
        lambda purchase: _on_prescription(purchase) and purchase.atc.startswith(HAEMOPHILIA_ATC),
        "Till och med 2025 bekostades receptläkemedel för behandling av blödarsjuka med ATC-kod B02BD samt "
        "B02BX06 av OSN.",
        valid_to=date(2025, 12, 31),
    ),
    Rule(
        "no_prescriber_responsibility",
        N_("Prescribers outside the region or without responsibility for cost"),
        ((CENTRAL, ALL),),
        lambda purchase: _on_prescription(purchase) and purchase.prescriber != "own",
        "För de verksamheter som inte omfattas av det förskrivarbaserade kostnadsansvaret styrs "
        "förmånskostnaden till OSN.",
    ),
    Rule(
        "regional_solidarity",
        N_("Extremely expensive drugs by the yearly decision on regional solidarity financing"),
        ((CENTRAL, SOLIDARITY_PCT), (PRESCRIBER_UNIT, ALL - SOLIDARITY_PCT)),
        lambda purchase: purchase.solidarity_listed,
        "Vissa läkemedel som är extremt dyra per patient finansieras till 95% av OSN i enlighet med "
        "årligt beslut.",
    ),
    Rule(
        "introduction",
        N_("Introduction financing, usually two years: the extra cost of the drug"),
        ((PRESCRIBER_UNIT, ALL),),
        _in_introduction,
        "Under dessa två år bekostar OSN den merkostnad (läkemedelskostnad) som introduktionen av "
        "läkemedlet innebär.",
        extra_cost_payer=CENTRAL,
    ),
    Rule(
        "prescriber",
        N_("All other prescriptions and requisitions"),
        ((PRESCRIBER_UNIT, ALL),),
        lambda purchase: True,
        "den verksamhet som förskriver eller rekvirerar ett läkemedel också står för kostnaden",
    ),
)

PAYER_NAMES = {
    PRESCRIBER_UNIT: N_("The prescribing or ordering unit"),
    CENTRAL: N_("Central account (OSN)"),
    COMMUNICABLE_DISEASE_UNIT: N_("Smittskydd VGR"),
    MIGRATION_AGENCY: N_("The Swedish Migration Agency"),
    HOME_REGION: N_("The patient's home region"),
}
