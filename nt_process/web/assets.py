"""Style sheets, htmx and fonts, at addresses that change with their content and so may be kept for ever.

In a checkout the vendored files are read from node_modules by an allow-list; an installed wheel
carries copies of the same files. Each is compressed once, when the process starts.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request

PACKAGE = Path(__file__).parents[1]
OWN = PACKAGE / "static"
VENDORED = OWN / "vendor"
NODE_MODULES = PACKAGE.parent / "node_modules"

# name in addresses -> where npm puts it
ALLOWED = {
    "designsystemet.css": "@digdir/designsystemet-css/dist/src/index.css",
    "theme.css": "@digdir/designsystemet-css/dist/theme/designsystemet.css",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "inter.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "inter-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
}

bp = Blueprint("assets", __name__, url_prefix="/assets")


@dataclass(frozen=True, slots=True)
class Asset:
    digest: str
    media_type: str
    content: bytes
    gzipped: bytes | None


def install(app: Flask) -> None:
    """Read every asset and let templates ask for its address with `asset("app.css")`."""
    found = {name: _read(_path_of(name)) for name in ALLOWED}
    # The font's address stands in our own style sheet, so that it is fetched by its content's hash too.
    for path in sorted(OWN.glob("*.*")):
        found[path.name] = _read(path, {name: asset.digest for name, asset in found.items()})
    app.extensions["nt_assets"] = found
    app.register_blueprint(bp)

    addresses = {name: f"{bp.url_prefix}/{asset.digest}/{name}" for name, asset in found.items()}
    app.add_template_global(addresses.__getitem__, "asset")


def _path_of(name: str) -> Path:
    vendored = VENDORED / name
    return vendored if vendored.is_file() else NODE_MODULES / ALLOWED[name]


def _read(path: Path, digests: dict[str, str] | None = None) -> Asset:
    content = path.read_bytes()
    if path.suffix == ".css":
        for name, digest in (digests or {}).items():
            content = content.replace(f"asset:{name}".encode(), f"/assets/{digest}/{name}".encode())
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    compressible = path.suffix in (".css", ".js", ".svg")
    packed = gzip.compress(content, 9, mtime=0) if compressible else None
    return Asset(hashlib.sha256(content).hexdigest()[:12], media_type, content, packed)


@bp.get("/<digest>/<name>")
def serve(digest: str, name: str) -> Response:
    from flask import current_app

    asset: Asset | None = current_app.extensions["nt_assets"].get(name)
    if asset is None or asset.digest != digest:
        abort(404)
    packed = asset.gzipped is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(asset.gzipped if packed else asset.content, mimetype=asset.media_type)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    return response
