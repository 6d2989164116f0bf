"""More people than the office has: those who stand outside in every way there is."""

from __future__ import annotations

from nt_process.identity import service as identity
from tests.world import SINCE, START, Office

# name: (role, organisation kind, organisation)
OUTSIDE = {
    "uninvolved": ("company_contact", "company", "Utomstående AB"),
    "company_head": ("company_administrator", "company", "Älvdal Bio AB"),
    "expert": ("expert", "expert_group", "Expertgruppen"),
    "patient": ("patient_representative", "patient_organisation", "Patientföreningen"),
    "disabled": ("secretariat", "council", "Kansliet"),
    "left": ("region_representative", "region", "Region Halland"),
}


def add_people(office: Office) -> None:
    """Add them to the office; whoever wants "disabled" disabled and "left" gone does so afterwards."""
    with office.engine.begin() as connection:
        for name, (role, kind, organisation) in OUTSIDE.items():
            member = identity.Member(
                identity.create_organisation(connection, kind, organisation), role, SINCE
            )
            office.people[name] = identity.create_person(
                connection, f"{name}@prov.example", name.title(), (member,), START
            )
        connection.exec_driver_sql(
            "UPDATE person SET password_hash = (SELECT password_hash FROM person WHERE password_hash IS NOT NULL LIMIT 1) "
            "WHERE password_hash IS NULL"
        )
