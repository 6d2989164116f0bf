"""Two administrators at the same moment: one gets through, the other is told at the field."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Connection

from nt_process.administration import imports, service
from nt_process.administration.errors import AdministrationError
from nt_process.identity import federated, register
from nt_process.identity.history import By
from nt_process.identity.service import Member, create_person
from tests.features.administration.world import FILE, maker, mandate_of, organisation_of, person_texts, scalar
from tests.racing import while_first_is_at_it
from tests.world import FIRST_DAY, START, Office, sign_in

NEW = register.Details("nils@prov.example", "Nils Först")
BY = By(START)


@pytest.fixture
def client(app: Flask, office: Office) -> FlaskClient:
    return sign_in(app.test_client(), "administrator")


def test_an_address_is_given_to_one_person(client: FlaskClient, office: Office) -> None:
    texts = person_texts(organisation=organisation_of(office, "Kansliet"), role="secretariat")
    texts["email"] = "NILS@prov.example"
    answer = while_first_is_at_it(
        office.engine,
        lambda connection: register.add_person(connection, BY, NEW),
        lambda: client.post("/administration/people/new", data=texts),
    )
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert "NILS@prov.example" in answer.text
    assert scalar(office, "SELECT name FROM person WHERE lower(email) = 'nils@prov.example'") == "Nils Först"


def test_an_address_is_changed_to_by_one_person(client: FlaskClient, office: Office) -> None:
    person = office.people["colleague"]
    answer = while_first_is_at_it(
        office.engine,
        lambda connection: register.add_person(connection, BY, NEW),
        lambda: client.post(f"/administration/people/{person}/edit", data=person_texts()),
    )
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text


@pytest.mark.parametrize(
    ("taken", "field"), [({"name": "Region NORD"}, "name"), ({"identifier": "2321000016"}, "identifier")]
)
def test_an_organisation_is_made_once(
    client: FlaskClient, office: Office, taken: dict[str, str], field: str
) -> None:
    first = {"name": "Region Nord", "identifier": "2321000016"}
    wanted = {"kind": "region", "name": "Region Annan", "identifier": "2321000099"} | taken
    answer = while_first_is_at_it(
        office.engine,
        lambda connection: register.add_organisation(connection, BY, "region", **first),
        lambda: client.post("/administration/organisations/new", data=wanted),
    )
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_an_organisation_is_renamed_to_what_nobody_is_called(client: FlaskClient, office: Office) -> None:
    organisation = organisation_of(office, "Region Skåne")
    answer = while_first_is_at_it(
        office.engine,
        lambda connection: register.add_organisation(connection, BY, "region", "Region Nord"),
        lambda: client.post(
            f"/administration/organisations/{organisation}/edit", data={"name": "region nord"}
        ),
    )
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text


def test_an_identifier_is_named_once_by_a_command_too(office: Office) -> None:
    def name(connection: Connection, region: str) -> bool:
        return federated.name_organisation(connection, "region", region, "2321000016")

    with office.engine.begin() as connection:
        register.add_organisation(connection, BY, "region", "Region Nord")

    def second() -> bool:
        with office.engine.begin() as connection:
            return name(connection, "Region Nord")

    assert not while_first_is_at_it(office.engine, lambda first: name(first, "Region Skåne"), second)


@pytest.mark.parametrize("first_day", ["2026-01-07", "2026-02-01"])
def test_a_role_is_given_once(client: FlaskClient, office: Office, first_day: str) -> None:
    person, kansli = office.people["colleague"], organisation_of(office, "Kansliet")
    given = Member(kansli, "council_member", FIRST_DAY)
    wanted = {"organisation": kansli, "role": "council_member", "valid_from": first_day}
    answer = while_first_is_at_it(
        office.engine,
        lambda connection: register.add_membership(connection, BY, person, given),
        lambda: client.post(f"/administration/people/{person}/mandates", data=wanted),
    )
    assert answer.status_code == 422
    assert 'id="valid_from-error"' in answer.text


def test_a_mandate_is_not_made_longer_into_one_just_given(client: FlaskClient, office: Office) -> None:
    mandate, person = mandate_of(office, "colleague"), office.people["colleague"]
    service.change_days(office.engine, maker(office), mandate, {"valid_to": "2026-01-31"})
    later = Member(organisation_of(office, "Kansliet"), "secretariat", FIRST_DAY.replace(month=3))
    answer = while_first_is_at_it(
        office.engine,
        lambda connection: register.add_membership(connection, BY, person, later),
        lambda: client.post(
            f"/administration/mandates/{mandate}", data={"valid_from": "2020-01-01", "valid_to": ""}
        ),
    )
    assert answer.status_code == 422
    assert 'id="valid_from-error"' in answer.text


def test_a_role_that_ended_before_it_began_can_be_given_again_the_same_day(office: Office) -> None:
    """As when somebody is taken into a company and out again on one day."""
    person, mandate = office.people["colleague"], mandate_of(office, "colleague")
    with office.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE membership SET valid_from = '2026-01-07', valid_to = '2026-01-06' WHERE id = %(id)s",
            {"id": mandate},
        )
    texts = {"organisation": organisation_of(office, "Kansliet"), "role": "secretariat"}
    service.add_mandate(office.engine, maker(office), person, texts)
    held = "SELECT valid_to IS NULL FROM membership WHERE person_id = :id"
    assert scalar(office, held, id=person) == "True"


@pytest.fixture
def second(office: Office) -> str:
    """Another administrator, without a last day."""
    with office.engine.begin() as connection:
        member = Member(organisation_of(office, "Kansliet"), "administrator", FIRST_DAY)
        register.add_membership(connection, BY, office.people["colleague"], member)
    return office.people["colleague"]


def test_two_administrators_who_disable_each_other_are_not_both_out(office: Office, second: str) -> None:
    first, by = office.people["administrator"], By(START, office.people["administrator"], "Administrator")

    def other() -> str:
        with pytest.raises(AdministrationError) as refusal:
            service.disable(office.engine, maker(office, "colleague"), first)
        return refusal.value.reason.code

    answer = while_first_is_at_it(
        office.engine, lambda connection: register.disable(connection, by, second), other
    )
    assert answer == "not_allowed"
    assert scalar(office, "SELECT disabled_at IS NULL FROM person WHERE id = :id", id=first) == "True"


def test_two_administrators_who_end_each_others_mandates_are_not_both_out(
    office: Office, second: str
) -> None:
    """Whoever was faster administers; the other has no mandate any more to end anybody's by."""
    by = By(START, office.people["administrator"], "Administrator")
    mandate = mandate_of(office, "administrator")
    held = "SELECT id FROM membership WHERE person_id = :id AND role = 'administrator'"
    others = scalar(office, held, id=second)

    def first(connection: Connection) -> None:
        found = register.locked_membership(connection, others)
        register.change_membership(
            connection, by, found, found.valid_from, FIRST_DAY - timedelta(days=1), True
        )

    def other() -> str:
        with pytest.raises(AdministrationError) as refusal:
            service.change_days(
                office.engine, maker(office, "colleague"), mandate, {"valid_to": "2026-01-06"}
            )
        return refusal.value.reason.code

    assert while_first_is_at_it(office.engine, first, other) == "not_allowed"


def test_the_last_who_administers_without_a_last_day_is_not_ended_by_another(
    office: Office, second: str
) -> None:
    held = "SELECT id FROM membership WHERE person_id = :id AND role = 'administrator'"
    own, others = mandate_of(office, "administrator"), scalar(office, held, id=second)
    service.change_days(office.engine, maker(office), others, {"valid_to": "2026-06-30"})
    by = maker(office, "colleague")
    for command in (
        lambda: service.change_days(office.engine, by, own, {"valid_to": "2026-03-31"}),
        lambda: service.disable(office.engine, by, office.people["administrator"]),
        lambda: service.end_mandates(office.engine, by, office.people["administrator"], START.date()),
    ):
        with pytest.raises(AdministrationError, match="last_administrator"):
            command()
    service.change_days(office.engine, maker(office), others, {"valid_to": ""})
    service.change_days(office.engine, by, own, {"valid_to": "2026-03-31"})


def test_a_file_with_a_person_who_is_just_being_added_is_not_taken_in_by_half(
    client: FlaskClient, office: Office
) -> None:
    waiting = imports.upload(office.engine, maker(office), "personer.csv", FILE)
    # As a company takes somebody in, which no administrator waits for.
    answer = while_first_is_at_it(
        office.engine,
        lambda connection: create_person(connection, "ny@prov.example", "Någon Annan", (), START),
        lambda: client.post(f"/administration/import/{waiting}", follow_redirects=True),
    )
    assert answer.status_code == 200
    assert "Någon ändrade samma personer just då." in answer.text
    assert scalar(office, "SELECT count(*) FROM person_import WHERE done_at IS NULL") == "1"
    with pytest.raises(AdministrationError, match="not_found"):
        imports.carry_out(office.engine, maker(office), "00000000-0000-4000-8000-000000000000", invited=False)
