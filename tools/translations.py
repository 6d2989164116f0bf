"""Keep the Swedish catalogue in step with the texts in code and templates.

    python tools/translations.py update        take in new texts, drop those no longer used
    python tools/translations.py check         fail when a translation is missing, wrong or left over
    python tools/translations.py merge FILE…   take in the translations of other PO files

The catalogue is written sorted and without places in the code, so that it changes only when a text does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "nt_process" / "translations" / "sv" / "LC_MESSAGES" / "messages.po"
# English is the language of the code, so it needs no catalogue.
METHODS = [("nt_process/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {"templates/**": {"silent": "false"}}
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}
UNCHANGING = datetime(2026, 1, 1, tzinfo=UTC)

Key = tuple[str, str | None]


def extract() -> Catalog:
    """Every text that the code and the templates show, without translations."""
    found = _empty_catalogue()
    for name, _line, message, _comments, context in extract_from_dir(
        ROOT, METHODS, OPTIONS, KEYWORDS, directory_filter=_is_ours
    ):
        del name
        found.add(message, context=context)
    return found


def _is_ours(directory: str) -> bool:
    parts = Path(directory).relative_to(ROOT).parts
    return not parts or parts[0] in ("nt_process", "templates")


def _empty_catalogue() -> Catalog:
    return Catalog(
        locale="sv",
        project="NT process",
        version="1",
        header_comment="# Swedish texts of NT process.",
        creation_date=UNCHANGING,
        revision_date=UNCHANGING,
        last_translator="NT process",
        msgid_bugs_address="NT process",
        language_team="sv",
        fuzzy=False,
    )


def read(path: Path) -> Catalog:
    """A PO file; an empty catalogue when there is none."""
    if not path.exists():
        return _empty_catalogue()
    with path.open("rb") as file:
        return pofile.read_po(file, locale="sv", abort_invalid=True)


def write(messages: Iterator[Message]) -> None:
    catalogue = _empty_catalogue()
    for message in messages:
        catalogue.add(message.id, message.string, flags=message.flags - {"fuzzy"}, context=message.context)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        pofile.write_po(file, catalogue, width=110, no_location=True, sort_output=True, ignore_obsolete=True)


def texts(catalogue: Catalog) -> dict[Key, Message]:
    """The messages by key, without the header."""
    return {(singular(message), message.context): message for message in catalogue if message.id}


def singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def is_translated(message: Message) -> bool:
    strings = (message.string,) if isinstance(message.string, str) else message.string
    return not message.fuzzy and bool(strings) and all(strings)


def update() -> int:
    used, known = texts(extract()), texts(read(CATALOGUE))
    for key, message in used.items():
        if key in known and is_translated(known[key]):
            message.string = known[key].string
    write(iter(used.values()))
    missing = [message for message in used.values() if not is_translated(message)]
    dropped = len(known.keys() - used.keys())
    print(f"translations: {len(used)} texts, {len(missing)} without translation, {dropped} dropped")
    return 0


def merge(paths: list[Path]) -> int:
    known = texts(read(CATALOGUE))
    for path in paths:
        for key, message in texts(read(path)).items():
            before = known.get(key)
            if before is not None and is_translated(before) and before.string != message.string:
                print(f"{path}: “{singular(message)}” was {before.string!r}, is now {message.string!r}")
            known[key] = message
    write(iter(known.values()))
    return 0


def check() -> int:
    found = list(faults())
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


def faults() -> Iterator[str]:
    """One line for each text that a Swedish reader would not see in correct Swedish."""
    used, catalogue = texts(extract()), read(CATALOGUE)
    known = texts(catalogue)
    for key, message in used.items():
        if key not in known or not is_translated(known[key]):
            yield f"not translated: {singular(message)!r}"
        elif type(known[key].id) is not type(message.id):
            yield f"has or lacks a plural: {singular(message)!r}"
    for key, message in known.items():
        if key not in used:
            yield f"no longer used: {singular(message)!r}"
        for error in message.check(catalogue):
            yield f"{error}: {singular(message)!r}"


def main(arguments: list[str]) -> int:
    match arguments:
        case ["update"]:
            return update()
        case ["check"]:
            return check()
        case ["merge", *paths] if paths:
            return merge([Path(path) for path in paths])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
