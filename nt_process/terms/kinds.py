"""The kinds of clauses there are. A new kind is a class in one of these files and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.terms.clause import Clause
from nt_process.terms.outcomes import IndividualOutcome, Instalments, PopulationOutcome
from nt_process.terms.patients import DoseCap, FreeDoses, PatientCap
from nt_process.terms.prices import CoverageWithEvidence, FixedNetPrice, SimpleDiscount
from nt_process.terms.volumes import SpendCap, Subscription, TieredVolume

KINDS: Mapping[str, type[Clause]] = {
    clause.kind: clause
    for clause in (
        SimpleDiscount,
        FixedNetPrice,
        TieredVolume,
        SpendCap,
        PatientCap,
        FreeDoses,
        DoseCap,
        IndividualOutcome,
        PopulationOutcome,
        CoverageWithEvidence,
        Subscription,
        Instalments,
    )
}
