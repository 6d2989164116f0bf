"""The floor of `bench.sales`: a file of sales read and summed in SQL, with the driver and nothing else.

python -m bench.sales_floor CONNECTION FILE     does so when a line comes, and says its peak in megabytes
"""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg

_TABLE = """
CREATE TEMPORARY TABLE sold (package text, region text, unit text, month date, volume numeric, amount numeric)
ON COMMIT DROP
"""
_READ = "COPY sold FROM STDIN (FORMAT csv, DELIMITER ';', HEADER true)"
_SUMS = """
SELECT clause, region, unit, sum(volume), sum(amount) FROM sold, generate_series(1, %(clauses)s) clause
WHERE package = ANY (%(packages)s) AND month <= %(until)s GROUP BY clause, region, unit
"""
CLAUSES = 2
PACKAGES = ("100100", "300300")
UNTIL = "2025-12-31"


def read_and_sum(connection: str, sheet: Path) -> int:
    """How many sums there are: one for each clause and unit."""
    with psycopg.connect(connection) as driver, driver.cursor() as cursor:
        cursor.execute(_TABLE)
        with cursor.copy(_READ) as copy:
            copy.write(sheet.read_bytes())
        given = {"clauses": CLAUSES, "packages": list(PACKAGES), "until": UNTIL}
        return len(cursor.execute(_SUMS, given).fetchall())


def peak() -> float:
    """Of this process since it began, in megabytes; what `getrusage` tells began with the one that started it."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(told["VmHWM"].split()[0]) / 1024


def main() -> None:
    for _ in sys.stdin:
        read_and_sum(sys.argv[1], Path(sys.argv[2]))
        print(peak(), flush=True)


if __name__ == "__main__":
    main()
