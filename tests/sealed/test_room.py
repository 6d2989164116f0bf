"""Who can open what, what is kept of it, and that nothing readable is left anywhere else."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from nt_process.infra.database import Databases
from nt_process.kernel.faults import BadInput
from nt_process.kernel.reasons import ProofNeeded
from nt_process.sealed import circle, keys, readings, room, rotation, rules
from nt_process.sealed.cipher import Damaged
from nt_process.sealed.keys import KeyAway, MasterKey, TooOld
from nt_process.sealed.room import NotForYou, Place
from tests.rights.test_second_wall import acting_as
from tests.sealed.conftest import PRICE, Room, owner_of
from tests.sealed.vault import Vault
from tests.world import START, sign_in

OUTSIDE = ("rival", "member", "colleague", "auditor", "administrator", "manager", "stranger", "tlv")


def test_the_circle_reads_and_nobody_else(the_room: Room, master: MasterKey) -> None:
    the_room.seal()
    for name in ("secretary", "region", "neighbour", "company"):
        assert the_room.reveal(name) == PRICE, name
    for name in OUTSIDE:
        with pytest.raises(NotForYou):
            the_room.reveal(name)


def test_a_secret_is_for_those_it_was_sealed_for(the_room: Room) -> None:
    the_room.seal("own", readers=[rules.COMPANY])
    the_room.seal("told", readers=[rules.DELEGATION, rules.TLV])
    the_room.seal("skane", organisation_id=the_room.organisation("region"))
    assert _who(the_room, "own") == {"company"}
    assert _who(the_room, "told") == {"secretary", "tlv"}
    assert _who(the_room, "skane") == {"secretary", "company", "region"}


def _who(the_room: Room, row_id: str) -> set[str]:
    opened = set()
    for name in the_room.office.people:
        try:
            the_room.reveal(name, row_id)
        except NotForYou:
            continue
        opened.add(name)
    return opened


def test_the_database_hides_what_is_sealed_from_those_outside(the_room: Room) -> None:
    the_room.seal()
    the_room.seal("skane", organisation_id=the_room.organisation("region"))
    seen = {}
    for name, person in the_room.office.people.items():
        with acting_as(the_room.office.engine, person) as connection:
            rows = connection.scalars(sa.text("SELECT row_id FROM sealed.secret ORDER BY row_id")).all()
            keys_seen = connection.scalar(sa.text("SELECT count(*) FROM sealed.data_key"))
        seen[name] = (list(rows), keys_seen)
    both = (["price", "skane"], 1)
    assert {name: seen[name] for name in ("secretary", "company", "region")} == dict.fromkeys(
        ("secretary", "company", "region"), both
    )
    assert seen["neighbour"] == (["price"], 1)
    assert {name: seen[name][0] for name in OUTSIDE} == {name: [] for name in OUTSIDE}
    assert {seen[name][1] for name in ("rival", "stranger", "member", "auditor", "administrator")} == {0}


def test_nobody_who_is_nobody_reads_anything(the_room: Room) -> None:
    the_room.seal()
    the_room.reveal("secretary")
    with acting_as(the_room.office.engine, None) as connection:
        for table in ("data_key", "circle", "secret", "reading"):
            assert connection.scalar(sa.text(f"SELECT count(*) FROM sealed.{table}")) == 0, table


def test_the_application_changes_nothing_that_was_sealed_or_read(the_room: Room) -> None:
    the_room.seal()
    the_room.reveal("secretary")
    for statement in (
        "UPDATE sealed.secret SET readers = '{tlv}'",
        "DELETE FROM sealed.secret",
        "UPDATE sealed.reading SET reason = 'annat'",
        "DELETE FROM sealed.reading",
        "DELETE FROM sealed.circle",
        "UPDATE sealed.circle SET valid_from = '2020-01-01'",
    ):
        with pytest.raises(sa.exc.ProgrammingError), the_room.office.engine.begin() as connection:
            connection.execute(sa.text(statement))


def test_whoever_leaves_the_circle_reads_nothing_from_that_moment(the_room: Room) -> None:
    the_room.seal()
    for name in ("secretary", "company"):
        assert the_room.reveal(name) == PRICE
        with the_room.office.engine.begin() as connection:
            assert circle.end(connection, the_room.id, the_room.entries[name], "Secretary", START)
            assert not circle.end(connection, the_room.id, the_room.entries[name], "Secretary", START)
        with pytest.raises(NotForYou):
            the_room.reveal(name)


def test_who_leaves_their_organisation_leaves_the_circle(the_room: Room) -> None:
    the_room.seal()
    with the_room.office.engine.begin() as connection:
        ended = sa.text("UPDATE membership SET valid_to = '2026-01-06' WHERE person_id = :id")
        connection.execute(ended, {"id": the_room.office.people["region"]})
    with pytest.raises(NotForYou):
        the_room.reveal("region")


def test_a_conflict_of_interest_closes_the_room(the_room: Room) -> None:
    from nt_process.cases.errors import Refused

    the_room.seal()
    with the_room.office.engine.begin() as connection:
        decided = sa.text("""
            INSERT INTO conflict_decision (case_id, person_id, conflict, reason, covers, decided_by, decider, at)
            VALUES (:case, :person, true, 'Aktier', '{}', :by, 'Colleague', :at)
        """)
        people = the_room.office.people
        given = {
            "case": the_room.case_id,
            "person": people["secretary"],
            "by": people["colleague"],
            "at": START,
        }
        connection.execute(decided, given)
    with pytest.raises(Refused):
        the_room.reveal("secretary")
    with acting_as(the_room.office.engine, people["secretary"]) as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM sealed.secret")) == 0


def test_a_price_is_shown_only_after_a_fresh_proof(the_room: Room) -> None:
    the_room.seal()
    actor = the_room.actor("secretary")
    assert actor.session is not None
    old = replace(actor.session, confirmed_at=START - timedelta(minutes=10, microseconds=1))
    for session in (None, old):
        with pytest.raises(ProofNeeded), the_room.office.engine.begin() as connection:
            room.reveal(
                connection, replace(actor, session=session), the_room.id, "offer", "price", "Varför", at=START
            )
    with the_room.office.engine.begin() as connection:
        unattended = room.reveal(
            connection, replace(actor, session=None), the_room.id, "offer", "price", "Körning", at=START,
            unattended=True,
        )  # fmt: skip
    assert unattended == PRICE


def test_each_reading_is_on_record_and_says_nothing_of_the_price(the_room: Room) -> None:
    the_room.seal()
    the_room.reveal("secretary")
    the_room.reveal("company")
    with the_room.office.engine.connect() as connection:
        rows = readings.readings(connection, the_room.actor("auditor"), the_room.id, "offer", "price")
        own = readings.readings(connection, the_room.actor("company"), the_room.id)
        events = connection.execute(
            sa.text("SELECT actor, body FROM event WHERE kind = 'secret_read' ORDER BY seq")
        ).all()
    assert [(row["person"], row["side"], row["reason"]) for row in rows] == [
        ("Company", "company", "Granskning"),
        ("Secretary", "delegation", "Granskning"),
    ]
    assert [row["person"] for row in own] == ["Company"]
    assert [event.actor for event in events] == ["Secretary", "Company"]
    assert events[0].body["inputs"] == {"secrets": ["offer price 1"], "unattended": False}


def test_what_is_refused_leaves_no_trace_of_a_reading(the_room: Room, master_key: Path) -> None:
    the_room.seal()
    with pytest.raises(BadInput), the_room.office.engine.begin() as connection:
        room.reveal(connection, the_room.actor("secretary"), the_room.id, "offer", "price", " ", at=START)
    places = [Place("offer", "price"), Place("offer", "finns-inte")]
    with pytest.raises(NotForYou), the_room.office.engine.begin() as connection:
        room.reveal_all(connection, the_room.actor("secretary"), the_room.id, places, "Båda", at=START)
    master_key.unlink()
    with pytest.raises(KeyAway):
        the_room.reveal("secretary")
    with the_room.office.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM sealed.reading")) == 0


def test_it_is_not_opened_where_the_record_could_be_lost(the_room: Room) -> None:
    the_room.seal()
    with the_room.office.engine.connect() as connection, pytest.raises(RuntimeError):
        room.reveal(
            connection, the_room.actor("secretary"), the_room.id, "offer", "price", "Varför", at=START
        )


def test_versions_stand_side_by_side(the_room: Room) -> None:
    the_room.seal()
    the_room.seal(payload=b"ny", version=2)
    assert the_room.reveal("company") == b"ny"
    assert the_room.reveal("company", version=1) == PRICE
    with pytest.raises(sa.exc.IntegrityError):
        the_room.seal(payload=b"en till", version=2)


@pytest.mark.parametrize(
    "statement",
    [
        # One bit, the whole of another row, another row's name, another company's negotiation.
        "UPDATE sealed.secret SET ciphertext = set_bit(ciphertext, 77, 1 - get_bit(ciphertext, 77)) WHERE row_id = 'price'",
        """UPDATE sealed.secret s SET nonce = o.nonce, ciphertext = o.ciphertext FROM sealed.secret o
           WHERE s.row_id = 'price' AND o.row_id = 'other'""",
        """UPDATE sealed.secret SET row_id = CASE row_id WHEN 'price' THEN 'x' ELSE 'price' END
           WHERE row_id IN ('other')""",
        "UPDATE sealed.secret SET organisation_id = (SELECT organisation_id FROM sealed.circle WHERE side = 'company')",
        "UPDATE sealed.secret SET version = 7 WHERE row_id = 'price'",
        "UPDATE sealed.data_key SET wrapped = overlay(wrapped placing 'AAAA' from 20)",
    ],
)
def test_what_was_swapped_or_flipped_is_refused(the_room: Room, databases: Databases, statement: str) -> None:
    the_room.seal()
    the_room.seal("other", b"annat pris")
    owner = owner_of(the_room.office.engine, databases.owner_url)
    with owner.begin() as connection:
        if "row_id = CASE" in statement:
            connection.execute(sa.text("DELETE FROM sealed.secret WHERE row_id = 'price'"))
        connection.execute(sa.text(statement))
    with pytest.raises(Damaged):
        the_room.reveal("secretary")


def test_the_key_of_one_negotiation_opens_no_other(the_room: Room, databases: Databases) -> None:
    the_room.seal()
    other = "00000000-0000-4000-8000-00000000abcd"
    with the_room.office.engine.begin() as connection:
        room.make(connection, other, the_room.case_id, START)
    with owner_of(the_room.office.engine, databases.owner_url).begin() as connection:
        connection.execute(
            sa.text("""
            UPDATE sealed.data_key k SET wrapped = o.wrapped FROM sealed.data_key o
            WHERE k.negotiation_id <> o.negotiation_id
        """)
        )
    with pytest.raises(Damaged):
        the_room.reveal("secretary")


def test_a_rotation_goes_on_under_the_readers(the_room: Room, master: MasterKey) -> None:
    """Two readers read all the while; the key is rotated three times, wrapped again, and old versions forbidden."""
    the_room.seal()
    engine, done = the_room.office.engine, threading.Event()
    faults: list[str] = []

    def read(name: str) -> None:
        while not done.is_set():
            try:
                assert the_room.reveal(name) == PRICE
            except Exception as error:
                faults.append(repr(error))

    threads = [threading.Thread(target=read, args=(name,)) for name in ("secretary", "company")]
    for thread in threads:
        thread.start()
    for wanted in (2, 3, 4):
        assert rotation.rotate(engine, START) == (wanted, 1)
        assert rotation.retire(engine) == wanted
    done.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert rotation.counts(engine) == {4: 1}
    assert the_room.reveal("secretary") == PRICE


def test_an_old_backup_does_not_open_after_its_version_is_forbidden(
    the_room: Room, databases: Databases, master: MasterKey
) -> None:
    the_room.seal()
    engine = the_room.office.engine
    with engine.connect() as connection:
        old = connection.execute(sa.text("SELECT wrapped, master_version FROM sealed.data_key")).one()
    keys.master_key().rotate()
    with pytest.raises(rotation.StillNeeded):
        rotation.retire(engine)
    assert rotation.rewrap(engine, START) == 1
    rotation.retire(engine)
    restored = sa.text("UPDATE sealed.data_key SET wrapped = :wrapped, master_version = :master_version")
    with owner_of(engine, databases.owner_url).begin() as connection:
        connection.execute(restored, old._asdict())
    with pytest.raises(TooOld):
        the_room.reveal("secretary")


def test_without_the_key_nothing_is_readable(the_room: Room, master_key: Path) -> None:
    the_room.seal()
    master_key.unlink()
    for name in ("secretary", "company"):
        with pytest.raises(KeyAway):
            the_room.reveal(name)
    keys.FileKey(master_key, is_made=True).prepare()
    with pytest.raises(Damaged):
        the_room.reveal("secretary")


def test_a_copy_of_the_database_holds_no_price(
    the_room: Room, databases: Databases, capfd: pytest.CaptureFixture[str], master_key: Path
) -> None:
    """Every row of every table, as whoever takes a backup reads it; and what was written to the log meanwhile."""
    mark = "KNRY-PRIS-7312345"
    the_room.seal("marked", json.dumps({"net": mark}).encode())
    the_room.reveal("secretary", "marked")
    with owner_of(the_room.office.engine, databases.owner_url).connect() as connection:
        tables = connection.execute(
            sa.text("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'sealed')")
        ).all()
        dump = "\n".join(
            str(row)
            for schema, table in tables
            for row in connection.execute(sa.text(f'SELECT t::text FROM {schema}."{table}" t'))
        )
    key = master_key.read_text().split()[-1]
    assert "marked" in dump
    assert len(tables) > 40
    for hidden in (mark, "7312345", mark.encode().hex(), key):
        assert hidden not in dump
        assert hidden not in "".join(capfd.readouterr())


def test_when_the_key_is_away_everything_else_goes_on(app: Flask, the_room: Room, vault: Vault) -> None:
    the_room.seal()
    vault.is_sealed = True

    def opens() -> str:
        raise KeyAway("the service is sealed")

    client = sign_in(app.test_client(), "secretary")
    app.view_functions["notices.index"] = opens
    answer = client.get("/notices")
    assert answer.status_code == 503
    assert "nyckel" in answer.text
    assert client.get(f"/cases/{the_room.number}").status_code == 200
