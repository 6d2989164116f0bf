"""Typst: compile the document of a directory, and say how much CPU time that took and where the PDF is."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import typst


def main() -> None:
    home = Path(sys.argv[1])
    began = time.process_time()
    document = typst.compile(
        str(home / "report.typ"),
        font_paths=[str(home)],
        ignore_system_fonts=True,
        pdf_standards=["a-3a", "ua-1"],
        timestamp=0,
    )
    taken = time.process_time() - began
    (home / "typst.pdf").write_bytes(document)
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
