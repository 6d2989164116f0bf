"""What a file that someone handed in is found to be, and the limits that it is held to."""

from __future__ import annotations

from dataclasses import dataclass

MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_RATIO = 100
# Below this a part may be packed as tightly as it likes: empty sheets and white pictures are.
RATIO_FREE_BYTES = 1024 * 1024
MAX_ENTRIES = 1_000
MAX_PAGES = 2_000
MAX_PIXELS = 200_000_000

PDF = "application/pdf"
OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
IMAGES = {"png": "image/png", "jpg": "image/jpeg"}
TEXTS = {"txt": "text/plain", "csv": "text/csv"}


class Unacceptable(Exception):
    """The file is not let in: the code of the reason, and what its sentence needs."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Judged:
    """An allowed file's media type, and whether its inside has been examined already."""

    media_type: str
    examined: bool
