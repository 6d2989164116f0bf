"""The pages of decisions and appeals: who reads them, and what bad input is answered with."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.features.appeals.world import furnish
from tests.world import Office

AsPerson = Callable[[str], FlaskClient]


def test_the_councils_side_and_the_company_read_them_and_nobody_else(
    office: Office, as_person: AsPerson
) -> None:
    made = furnish(office)
    decision = f"/appeals/{made['recommendation_id']}"
    pages = [decision, f"{decision}/appeals/{made['appeal_id']}", f"/appeals/delay/{made['request_id']}"]
    for name in ("secretary", "member", "manager", "company"):
        client = as_person(name)
        assert [client.get(page).status_code for page in pages] == [200] * 3, name
    for name in ("rival", "region", "tlv"):
        client = as_person(name)
        assert [client.get(page).status_code for page in pages] == [404] * 3, name
    ask = f"/appeals/cases/{made['number']}/delay"
    assert as_person("company").get(ask).status_code == 200
    assert as_person("rival").get(ask).status_code == 404
    # What is not the secretariat's to see is not on the company's page either.
    text = as_person("company").get(decision).text
    assert "Register an appeal" not in text
    assert "Registrera ett överklagande" not in text


@pytest.mark.parametrize("bad", ["", "2026-02-30", "i morgon", "x" * 100_000, "9999-12-31", "\u202e"])
def test_bad_input_is_told_at_its_field(office: Office, as_person: AsPerson, bad: str) -> None:
    made = furnish(office)
    secretary, decision = as_person("secretary"), f"/appeals/{made['recommendation_id']}"
    typed = {"track": bad, "party_class": bad, "appellant": bad, "received_on": bad, "received_by": bad}
    assert secretary.post(f"{decision}/register", data=typed).status_code == 422
    step = {"kind": "handed_over", "day": bad, "text": "", "seen": "1", "ruling": bad, "due": bad}
    assert secretary.post(f"{decision}/appeals/{made['appeal_id']}", data=step).status_code == 422
    assert secretary.post(f"{decision}/take-down", data={"down_on": bad}).status_code == 422
    assert (
        secretary.post(f"{decision}/send", data={"what": bad, "way": bad, "sent_on": bad}).status_code == 422
    )
    answer = {"granted": bad, "text": ""}
    assert secretary.post(f"/appeals/delay/{made['request_id']}", data=answer).status_code == 422
