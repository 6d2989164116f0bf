"""Where a form says that the reader is to go on to."""

from __future__ import annotations

from urllib.parse import urlsplit


def local_path(target: str | None) -> str | None:
    """A path on this site, or None: a link in a form never leads elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(character < " " or character == "\x7f" for character in target):
        return None
    return target


def path_of(address: str | None) -> str | None:
    """The path of a page's full address, such as the one that a request says it comes from."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return local_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)
