"""The application with one asset more: a file with the bytes of the public list, served as its other files are, and with a
tag, so that both can be asked whether they have changed.
"""

from __future__ import annotations

import gzip
import hashlib

from flask import Response, request

from bench.public import LIST, STATIC
from nt_process import rights
from wsgi import app

_body = app.test_client().get(LIST).data
_packed = gzip.compress(_body, 6, mtime=0)
_tag = f'"{hashlib.sha256(_packed).hexdigest()[:32]}"'


def serve() -> Response:
    headers = {
        "ETag": _tag,
        "Cache-Control": "public, max-age=31536000, immutable",
        "Vary": "Accept-Encoding",
    }
    if request.if_none_match.contains_weak(_tag.strip('"')):
        return Response(status=304, headers=headers)
    return Response(_packed, mimetype="text/html", headers={**headers, "Content-Encoding": "gzip"})


app.add_url_rule(STATIC, "assets.bench", serve)
rights.POLICIES["assets.bench", "GET"] = rights.PUBLIC  # type: ignore[index]

__all__ = ["app"]
