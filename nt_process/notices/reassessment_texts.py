"""What notices about re-assessments and evidence plans say: that a day draws near, or that something has happened."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.companies.notice_texts import Wording
from nt_process.kernel.messages import N_

ABOUT_REASSESSMENTS: Mapping[str, Wording] = {
    "reassessment_reminder": Wording(
        N_("%(number)s: to be re-assessed by %(due)s"),
        (N_("The recommendation in case %(number)s is to be re-assessed by %(long_due)s."),),
        "/reassessment/cases/%(number)s",
        N_("See the re-assessment"),
    ),
    "reassessment_trigger": Wording(
        N_("%(number)s: something that may reopen the case"),
        (N_("Something has happened that may reopen case %(number)s. Assess what it means."),),
        "/reassessment/triggers/%(subject)s",
        N_("See what has happened"),
    ),
    "evidence_reminder": Wording(
        N_("%(number)s: a milestone of an evidence plan, last day %(due)s"),
        (N_("A milestone of an evidence plan in case %(number)s has its last day on %(long_due)s."),),
        "/reassessment/plans/%(subject)s",
        N_("See the plan"),
    ),
    "evidence_delivered": Wording(
        N_("%(number)s: a milestone of an evidence plan is delivered"),
        (N_("Something has been delivered for an evidence plan in case %(number)s."),),
        "/reassessment/plans/%(subject)s",
        N_("See the plan"),
    ),
}
