"""The commands of an administrator: rights follow at once, nobody serves themselves, and all of it is in the history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from nt_process.administration import log_queries, log_service, queries, service
from nt_process.administration.errors import AdministrationError
from nt_process.administration.queries import Filter
from nt_process.identity import second_factor
from nt_process.identity.cli import user
from nt_process.infra import acting
from nt_process.infra.database import Databases
from nt_process.kernel.faults import BadInput
from nt_process.kernel.several import each
from tests.features.administration.world import (
    history,
    maker,
    mandate_of,
    organisation_of,
    person_texts,
    scalar,
)
from tests.world import FIRST_DAY, Office, sign_in

SignIn = Callable[[str], FlaskClient]
AnyCommand = Callable[[Office, service.Maker], object]


def add(office: Office, **more: str) -> str:
    texts = person_texts(organisation=organisation_of(office, "Kansliet"), role="secretariat", **more)
    return service.add_person(office.engine, maker(office), texts, invited=True)


def refused(command: Callable[[], object]) -> str:
    with pytest.raises(AdministrationError) as refusal:
        command()
    return refusal.value.reason.code


def faults(command: Callable[[], object]) -> list[tuple[str | None, str]]:
    with pytest.raises(BadInput) as refusal:
        command()
    return [(one.column, one.code) for one in refusal.value.faults]


def test_a_person_is_added_with_a_mandate_and_an_invitation(office: Office) -> None:
    person = add(office)
    assert scalar(office, "SELECT count(*) FROM one_time_link WHERE person_id = :id", id=person) == "1"
    assert [(actor, what) for actor, what, _old, _new in history(office)] == [
        ("Administrator", "person_added"),
        ("Administrator", "membership_added"),
        ("Administrator", "invited"),
    ]
    assert history(office)[1][3] == "secretariat|2026-01-07|"
    assert faults(lambda: add(office)) == [("email", "email_taken")]


def test_rights_follow_a_mandates_days_at_once(app: Flask, office: Office) -> None:
    client = sign_in(app.test_client(), "colleague")
    assert client.get("/cases/new").status_code == 200
    mandate = mandate_of(office, "colleague")
    service.change_days(office.engine, maker(office), mandate, {"valid_to": "2026-01-06"})
    assert client.get("/cases/new").status_code == 404
    service.change_days(office.engine, maker(office), mandate, {"valid_to": ""})
    assert client.get("/cases/new").status_code == 200
    assert [what for _actor, what, *_ in history(office)] == ["membership_days"] * 2
    assert history(office)[0][2:] == ("secretariat|2020-01-01|", "secretariat|2020-01-01|2026-01-06")


def test_a_disabled_person_is_out_at_once_and_comes_back_by_signing_in(app: Flask, office: Office) -> None:
    client = sign_in(app.test_client(), "colleague")
    service.disable(office.engine, maker(office), office.people["colleague"])
    assert client.get("/").status_code == 302
    service.enable(office.engine, maker(office), office.people["colleague"])
    assert client.get("/").status_code == 302
    assert sign_in(app.test_client(), "colleague").get("/").status_code == 200
    assert (
        refused(lambda: service.enable(office.engine, maker(office), office.people["colleague"]))
        == "nothing_to_do"
    )


def test_a_disabled_person_is_not_invited(office: Office) -> None:
    person = add(office)
    service.disable(office.engine, maker(office), person)
    assert refused(lambda: service.invite(office.engine, maker(office), person)) == "not_sent"
    open_links = "SELECT count(*) FROM one_time_link WHERE used_at IS NULL"
    assert scalar(office, open_links) == "0"


def test_what_nobody_does_for_themselves(office: Office) -> None:
    own, by = office.people["administrator"], maker(office)
    texts = {"organisation": organisation_of(office, "Kansliet"), "role": "secretariat"}
    mandate = mandate_of(office, "administrator")
    engine = office.engine
    assert refused(lambda: service.add_mandate(engine, by, own, texts)) == "own_role"
    assert refused(lambda: service.disable(engine, by, own)) == "own_account"
    assert refused(lambda: service.reset_second_factor(engine, by, own)) == "own_second_factor"
    for days in ({"valid_to": "2026-02-01"}, {"valid_from": "2026-01-01"}):
        assert (
            refused(lambda days=days: service.change_days(engine, by, mandate, days))
            == "own_last_administration"
        )
    assert (
        refused(lambda: service.change_days(engine, by, mandate, {"valid_from": "2019-01-01"})) == "own_role"
    )
    assert refused(lambda: service.end_mandates(engine, by, own, FIRST_DAY)) == "own_last_administration"
    assert history(office) == []


COMMANDS: list[AnyCommand] = [
    lambda office, by: service.add_person(office.engine, by, {}, invited=False),
    lambda office, by: service.change_person(office.engine, by, office.people["company"], 0, person_texts()),
    lambda office, by: service.add_mandate(office.engine, by, office.people["company"], {}),
    lambda office, by: service.change_days(office.engine, by, mandate_of(office, "company"), {}),
    lambda office, by: service.disable(office.engine, by, office.people["company"]),
    lambda office, by: service.enable(office.engine, by, office.people["company"]),
    lambda office, by: service.invite(office.engine, by, office.people["company"]),
    lambda office, by: service.end_sessions(office.engine, by, office.people["company"]),
    lambda office, by: service.end_mandates(office.engine, by, office.people["company"], FIRST_DAY),
    lambda office, by: service.reset_second_factor(office.engine, by, office.people["company"]),
    lambda office, by: service.add_organisation(office.engine, by, {"kind": "tlv", "name": "X"}),
    lambda office, by: service.change_organisation(office.engine, by, office.company_id, 0, {"name": "X"}),
    lambda office, by: log_service.retry_mail(office.engine, by, "notice", "1"),
    lambda office, by: log_service.retry_job(office.engine, by, 1),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_nobody_else_administers(office: Office, command: AnyCommand) -> None:
    for name in ("secretary", "auditor", "manager", "company"):
        by = maker(office, name)
        assert refused(lambda by=by: command(office, by)) == "not_allowed"
    assert history(office) == []


def test_the_same_role_is_held_once_at_a_time(office: Office) -> None:
    texts = {"organisation": organisation_of(office, "Kansliet"), "role": "council_member"}
    person, by = office.people["member"], maker(office)
    again = lambda **days: service.add_mandate(office.engine, by, person, texts | days)  # noqa: E731
    assert faults(lambda: again(valid_from="2026-05-01")) == [("valid_from", "overlaps")]
    service.change_days(office.engine, by, mandate_of(office, "member"), {"valid_to": "2026-04-30"})
    again(valid_from="2026-05-01")


def test_who_is_late_is_told_and_changes_nothing(office: Office) -> None:
    person, by = add(office), maker(office)
    seen = int(scalar(office, "SELECT max(id) FROM administrative_change WHERE person_id = :id", id=person))
    service.change_person(office.engine, by, person, seen, person_texts(name="Nils Nyman"))
    with pytest.raises(AdministrationError) as refusal:
        service.change_person(office.engine, by, person, seen, person_texts(name="Någon annan"))
    assert refusal.value.reason.params["actor"] == "Administrator"
    assert history(office)[-1][1:] == ("name", "Nils Ny", "Nils Nyman")


def test_a_second_factor_is_reset_with_the_sessions(app: Flask, office: Office) -> None:
    person = office.people["colleague"]
    client = sign_in(app.test_client(), "colleague")
    with office.engine.begin() as connection:
        second_factor.make_recovery_codes(connection, person)
        connection.execute(
            sa.text("INSERT INTO authenticator (person_id, secret, confirmed_at) VALUES (:id, 'x', now())"),
            {"id": person},
        )
    service.reset_second_factor(office.engine, maker(office), person)
    with office.engine.connect() as connection:
        held = second_factor.factors(connection, person)
    assert (held.any, held.recovery_codes) == (False, 0)
    assert client.get("/").status_code == 302


def test_each_of_several_is_judged_on_its_own(office: Office) -> None:
    by = maker(office)
    ids = [office.people["member"], office.people["administrator"], "00000000-0000-4000-8000-000000000000"]
    items = each(ids, lambda one: service.disable(office.engine, by, one))
    assert [item.code for item in items] == ["", "own_account", "not_found"]
    items = each(ids[:2], lambda one: service.end_mandates(office.engine, by, one, FIRST_DAY))
    assert [item.code for item in items] == ["", "own_last_administration"]
    assert scalar(office, "SELECT valid_to FROM membership WHERE person_id = :id", id=ids[0]) == "2026-01-07"


def test_an_organisation_is_added_renamed_and_identified(office: Office) -> None:
    by = maker(office)
    made = service.add_organisation(
        office.engine, by, {"kind": "company", "name": "Lunden AB", "identifier": "556"}
    )
    same = {"kind": "company", "name": "LUNDEN AB"}
    assert faults(lambda: service.add_organisation(office.engine, by, same)) == [("name", "name_taken")]
    other = {"kind": "company", "name": "Eken AB", "identifier": "556"}
    assert faults(lambda: service.add_organisation(office.engine, by, other)) == [
        ("identifier", "identifier_taken")
    ]
    seen = int(scalar(office, "SELECT max(id) FROM administrative_change"))
    service.change_organisation(office.engine, by, made, seen, {"name": "Lunden Pharma AB", "identifier": ""})
    assert [line[1:] for line in history(office)] == [
        ("organisation_added", "", "Lunden AB"),
        ("organisation_name", "Lunden AB", "Lunden Pharma AB"),
        ("identifier", "556", ""),
    ]


# --- what is listed -----------------------------------------------------------------------------------


def found(office: Office, name: str = "administrator", **narrowed: str) -> set[str]:
    with office.engine.connect() as connection:
        rows, total = queries.people(connection, office.actor(name), Filter(**narrowed), 1, FIRST_DAY)
    assert total == len(rows)
    return {row["name"] for row in rows}


def test_people_are_found_by_name_role_organisation_and_state(office: Office) -> None:
    add(office, name="Åsa_Öberg")
    service.disable(office.engine, maker(office), office.people["rival"])
    assert found(office, q="asa") == {"Åsa_Öberg"}
    assert found(office, q="%") == set()
    assert found(office, role="tlv_assessor") == {"Tlv"}
    assert found(office, organisation=organisation_of(office, "Region Skåne")) == {"Region"}
    assert found(office, organisation="x") == set()
    assert found(office, state="disabled") == {"Rival"}
    assert found(office, state="invited") == {"Åsa_Öberg"}
    assert "Rival" not in found(office, state="active")
    assert found(office, "company") == set()


def test_a_mandate_that_ends_within_sixty_days_is_listed(office: Office) -> None:
    for name, days in (("member", 60), ("tlv", 61), ("region", 0), ("manager", -1)):
        last = (FIRST_DAY + timedelta(days=days)).isoformat()
        service.change_days(office.engine, maker(office), mandate_of(office, name), {"valid_to": last})
    with office.engine.connect() as connection:
        chosen = queries.Filter(state="ending")
        listed, total = queries.every_mandate(connection, office.actor("secretary"), chosen, 1, FIRST_DAY)
    assert total == 2
    assert [row["name"] for row in listed] == ["Region", "Member"]


def test_mail_is_followed_and_tried_again_without_being_read(office: Office, web_engine: Engine) -> None:
    number = office.open()
    office.act("secretary", number, "discontinue", reason="Hemligt")
    person = add(office)
    with office.engine.begin() as connection:
        connection.execute(sa.text("UPDATE notice SET mail = 'failed', mail_attempts = 8"))
        failed = connection.scalar(sa.text("SELECT min(id) FROM notice"))
    by = maker(office)
    actor = by.actor
    acting.become(actor.id, FIRST_DAY)
    try:
        with web_engine.connect() as connection:
            rows = log_queries.mail(connection, actor, "", "", 1)
            states = {(row["kind"], row["state"]) for row in rows}
            assert ("invitation", "pending") in states
            assert {state for kind, state in states if kind != "invitation"} == {"failed"}
            assert not {"params", "subject"} & set(rows[0])
            assert {row["person_id"] for row in log_queries.mail(connection, actor, "nils", "", 1)} == {
                rows[0]["person_id"].__class__(person)
            }
            assert connection.scalar(sa.text("SELECT count(*) FROM notice")) == 0
        log_service.retry_mail(web_engine, by, "notice", str(failed))
    finally:
        acting.forget()
    assert scalar(office, "SELECT mail FROM notice WHERE id = :id", id=failed) == "pending"
    again = lambda: log_service.retry_mail(office.engine, by, "notice", str(failed))  # noqa: E731
    assert refused(again) == "nothing_to_do"


@pytest.mark.parametrize("name", ["secretary", "auditor", "company", "region"])
def test_the_database_tells_nobody_else_of_mail(office: Office, web_engine: Engine, name: str) -> None:
    office.act("secretary", office.open(), "discontinue", reason="x")
    acting.become(office.people[name], FIRST_DAY)
    try:
        with web_engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM mail_log('', '', 100, 0)")) == 0
            assert connection.scalar(sa.text("SELECT retry_mail(1, now())")) is False
    finally:
        acting.forget()


def test_nobody_alters_the_history(office: Office) -> None:
    add(office)
    for statement in ("UPDATE administrative_change SET new = 'x'", "DELETE FROM administrative_change"):
        with office.engine.connect() as connection, pytest.raises(sa.exc.ProgrammingError):
            connection.execute(sa.text(statement))


# --- the operator's commands --------------------------------------------------------------------------


def test_the_command_line_writes_the_same_history(
    office: Office, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NT_DATABASE_URL", databases.app_url.render_as_string(hide_password=False))
    run = CliRunner()
    who = ["olle@prov.example", "--name", "Olle", "--organisation", "Nya AB", "--kind", "company"]
    for arguments in (
        ["add", *who, "--role", "company_contact", "--invite"],
        ["invite", "olle@prov.example"],
        ["disable", "olle@prov.example"],
    ):
        assert run.invoke(user, arguments).exit_code == 0, arguments
    assert run.invoke(user, ["disable", "olle@prov.example"]).exit_code == 1
    assert [line[:2] for line in history(office)] == [
        ("", "organisation_added"), ("", "person_added"), ("", "membership_added"), ("", "invited"),
        ("", "invited"), ("", "disabled"),
    ]  # fmt: skip
