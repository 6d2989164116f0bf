"""Cases of orphan medicines, told in advance: one for each thing worth seeing."""

from __future__ import annotations

from nt_process.demo.medicines import ORPHAN
from nt_process.demo.telling import ASSESSOR, COMPANY, SECRETARIAT, Script, Step


def _to_assessment(days_ago: int) -> tuple[Step, ...]:
    """Early report, application and order, so that the assessment begins `days_ago`."""
    return (
        Step(days_ago + 120, "order_early_report"),
        Step(days_ago + 52, "submit_early_report"),
        Step(days_ago + 11, "submit_application", COMPANY),
        Step(days_ago, "order_assessment"),
    )


def _to_meeting(days_ago: int) -> tuple[Step, ...]:
    """Until the federation is to take a position, which it does `days_ago`."""
    return (
        *_to_assessment(days_ago + 265),
        Step(days_ago + 140, "deliver_assessment", ASSESSOR),
        Step(days_ago + 120, "activate_limit"),
        Step(days_ago + 30, "conclude_agreement"),
    )


def _to_position(days_ago: int, outcome: str) -> tuple[Step, ...]:
    """All the way to a position announced `days_ago`; it gains legal force three weeks later."""
    return (
        *_to_meeting(days_ago),
        Step(days_ago, "decide_recommendation", given={"outcome": outcome}),
        Step(days_ago, "announce_minutes"),
    )


SCRIPTS = (
    # In negotiation: the company has activated the limit and offers a later last day, which awaits an answer.
    Script(ORPHAN, 410, (
        *_to_assessment(270),
        Step(150, "deliver_assessment", ASSESSOR),
        Step(132, "activate_limit", COMPANY),
        Step(4, "offer_extension", COMPANY),
    )),
    # The whole way: supplement, activated limit, joint extension, "can", introduction, follow-up.
    Script(ORPHAN, 890, (
        *_to_assessment(758),
        Step(700, "request_supplement", ASSESSOR),
        Step(684, "submit_supplement", COMPANY),
        Step(640, "deliver_assessment", ASSESSOR),
        Step(632, "activate_limit", SECRETARIAT),
        Step(500, "offer_extension", SECRETARIAT),
        Step(494, "accept_extension", COMPANY),
        Step(455, "conclude_agreement"),
        Step(430, "decide_recommendation", given={"outcome": "can"}),
        Step(430, "announce_minutes"),
        Step(398, "start_introduction"),
        Step(370, "report_regional_decision", times=9),
        Step(345, "report_regional_decision", times=10),
        Step(320, "complete_introduction"),
    )),
    # An offer is declined, another lapses, the limit passes: ended without agreement, "should not".
    Script(ORPHAN, 560, (
        Step(545, "await_application"),
        Step(440, "submit_application", COMPANY),
        Step(428, "order_assessment"),
        Step(300, "deliver_assessment", ASSESSOR),
        Step(290, "activate_limit", COMPANY),
        Step(200, "offer_extension", COMPANY),
        Step(190, "decline_extension", SECRETARIAT),
        Step(160, "offer_extension", SECRETARIAT),
        Step(128, "publish_reasons"),
        Step(95, "decide_recommendation", given={"outcome": "should_not"}),
        Step(95, "announce_minutes"),
        Step(66, "start_follow_up"),
    )),
    # The limit has just passed, and the reasons are to be published within days.
    Script(ORPHAN, 440, (
        *_to_assessment(300),
        Step(175, "deliver_assessment", ASSESSOR),
        Step(161, "activate_limit", COMPANY),
    )),
    # A court examines the decision.
    Script(ORPHAN, 520, (*_to_position(60, "can"), Step(47, "record_appeal"))),
    # Annulled by the court, and in negotiation anew; the limit passes within days.
    Script(ORPHAN, 860, (
        *_to_position(400, "can"),
        Step(388, "record_appeal"),
        Step(240, "record_annulment"),
        Step(215, "start_negotiation"),
        Step(147, "activate_limit", COMPANY),
    )),
    # A remitted award, and a decision that the federation changes itself: both wait for a position anew.
    Script(ORPHAN, 530, (*_to_position(120, "can"), Step(110, "record_appeal"), Step(14, "record_remittal"))),
    Script(ORPHAN, 480, (*_to_position(70, "should"), Step(60, "record_appeal"), Step(18, "change_decision"))),
    # About to be decided; what is published, announced and appealed of it stands in `demo/appeals.py`.
    Script(ORPHAN, 390, _to_meeting(16)),
    # Upheld by the court, introduced, re-assessed, changed, and being introduced again.
    Script(ORPHAN, 900, (
        *_to_position(480, "should"),
        Step(468, "record_appeal"),
        Step(340, "record_appeal_dismissed"),
        Step(330, "start_introduction"),
        Step(300, "report_regional_decision", times=6),
        Step(230, "start_reassessment"),
        Step(170, "revise_recommendation"),
        Step(160, "submit_to_council"),
        Step(118, "decide_recommendation", given={"outcome": "can"}),
        Step(118, "announce_minutes"),
        Step(84, "start_introduction"),
        Step(50, "report_regional_decision", times=11),
    )),
    # Suspended: the company is to supplement its application.
    Script(ORPHAN, 250, (*_to_assessment(96), Step(25, "request_supplement", ASSESSOR))),
    # Not selected: the application concerned what is examined already.
    Script(ORPHAN, 300, (
        Step(280, "await_application"),
        Step(190, "submit_application", COMPANY),
        Step(178, "decline_application"),
    )),
    # Announced, and open to appeal; and decided, with an introduction that should have begun.
    Script(ORPHAN, 460, _to_position(9, "should")),
    Script(ORPHAN, 500, _to_position(46, "can")),
    # Withdrawn last week; and withdrawn, but the council went on.
    Script(ORPHAN, 260, (*_to_assessment(110), Step(8, "withdraw", COMPANY))),
    Script(ORPHAN, 420, (
        *_to_assessment(270),
        Step(150, "withdraw", COMPANY),
        Step(132, "continue_on_own_motion"),
        Step(110, "order_assessment"),
        Step(40, "publish_interim_wait"),
    )),
    # Dormant while it waited for a supplement: two pauses, one inside the other.
    Script(ORPHAN, 330, (
        *_to_assessment(180),
        Step(120, "request_supplement", ASSESSOR),
        Step(104, "make_dormant"),
    )),
    # The assessment is late, and its outer limit has passed.
    Script(ORPHAN, 300, _to_assessment(163)),
    # An application that should have been registered; a preparation after a re-assessment.
    Script(ORPHAN, 200, (Step(190, "await_application"), Step(25, "submit_application", COMPANY))),
    Script(ORPHAN, 940, (
        *_to_position(520, "can"),
        Step(488, "start_introduction"),
        Step(450, "report_regional_decision", times=8),
        Step(410, "complete_introduction"),
        Step(120, "start_reassessment"),
        Step(16, "revise_recommendation"),
    )),
    Script(ORPHAN, 5, owned=False),
    Script(ORPHAN, 17, owned=False),
    # From the first months: in time for its re-assessment by itself, which stands without the supplement asked for.
    Script(ORPHAN, 1088, (
        Step(1084, "submit_application", COMPANY),
        Step(1074, "order_assessment"),
        Step(1000, "deliver_assessment", ASSESSOR),
        Step(985, "conclude_agreement"),
        Step(955, "decide_recommendation", given={"outcome": "can"}),
        Step(955, "announce_minutes"),
        Step(924, "start_introduction"),
        Step(890, "report_regional_decision", times=18),
        Step(848, "complete_introduction"),
        Step(500, "record_follow_up_report"),
        Step(185, "request_supplement", SECRETARIAT),
        Step(162, "proceed_without_supplement"),
        Step(110, "confirm_recommendation"),
    )),
    # No agreement at first; sent back by the council, agreed, introduced, and closed.
    Script(ORPHAN, 720, (
        *_to_assessment(560),
        Step(555, "publish_interim_wait"),
        Step(450, "deliver_assessment", ASSESSOR),
        Step(400, "end_without_agreement", COMPANY),
        Step(391, "publish_reasons"),
        Step(380, "renew_interim_wait"),
        Step(365, "return_to_negotiation"),
        Step(330, "conclude_agreement"),
        Step(300, "decide_recommendation", given={"outcome": "should"}),
        Step(300, "announce_minutes"),
        Step(268, "start_introduction"),
        Step(240, "report_regional_decision", times=17),
        Step(195, "complete_introduction"),
        Step(60, "close_case"),
    )),
    # Dormant, resumed, withdrawn and written off.
    Script(ORPHAN, 550, (
        *_to_assessment(400),
        Step(380, "make_dormant"),
        Step(300, "reactivate"),
        Step(260, "withdraw", COMPANY),
        Step(245, "close_withdrawn"),
    )),
    # Ended before there was anything to examine: refused, superseded, written off.
    Script(ORPHAN, 640, (Step(620, "await_application"), Step(500, "record_authorisation_refused"))),
    Script(ORPHAN, 340, (
        Step(330, "order_early_report"),
        Step(280, "supersede"),
        Step(265, "await_application"),
        Step(120, "discontinue"),
    )),
)  # fmt: skip
