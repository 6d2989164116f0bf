"""Cases of benefit medicines and price increases, told in advance: one for each thing worth seeing."""

from __future__ import annotations

from nt_process.demo.medicines import BENEFIT
from nt_process.demo.telling import ASSESSOR, COMPANY, SECRETARIAT, Script, Step, to_selection


def _to_assessment(days_ago: int) -> tuple[Step, ...]:
    """TLV's statutory time begins `days_ago`, when the application is complete."""
    return (
        *to_selection(days_ago + 60),
        Step(days_ago + 9, "submit_application", COMPANY),
        Step(days_ago, "register_complete", ASSESSOR),
    )


SCRIPTS = (
    # Two deferments, and then the benefit.
    Script(BENEFIT, 560, (
        *_to_assessment(420),
        Step(360, "request_supplement", ASSESSOR),
        Step(350, "request_deferment", COMPANY),
        Step(347, "grant_deferment", ASSESSOR),
        Step(330, "submit_supplement", COMPANY),
        Step(300, "request_deferment", COMPANY),
        Step(296, "grant_deferment", ASSESSOR),
        Step(220, "refer_to_board", ASSESSOR),
        Step(190, "approve_benefit", ASSESSOR),
        Step(155, "decide_recommendation", given={"outcome": "can"}),
        Step(145, "start_introduction"),
        Step(110, "report_regional_decision", times=13),
        Step(62, "complete_introduction"),
    )),
    # One request for deliberations lapses, another leads to a negotiation whose limit passes.
    Script(BENEFIT, 300, (
        *_to_assessment(170),
        Step(150, "request_tripartite", COMPANY),
        Step(128, "offer_tripartite"),
        Step(118, "accept_tripartite", COMPANY),
        Step(90, "offer_extension", COMPANY),
        Step(84, "decline_extension", SECRETARIAT),
        Step(30, "refer_to_board", ASSESSOR),
    )),
    # The answers to a request and to an offer of deliberations are awaited.
    Script(BENEFIT, 220, (*_to_assessment(80), Step(4, "request_tripartite", COMPANY))),
    Script(BENEFIT, 200, (*_to_assessment(64), Step(5, "offer_tripartite"))),
    # Tripartite negotiation under way, extended by both.
    Script(BENEFIT, 260, (
        *_to_assessment(120),
        Step(75, "request_tripartite", COMPANY),
        Step(68, "join_tripartite"),
        Step(15, "offer_extension", COMPANY),
        Step(11, "accept_extension", SECRETARIAT),
    )),
    # Price increases: by silence, extended and granted, refused, withdrawn, and one about to pass by silence.
    Script(BENEFIT, 320, (Step(310, "apply_price_increase", COMPANY),)),
    Script(BENEFIT, 520, (
        Step(510, "apply_price_increase", COMPANY),
        Step(480, "request_price_supplement", ASSESSOR),
        Step(465, "submit_price_supplement", COMPANY),
        Step(400, "extend_price_increase", ASSESSOR),
        Step(345, "grant_price_increase", ASSESSOR),
    )),
    Script(BENEFIT, 430, (
        Step(420, "apply_price_increase", COMPANY),
        Step(390, "request_price_supplement", ASSESSOR),
        Step(362, "refuse_price_increase", ASSESSOR),
    )),
    Script(BENEFIT, 250, (
        Step(240, "apply_price_increase", COMPANY),
        Step(200, "withdraw_price_increase", COMPANY),
    )),
    Script(BENEFIT, 100, (Step(88, "apply_price_increase", COMPANY),)),
    Script(BENEFIT, 70, (
        Step(60, "apply_price_increase", COMPANY),
        Step(12, "request_price_supplement", ASSESSOR),
    )),
    # Rejected, applied for again, found incomplete and dismissed; the next application is awaited.
    Script(BENEFIT, 760, (
        *_to_assessment(620),
        Step(520, "refer_to_board", ASSESSOR),
        Step(500, "reject_benefit", ASSESSOR),
        Step(480, "await_new_application"),
        Step(300, "submit_application", COMPANY),
        Step(290, "request_completion", ASSESSOR),
        Step(278, "dismiss_application", ASSESSOR),
    )),
    # Just rejected; and rejected, but brought before the council.
    Script(BENEFIT, 300, (
        *_to_assessment(150),
        Step(50, "refer_to_board", ASSESSOR),
        Step(15, "reject_benefit", ASSESSOR),
    )),
    Script(BENEFIT, 460, (
        *_to_assessment(310),
        Step(200, "refer_to_board", ASSESSOR),
        Step(180, "reject_benefit", ASSESSOR),
        Step(160, "submit_to_council"),
        Step(125, "decide_recommendation", given={"outcome": "should_not"}),
        Step(113, "start_follow_up"),
    )),
    # The company is late with completing its application; another application is being registered.
    Script(BENEFIT, 180, (
        *to_selection(110),
        Step(28, "submit_application", COMPANY),
        Step(20, "request_completion", ASSESSOR),
    )),
    Script(BENEFIT, 150, (
        *to_selection(80),
        Step(30, "submit_application", COMPANY),
        Step(20, "request_completion", ASSESSOR),
        Step(10, "complete_application", COMPANY),
    )),
    # Waiting for the council's position, which is late.
    Script(BENEFIT, 330, (
        *_to_assessment(190),
        Step(85, "refer_to_board", ASSESSOR),
        Step(62, "approve_benefit", ASSESSOR),
    )),
    # Offers that came to nothing: refused by the company, declined by the regions.
    Script(BENEFIT, 620, (
        *_to_assessment(480),
        Step(460, "offer_tripartite"),
        Step(451, "refuse_tripartite", COMPANY),
        Step(430, "request_tripartite", COMPANY),
        Step(421, "decline_tripartite"),
        Step(370, "refer_to_board", ASSESSOR),
        Step(345, "approve_benefit", ASSESSOR),
        Step(310, "decide_recommendation", given={"outcome": "should"}),
        Step(300, "start_introduction"),
        Step(270, "report_regional_decision", times=15),
        Step(225, "complete_introduction"),
        Step(40, "close_case"),
    )),
    Script(BENEFIT, 11, owned=False),
    # From the first months: in time for its re-assessment by itself, changed, and introduced anew.
    Script(BENEFIT, 1088, (
        *to_selection(1032),
        Step(1026, "submit_application", COMPANY),
        Step(1020, "register_complete", ASSESSOR),
        Step(985, "refer_to_board", ASSESSOR),
        Step(965, "approve_benefit", ASSESSOR),
        Step(935, "decide_recommendation", given={"outcome": "should"}),
        Step(925, "start_introduction"),
        Step(890, "report_regional_decision", times=19),
        Step(845, "complete_introduction"),
        Step(490, "record_follow_up_report"),
        Step(120, "revise_recommendation"),
        Step(92, "decide_recommendation", given={"outcome": "can"}),
        Step(82, "start_introduction"),
        Step(60, "report_regional_decision", times=12),
        Step(15, "complete_introduction"),
    )),
    # Not taken up for collaboration.
    Script(BENEFIT, 700, (
        Step(690, "order_early_report"),
        Step(612, "submit_early_report"),
        Step(592, "refer_collaboration"),
        Step(561, "do_not_select"),
    )),
    # Advice to wait, renewed; an agreement; introduced, re-assessed and confirmed.
    Script(BENEFIT, 820, (
        *_to_assessment(700),
        Step(695, "publish_interim_wait"),
        Step(660, "request_supplement", ASSESSOR),
        Step(640, "proceed_without_supplement", ASSESSOR),
        Step(630, "request_tripartite", COMPANY),
        Step(622, "join_tripartite"),
        Step(590, "conclude_agreement"),
        Step(570, "refer_to_board", ASSESSOR),
        Step(548, "approve_benefit", ASSESSOR),
        Step(520, "renew_interim_wait"),
        Step(508, "decide_recommendation", given={"outcome": "can"}),
        Step(498, "start_introduction"),
        Step(470, "report_regional_decision", times=18),
        Step(420, "complete_introduction"),
        Step(220, "start_reassessment"),
        Step(130, "confirm_recommendation"),
    )),
    # No agreement, withdrawn, but the council took a position of its own motion; another withdrawn and written off.
    Script(BENEFIT, 500, (
        *_to_assessment(380),
        Step(360, "offer_tripartite"),
        Step(352, "accept_tripartite", COMPANY),
        Step(320, "end_without_agreement", COMPANY),
        Step(300, "withdraw", COMPANY),
        Step(285, "continue_on_own_motion"),
        Step(250, "decide_recommendation", given={"outcome": "should_not"}),
        Step(240, "start_follow_up"),
    )),
    Script(BENEFIT, 560, (
        *_to_assessment(440),
        Step(400, "withdraw", COMPANY),
        Step(385, "close_withdrawn"),
    )),
    # Dormant, resumed and written off; superseded, and then refused authorisation.
    Script(BENEFIT, 360, (
        *to_selection(300),
        Step(280, "make_dormant"),
        Step(180, "reactivate"),
        Step(90, "discontinue"),
    )),
    Script(BENEFIT, 470, (
        Step(460, "nominate"),
        Step(443, "supersede"),
        Step(425, "nominate"),
        Step(408, "record_authorisation_refused"),
    )),
)  # fmt: skip
