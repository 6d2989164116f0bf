"""Every check that needs no running system: one line for each, and at the end what the failed ones said.

python tools/check.py
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
CHECKS = {
    "format": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "lint": [BIN / "ruff", "check", "--quiet", "."],
    "types": [BIN / "pyrefly", "check", "--summary=none"],
    "imports": [BIN / "lint-imports", "--no-cache"],
    "templates": [BIN / "djlint", "templates", "--lint", "--quiet"],
    "translations": [sys.executable, "tools/translations.py", "check"],
    "workflows": [BIN / "nt", "workflow", "check"],
}


def run(name: str) -> tuple[str, bool, float, str]:
    """The check's name, whether it passed, how long it took (seconds) and what it said."""
    began = time.monotonic()
    command = [str(part) for part in CHECKS[name]]
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return name, done.returncode == 0, time.monotonic() - began, done.stdout


def main() -> int:
    failures = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, passed, seconds, said in pool.map(run, CHECKS):
            print(f"{'ok    ' if passed else 'FAILED'}  {name:<13}{seconds:5.1f} s", flush=True)
            if not passed:
                failures.append(f"\n--- {name}: {' '.join(map(str, CHECKS[name]))}\n{said.rstrip()}")
    print("\n".join(failures), end="\n" if failures else "")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
