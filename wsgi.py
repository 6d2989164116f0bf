"""What gunicorn serves: `gunicorn wsgi:app`. The database is opened once per process and closed at its end."""

import atexit
import contextlib

from nt_process.app import create_app
from nt_process.cases.published import keep_published
from nt_process.infra.database import open_database
from nt_process.infra.logging import configure_logging
from nt_process.settings import load_settings

settings = load_settings()
configure_logging(settings)
_open = contextlib.ExitStack()
atexit.register(_open.close)
engine = _open.enter_context(open_database(settings, application_name="nt web"))
keep_published(engine, settings.now())
app = create_app(settings, engine)
