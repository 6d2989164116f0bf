"""Reading workflow files: strictly, with every fault at once, each with its file and line.

A published version is a file `workflows/<process>/v<N>.yaml` that never changes again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nt_process.engine.checks import check
from nt_process.engine.definition import Workflow
from nt_process.engine.findings import Findings, WorkflowFault
from nt_process.engine.workflow_reader import read_workflow
from nt_process.engine.yaml_tree import Entries, parse

_PACKAGE = Path(__file__).resolve().parent.parent


class BrokenWorkflowError(ValueError):
    """A published workflow file has faults, so nothing may run by it. `faults` holds all of them."""

    def __init__(self, faults: tuple[WorkflowFault, ...]) -> None:
        super().__init__("; ".join(f"{f.file}:{f.line}: {f.code} {dict(f.params)}" for f in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file as read. `workflow` is None when there is any fault; then nothing may run by the file."""

    workflow: Workflow | None
    faults: tuple[WorkflowFault, ...]


def read(file: str, content: bytes) -> Loaded:
    """The workflow in `content`, or its faults; `file` is the name that the faults carry."""
    findings = Findings(file)
    tree = parse(content, findings)
    if not isinstance(tree, Entries):
        if tree is not None:
            findings.add(tree.line, "not_a_mapping", where="")
        return Loaded(None, findings.sorted())
    document = read_workflow(tree, hashlib.sha256(content).hexdigest(), findings)
    check(document.workflow, document.places, findings)
    return Loaded(None if findings else document.workflow, findings.sorted())


def load(path: Path) -> Loaded:
    """Like `read`, for a file on disk. A file that cannot be opened is a fault like any other."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Loaded(None, (WorkflowFault(str(path), 1, "no_such_file"),))
    except OSError as error:
        return Loaded(None, (WorkflowFault(str(path), 1, "unreadable", {"problem": error.strerror or ""}),))
    return read(str(path), content)


def published_files() -> list[Path]:
    """The published versions: in the repository, or in the installed package."""
    checkout = _PACKAGE.parent / "workflows"
    folder = checkout if checkout.is_dir() else _PACKAGE / "_workflows"
    return sorted(folder.glob("*/v*.yaml"), key=lambda path: (path.parent.name, len(path.name), path.name))


def published_path(process: str, version: int) -> str:
    """Where a published version lies, from the root of the repository."""
    return f"workflows/{process}/v{version}.yaml"


def published_faults() -> list[WorkflowFault]:
    """Every fault in every published version."""
    return [fault for path in published_files() for fault in _load_published_file(path).faults]


@cache
def load_published() -> Mapping[tuple[str, int], Workflow]:
    """Every published version by (process, version), read once.

    BrokenWorkflowError when any file has a fault.
    """
    loaded = [_load_published_file(path) for path in published_files()]
    faults = tuple(fault for one in loaded for fault in one.faults)
    if faults:
        raise BrokenWorkflowError(faults)
    workflows = [one.workflow for one in loaded if one.workflow is not None]
    return {(workflow.process, workflow.version): workflow for workflow in workflows}


def _load_published_file(path: Path) -> Loaded:
    """A published file must also lie where its process and version say."""
    loaded = load(path)
    if loaded.workflow is None:
        return loaded
    expected = published_path(loaded.workflow.process, loaded.workflow.version)
    if path.parts[-2:] == Path(expected).parts[-2:]:
        return loaded
    return Loaded(None, (WorkflowFault(str(path), 1, "misplaced", {"expected": expected}),))


def newest(process: str) -> Workflow:
    """The version that new cases of `process` follow. KeyError when there is no such process."""
    versions = [version for name, version in load_published() if name == process]
    if not versions:
        raise KeyError(process)
    return load_published()[process, max(versions)]
