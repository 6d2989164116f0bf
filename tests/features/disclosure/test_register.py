"""Releases from request to publication: the second person, the audit against earlier releases, what never changes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from nt_process.disclosure import audit_job, audit_process, basis, register, service
from nt_process.disclosure.errors import DisclosureError
from nt_process.disclosure.layouts import Cell
from nt_process.kernel.faults import BadInput
from nt_process.kernel.money import MILLION, ZERO
from tests.features.disclosure.world import (
    COMPANIES,
    KEY,
    ask,
    audit,
    maker,
    release,
    row,
    some_contributions,
    take_in,
)
from tests.world import START, Office


def code_of(refused: pytest.ExceptionInfo[DisclosureError]) -> str:
    return refused.value.reason.code


def test_a_total_is_asked_for_audited_in_its_own_process_and_released_by_a_second_person(
    office: Office,
) -> None:
    take_in(office)
    release_id = ask(office)
    audit_job.carry_out(office.engine, KEY, release_id, 1, START)
    assert row(office, release_id)["state"] == "ready"
    service.publish(office.engine, maker(office, "manager"), release_id)
    found = row(office, release_id)
    with office.engine.connect() as connection:
        cells = register.cells_of(connection, found)
    expected = sum((one.amount for one in some_contributions() if one.month.year == 2024), ZERO) / MILLION
    assert abs((cells[Cell("", "")] or ZERO) - expected) <= Decimal("0.5")
    assert found["sha256"] == register.fingerprint(found, cells)


def test_nothing_can_be_asked_for_before_anything_is_taken_in(office: Office) -> None:
    with pytest.raises(DisclosureError) as refused:
        ask(office)
    assert code_of(refused) == "no_basis"


def test_who_asks_does_not_decide_and_who_decides_does_so_once(office: Office) -> None:
    take_in(office)
    release_id = ask(office)
    with pytest.raises(DisclosureError) as early:
        service.publish(office.engine, maker(office, "manager"), release_id)
    assert code_of(early) == "not_ready"
    audit(office, release_id)
    with pytest.raises(DisclosureError) as own:
        service.publish(office.engine, maker(office), release_id)
    assert code_of(own) == "own_request"
    for name in ("auditor", "member", "administrator", "region"):
        with pytest.raises(DisclosureError) as refused:
            service.publish(office.engine, maker(office, name), release_id)
        assert code_of(refused) == "not_allowed"
    with pytest.raises(BadInput):
        service.decline(office.engine, maker(office, "colleague"), release_id, " ")
    service.decline(office.engine, maker(office, "colleague"), release_id, "Behövs inte längre.")
    with pytest.raises(DisclosureError) as late:
        service.publish(office.engine, maker(office, "manager"), release_id)
    assert code_of(late) == "not_ready"


def test_a_release_that_another_has_overtaken_is_audited_again_before_it_is_decided(office: Office) -> None:
    take_in(office)
    first, second = ask(office, "Den ena"), ask(office, "Den andra", layout="region")
    for one in (first, second):
        audit(office, one)
    service.publish(office.engine, maker(office, "manager"), first)
    with pytest.raises(DisclosureError) as refused:
        service.publish(office.engine, maker(office, "manager"), second)
    assert code_of(refused) == "overtaken"
    assert row(office, second)["state"] == "requested"
    audit(office, second, 2)
    service.publish(office.engine, maker(office, "manager"), second)
    assert (row(office, second)["after"], row(office, second)["round"]) == (1, 2)


def test_a_refusal_names_the_release_that_stands_in_the_way(office: Office) -> None:
    """One company joins after the forecast: the outcome less the forecast would be its rebate."""
    known = some_contributions()
    take_in(office, [one for one in known if one.company != COMPANIES[0] or one.month.year == 2025])
    release(office, "Annat år", first="2025-01")
    forecast = release(office, "Prognosen 2024", scope="L")
    take_in(office, known, START + timedelta(days=1))
    outcome = ask(office, "Utfallet 2024", START + timedelta(days=1), scope="L")
    audit(office, outcome)
    refused = row(office, outcome)
    assert (refused["state"], refused["refused_for"]) == ("refused", "blocked")
    assert refused["blocked_by"] == [row(office, forecast)["number"]]


def test_a_total_of_two_companies_is_refused_for_what_it_is(office: Office) -> None:
    take_in(office, [one for one in some_contributions() if one.company in COMPANIES[:2]])
    release_id = ask(office)
    audit(office, release_id)
    assert (row(office, release_id)["refused_for"], row(office, release_id)["blocked_by"]) == ("unsafe", [])


def test_what_an_earlier_release_was_made_of_must_be_readable_unchanged(office: Office) -> None:
    old = take_in(office)
    published = release(office)
    take_in(office, some_contributions(2), START + timedelta(days=1))
    with office.engine.connect() as reading:
        assert basis.read(reading, "another key", old) is None
    later = ask(office, "Senare", START + timedelta(days=1), first="2025-01")
    audit_job.carry_out(office.engine, "another key", later, 1, START, audit_process.answer)
    assert row(office, later)["refused_for"] == "unreproducible"
    assert row(office, later)["blocked_by"] == [row(office, published)["number"]]


def test_what_the_key_before_sealed_is_still_read(office: Office) -> None:
    """An installation that has changed its key audits against what was released under the old one."""
    old = take_in(office)
    release(office)
    with office.engine.connect() as reading:
        assert basis.read(reading, "new key", old, before=KEY) == some_contributions()
        assert basis.is_newest(reading, "new key", some_contributions(), basis.FILE, before=KEY)
        assert basis.newest(reading, "new key", basis.FILE, before=KEY) == some_contributions()
        assert basis.read(reading, "new key", old, before="another key") is None
    later = ask(office, "Senare", START + timedelta(days=1), first="2025-01")
    audit_job.carry_out(office.engine, "new key", later, 1, START, audit_process.answer, before=KEY)
    assert row(office, later)["refused_for"] != "unreproducible"


def test_no_contribution_is_kept_in_the_clear(office: Office) -> None:
    known = [replace(one, amount=one.amount + Decimal("12345.67")) for one in some_contributions()]
    take_in(office, known)
    release(office, layout="region")
    with office.engine.connect() as connection:
        tables = connection.scalars(
            sa.text("SELECT relname FROM pg_class WHERE relname ~ '^(disclosure_|job)' AND relkind = 'r'")
        ).all()
        kept = "\n".join(
            str(one)
            for table in tables
            for one in connection.execute(sa.text(f"SELECT t::text FROM {table} t")).scalars()
        )
    assert not any(company in kept for company in COMPANIES[2:4])
    assert not any(format(one.amount, "f").partition(".")[0] in kept for one in known)


@pytest.mark.parametrize("change", [
    "UPDATE disclosure_release SET note = 'annat' WHERE id = :id",
    "UPDATE disclosure_release SET title = 'annat' WHERE id = :id",
    "UPDATE disclosure_cell SET amount = 1 WHERE release_id = :id",
    "DELETE FROM disclosure_cell WHERE release_id = :id",
    "DELETE FROM disclosure_release WHERE id = :id",
    "INSERT INTO disclosure_cell (release_id, round, position, product, region) VALUES (:id, 1, 99, '', '')",
])  # fmt: skip
def test_what_is_released_never_changes(office: Office, change: str) -> None:
    """The application's own login, whoever acts, cannot."""
    take_in(office)
    release_id = release(office)
    before = dict(row(office, release_id))
    with office.engine.connect() as connection:
        try:
            done = connection.execute(sa.text(change), {"id": release_id})
            assert done.rowcount == 0
            connection.commit()
        except sa.exc.DBAPIError:
            connection.rollback()
    assert dict(row(office, release_id)) == before


def test_a_parameter_holds_from_its_day_and_never_below_the_first_rules(office: Office) -> None:
    stated = {"name": "min_groups", "value": "9", "from_day": "2026-01-08", "reason": "Prövas."}
    service.set_parameter(office.engine, maker(office, "administrator"), stated)
    with office.engine.connect() as connection:
        assert register.parameters(connection, START.date()).min_groups == 3
        assert register.parameters(connection, START.date() + timedelta(days=1)).min_groups == 9
    for wrong in ({"value": "2"}, {"from_day": "2026-01-06"}, {"reason": ""}, {"name": "annat"}):
        with pytest.raises(BadInput):
            service.set_parameter(office.engine, maker(office), stated | wrong)
    take_in(office)
    tomorrow = START + timedelta(days=1)
    release_id = ask(office, at=tomorrow)
    audit(office, release_id, at=tomorrow)
    assert row(office, release_id)["refused_for"] == "unsafe"


def test_nothing_but_the_audits_own_process_loads_the_solver() -> None:
    """Web and worker have no room for it."""
    loads = (
        "import sys; import nt_process.app; import nt_process.disclosure.views; import nt_process.disclosure.audit_job; "
        "import nt_process.disclosure.pdf_job; sys.exit(bool({'numpy', 'highspy'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", loads], check=False).returncode == 0
