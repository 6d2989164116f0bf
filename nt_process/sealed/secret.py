"""What has been opened, while it is in the program's hands: bytes that never show themselves."""

from __future__ import annotations

from typing import NoReturn

_HIDDEN = "***"


class Secret(bytes):
    """Opened content. It can be decoded and read; written out by mistake it is `***`, and it cannot be pickled."""

    __slots__ = ()

    def __repr__(self) -> str:
        return _HIDDEN

    def __str__(self) -> str:
        return _HIDDEN

    def __format__(self, _spec: str) -> str:
        return _HIDDEN

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a secret is not pickled")
