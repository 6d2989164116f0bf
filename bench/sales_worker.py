"""Our side's process of `bench.sales`: the worker, with everything loaded that it has.

python -m bench.sales_worker ADDRESS DIRECTORY TIME     does what waits when a line comes, and says its peak
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from bench.sales_floor import peak
from nt_process.infra import jobs
from nt_process.infra.database import app_engine
from nt_process.notices.handlers import handlers_of
from nt_process.sealed import keys
from nt_process.settings import Settings


def main() -> None:
    address, directory, time = sys.argv[1:]
    settings, at = Settings(data_dir=Path(directory)), datetime.fromisoformat(time)
    keys.use(settings)
    engine, handlers = app_engine(make_url(address)), handlers_of(settings)
    for _ in sys.stdin:
        while jobs.work(engine, handlers, lambda: at):
            pass
        print(peak(), flush=True)


if __name__ == "__main__":
    main()
