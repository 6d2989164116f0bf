"""Clauses on patients and doses, from counts alone: patient cap, free doses, cap on doses or duration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import ClassVar

from nt_process.kernel.messages import N_
from nt_process.kernel.money import ZERO, exact, percent
from nt_process.terms.clause import DOSES, PATIENTS, Answer, Group, PerRegion, PooledClause, Spec, Step
from nt_process.terms.values import Cohort, Doses


@exact
def patient_cap(cohorts: Sequence[Cohort], cap: int) -> dict[str, Decimal]:
    """R = cost of the patients beyond the first N, SEK for each region, in the order of first dispensing.

    Cohorts of the same day come together: where the cap falls within them, each of their regions bears the
    same share of patients beyond it, at its cohort's mean cost. Twelve patients against a cap of ten: eight
    in January; of February's four, who cost 400 kr and 300 kr in two regions, half lie beyond.

    >>> from datetime import date
    >>> january, february = date(2026, 1, 1), date(2026, 2, 1)
    >>> patient_cap([Cohort("01", january, 8, Decimal(800)), Cohort("01", february, 3, Decimal(400)),
    ...              Cohort("12", february, 1, Decimal(300))], 10)
    {'01': Decimal('200'), '12': Decimal('150')}
    """
    beyond: dict[str, Decimal] = {}
    before = 0
    for _, same_day in groupby(sorted(cohorts, key=_first_day), key=_first_day):
        together = list(same_day)
        patients = sum(cohort.patients for cohort in together)
        over = min(patients, max(0, before + patients - cap))
        before += patients
        for cohort in together if over else ():
            cost = cohort.cost * over / patients
            beyond[cohort.region] = beyond.get(cohort.region, ZERO) + cost
    return beyond


def _first_day(cohort: Cohort) -> int:
    return cohort.month.toordinal()


@exact
def free_doses(counted: Iterable[tuple[int, int]], free: int, price: Decimal, share_pct: Decimal) -> Decimal:
    """R = s · p · Σ min(doses, F), SEK: the first F doses of each patient cost nothing, or a share less.

    Two patients with one dose and three with five, two doses free at 1 000 kr: 2 · 1 + 3 · 2 = 8 doses.

    >>> int(free_doses([(1, 2), (5, 3)], 2, Decimal(1000), Decimal(100)))
    8000
    """
    return percent(share_pct) * price * sum(patients * min(doses, free) for doses, patients in counted)


@exact
def dose_cap(counted: Iterable[tuple[int, int]], most: int, price: Decimal) -> Decimal:
    """R = p · Σ max(0, doses − D), SEK: doses beyond the D-th cost nothing. A cap on duration counts months.

    Two patients with ten doses and one with four, capped at six, 500 kr each: 2 · 4 doses.

    >>> int(dose_cap([(10, 2), (4, 1)], 6, Decimal(500)))
    4000
    """
    return price * sum(patients * max(0, doses - most) for doses, patients in counted)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientCap(PooledClause):
    """Patients beyond the first `cap`, in the order in which they first had the medicine, cost nothing."""

    kind: ClassVar[str] = "patient_cap"
    name: ClassVar[str] = N_("Patient cap")
    own: ClassVar[tuple[Spec, ...]] = (Spec("cap", "whole", N_("Number of patients paid for")),)
    counted: ClassVar[tuple[str, ...]] = (PATIENTS,)

    cap: int

    def answer(self, group: Group) -> Answer:
        patients = Decimal(sum(cohort.patients for cohort in group.counts.cohorts))
        steps = (
            Step("patients", patients, "patients"),
            Step("cap_patients", Decimal(self.cap), "patients"),
            Step("patients_beyond", max(ZERO, patients - self.cap), "patients"),
        )
        return PerRegion(patient_cap(group.counts.cohorts, self.cap), steps)


def _by_region(doses: Iterable[Doses]) -> Mapping[str, list[tuple[int, int]]]:
    counted: dict[str, list[tuple[int, int]]] = {}
    for row in doses:
        counted.setdefault(row.region, []).append((row.doses, row.patients))
    return counted


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeDoses(PooledClause):
    """The first doses of each patient are free, or a share of their price is given back."""

    kind: ClassVar[str] = "free_doses"
    name: ClassVar[str] = N_("Free doses")
    own: ClassVar[tuple[Spec, ...]] = (
        Spec("free", "whole", N_("Doses for each patient")),
        Spec("dose_price", "money", N_("Price of a dose, SEK")),
        Spec("share_pct", "percent", N_("Share given back, percent"), required=False),
    )
    counted: ClassVar[tuple[str, ...]] = (PATIENTS, DOSES)

    free: int
    dose_price: Decimal
    share_pct: Decimal = Decimal(100)

    def answer(self, group: Group) -> Answer:
        counted = _by_region(group.counts.doses)
        values = {
            region: free_doses(rows, self.free, self.dose_price, self.share_pct)
            for region, rows in counted.items()
        }
        free = sum(n * min(doses, self.free) for rows in counted.values() for doses, n in rows)
        return PerRegion(values, (Step("doses_free", Decimal(free), "doses"),))


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseCap(PooledClause):
    """Doses of a patient beyond the most that are paid for cost nothing; months, where the cap is on duration."""

    kind: ClassVar[str] = "dose_cap"
    name: ClassVar[str] = N_("Cap on doses or duration")
    own: ClassVar[tuple[Spec, ...]] = (
        Spec("most", "whole", N_("Most doses (or months) paid for each patient")),
        Spec("dose_price", "money", N_("Price of a dose (or month), SEK")),
    )
    counted: ClassVar[tuple[str, ...]] = (PATIENTS, DOSES)

    most: int
    dose_price: Decimal

    def answer(self, group: Group) -> Answer:
        counted = _by_region(group.counts.doses)
        values = {region: dose_cap(rows, self.most, self.dose_price) for region, rows in counted.items()}
        beyond = sum(n * max(0, doses - self.most) for rows in counted.values() for doses, n in rows)
        return PerRegion(values, (Step("doses_beyond", Decimal(beyond), "doses"),))
