"""The deadline report of 200 cases as PDF: CPU time of one render, in a fresh process.

Importing the program and preparing the text are not counted, on either side: a worker has done the first
before it is asked, and the second is the same. Both make tagged PDF/A-3a with the data attached.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

from bench import measure
from bench.environment import ROOT, NotInstallable, python
from bench.measure import FLOOR, Finding, Round, Unmeasured
from bench.typst_source import typst_of
from nt_process.engine.loader import load_published
from nt_process.infra import pdf
from nt_process.kernel.messages import translator
from nt_process.reporting.formats import data_rows, printed
from nt_process.reporting.history import history_of
from nt_process.reporting.presentation import present
from nt_process.reporting.report import Selection, compile_report
from nt_process.reporting.tables import Words
from tests.reporting.world import made_world

LIMIT = 7.0
NODE_MODULES = ROOT / "node_modules"
CASES = 200
AS_OF = date(2026, 6, 30)


def run(*, quick: bool) -> Iterator[Finding | Unmeasured]:
    """Our render against Typst's. `quick` has a tenth of the cases."""
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        _prepare(home, CASES // 10 if quick else CASES)
        try:
            typst = [str(python()), "-m", "bench.peers.typst_render", str(home)]
        except NotInstallable as error:
            yield Unmeasured("report", "WeasyPrint", f"Typst cannot be installed here: {error}")
            return
        contestants = {
            FLOOR: _fresh(typst),
            "WeasyPrint": _fresh([sys.executable, "-m", "bench.report", str(home)]),
        }
        seconds = measure.take_turns(contestants, 2 if quick else 3)
    yield from measure.compare("report", seconds, {"WeasyPrint": LIMIT})


def _prepare(home: Path, cases: int) -> None:
    """What each side is handed: the Typst document with its data, and the call of our own renderer."""
    workflows = load_published()
    histories = [history_of(walk.events, workflows, AS_OF) for walk in made_world(cases, AS_OF)]
    report = compile_report(histories, workflows, Selection(AS_OF))
    presentation, words = present(report, workflows, "sv"), Words(translator("sv"), "sv", workflows)
    (home / "report.typ").write_text(typst_of(presentation))
    (home / "data.csv").write_bytes(data_rows.csv_bytes(report, words))
    for weight in (400, 600):
        font = TTFont(NODE_MODULES / f"@fontsource/inter/files/inter-latin-{weight}-normal.woff2")
        font.flavor = None
        font.save(home / f"inter-{weight}.ttf")
    calls: list[Any] = []

    def keep(html: str, **rest: Any) -> bytes:
        calls.append((html, rest))
        return b""

    printed.pdf_bytes(report, presentation, words, keep)
    (home / "call.pickle").write_bytes(pickle.dumps(calls[0]))


def _fresh(command: list[str]) -> Round:
    def one_round() -> float:
        return float(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)

    return one_round


def main() -> None:
    """Our side, in a process of its own: as `typst_render`."""
    home = Path(sys.argv[1])
    html, rest = pickle.loads((home / "call.pickle").read_bytes())  # noqa: S301 - written by the parent process
    pdf.prepare()
    began = time.process_time()
    document = pdf.render(html, **rest)
    taken = time.process_time() - began
    (home / "weasyprint.pdf").write_bytes(document)
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
