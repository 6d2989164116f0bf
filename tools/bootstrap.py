"""Put a pinned uv into .tools, with nothing but Python's standard library.

Debian's python3 comes without ensurepip; as root the missing package is
installed, otherwise one message names it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

UV_VERSION = "0.13.9"
TOOLS = Path(".tools")


def fail(message: str) -> None:
    print(f"setup: {message}", file=sys.stderr)
    raise SystemExit(2)


def ensure_venv_module() -> None:
    if importlib.util.find_spec("ensurepip") is not None:
        return
    package = f"python3.{sys.version_info.minor}-venv"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"setup: installing {package}", file=sys.stderr)
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        done = subprocess.run(["apt-get", "install", "-y", "-qq", package], check=False)
        if done.returncode == 0:
            return
    fail(f"Python has no ensurepip. Install it with: sudo apt-get install {package}")


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 – this file is what says so.
        found = sys.version.split()[0]
        fail(f"Python 3.11 or later is needed, this is {found}. Try: make PYTHON=python3.12 …")
    if shutil.which("npm") is None:
        fail("npm is needed for the style sheet: sudo apt-get install npm (macOS: brew install node)")
    ensure_venv_module()
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(TOOLS)], check=True)
    pip = [str(TOOLS / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, f"uv=={UV_VERSION}"], check=True)


main()
