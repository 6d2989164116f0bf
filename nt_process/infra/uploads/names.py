"""Names of files from strangers, made safe to keep and to offer."""

from __future__ import annotations

import unicodedata

# Names that some systems take for a device, whatever follows the point.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{kind}{number}" for kind in ("com", "lpt") for number in range(10))}
)


def safe_name(filename: str, _media_type: str = "") -> str:
    """A name that is safe to offer at download: no path, no control or direction characters, 120 at most."""
    base = unicodedata.normalize("NFC", filename).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in base if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*;')
    stem, _dot, extension = kept.rpartition(".")
    stem = stem.strip(". ")[:110].rstrip() or "dokument"
    if stem.split(".")[0].strip().lower() in _DEVICES:
        stem = f"_{stem}"
    return f"{stem}.{extension.strip()[:8]}"


def extension_of(filename: str) -> str:
    """What the name ends with, in small letters; JPEG has two spellings."""
    extension = filename.rsplit(".", 1)[-1].lower() if "." in filename else ""
    return "jpg" if extension == "jpeg" else extension
