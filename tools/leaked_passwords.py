"""Make the list of passwords that nobody may choose, from a text file with one password a line.

python tools/leaked_passwords.py FILE

The file that was used is the million most frequent of the ten million passwords that Mark Burnett collected from
leaks and gave to the public domain.
"""

from __future__ import annotations

import sys
from pathlib import Path

from nt_process.identity import leaked, passwords


def main(path: Path) -> None:
    listed = path.read_text(encoding="utf-8", errors="replace").splitlines()
    marks = {leaked.mark(one) for one in listed if len(one) >= passwords.SHORTEST}
    leaked.INSTALLED.write_bytes(b"".join(sorted(marks)))
    print(f"{len(marks)} of {len(listed)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
