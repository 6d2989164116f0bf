"""Which cases a reader sees, as a condition that every statement about cases carries.

The council's side and the regions see every case, a company its own, TLV those it has part in. Whoever is
asked to a consultation alone sees none. Row-level security (migration 0012) says the same once more.
"""

from __future__ import annotations

import uuid
from typing import Any

from nt_process.engine.definition import Workflow
from nt_process.engine.snapshot import Case
from nt_process.identity.actor import SignedIn

# For readers who do not see every case. It needs the parameters of `sight`, and the case as `c`.
RESTRICTED = "(c.company_id = ANY (:companies) OR (:tlv AND concerns_tlv(c.id, c.process)))"
SEEN = f"(:sees_all OR {RESTRICTED})"


def concerns_tlv(case: Case, workflow: Workflow) -> bool:
    """Whether TLV has part in the case: it decides in the benefit scheme, and elsewhere is told of a limit.

    The function `concerns_tlv` of the database says the same of the stored row.
    """
    return case.process == "forman" or any("tlv" in workflow.clocks[one.kind].notify for one in case.clocks)


def sight(actor: SignedIn) -> dict[str, Any]:
    """The parameters of SEEN and RESTRICTED."""
    return {
        "sees_all": actor.sees_all_cases,
        "companies": [uuid.UUID(one) for one in actor.company_ids],
        "tlv": actor.is_tlv,
    }
