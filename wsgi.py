"""What gunicorn serves: `gunicorn --preload wsgi:app`. The database is opened once and closed at the end.

With --preload the workers are forks of one process that has made the application. What every worker would make
for itself (texts and compiled templates) is made before, and kept out of the garbage collector's way, so that its
pages of memory stay shared.
"""

import atexit
import contextlib
import gc
import os

from nt_process.app import create_app, load_pages
from nt_process.cases.published import keep_published
from nt_process.infra.database import open_database
from nt_process.infra.logging import configure_logging
from nt_process.settings import load_settings

settings = load_settings()
configure_logging(settings)
_open = contextlib.ExitStack()
_opener = os.getpid()


@atexit.register
def _close() -> None:
    # A fork also comes here when it ends; the database is not its to close.
    if os.getpid() == _opener:
        _open.close()


engine = _open.enter_context(open_database(settings, application_name="nt web", system=False))
keep_published(engine, settings.now())
app = create_app(settings, engine)
load_pages(app)

# Two processes cannot share a connection: a fork begins with none.
engine.dispose()
os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))
gc.collect()
gc.freeze()
