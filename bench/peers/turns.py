"""The peer's side of taking turns: each line names the cases to act on, the answer is one action's seconds."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any


def prepared_values() -> dict[str, Any]:
    """The first line: how to reach the database, the numbers of the cases, and the floor's values."""
    return dict(json.loads(sys.stdin.readline()))


def take_turns(act: Callable[[str, Mapping[str, Any]], None], values: Mapping[str, Any]) -> None:
    """Say that all is ready, then act on the cases of each line, until there are no more lines."""
    print("ready", flush=True)
    for line in sys.stdin:
        seconds = []
        for number in json.loads(line):
            began = time.perf_counter()
            act(number, {**values, "number": number, "key": number})
            seconds.append(time.perf_counter() - began)
        print(statistics.median(seconds), flush=True)
