"""What a password must be: long, and not what somebody would guess first. Nothing about kinds of characters."""

from __future__ import annotations

import re

SHORTEST, LONGEST = 12, 200
# Longer ones made of fewer different characters than this are patterns.
FEWEST_DIFFERENT = 5

# Words that the passwords tried first are built on, in Swedish and English, with this system's own.
_COMMON = (
    "losenord", "lösenord", "password", "passord", "qwerty", "asdfgh", "zxcvbn", "letmein", "welcome", "valkommen",
    "välkommen", "hemligt", "sommar", "vinter", "abc123", "iloveyou", "admin", "sverige", "stockholm", "goteborg",
    "göteborg", "ntprocess", "ntradet", "ntrådet", "läkemedel", "lakemedel", "särläkemedel", "medicin", "region",
    "landsting", "kansli", "rådet", "radet", "ordnat", "införande", "inforande", "upphandling", "förhandling",
    "forhandling", "rabatt", "sekretess", "företag", "foretag", "sjukvård", "sjukvard",
)  # fmt: skip
_RUNS = (
    "0123456789012345",
    "9876543210987654",
    "abcdefghijklmnopqrstuvwxyzåäö",
    "qwertyuiopåasdfghjklöäzxcvbnm",
)


def fault(password: str, email: str, name: str = "") -> str | None:
    """Why this password cannot be chosen by this person: too_short, too_long, personal, common; or None.

    Common words, runs of the alphabet, years and the person's own names count for nothing: what remains
    without them must still be half as long as a password.
    """
    if len(password) < SHORTEST:
        return "too_short"
    if len(password) > LONGEST:
        return "too_long"
    plain = password.casefold()
    own = [part for part in re.split(r"[^\w]+", f"{email} {name}".casefold()) if len(part) >= 3]
    if len(_without(plain, own)) < SHORTEST // 2:
        return "personal"
    rest = _without(re.sub(r"(19|20)\d\d", "", plain), [*own, *_COMMON])
    if len(_without_runs(rest)) < SHORTEST // 2 or len(set(plain)) < FEWEST_DIFFERENT:
        return "common"
    return None


def _without(text: str, words: list[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "")
    return text


def _without_runs(text: str) -> str:
    """The text without four or more characters that stand beside each other in the alphabet or on the keys."""
    kept, start = [], 0
    while start < len(text):
        length = _run_length(text, start)
        if length < 4:
            kept.append(text[start])
            length = 1
        start += length
    return "".join(kept)


def _run_length(text: str, start: int) -> int:
    end = start + 1
    while end < len(text) and any(text[start : end + 1] in run for run in _RUNS):
        end += 1
    return end - start
