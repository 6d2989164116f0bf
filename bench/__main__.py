"""Measure the promises about speed: `make bench`, or `make bench ARGS="--quick action report"`.

Prints one table. Ends with 1 when a promise is broken; a peer promises nothing.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator

from bench import action, memory, public, report, rights, sales, sweep, worklist
from bench.measure import Finding, Unmeasured

PROMISES: dict[str, Callable[..., Iterator[Finding | Unmeasured]]] = {
    "action": action.run,
    "sweep": sweep.run,
    "worklist": worklist.run,
    "rights": rights.run,
    "public": public.run,
    "report": report.run,
    "sales": sales.run,
    "memory": memory.run,
}
_HEADING = f"{'promise':<10}{'what':<16}{'floor':>12}{'measured':>12}{'ratio':>8}{'least–most':>14}{'limit':>8}  kept"


def main() -> int:
    chosen = _arguments()
    kept = True
    print(_HEADING, flush=True)
    for name in chosen.promise or PROMISES:
        began = time.monotonic()
        for found in PROMISES[name](quick=chosen.quick):
            print(_line(found), flush=True)
            kept = kept and (isinstance(found, Unmeasured) or found.kept)
        print(f"{'':<10}({time.monotonic() - began:.0f} s)", file=sys.stderr)
    return 0 if kept else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("promise", nargs="*", help=f"which: {', '.join(PROMISES)}; without any, all")
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the data and few rounds: to try it out"
    )
    chosen = parser.parse_args()
    unknown = set(chosen.promise) - set(PROMISES)
    if unknown:
        parser.error(f"no such promise: {', '.join(sorted(unknown))}")
    return chosen


def _line(found: Finding | Unmeasured) -> str:
    if isinstance(found, Unmeasured):
        return f"{found.promise:<10}{found.what:<16}not measured: {found.reason}"
    verdict = "" if found.limit is None else "yes" if found.kept else "NO"
    limit = "" if found.limit is None else f"{found.limit:g}"
    spread = f"{found.low:.2f}–{found.high:.2f}"
    return (
        f"{found.promise:<10}{found.what:<16}{found.floor:>9.2f} {found.unit:<2}{found.ours:>9.2f} {found.unit:<2}"
        f"{found.ratio:>8.2f}{spread:>14}{limit:>8}  {verdict}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
