"""The audit in a process of its own, which gives its memory back when it is done.

    python -m nt_process.disclosure.audit_process < QUESTION

The question is one JSON document on standard input, with every contribution; the answer is the last line of standard
output. Nothing is written to any file, and what goes wrong says nothing but that it did.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from nt_process.disclosure.basis import from_rows, rows_of
from nt_process.disclosure.contributions import Contribution
from nt_process.disclosure.layouts import Cell, Release, Request
from nt_process.disclosure.sensitivity import Parameters

# Shorter than a job's lease, so that no second worker begins on it meanwhile.
SECONDS = 540


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for, of which basis, after which releases; and the basis that each year's published total is of."""

    request: Request
    basis: str
    public: Mapping[int, str]
    parameters: Parameters
    earlier: Sequence[Release]
    bases: Mapping[str, Sequence[Contribution]]


@dataclass(frozen=True, slots=True)
class Answer:
    """The table in SEK, in its order; or, where `values` is empty, why there is none (see `judge.Refusal`)."""

    values: Mapping[Cell, Decimal | None]
    refused_for: str = ""
    blocked_by: tuple[int, ...] = ()


class AuditFailed(Exception):
    """The process died, took too long, or could not answer."""


def ask(question: Question) -> Answer:
    """Have the question answered. Raises AuditFailed."""
    command = [sys.executable, "-I", "-m", "nt_process.disclosure.audit_process"]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(_question_out(question)).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            timeout=SECONDS,
            check=False,
        )
        return _answer_in(json.loads(done.stdout.splitlines()[-1]))
    except (subprocess.TimeoutExpired, ValueError, IndexError, KeyError, TypeError):
        raise AuditFailed from None


def answer(question: Question) -> Answer:
    """Answer in this process."""
    from nt_process.disclosure import judge

    known = [judge.national(year, basis, question.bases) for year, basis in question.public.items()]
    earlier = [*known, *question.earlier]
    asked = (question.request, question.basis, question.bases, earlier, question.parameters)
    values = judge.compute(*asked)
    if values is not None:
        return Answer(values)
    refusal = judge.refuse(*asked)
    return Answer({}, refusal.code, refusal.numbers)


def _question_out(question: Question) -> dict[str, Any]:
    return {
        "request": _request_out(question.request),
        "basis": question.basis,
        "public": list(question.public.items()),
        "parameters": asdict(question.parameters),
        "earlier": [
            {
                "number": one.number,
                "request": _request_out(one.request),
                "basis": one.basis,
                "step": str(one.step),
                "values": _values_out(one.values),
            }
            for one in question.earlier
        ],
        "bases": {name: rows_of(rows) for name, rows in question.bases.items()},
    }


def question_in(sent: Mapping[str, Any]) -> Question:
    return Question(
        _request_in(sent["request"]),
        sent["basis"],
        dict(sent["public"]),
        Parameters(**sent["parameters"]),
        [
            Release(
                one["number"],
                _request_in(one["request"]),
                one["basis"],
                Decimal(one["step"]),
                _values_in(one["values"]),
            )
            for one in sent["earlier"]
        ],
        {name: from_rows(rows) for name, rows in sent["bases"].items()},
    )


def _request_out(request: Request) -> list[Any]:
    return [request.layout, request.scope, request.first.isoformat(), request.months, request.measure]


def _request_in(sent: Sequence[Any]) -> Request:
    layout, scope, first, months, measure = sent
    return Request(layout, scope, date.fromisoformat(first), months, measure)


def _values_out(values: Mapping[Cell, Decimal | None]) -> list[list[str | None]]:
    return [[*cell, None if value is None else format(value, "f")] for cell, value in values.items()]


def _values_in(sent: Sequence[Sequence[Any]]) -> dict[Cell, Decimal | None]:
    return {
        Cell(product, region): None if value is None else Decimal(value) for product, region, value in sent
    }


def _answer_in(sent: Mapping[str, Any]) -> Answer:
    return Answer(_values_in(sent["values"]), sent["refused_for"], tuple(sent["blocked_by"]))


def main() -> None:
    found = answer(question_in(json.loads(sys.stdin.buffer.read())))
    sent = {
        "values": _values_out(found.values),
        "refused_for": found.refused_for,
        "blocked_by": list(found.blocked_by),
    }
    sys.stdout.write("\n" + json.dumps(sent) + "\n")


if __name__ == "__main__":
    main()
