"""Every mark is found where it belongs, and nowhere else."""

from __future__ import annotations

from collections import defaultdict

from tests.leaks.allowed import COUNCIL, judge, may_see
from tests.leaks.canaries import found_in
from tests.leaks.conftest import Marked
from tests.leaks.crawl import crawl

EVERYBODY = (
    "anonymous", "secretary", "member", "manager", "auditor", "administrator", "tlv", "region", "company", "rival",
    "uninvolved", "company_head", "expert", "patient", "disabled", "left",
)  # fmt: skip
# Never shown as it is stored: kept for the program's own sake, or shown only as something else.
NOT_SHOWN = frozenset({
    "agreement_binding.package", "session.client",
    # What files say is computed from, and read in what comes of it.
    "settlement_sale.package", "settlement_sale.units", "settlement_sale.volumes", "settlement_sale.amounts",
    "settlement_count.measure", "settlement_count.cost", "followup_count.base",
    # What a row of the register was made from; and a subscription before its address has been confirmed.
    "register_entry.source", "subscription_request.region", "subscription_request.words",
    # Who entered a row: the log of its case or its request tells it, or it is kept for whoever examines the table.
    *(f"{table}.person" for table in (
        "council_rule", "council_decision", "appeal", "appeal_step", "decision_delivery", "decision_notice",
        "decision_receipt", "delay_answer", "delay_request", "evidence_milestone", "evidence_milestone_day",
        "introduction_budget", "introduction_financing", "introduction_ladder", "orphan_cost", "reassessment_rule")),
    "document_request_file.added_by", "early_dialogue.made_by", "evidence_plan.made_by",
})  # fmt: skip


def test_each_reader_finds_what_is_theirs_and_nothing_else(marked: Marked) -> None:
    """Nothing that is another's; and a crawl that sees nothing would find nothing wrong, so each place is found."""
    assert len(marked.planted) > 200
    wrong: dict[tuple[str, str], set[str]] = defaultdict(set)
    shown: dict[str, set[str]] = defaultdict(set)
    for name in EVERYBODY:
        for path, text in crawl(marked.app, marked.filled, marked.readers[name]):
            for mark in found_in(text) & marked.planted.keys():
                canary = marked.planted[mark]
                if name in may_see(canary, marked.facts):
                    shown[canary.place].add(name)
                else:
                    wrong[name, canary.place].add(path)
    assert dict(wrong) == {}
    unseen = {canary.place for canary in marked.planted.values()} - shown.keys()
    assert (sorted(unseen - NOT_SHOWN), sorted(NOT_SHOWN - unseen)) == ([], [])
    assert {"company", "rival", "secretary", "tlv", "region"} <= shown["cases.medicine"] & shown[
        "document.title"
    ]
    assert {"company", "secretary", "tlv", "region"} <= shown["event.body.shared"]
    assert shown["event.body.internal"] >= COUNCIL - {"colleague"}


def test_somebody_has_said_of_every_place_whom_it_is_for(marked: Marked) -> None:
    unjudged = set()
    for canary in marked.planted.values():
        try:
            judge(canary)
        except KeyError:
            unjudged.add(canary.place)
    assert unjudged == set()
