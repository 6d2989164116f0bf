"""The application with one asset more: a file with the bytes of the public list, served as its other files are."""

from __future__ import annotations

import gzip

from bench.public import LIST, STATIC
from nt_process.web.assets import Asset
from wsgi import app, engine

_body = app.test_client().get(LIST).data
_, _, _digest, _name = STATIC.split("/")
app.extensions["nt_assets"][_name] = Asset(_digest, "text/html", _body, gzip.compress(_body, 6, mtime=0))
# Each process remembers the list by itself, and has connections of its own.
app.extensions.pop("nt_public")
engine.dispose()

__all__ = ["app"]
