"""What a readable workflow file may still get wrong, all found at once."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.engine.definition import Workflow
from nt_process.engine.findings import Findings


def check(workflow: Workflow, places: Mapping[str, int], findings: Findings) -> None:
    """Report every fault of meaning; `places` gives the line of everything by its dotted path."""
