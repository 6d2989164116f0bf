"""The flow of the viewflow peer. viewflow wants it in a module of an installed application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.models import Process

from bench.peers.rows import write


class OrphanFlow(flow.Flow):
    """The measured step first, then seven more."""

    process_class = Process
    start = flow.StartHandle(this.opened).Next(this.registration)
    registration = flow.Handle(this.ordered).Next(this.assessment)
    assessment = flow.Handle().Next(this.negotiation)
    negotiation = flow.Handle().Next(this.recommendation)
    recommendation = flow.Handle().Next(this.announced)
    announced = flow.Handle().Next(this.decided)
    decided = flow.Handle().Next(this.introduction)
    introduction = flow.Handle().Next(this.follow_up)
    follow_up = flow.Handle().Next(this.end)
    end = flow.End()

    def opened(self, activation: Any, number: str) -> Process:
        activation.process.data = {"number": number}
        return activation.process

    def ordered(self, activation: Any, row: Mapping[str, Any]) -> Process:
        with connection.cursor() as cursor:

            def execute(statement: str, values: Mapping[str, Any]) -> Any:
                cursor.execute(statement, values)
                return cursor

            write(execute, row, lambda: None)
        return activation.process
