"""Have what no package registry of Python or JavaScript can give: Pango, Chromium, two small things.

As root on Debian or Ubuntu the missing packages are installed. Otherwise one message names the commands.
Without Pango nothing of the system runs, so the exit code is 2. Without a browser only the browser tests
have to be skipped, so a notice is enough; then no stamp is written, and the next run looks again.

    python tools/system.py [STAMP]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM_ON_MACOS = ("Google Chrome", "Chromium")


def pango_works() -> bool:
    """Whether WeasyPrint finds Pango and its companions, without which no PDF can be made."""
    return _runs(sys.executable, "-c", "import weasyprint")


def playwright_works() -> bool:
    """Whether the Node that Playwright brings along starts; on a bare Debian it lacks libatomic."""
    package = find_spec("playwright")
    if package is None or package.origin is None:
        return False
    return _runs(str(Path(package.origin).parent / "driver" / "node"), "--version")


def chromium_path() -> str | None:
    """The browser for tests: NT_CHROME, or the first Chromium or Chrome found; None when there is none."""
    given = os.environ.get("NT_CHROME")
    if given:
        return given if Path(given).is_file() else None
    on_macos = (Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in CHROMIUM_ON_MACOS)
    found = [str(path) for path in on_macos if path.is_file()]
    return next(iter(found or filter(None, map(shutil.which, CHROMIUM_NAMES))), None)


def chromium_works() -> bool:
    """Whether the browser starts: on Ubuntu the package may be a stub that only points elsewhere."""
    path = chromium_path()
    return path is not None and _runs(path, "--version")


def _runs(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@dataclass(frozen=True)
class Requirement:
    """Something the machine must have, and the packages that bring it."""

    name: str
    works: Callable[[], bool]
    needed_to_run: bool
    debian: tuple[str, ...]
    brew: str


def xmlsec_works() -> bool:
    """Whether the SAML provider of the tests, which signs with this program, can be run."""
    return _runs("xmlsec1", "--version")


REQUIREMENTS = (
    Requirement(
        "Pango (PDF)",
        pango_works,
        True,
        ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
        "brew install pango",
    ),
    Requirement("libatomic (browser tests)", playwright_works, False, ("libatomic1",), "brew install gcc"),
    Requirement(
        "Chromium (browser tests)", chromium_works, False, ("chromium",), "brew install --cask google-chrome"
    ),
    Requirement("xmlsec1 (tests of SAML)", xmlsec_works, False, ("xmlsec1",), "brew install libxmlsec1"),
)


def main() -> int:
    missing = [requirement for requirement in REQUIREMENTS if not requirement.works()]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        _install(missing)
        missing = [requirement for requirement in missing if not requirement.works()]
    if missing:
        print(_message(missing), file=sys.stderr)
        return 2 if any(requirement.needed_to_run for requirement in missing) else 0
    if len(sys.argv) > 1:
        Path(sys.argv[1]).touch()
    return 0


def _install(missing: list[Requirement]) -> None:
    packages = [package for requirement in missing for package in requirement.debian]
    print(f"setup: installing {' '.join(packages)}", file=sys.stderr)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    for command in (["apt-get", "update", "-qq"], [*install, *packages]):
        subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)


def _message(missing: list[Requirement]) -> str:
    debian = " ".join(package for requirement in missing for package in requirement.debian)
    brew = "\n    ".join(requirement.brew for requirement in missing)
    return (
        f"setup: missing on this machine: {', '.join(requirement.name for requirement in missing)}.\n"
        f"  Debian, Ubuntu:\n    sudo apt-get install {debian}\n"
        f"  macOS:\n    {brew}\n"
        "  A browser in another place can be named with NT_CHROME=/path/to/chrome."
    )


if __name__ == "__main__":
    raise SystemExit(main())
