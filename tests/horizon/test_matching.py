"""Two exports compared: what is new, what has changed, and which rows are the same medicine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.horizon.ema import FIELDS, read_export
from nt_process.horizon.export import Export, ExportRow
from nt_process.horizon.matching import Known, Plan, plan_import, readable_rows
from nt_process.horizon.rules import medicine_of
from tests.horizon.world import HEADINGS, export_csv, medicine

MADE = datetime(2024, 8, 22, tzinfo=UTC)
LATER = MADE + timedelta(days=200)
OTHER = medicine(name="Sommarört", product_number="EMEA/H/C/009002", inn="estivamab", active_substance="")
EMPTY = dict.fromkeys((field.name for field in FIELDS), "")


def export(*rows: Mapping[str, str]) -> Export:
    return Export(
        MADE, tuple(ExportRow(number, {**EMPTY, **row}) for number, row in enumerate(rows, 10)), (), HEADINGS
    )


def planned(*rows: Mapping[str, str], known: Sequence[Known] = (), made_at: datetime = LATER) -> Plan:
    return plan_import(readable_rows(export(*rows)), known, made_at)


def known_after(*rows: Mapping[str, str], made_at: datetime = MADE) -> list[Known]:
    """The items that importing these rows into an empty database leaves."""
    return [
        Known(str(row), reading.product_key, reading.names, values, made_at)
        for row, values, reading in (
            (new.row, new.source, new.medicine) for new in planned(*rows, made_at=made_at).new
        )
    ]


def test_the_same_export_again_changes_nothing() -> None:
    plan = planned(medicine(), OTHER, known=known_after(medicine(), OTHER))
    assert (plan.new, plan.updates, plan.unchanged) == ((), (), 2)


def test_each_changed_field_is_named_with_what_it_was() -> None:
    plan = planned(medicine(orphan="No", status="Authorised"), known=known_after(medicine()))
    (update,) = plan.updates
    assert update.applies
    assert {(change.field, change.old, change.new) for change in update.changes} == {
        ("orphan", "Yes", "No"),
        ("status", "Opinion", "Authorised"),
    }


@pytest.mark.parametrize("malformed", ["R/0023", "H/C/WS2451", "H/C/PSUSA/00001187/202308", ""])
def test_a_corrected_product_number_makes_no_second_item(malformed: str) -> None:
    plan = planned(medicine(), OTHER, known=known_after(medicine(product_number=malformed), OTHER))
    assert plan.new == ()
    (update,) = plan.updates
    assert [change.field for change in update.changes] == ["product_number"]
    assert update.medicine.product_key == "EMEA/H/C/009001"


def test_a_number_that_turns_into_a_procedures_is_not_forgotten() -> None:
    plan = planned(medicine(product_number="R/0023"), known=known_after(medicine()))
    assert plan.new == ()
    assert plan.updates[0].medicine.product_key == "EMEA/H/C/009001"


def test_a_corrected_number_under_a_new_name_is_found_by_the_earlier_name() -> None:
    renamed = medicine(name="Sommargrönt (previously Vintergrönt)")
    plan = planned(renamed, known=known_after(medicine(product_number="R/0023")))
    assert plan.new == ()
    assert set(plan.updates[0].medicine.names) == {"sommargrönt", "vintergrönt"}


def test_one_name_on_two_product_numbers_stays_two_medicines() -> None:
    refused = medicine(product_number="EMEA/H/C/001111", status="Refused", url="https://www.ema.europa.eu/r")
    known = known_after(refused, medicine())
    assert len(known) == 2
    plan = planned(refused, medicine(), known=known)
    assert plan.unchanged == 2
    # A third one under the same name, with a number of its own, is a third medicine.
    assert len(planned(medicine(product_number="EMEA/H/C/002222"), known=known).new) == 1


def test_a_row_without_a_number_is_not_guessed_to_be_another_companys_medicine() -> None:
    other_company = medicine(
        product_number="R/0001",
        company="Annan AB",
        url="https://www.ema.europa.eu/a",
        authorised_on="01/02/2020",
    )
    assert len(planned(other_company, known=known_after(medicine())).new) == 1
    other_substance = medicine(product_number="R/0001", inn="annanmab", active_substance="Annanmab")
    assert len(planned(other_substance, known=known_after(medicine())).new) == 1


def test_of_two_equally_good_candidates_none_is_taken() -> None:
    twins = known_after(medicine(), medicine(product_number="EMEA/H/C/001111"))
    assert len(planned(medicine(product_number="R/0001"), known=twins).new) == 1


def test_an_older_export_is_history_and_changes_nothing_today() -> None:
    known = known_after(medicine(orphan="No"), made_at=LATER)
    plan = planned(medicine(orphan="Yes"), OTHER, known=known, made_at=MADE)
    (update,) = plan.updates
    assert not update.applies
    assert [(change.field, change.new) for change in update.changes] == [("orphan", "Yes")]
    assert plan.seen == ()
    assert len(plan.new) == 1, "a medicine that the later export lacks is added"
    again = [replace(known[0], earlier={(MADE, "orphan", "Yes")})]
    assert planned(medicine(orphan="Yes"), known=again, made_at=MADE).unchanged == 1


def test_a_field_that_an_export_has_no_column_for_is_left_as_it_is() -> None:
    without = {field: heading for field, heading in HEADINGS.items() if field != "orphan"}
    narrow = read_export(export_csv([medicine(company="Nya Lunden AB")], headings=without))
    plan = plan_import(readable_rows(narrow), known_after(medicine()), LATER)
    (update,) = plan.updates
    assert [change.field for change in update.changes] == ["company"]
    assert update.medicine.orphan


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"category": "Veterinary"}, "veterinary"),
        ({"category": "Mineral"}, "unknown_category"),
        ({"name": ""}, "name_missing"),
        ({"name": "x" * 501}, "cell_too_long"),
        ({"orphan": "Perhaps"}, "not_yes_no"),
        ({"authorised_on": "30/02/2024"}, "not_a_date"),
        ({"opinion_on": "01/01/0024"}, "date_out_of_range"),
    ],
)
def test_a_row_that_cannot_be_used_is_left_out_and_the_rest_taken(fields: dict[str, str], code: str) -> None:
    plan = planned(medicine(**fields), OTHER)
    assert [fault.code for fault in plan.rejected[10]] == [code]
    assert [new.medicine.medicine for new in plan.new] == ["Sommarört"]


def test_the_second_row_of_one_product_is_left_out() -> None:
    plan = planned(medicine(), medicine(name="Annat namn"), OTHER)
    assert plan.rejected[11][0].params == {"first": 10}
    assert len(plan.new) == 2


CELLS = st.sampled_from(
    ["", "Yes", "No", "Human", "Veterinary", "R/0023", "L01", "x", "ÅÄÖ", "01/02/2024", "1/1/1"]
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "category": st.sampled_from(["Human", "Human", "Veterinary"]),
            "name": st.sampled_from(["Alfa", "Beta", "Beta (previously Alfa)", ""]),
            "product_number": st.sampled_from(["EMEA/H/C/000001", "EMEA/H/C/000002", "R/0001", ""]),
            "orphan": CELLS,
            "inn": st.sampled_from(["", "alfamab", "betamab"]),
            "company": st.sampled_from(["", "Lunden", "Skogen"]),
            "opinion_on": CELLS,
        }
    ),
    max_size=8,
)


@given(ROWS, ROWS)
def test_every_row_has_one_fate_and_no_item_gets_two_rows(
    first: list[dict[str, str]], second: list[dict[str, str]]
) -> None:
    known = known_after(*first)
    plan = planned(*second, known=known)
    assert len(plan.new) + len(plan.updates) + plan.unchanged + len(plan.rejected) == len(second)
    assert len(set(plan.seen)) == len(plan.seen)
    keys = [new.medicine.product_key for new in plan.new if new.medicine.product_key]
    keys += [update.medicine.product_key for update in plan.updates if update.medicine.product_key]
    assert len(set(keys)) == len(keys), "two items would have one product number"


@given(ROWS)
def test_any_export_imported_twice_changes_nothing_the_second_time(rows: list[dict[str, str]]) -> None:
    first = planned(*rows, made_at=MADE)
    again = planned(*rows, known=known_after(*rows))
    assert (again.new, again.updates, again.unchanged) == ((), (), len(first.new))
    assert again.rejected == first.rejected


def test_a_reading_is_made_of_the_stored_text_alone() -> None:
    (new,) = planned(medicine()).new
    assert medicine_of(new.source) == new.medicine
