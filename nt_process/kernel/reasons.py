"""A reason is a stable code with parameters; only the page that shows it turns it into words.

Rules never build sentences: the same refusal is read in Swedish by a secretary, in English
by a company and by its code by a script (see `nt_process/web/reason_texts.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is refused. `code` is stable; `params` holds plain values for the text."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


class ProofNeeded(Exception):
    """Whoever asked has not proved lately who they are; see `web.step_up`."""


class NotDone(Exception):
    """A command that was not carried out, and why. Each feature has its own, which lists its codes."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.reason = Reason(code, params)
