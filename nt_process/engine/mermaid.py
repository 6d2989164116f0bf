"""A workflow as Mermaid text, for pages and tools that draw it themselves."""

from __future__ import annotations

from nt_process.engine.definition import Workflow
from nt_process.engine.machine import steps


def mermaid(workflow: Workflow, language: str) -> str:
    """Every state and step, with the secretariat's labels in `language` ("sv" or "en")."""
    lines = ["stateDiagram-v2"]
    for state in workflow.states.values():
        label = state.labels["secretariat"].in_language(language).replace('"', "'")
        lines.append(f'    state "{label}" as {state.name}')
    lines.append(f"    [*] --> {workflow.initial.name}")
    names = {name: action.label.in_language(language) for name, action in workflow.actions.items()}
    lines += [
        f"    {origin} --> {target} : {names[action].replace(':', ' –')}"
        for action, origin, target in steps(workflow)
        if origin != target
    ]
    lines += [f"    {state.name} --> [*]" for state in workflow.states.values() if state.terminal]
    return "\n".join(lines) + "\n"
