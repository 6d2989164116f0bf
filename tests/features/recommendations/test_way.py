"""From draft to public: each step by whom it may be taken, and nothing public a second before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from nt_process.cases import documents
from nt_process.kernel.faults import BadInput
from nt_process.kernel.reasons import ProofNeeded
from nt_process.recommendations import answering, publishing, signing
from nt_process.recommendations.errors import RecommendationError
from tests.features.negotiation.world import TERMS, Table, in_negotiation
from tests.features.recommendations.world import (
    TEXT,
    Draft,
    at_meeting,
    maker,
    one,
    print_all,
    printed_by_hand,
    publish,
)
from tests.world import START, Office, sign_in

LATER = START + timedelta(hours=3)
SECOND = timedelta(seconds=1)


@pytest.fixture
def draft(office: Office) -> Draft:
    return Draft(office, at_meeting(office))


def code(error: pytest.ExceptionInfo[RecommendationError]) -> str:
    return error.value.reason.code


def test_a_recommendation_goes_from_draft_to_public_and_decides_the_case(
    office: Office, draft: Draft
) -> None:
    draft.begin()
    draft.write()
    draft.write(conditions="Följs i register.", name="colleague")
    assert [one["person"] for one in draft.file().versions] == ["Secretary", "Colleague"]
    draft.approve("secretary")
    assert draft.sign(LATER) == LATER
    assert draft.file().state == "signed"
    print_all(office)
    assert publishing.publish_due(office.engine, LATER - SECOND) == 0
    assert draft.file().publication is None
    assert publishing.publish_due(office.engine, LATER) == 1
    assert publishing.publish_due(office.engine, LATER) == 0
    public = draft.file().publication
    assert public is not None
    assert (public["published_at"], public["outcome"], public["signed_by"]) == (LATER, "can", "Member")
    assert (
        one(office, "SELECT state || ' ' || outcome FROM cases WHERE number = :n", n=draft.number)
        == "announced can"
    )
    with office.engine.connect() as connection:
        kinds = [row["kind"] for row in documents.listed(connection, office.actor("company"), draft.number)]
        parts = connection.execute(
            sa.text("SELECT data FROM file_part WHERE sha256 = :sha ORDER BY part"),
            {"sha": public["pdf_sha256"]},
        ).scalars()
        assert b"".join(bytes(part) for part in parts).startswith(b"%PDF-1.7")
    assert "recommendation" in kinds
    assert one(office, "SELECT count(*) FROM notice WHERE kind = 'recommendation_published'") == 1


def test_two_schedulers_publish_once(office: Office, draft: Draft) -> None:
    others = [Draft(office, at_meeting(office, medicine=f"Provin {n}")).signed(LATER) for n in range(4)]
    draft.signed(LATER)
    printed_by_hand(office)
    with ThreadPoolExecutor(4) as pool:
        published = list(pool.map(lambda _n: publishing.publish_due(office.engine, LATER), range(4)))
    assert sum(published) == 1 + len(others)
    for kind in ("recommendation_published", "document_added"):
        assert (
            one(office, "SELECT count(*) FROM event WHERE kind = :kind AND at = :at", kind=kind, at=LATER)
            == 5
        )


def test_what_is_not_printed_waits_for_it_and_is_public_once_it_is(office: Office, draft: Draft) -> None:
    draft.signed(LATER)
    assert publishing.publish_due(office.engine, LATER) == 0
    printed_by_hand(office)
    assert publishing.publish_due(office.engine, LATER + SECOND) == 1


def test_an_advice_to_wait_starts_its_clock_and_is_replaced_by_the_position(
    office: Office, draft: Draft
) -> None:
    draft.signed(kind="interim")
    publish(office)
    clocks = "SELECT count(*) FROM clock k JOIN cases c ON c.id = k.case_id WHERE c.number = :n AND k.kind = 'interim_wait'"
    assert one(office, clocks, n=draft.number) == 1
    final = Draft(office, draft.number).signed()
    publish(office, LATER)
    assert final.slug.endswith("-2")
    assert one(office, "SELECT state FROM cases WHERE number = :n", n=draft.number) == "announced"


def test_a_signature_is_recalled_before_it_is_public_and_not_after(office: Office, draft: Draft) -> None:
    draft.signed(LATER)
    with pytest.raises(RecommendationError) as error:
        draft.write(summary="Något annat")
    assert code(error) == "signed"
    draft.recall()
    assert publish(office, LATER + SECOND) == 0
    draft.write(summary="Något annat")
    draft.approve()
    draft.sign()
    assert publish(office, LATER) == 1
    with pytest.raises(RecommendationError) as error:
        draft.recall(at=LATER)
    assert code(error) == "published"


def test_whoever_wrote_it_does_not_approve_it_and_what_is_empty_is_named(draft: Draft) -> None:
    draft.begin()
    draft.write(effect=" – ", severity_level="", stop_criteria="")
    with pytest.raises(RecommendationError) as error:
        draft.approve("secretary")
    assert code(error) == "own_text"
    with pytest.raises(BadInput) as lacking:
        draft.approve()
    assert {fault.column for fault in lacking.value.faults} == {"effect", "severity_level", "stop_criteria"}


def test_nothing_is_approved_or_signed_but_the_text_that_was_shown(office: Office, draft: Draft) -> None:
    draft.begin()
    draft.write()
    with pytest.raises(RecommendationError) as error:
        draft.approve(shown="0" * 64)
    assert code(error) == "changed_text"
    draft.approve()
    shown = draft.file().text_hash
    draft.write(summary="Ändrat i sista stund.")
    with pytest.raises(RecommendationError) as error:
        draft.sign(shown=shown)
    assert code(error) == "changed_text"
    with pytest.raises(RecommendationError) as error:
        draft.sign()
    assert code(error) == "not_approved"


def test_only_the_council_signs_shortly_after_a_proof(office: Office, draft: Draft) -> None:
    draft.begin()
    draft.write()
    draft.approve()
    with pytest.raises(RecommendationError) as error:
        draft.sign(name="secretary")
    assert code(error) == "not_allowed"
    proved = maker(office, "member")
    late = type(proved)(proved.actor, START + timedelta(minutes=11))
    with pytest.raises(ProofNeeded):
        signing.sign(office.engine, late, draft.id, 1, {"shown": draft.file().text_hash})


def test_two_who_write_at_once_are_told(draft: Draft) -> None:
    draft.begin()
    draft.write()
    draft.write(summary="Den enas text", base=1)
    with pytest.raises(RecommendationError) as error:
        draft.write(summary="Den andras text", base=1, name="colleague")
    assert code(error) == "changed"
    with pytest.raises(RecommendationError) as error:
        draft.write(summary="Den enas text", base=2)
    assert code(error) == "same_text"


def test_a_secret_figure_stops_the_approval_until_it_is_gone_or_explained(office: Office) -> None:
    table = Table(office, in_negotiation(office)).open()
    table.settle(table.offer("company", table.round(), TERMS), START)
    draft = Draft(office, table.number).begin()
    draft.write(cost_per_qaly="Nettopriset 7 312 345,67 kronor ger en rimlig kostnad.")
    with pytest.raises(RecommendationError) as error:
        draft.approve()
    assert code(error) == "not_checked"
    with pytest.raises(RecommendationError) as error:
        draft.compare()
    assert error.value.reason.params["figures"] == ["7 312 345,67"]
    with pytest.raises(RecommendationError) as error:
        draft.compare("colleague")
    assert code(error) == "not_in_circle"
    draft.write()
    draft.compare()
    draft.approve()
    assert one(office, "SELECT count(*) FROM sealed.reading WHERE reason LIKE 'Comparing%'") == 2


def test_the_database_publishes_only_what_is_signed_for_that_time_and_only_for_the_system(
    office: Office, draft: Draft
) -> None:
    draft.signed(LATER)
    printed_by_hand(office)
    given = {"id": one(office, "SELECT id FROM recommendation_signature"), "at": LATER - SECOND, "slug": "x",
             "earlier": None, "relation": None}  # fmt: skip
    with pytest.raises(DBAPIError), office.engine.begin() as connection:
        connection.execute(publishing._PUBLISH, given)
    for name in ("secretary", "member", "administrator"):
        with draft.acting(name), pytest.raises(DBAPIError), office.engine.begin() as connection:
            connection.execute(publishing._PUBLISH, {**given, "at": LATER})


def test_whoever_may_act_no_more_does_not_keep_it_from_being_public(office: Office, draft: Draft) -> None:
    draft.signed(LATER)
    with office.engine.begin() as connection:
        gone = sa.text("UPDATE person SET disabled_at = :at WHERE id = :id")
        connection.execute(gone, {"at": START, "id": office.people["member"]})
    assert publish(office, LATER) == 1
    assert one(office, "SELECT state FROM cases WHERE number = :n", n=draft.number) == "recommendation"


def test_the_last_answer_of_a_region_holds_and_a_deviation_is_explained(office: Office, draft: Draft) -> None:
    draft.signed()
    with pytest.raises(RecommendationError):
        draft.answer()
    publish(office)
    with pytest.raises(BadInput):
        draft.answer(follows="partly")
    draft.answer()
    draft.answer(follows="no", comment="Vi saknar en klinik.")
    with office.engine.connect() as connection:
        rows = answering.rows(connection, draft.id)
    assert [(row["follows"], row["comment"]) for row in rows if row["willing"]] == [
        ("no", "Vi saknar en klinik.")
    ]


def test_text_is_kept_as_typed_and_everything_in_it_is_hashed(office: Office, draft: Draft) -> None:
    draft.begin()
    seen = set()
    for n, name in enumerate(TEXT):
        if name in ("outcome", "valid_to", "severity_level", "certainty_level"):
            continue
        draft.write({**TEXT, name: f"Ändrat {n}"})
        seen.add(draft.file().text_hash)
    assert len(seen) == len(TEXT) - 4


def test_pages_of_the_council_are_there(app: Flask, office: Office, draft: Draft) -> None:
    draft.begin()
    draft.write()
    draft.write(summary="Ny sammanfattning")
    pages = sign_in(app.test_client(), "secretary")
    for path in ("", f"/{draft.id}", f"/{draft.id}/write", f"/{draft.id}/compare", f"/new/{draft.number}"):
        assert pages.get(f"/recommendations{path}").status_code == 200, path
