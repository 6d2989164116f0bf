"""Faults found in a workflow file, collected so that its author sees all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WorkflowFault:
    """One fault: where it is and a stable code; `nt_process/workflow_texts.py` has the sentences.

    `line` counts from 1. `params` holds plain values; a list of names is a tuple of texts.
    """

    file: str
    line: int
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


class Findings:
    """The faults of one file, without repetition and in the order of its lines."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._faults: list[WorkflowFault] = []

    def add(self, line: int, code: str, **params: object) -> None:
        fault = WorkflowFault(self.file, line, code, params)
        if fault not in self._faults:
            self._faults.append(fault)

    def sorted(self) -> tuple[WorkflowFault, ...]:
        return tuple(sorted(self._faults, key=lambda fault: fault.line))

    def __bool__(self) -> bool:
        return bool(self._faults)
