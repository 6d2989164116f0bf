"""Invented medicines for real diseases: plainly made-up names, real ATC groups, indications in Swedish.

A name is a Swedish tree, bird or stone with a pharmaceutical ending. No such medicine exists, and the
tests look the names up in the European Medicines Agency's public list.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

ROOTS = (
    "Hagtorn", "Skiffer", "Trastel", "Granitol", "Lommar", "Oxelin", "Tjäder", "Kvartsol", "Rönnbor", "Svalör",
    "Flintar", "Häggol", "Gnejsar", "Ärlavin", "Säljung", "Tallbor", "Uvirin", "Björkal", "Siskan", "Glimmer",
    "Slånvir", "Orrelin", "Marmoran", "Tärnavil", "Almador", "Kisellar", "Nötskrik", "Aspelin", "Vaktelor",
    "Fältspat", "Lärkador", "Bokalin", "Duvemar", "Diabasin", "Ekollan", "Hackspet", "Jaspian", "Idegran",
    "Kråkebor", "Lindalör", "Målarock", "Porfyrin", "Rödhaken", "Snöripan", "Tofsvip", "Vråkolin", "Ålkråka",
    "Ängsbjör", "Örnvidar", "Basaltor",
)  # fmt: skip
ENDINGS = ("iva", "ero", "ax")

# Where a case of each process begins to be interesting.
ORPHAN, CLINIC, BENEFIT = "sarlakemedel", "klinik", "forman"


@dataclass(frozen=True, slots=True)
class Condition:
    """A disease with the ATC group of its medicines, and the ending of their substances."""

    atc: str
    indication: str
    substance_ending: str
    oncology: bool = False
    orphan: bool = False
    approval_type: str = "full"


@dataclass(frozen=True, slots=True)
class Medicine:
    """An invented medicine, as the fields of a case."""

    name: str
    substance: str
    condition: Condition
    patients: str

    @property
    def indication(self) -> str:
        return self.condition.indication.format(patients=self.patients)


_PATIENTS = (
    "vuxna",
    "vuxna och ungdomar från 12 års ålder",
    "vuxna och barn från 6 års ålder",
    "vuxna som inte har svarat på tidigare behandling",
    "vuxna när annan behandling inte är lämplig",
)

CONDITIONS = {
    ORPHAN: (
        Condition("A16AB", "Långvarig enzymersättning hos {patients} med Gauchers sjukdom.", "alfas", orphan=True),
        Condition("A16AX", "Behandling av {patients} med hereditär tyrosinemi typ 1.", "inon", orphan=True),
        Condition("A16AB", "Behandling av {patients} med Pompes sjukdom.", "glukosidas", orphan=True),
        Condition(
            "M09AX", "Behandling av {patients} med spinal muskelatrofi, 5q-typ.", "persen", orphan=True,
            approval_type="conditional",
        ),
        Condition("B02BD", "Profylax mot blödning hos {patients} med hemofili B.", "kog", orphan=True),
        Condition(
            "L04AJ", "Behandling av {patients} med paroxysmal nokturn hemoglobinuri.", "kopan", orphan=True
        ),
        Condition("N07XX", "Behandling av {patients} med ärftlig transtyretinamyloidos.", "siran", orphan=True),
        Condition("R07AX", "Behandling av {patients} med cystisk fibros.", "kaftor", orphan=True),
        Condition("B06AC", "Förebyggande av attacker hos {patients} med hereditärt angioödem.", "delumab", orphan=True),
        Condition(
            "N03AX", "Tilläggsbehandling av anfall hos {patients} med Dravets syndrom.", "lamin", orphan=True
        ),
        Condition(
            "A16AX", "Behandling av {patients} med primär hyperoxaluri typ 1.", "sirat", orphan=True,
            approval_type="exceptional",
        ),
        Condition("A05AX", "Behandling av klåda hos {patients} med Alagilles syndrom.", "ixibat", orphan=True),
    ),
    CLINIC: (
        Condition("L01FX", "Behandling av {patients} med återfall av diffust storcelligt B-cellslymfom.", "tamab", True),
        Condition("L01XL", "Behandling av {patients} med refraktärt multipelt myelom.", "leucel", True, True, "conditional"),
        Condition("L01FF", "Adjuvant behandling av {patients} med icke-småcellig lungcancer.", "limab", True),
        Condition("L01FD", "Behandling av {patients} med HER2-positiv metastaserad bröstcancer.", "tuzumab", True),
        Condition("L04AG", "Behandling av {patients} med skovvis förlöpande multipel skleros.", "lizumab"),
        Condition("S01LA", "Behandling av {patients} med neovaskulär åldersförändring i gula fläcken.", "bercept"),
        Condition("R03DX", "Tilläggsbehandling hos {patients} med svår eosinofil astma.", "lukimab"),
        Condition("J06BD", "Förebyggande av nedre luftvägsinfektion av RS-virus hos spädbarn.", "sevimab"),
        Condition("N07XX", "Behandling av {patients} med tidig Alzheimers sjukdom.", "nemab"),
        Condition("L01FX", "Behandling av {patients} med långt framskriden urotelial cancer.", "vedotin", True),
        Condition("L04AG", "Behandling av {patients} med generaliserad myasthenia gravis.", "tigimod", False, True),
        Condition("C10AX", "Behandling av {patients} med homozygot familjär hyperkolesterolemi.", "kumab"),
    ),
    BENEFIT: (
        Condition("A10BJ", "Behandling av {patients} med otillräckligt kontrollerad diabetes mellitus typ 2.", "glutid"),
        Condition("N02CD", "Förebyggande behandling av migrän hos {patients}.", "gepant"),
        Condition("D11AH", "Behandling av {patients} med måttlig till svår atopisk dermatit.", "kitinib"),
        Condition("L02BB", "Behandling av {patients} med metastaserad prostatacancer.", "lutamid", True),
        Condition("R03AL", "Underhållsbehandling av {patients} med kroniskt obstruktiv lungsjukdom.", "terol"),
        Condition("L01EK", "Behandling av {patients} med avancerad njurcellscancer.", "zantinib", True),
        Condition("C09DX", "Behandling av {patients} med symtomatisk kronisk hjärtsvikt.", "sartan"),
        Condition("L04AC", "Behandling av {patients} med måttlig till svår plackpsoriasis.", "kizumab"),
        Condition("N06AX", "Tilläggsbehandling av {patients} med behandlingsresistent depression.", "ketamin"),
        Condition("M05BX", "Behandling av osteoporos hos {patients} med hög frakturrisk.", "sozumab"),
        Condition("L01EF", "Behandling av {patients} med hormonreceptorpositiv bröstcancer.", "siklib", True),
        Condition("B01AF", "Förebyggande av stroke hos {patients} med förmaksflimmer.", "xaban"),
    ),
}  # fmt: skip


def medicines(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Every (name, beginning of the substance's name), each once, in an order that `chance` decides."""
    names = [(f"{root}{ending}", root) for ending in ENDINGS for root in ROOTS]
    chance.shuffle(names)
    yield from names


def medicine(process: str, name: str, root: str, chance: random.Random) -> Medicine:
    """An invented medicine for a disease that `process` is for."""
    condition = chance.choice(CONDITIONS[process])
    ending = condition.substance_ending
    vowel = "" if ending[0] in "aeiou" else name[len(root)]
    return Medicine(name, f"{root.lower()}{vowel}{ending}", condition, chance.choice(_PATIENTS))
