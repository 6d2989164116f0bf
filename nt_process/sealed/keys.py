"""The master key, which wraps the key of each negotiation: in a file, or kept by a service that never gives it away.

A master key has versions. New keys are wrapped under the newest; a version below the lowest that is allowed opens
nothing any more. `use` says once for each process where the key is; the key itself is read when it is needed and not
kept, so that a rotation is followed at once and a key that has been taken away is gone.
"""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nt_process.infra.operation import OutOfReach
from nt_process.kernel.messages import N_
from nt_process.sealed.cipher import KEY_BYTES, NONCE_BYTES, Damaged
from nt_process.sealed.secret import Secret
from nt_process.settings import Settings

AWAY = N_(
    "What is secret cannot be opened or sealed now, because the key that protects it cannot be reached. Nothing of what "
    "you just did was saved. Everything else works; try again in a while."
)


class KeyAway(OutOfReach):
    """The master key cannot be reached. `why` is for the log."""

    def __init__(self, why: str) -> None:
        super().__init__(AWAY)
        self.why = why


class TooOld(KeyAway):
    """The key was wrapped under a version of the master key that is not accepted any more."""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A data key as it is stored, and the version of the master key that wrapped it."""

    text: str
    version: int


class MasterKey(Protocol):
    """What wraps data keys. `bound` ties a wrap to its negotiation: elsewhere it does not open."""

    def prepare(self) -> None:
        """Called before the very first key is wrapped, and never again."""

    def wrap(self, key: bytes, bound: bytes) -> Wrapped:
        """Raises KeyAway."""
        ...

    def unwrap(self, wrapped: Wrapped, bound: bytes) -> Secret:
        """Raises KeyAway, TooOld or Damaged."""
        ...

    def newest(self) -> int: ...

    def rotate(self) -> int:
        """Make a new version, and give its number."""
        ...

    def retire(self) -> None:
        """From now on nothing older than the newest version is accepted."""
        ...


_master: list[MasterKey] = []


def use(settings: Settings) -> None:
    """From now on this process wraps with the master key that the settings name."""
    _master[:] = [master_key_of(settings)]


def master_key() -> MasterKey:
    if not _master:
        raise RuntimeError("no master key has been named (sealed.keys.use)")
    return _master[0]


def master_key_of(settings: Settings) -> MasterKey:
    if settings.vault_address:
        from nt_process.sealed.transit import Transit

        return Transit(
            settings.vault_address, settings.vault_mount, settings.vault_key, settings.vault_token_file
        )
    if settings.master_key_file is not None:
        return FileKey(settings.master_key_file)
    # Beside the database that it protects it is of use to nobody who takes both: for trying out, and for tests.
    return FileKey(settings.data_dir / "master_key", is_made=settings.database_url is None or settings.demo)


@dataclass(frozen=True, slots=True)
class _Ring:
    """The versions in the file, and the lowest that is accepted."""

    keys: dict[int, Secret]
    lowest: int


class FileKey:
    """The master key in a file: a line `lowest N`, and for each version a line `N key` (base64).

    Where `is_made`, the file is made when the first secret of an empty installation is sealed; never later, because a
    new key in the place of a lost one would open nothing and hide that it is lost.
    """

    def __init__(self, path: Path, *, is_made: bool = False) -> None:
        self._path, self._is_made = path, is_made

    def prepare(self) -> None:
        if self._is_made and not self._path.exists():
            self._path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
            first = _Ring({1: Secret(secrets.token_bytes(KEY_BYTES))}, 1)
            # Whoever is second finds the key that is there.
            with _written(self._path, first) as temporary, contextlib.suppress(FileExistsError):
                os.link(temporary, self._path)

    def wrap(self, key: bytes, bound: bytes) -> Wrapped:
        ring = self._read()
        version, nonce = max(ring.keys), secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + AESGCM(ring.keys[version]).encrypt(nonce, key, bound)
        return Wrapped(base64.b64encode(sealed).decode(), version)

    def unwrap(self, wrapped: Wrapped, bound: bytes) -> Secret:
        ring = self._read()
        if wrapped.version < ring.lowest:
            raise TooOld(f"version {wrapped.version} is below {ring.lowest}")
        if wrapped.version not in ring.keys:
            raise KeyAway(f"version {wrapped.version} is not in {self._path}")
        try:
            sealed = base64.b64decode(wrapped.text, validate=True)
            return Secret(
                AESGCM(ring.keys[wrapped.version]).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
            )
        except (InvalidTag, ValueError):
            raise Damaged("a data key") from None

    def newest(self) -> int:
        return max(self._read().keys)

    def rotate(self) -> int:
        ring = self._read()
        version = max(ring.keys) + 1
        self._replace(_Ring({**ring.keys, version: Secret(secrets.token_bytes(KEY_BYTES))}, ring.lowest))
        return version

    def retire(self) -> None:
        ring = self._read()
        self._replace(replace(ring, lowest=max(ring.keys)))

    def _replace(self, ring: _Ring) -> None:
        with _written(self._path, ring) as temporary:
            temporary.replace(self._path)

    def _read(self) -> _Ring:
        try:
            lines = self._path.read_text(encoding="ascii").split("\n")
            named = dict(line.split(" ", 1) for line in lines if line.strip())
            lowest = int(named.pop("lowest"))
            keys = {int(name): Secret(base64.b64decode(text, validate=True)) for name, text in named.items()}
        except FileNotFoundError:
            raise KeyAway(f"{self._path} is not there") from None
        except OSError as error:
            raise KeyAway(f"{self._path}: {error.strerror}") from None
        except (KeyError, ValueError):
            raise KeyAway(f"{self._path} cannot be read as a master key") from None
        if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
            raise KeyAway(f"{self._path} cannot be read as a master key")
        return _Ring(keys, lowest)


@contextlib.contextmanager
def _written(path: Path, ring: _Ring) -> Iterator[Path]:
    """The ring in a file beside `path` that only its owner can read, there until the block ends."""
    lines = [f"lowest {ring.lowest}"]
    lines += [f"{version} {base64.b64encode(key).decode()}" for version, key in sorted(ring.keys.items())]
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise KeyAway(f"{path.parent}: {error.strerror}") from None
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
