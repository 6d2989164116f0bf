"""SpiffWorkflow: a BPMN process of eight user tasks, its state kept as JSON beside the case."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import psycopg
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from bench.peers.rows import write
from bench.peers.turns import prepared_values, take_turns

STEPS = ("horizon", "early_report", "awaiting_application", "registration", "assessment", "negotiation",
         "recommendation", "announced")  # fmt: skip


def process_file() -> str:
    """The process as BPMN: start, one user task after the other, end."""
    nodes = ["start", *STEPS, "end"]
    flows = [
        f'<sequenceFlow id="flow{place}" sourceRef="{source}" targetRef="{target}"/>'
        for place, (source, target) in enumerate(itertools.pairwise(nodes))
    ]
    tasks = [f'<userTask id="{name}" name="{name}"/>' for name in STEPS]
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="orphan" isExecutable="true">'
        f'<startEvent id="start"/>{"".join(tasks)}<endEvent id="end"/>{"".join(flows)}</process></definitions>'
    )


def main() -> None:
    values = prepared_values()
    parser = BpmnParser()
    parser.add_bpmn_str(process_file().encode())
    serializer = BpmnWorkflowSerializer()
    workflow = BpmnWorkflow(parser.get_spec("orphan"))
    workflow.do_engine_steps()
    while (
        task := workflow.get_next_task(state=TaskState.READY, manual=True)
    ).task_spec.name != "registration":
        task.run()
        workflow.do_engine_steps()
    connection = psycopg.connect(values.pop("address"))
    connection.execute("CREATE TABLE peer_spiff (number text PRIMARY KEY, state text NOT NULL)")
    connection.execute(
        "INSERT INTO peer_spiff SELECT unnest(%s::text[]), %s",
        [values.pop("numbers"), serializer.serialize_json(workflow)],
    )
    connection.commit()

    def move(number: str) -> None:
        found = connection.execute(
            "SELECT state FROM peer_spiff WHERE number = %s FOR UPDATE", [number]
        ).fetchone()
        workflow = serializer.deserialize_json(found[0])
        workflow.get_next_task(state=TaskState.READY, manual=True).run()
        workflow.do_engine_steps()
        state = serializer.serialize_json(workflow)
        connection.execute("UPDATE peer_spiff SET state = %s WHERE number = %s", [state, number])

    def act(number: str, row: Mapping[str, Any]) -> None:
        with connection.transaction():
            write(connection.execute, row, lambda: move(number))

    take_turns(act, values)


if __name__ == "__main__":
    main()
