"""Everybody in every relation to the company's case: asked, answered, refrained, left, in conflict, rival, uninvolved."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from nt_process.identity import service as identity
from tests.features.consultation.world import Consultation, move_in
from tests.features.interests.world import SHARES, decide, declare
from tests.filled import Filled
from tests.world import FIRST_DAY, SINCE, START, Office

# name: (role, organisation kind, organisation)
_MORE = {
    "member_conflicted": ("council_member", "council", "Kansliet"),
    "uninvolved": ("company_contact", "company", "Utomstående AB"),
    "company_head": ("company_administrator", "company", "Älvdal Bio AB"),
    "disabled": ("secretariat", "council", "Kansliet"),
}
ASKED = ("Region Skåne", "Region Uppsala", "Region Gotland", "Region Dalarna", "TLV",
         "Expertgruppen för sällsynta tillstånd")  # fmt: skip


def relate(filled: Filled) -> str:
    """Bring them all into the office, each in a relation to the case `filled.own`; gives the round they are asked in.

    region: has answered; uppsala: is asked; gotland: refrains; dalarna: has answered and left; halland: is not asked.
    """
    office = filled.office
    _move_in(office)
    consultation = Consultation(office)
    opened = consultation.open(filled.own, ASKED, title="Remiss till flera")
    for name in ("region", "dalarna"):
        consultation.answer(opened, name, f"Svar från {name}", "Ja, absolut", choices=("", "yes", "Senare"))
    consultation.no_comment(opened, "gotland")
    declare(office, "member_conflicted", SHARES)
    decide(office, filled.own, "member_conflicted", conflict=True)
    return opened


def end(office: Office) -> None:
    """From now on one is disabled, and the mandate of another has ended; both have signed in before."""
    yesterday = FIRST_DAY - timedelta(days=1)
    with office.engine.begin() as connection:
        for statement in (
            "UPDATE person SET disabled_at = :at WHERE id = :disabled",
            "UPDATE membership SET valid_to = :day WHERE person_id = :dalarna",
        ):
            given = {
                "at": START,
                "day": yesterday,
                **{name: office.people[name] for name in ("disabled", "dalarna")},
            }
            connection.execute(sa.text(statement), given)


def _move_in(office: Office) -> None:
    move_in(office)
    with office.engine.begin() as connection:
        for name, (role, kind, organisation) in _MORE.items():
            member = identity.Member(
                identity.create_organisation(connection, kind, organisation), role, SINCE
            )
            office.people[name] = identity.create_person(
                connection, f"{name}@prov.example", name.title(), (member,), START
            )
        connection.exec_driver_sql(
            "UPDATE person SET password_hash = (SELECT password_hash FROM person WHERE email = 'secretary@prov.example') "
            "WHERE password_hash IS NULL"
        )
