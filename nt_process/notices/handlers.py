"""What the worker can do: a handler for each kind of job, from the features that ask for them.

Which right asks for which is in `rights.JOBS`; a test compares the two.
"""

from __future__ import annotations

from nt_process.agreements import pdf_job as contracts
from nt_process.consultation import pdf_job as consultations
from nt_process.council import printing as council
from nt_process.disclosure import audit_job, settled
from nt_process.disclosure import pdf_job as releases
from nt_process.followup import figuring
from nt_process.followup import files as quarter_files
from nt_process.followup import pdf_job as follow_ups
from nt_process.infra.jobs import Handler
from nt_process.introduction import pdf_job as introductions
from nt_process.introduction_financing import pdf_job as pots
from nt_process.negotiation import evidence
from nt_process.portal import receipts
from nt_process.recommendations import pdf_job as recommendations
from nt_process.reporting import pdf_job as reports
from nt_process.reporting.half_year import jobs as half_years
from nt_process.settings import Settings
from nt_process.settlement import files as sales_files
from nt_process.settlement import pdf_job as statements
from nt_process.settlement import runs


def handlers_of(settings: Settings) -> dict[str, Handler]:
    """Each kind of job with what does it."""
    return {
        **reports.HANDLERS,
        **half_years.HANDLERS,
        **consultations.HANDLERS,
        **receipts.HANDLERS,
        **evidence.HANDLERS,
        **contracts.HANDLERS,
        **recommendations.HANDLERS,
        **pots.HANDLERS,
        **introductions.HANDLERS,
        **council.HANDLERS,
        **quarter_files.HANDLERS,
        **figuring.HANDLERS,
        **follow_ups.HANDLERS,
        **sales_files.HANDLERS,
        **runs.HANDLERS,
        **statements.HANDLERS,
        **audit_job.handlers(settings.secret_key(), settings.now, before=settings.secret_key_before()),
        **settled.handlers(settings.secret_key(), settings.now, settings.secret_key_before()),
        **releases.HANDLERS,
    }
