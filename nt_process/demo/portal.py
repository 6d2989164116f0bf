"""The company portal in the demo world: a draft, and two applications of which one is to be supplemented.

The medicines are invented: words for light and weather with a pharmaceutical ending.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from nt_process.cases import service as cases
from nt_process.demo.medicines import ORPHAN
from nt_process.demo.papers import paper
from nt_process.demo.people import Company
from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity.actor import SignedIn
from nt_process.identity.maker import Maker
from nt_process.kernel.calendar import add_months
from nt_process.kernel.regions import REGIONS
from nt_process.portal import documents, filing, people, service
from nt_process.portal.documents import NewDocument, Upload
from nt_process.portal.form import YEARS, cell
from nt_process.portal.service import Beginning

# What is done, in days from today.
_FILED_FIRST, _TAKEN, _ASKED, _FILED_NEXT, _TAKEN_NEXT, _DRAFTED, _WENT_ON = -48, -46, -6, -12, -11, -9, -2

_REQUEST = (
    "Känslighetsanalysen saknar scenariot med kortare behandlingstid. Lämna även den senaste uppföljningen."
)
_MEDICINES = {
    "first": ("Skymnavir", "skymnavirsen", "M09AX", "spinal muskelatrofi", "85"),
    "next": ("Gryningsta", "gryningstinib", "L01EX", "en sällsynt form av leukemi", "40"),
    "draft": ("Solglintra", "solglinimab", "L04AC", "ärftligt angioödem", "120"),
}


def portal_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """Everything that is done in the portal, each thing when the world has come so far."""
    latest = datetime.min.replace(tzinfo=UTC)
    for days, do in sorted(_steps(office, today), key=lambda step: step[0]):
        latest = max(latest, working_hour(last_working_day(today + timedelta(days=days)), chance))
        yield latest
        do(latest)


def _steps(office: Office, today: date) -> Iterator[tuple[int, Callable[[datetime], object]]]:
    engine, secretary = office.engine, office.people.secretaries[1]
    first, following, drafting = (office.people.companies[index] for index in (2, 4, 0))
    numbers: dict[str, str] = {}

    def file(name: str, company: Company) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            application = _begin(office, company, name, at)
            _write(office, company.contacts[0], application, _answers(name, today), at)
            _attach(office, company.contacts[0], application, name, today, at)
            filing.submit(engine, Maker(company.contacts[0], at), application)
            numbers[name] = _latest_number(office)

        return do

    def take(name: str) -> Callable[[datetime], object]:
        return lambda at: cases.assign(engine, secretary.id, numbers[name], secretary.id, at)

    def ask(at: datetime) -> None:
        _act(office, secretary, numbers["first"], "request_supplement", at, request=_REQUEST)

    drafts: dict[str, str] = {}

    def draft(at: datetime) -> None:
        drafts["draft"] = application = _begin(office, drafting, "draft", at)
        maker = Maker(drafting.contacts[0], at)
        people.add_member(engine, maker, application, drafting.contacts[1].id, "contributor")

    def go_on(at: datetime) -> None:
        known = _answers("draft", today)
        begun = {
            name: known[name]
            for name in ("presentations", "orphan", "approval_type", "indication", "studies")
        }
        _write(office, drafting.contacts[1], drafts["draft"], begun, at)

    yield _FILED_FIRST, file("first", first)
    yield _TAKEN, take("first")
    yield _ASKED, ask
    yield _FILED_NEXT, file("next", following)
    yield _TAKEN_NEXT, take("next")
    yield _DRAFTED, draft
    yield _WENT_ON, go_on


def _begin(office: Office, company: Company, name: str, at: datetime) -> str:
    medicine, substance, atc, _disease, _patients = _MEDICINES[name]
    known = {"medicine": medicine, "substance": substance, "atc": atc}
    return service.begin(
        office.engine, Maker(company.contacts[0], at), Beginning(company.id, ORPHAN, None, None, known)
    )


def _write(office: Office, person: SignedIn, application: str, answers: dict[str, str], at: datetime) -> None:
    for name, text in answers.items():
        service.answer(office.engine, Maker(person, at), application, name, text, 0)


def _attach(office: Office, person: SignedIn, application: str, name: str, today: date, at: datetime) -> None:
    medicine = _MEDICINES[name][0]
    title = f"Hälsoekonomisk rapport {medicine}"
    whole = paper("rapport.pdf", title, ["Nettopriset och modellens antaganden framgår av tabell 4."])
    open_one = paper("rapport.pdf", title, ["Uppgifterna i tabell 4 är borttagna."])
    claims = [
        {
            "place": "Sidan 1, tabell 4",
            "provision": "31:16",
            "reason": "Nettopriset är okänt för konkurrenterna.",
            "until": add_months(today, 60).isoformat(),
        },
        {
            "place": "Sidan 1, modellens antaganden",
            "provision": "31:16",
            "reason": "Modellen är bolagets egen och används i flera länder.",
            "until": add_months(today, 36).isoformat(),
        },
    ]
    faults = documents.add_document(
        office.engine,
        Maker(person, at),
        application,
        NewDocument(
            "other", title, claims, Upload("rapport-oppen.pdf", open_one), Upload("rapport.pdf", whole)
        ),
    )
    if faults:
        raise ValueError(f"the document cannot be added: {sorted(faults)}")


def _latest_number(office: Office) -> str:
    with office.engine.connect() as connection:
        return str(
            connection.exec_driver_sql(
                "SELECT c.number FROM application a JOIN cases c ON c.id = a.case_id ORDER BY a.submitted_at DESC LIMIT 1"
            ).scalar_one()
        )


def _act(office: Office, person: SignedIn, number: str, action: str, at: datetime, **inputs: str) -> None:
    with office.engine.connect() as connection:
        version = connection.exec_driver_sql(
            "SELECT version FROM cases WHERE number = %(number)s", {"number": number}
        ).scalar_one()
    cases.take_action(
        office.engine, person.id, number, action, at, expected_version=int(version), inputs=inputs
    )


def _answers(name: str, today: date) -> dict[str, str]:
    _medicine, _substance, _atc, disease, patients = _MEDICINES[name]
    until = add_months(today, 60).isoformat()
    claims = {
        f"{section}_{part}": text
        for section in ("prices", "model", "budget")
        for part, text in (
            ("secret", "yes"),
            ("provision", "31:16"),
            (
                "reason",
                "Uppgifterna är okända för konkurrenter och skulle försämra förhandlingar i andra länder.",
            ),
            ("until", until),
        )
    }
    budget = {
        cell("budget", region.code, year): str(250_000 * year + 10_000 * int(region.code))
        for region in REGIONS
        for year in YEARS
    }
    return {
        "presentations": "Injektionsvätska, lösning, 50 mg/ml, 1 förfylld spruta",
        "orphan": "yes",
        "approval_type": "conditional",
        "authorised_on": last_working_day(today - timedelta(days=150)).isoformat(),
        "indication": f"Behandling av {disease} hos vuxna.",
        "patient_group": f"Vuxna med bekräftad {disease} som inte har svarat på dagens behandling.",
        "patients": patients,
        "severity": "Tillståndet är mycket svårt och förkortar livet.",
        "current_care": "Bästa stödjande vård.",
        "list_price": "84 500",
        "offered_price": "61 200,50",
        "yearly_cost": "734 406",
        "price_terms": "Betalning upphör om effekt saknas efter sex månader.",
        "studies": "En randomiserad studie med 62 patienter och tolv månaders uppföljning.",
        "comparator": "Placebo som tillägg till bästa stödjande vård.",
        "safety": "Reaktioner vid injektionsstället var vanligast.",
        "uncertainty": "Kort uppföljning och få patienter.",
        "model_type": "cost_utility",
        "cost_per_qaly": "1 150 000",
        "qalys_gained": "2,35",
        "assumptions": "Effekten antas bestå i fem år och därefter avta.",
        "sensitivity": "Resultatet är känsligast för hur länge effekten består.",
        "budget_basis": "Antalet patienter per region gånger årskostnaden.",
        "jca": "none",
        "plan": "Data samlas i kvalitetsregistret och redovisas årligen.",
        "registry": "Nationellt kvalitetsregister.",
        "plan_report_on": add_months(today, 18).isoformat(),
        **claims,
        **budget,
    }
