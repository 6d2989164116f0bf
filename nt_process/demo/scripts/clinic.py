"""Cases of hospital medicines, told in advance: one for each thing worth seeing."""

from __future__ import annotations

from nt_process.demo.medicines import CLINIC
from nt_process.demo.telling import ASSESSOR, COMPANY, SECRETARIAT, Script, Step, to_selection


def _to_assessment(days_ago: int) -> tuple[Step, ...]:
    return (
        *to_selection(days_ago + 38),
        Step(days_ago + 17, "order_assessment"),
        Step(days_ago, "submit_application", COMPANY),
    )


def _to_position(days_ago: int, outcome: str) -> tuple[Step, ...]:
    return (
        *_to_assessment(days_ago + 180),
        Step(days_ago + 55, "deliver_assessment", ASSESSOR),
        Step(days_ago + 33, "submit_to_council"),
        Step(days_ago, "decide_recommendation", given={"outcome": outcome}),
    )


SCRIPTS = (
    # TLV's assessment is overdue.
    Script(CLINIC, 310, _to_assessment(194)),
    # The company has declined to take part; TLV prepares a limited assessment.
    Script(CLINIC, 220, (
        *to_selection(120),
        Step(98, "order_assessment"),
        Step(82, "decline_invitation", COMPANY),
    )),
    # A position from the first months, re-assessed after two years because the time was in, and confirmed.
    Script(CLINIC, 1085, (
        *to_selection(1020),
        Step(1008, "submit_to_council"),
        Step(985, "decide_recommendation", given={"outcome": "should"}),
        Step(974, "start_introduction"),
        Step(930, "report_regional_decision", times=16),
        Step(890, "complete_introduction"),
        Step(540, "record_follow_up_report"),
        Step(170, "confirm_recommendation"),
    )),
    # The same, and the re-assessment is late.
    Script(CLINIC, 960, (
        *to_selection(900),
        Step(889, "submit_to_council"),
        Step(868, "decide_recommendation", given={"outcome": "can"}),
        Step(857, "start_introduction"),
        Step(820, "report_regional_decision", times=12),
        Step(775, "complete_introduction"),
        Step(420, "record_follow_up_report"),
    )),
    # Waiting for the approval; and approved after a wait, with an order for the assessment.
    Script(CLINIC, 260, (*to_selection(180), Step(165, "await_approval"))),
    Script(CLINIC, 330, (
        *to_selection(240),
        Step(226, "await_approval"),
        Step(40, "record_approval"),
        Step(9, "order_assessment"),
    )),
    # The next step should have been chosen.
    Script(CLINIC, 330, (*_to_assessment(200), Step(40, "deliver_assessment", ASSESSOR))),
    # In negotiation: the regions' side has offered a later last day, and the limit passes within days.
    Script(CLINIC, 430, (
        *_to_assessment(300),
        Step(170, "deliver_assessment", ASSESSOR),
        Step(147, "start_negotiation"),
        Step(6, "offer_extension", SECRETARIAT),
    )),
    # The council is to decide; the regions are answering.
    Script(CLINIC, 90, (Step(75, "nominate"), Step(28, "refer_collaboration"))),
    Script(CLINIC, 40, (Step(10, "nominate"),)),
    # Ended by an agreement, sent back by the council, and agreed again.
    Script(CLINIC, 640, (
        *_to_assessment(500),
        Step(370, "deliver_assessment", ASSESSOR),
        Step(350, "start_negotiation"),
        Step(270, "conclude_agreement"),
        Step(245, "return_to_negotiation"),
        Step(190, "conclude_agreement"),
        Step(160, "decide_recommendation", given={"outcome": "can"}),
        Step(148, "start_introduction"),
        Step(120, "report_regional_decision", times=21),
        Step(75, "complete_introduction"),
    )),
    # Continued in a new case for a wider group of patients.
    Script(CLINIC, 330, (*_to_assessment(200), Step(100, "supersede"), Step(60, "order_early_report"))),
    # Authorisation refused after the assessment had begun.
    Script(CLINIC, 480, (*_to_assessment(350), Step(260, "record_authorisation_refused"))),
    # Withdrawn, continued of own motion; the advice to wait was given anew and renewed.
    Script(CLINIC, 560, (
        *_to_assessment(430),
        Step(420, "publish_interim_wait"),
        Step(330, "withdraw", COMPANY),
        Step(312, "continue_on_own_motion"),
        Step(290, "order_assessment"),
        Step(275, "submit_application", COMPANY),
        Step(240, "publish_interim_wait"),
        Step(150, "deliver_assessment", ASSESSOR),
        Step(130, "start_negotiation"),
        Step(70, "renew_interim_wait"),
        Step(55, "end_without_agreement", COMPANY),
        Step(44, "publish_reasons"),
    )),
    # Dormant, and to be looked at within days.
    Script(CLINIC, 290, (*to_selection(198), Step(180, "make_dormant"))),
    # Dormant for a while, and under assessment since it was resumed.
    Script(CLINIC, 320, (
        *to_selection(240),
        Step(225, "make_dormant"),
        Step(181, "reactivate"),
        Step(172, "order_assessment"),
        Step(157, "submit_application", COMPANY),
    )),
    # Positions that are not introduced, and one that waits for its introduction.
    Script(CLINIC, 420, (*_to_position(60, "should_not"), Step(50, "start_follow_up"))),
    Script(CLINIC, 370, _to_position(5, "should")),
    Script(CLINIC, 3, owned=False),
    Script(CLINIC, 24, owned=False),
    # Supplements, one joint extension, one offer declined, a limit that passes; changed after the re-assessment.
    Script(CLINIC, 1000, (
        *_to_assessment(880),
        Step(860, "request_supplement", ASSESSOR),
        Step(842, "submit_supplement", COMPANY),
        Step(720, "deliver_assessment", ASSESSOR),
        Step(700, "start_negotiation"),
        Step(600, "offer_extension", SECRETARIAT),
        Step(594, "accept_extension", COMPANY),
        Step(560, "offer_extension", COMPANY),
        Step(553, "decline_extension", SECRETARIAT),
        Step(504, "publish_reasons"),
        Step(490, "request_supplement", SECRETARIAT),
        Step(468, "proceed_without_supplement"),
        Step(440, "decide_recommendation", given={"outcome": "should_not"}),
        Step(430, "start_follow_up"),
        Step(250, "start_reassessment"),
        Step(180, "revise_recommendation"),
        Step(165, "submit_to_council"),
        Step(130, "decide_recommendation", given={"outcome": "can"}),
        Step(120, "start_introduction"),
        Step(95, "report_regional_decision", times=14),
        Step(45, "complete_introduction"),
    )),
    # Not taken up for collaboration; taken up, introduced and closed.
    Script(CLINIC, 700, (
        Step(690, "order_early_report"),
        Step(612, "submit_early_report"),
        Step(592, "refer_collaboration"),
        Step(561, "do_not_select"),
    )),
    Script(CLINIC, 620, (
        *to_selection(560),
        Step(545, "submit_to_council"),
        Step(515, "decide_recommendation", given={"outcome": "can"}),
        Step(505, "start_introduction"),
        Step(475, "report_regional_decision", times=20),
        Step(430, "complete_introduction"),
        Step(200, "close_case"),
    )),
    # Withdrawn and written off; written off while the regions answered.
    Script(CLINIC, 530, (
        *_to_assessment(420),
        Step(375, "withdraw", COMPANY),
        Step(361, "close_withdrawn"),
    )),
    Script(CLINIC, 400, (Step(390, "nominate"), Step(373, "discontinue"))),
)  # fmt: skip
