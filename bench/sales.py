"""A year's settlement of 100,000 rows of sales: from the file that is handed in to statements that are sealed.

21 regions, with as many units in each as there are to be rows of two packages in twelve months; a net price for each
package and, on what remains, a rate that grows with the volume. No two amounts need be alike. Measured is all that the
system does until every party has its statement: the file kept, read and checked with its progress told, taken in, the
run proposed and computed to the öre, its result and 22 statements sealed. The worker's part is done by the worker's own
loop. The run is put aside afterwards, so that the next round computes the same again, from a file that replaces all of
the one before.

The floor only reads and sums the same rows in SQL. It reads the very file, because nothing else is given: with
PostgreSQL's own reader of CSV (COPY) into a temporary table of typed columns without an index or a log, and it knows
beforehand how headings, numbers and days are written. It sums volume and cost for each clause, region and unit, which
is the least that a settlement says. It keeps nothing, checks nothing but the types, splits nothing and seals nothing.

Memory is the peak of a process that does this once and nothing else: the floor's is an interpreter with the driver, ours
the worker with everything loaded that it has.
"""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from psycopg.conninfo import make_conninfo

from bench import measure
from bench.environment import ROOT
from bench.measure import FLOOR, Finding, Round, Unmeasured
from bench.sales_floor import CLAUSES, PACKAGES, UNTIL, read_and_sum
from bench.sales_world import agreed
from bench.world import AT, World, new_world, settle
from nt_process.identity.actor import Session
from nt_process.identity.maker import Maker
from nt_process.infra import jobs
from nt_process.kernel.regions import REGIONS
from nt_process.sealed import keys
from nt_process.settings import Settings
from nt_process.settlement import files, runs

LIMIT = 4.0
ROWS = 100_000
MONTHS = 12
HEADINGS = "förpackning;region;enhet;månad;antal;belopp"


def run(*, quick: bool) -> Iterator[Finding | Unmeasured]:
    """Time and memory against the floor. `quick` has fewer rounds: with fewer rows, what is done once would weigh most."""
    rounds = 2 if quick else 5
    with new_world() as world, tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        keys.use(Settings(data_dir=home))
        agreement = agreed(world)
        sheets = [_written(home, number, ROWS) for number in range(rounds + 2)]
        settle(world)
        contestants = {
            FLOOR: _floor(world, iter(sheets)),
            "settlement": _ours(world, agreement, iter(sheets)),
        }
        seconds = measure.take_turns(contestants, rounds)
        yield from measure.compare("sales", seconds, {"settlement": LIMIT})
        yield _memory(world, agreement, home, sheets[-1])


def _written(home: Path, number: int, rows: int) -> Path:
    """A file of sales: every round another, so that none is known already."""
    chance = random.Random(number)  # noqa: S311 - nothing secret
    path = home / f"{number}.csv"
    units = -(-rows // (len(REGIONS) * MONTHS * len(PACKAGES)))
    places = [
        (package, region.code, f"Medicinkliniken {unit:03}", f"2025-{month:02}-01")
        for month in range(1, MONTHS + 1)
        for region in REGIONS
        for unit in range(units)
        for package in PACKAGES
    ]
    lines = [HEADINGS]
    for place in places[:rows]:
        volume = chance.randrange(1, 10)
        lines.append(
            ";".join((*place, str(volume), f"{volume * 9400 + chance.randrange(100_000) / 100:.2f}"))
        )
    path.write_text("\n".join(lines) + "\n")
    return path


def _floor(world: World, sheets: Iterator[Path]) -> Round:
    connection = conninfo_of(world)

    def one_round() -> float:
        sheet = next(sheets)
        began = time.perf_counter()
        sums = read_and_sum(connection, sheet)
        taken = time.perf_counter() - began
        assert sums > CLAUSES * len(REGIONS), sums
        return taken

    return one_round


def conninfo_of(world: World) -> str:
    url = world.urls.app_url
    return make_conninfo(host=str(url.query["host"]), user=url.username, dbname=url.database)


# --- ours -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Settling:
    """The web's part, in the order in which people do it."""

    world: World
    agreement: str

    @property
    def maker(self) -> Maker:
        actor = self.world.office.actor("secretary", AT.date())
        return Maker(replace(actor, session=Session("", AT, AT, strong=True)), AT)

    def hand_in(self, sheet: Path) -> str:
        return files.upload(self.world.engine, self.maker, "sales", sheet.name, sheet.read_bytes())

    def propose(self, file: str) -> str:
        files.take(self.world.engine, self.maker, file)
        return runs.propose(self.world.engine, self.maker, self.agreement, UNTIL)

    def put_aside(self, run: str) -> None:
        """As decided, so that the next one may be proposed; raises SettlementError when it was not computed."""
        runs.decline(self.world.engine, self.maker, run)


def _ours(world: World, agreement: str, sheets: Iterator[Path]) -> Round:
    settling = _Settling(world, agreement)
    handlers = {**files.HANDLERS, **runs.HANDLERS}

    def one_round() -> float:
        sheet = next(sheets)
        began = time.perf_counter()
        file = settling.hand_in(sheet)
        while jobs.work(world.engine, handlers, lambda: AT):
            pass
        run = settling.propose(file)
        while jobs.work(world.engine, handlers, lambda: AT):
            pass
        taken = time.perf_counter() - began
        settling.put_aside(run)
        return taken

    return one_round


# --- memory ---------------------------------------------------------------------------------------


def _memory(world: World, agreement: str, home: Path, sheet: Path) -> Finding:
    with _process("sales_floor", conninfo_of(world), str(sheet)) as floor:
        lowest = _answer(floor)
    settling = _Settling(world, agreement)
    address = world.urls.app_url.render_as_string(hide_password=False)
    with _process("sales_worker", address, str(home), AT.isoformat()) as worker:
        file = settling.hand_in(sheet)
        _answer(worker)
        run = settling.propose(file)
        peak = _answer(worker)
    settling.put_aside(run)
    ratio = peak / lowest
    return Finding("sales", "memory", "MB", lowest, peak, ratio, ratio, ratio, LIMIT)


@contextlib.contextmanager
def _process(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", f"bench.{module}", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process


def _answer(process: subprocess.Popen[str]) -> float:
    """Have it work; its peak so far, in megabytes."""
    assert process.stdin is not None
    assert process.stdout is not None
    print("work", file=process.stdin, flush=True)
    return float(process.stdout.readline())
