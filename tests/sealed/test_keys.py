"""The master key, in a file and in the service: versions, rotation, what is refused, and what happens when it is away."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from nt_process.infra.database import Databases
from nt_process.sealed import cipher
from nt_process.sealed.cipher import Damaged
from nt_process.sealed.cli import sealed
from nt_process.sealed.keys import FileKey, KeyAway, MasterKey, TooOld, Wrapped, master_key_of
from nt_process.sealed.transit import Transit
from nt_process.settings import Settings
from tests.sealed.conftest import PRICE, Room
from tests.sealed.vault import TOKEN, Vault


def test_a_key_opens_for_its_own_negotiation_alone(master: MasterKey) -> None:
    key = cipher.new_key()
    wrapped = master.wrap(key, b"negotiation:1")
    assert master.unwrap(wrapped, b"negotiation:1") == key
    with pytest.raises(Damaged):
        master.unwrap(wrapped, b"negotiation:2")


def test_after_a_rotation_old_wraps_open_until_they_are_forbidden(master: MasterKey) -> None:
    key = cipher.new_key()
    old = master.wrap(key, b"n")
    assert (master.rotate(), master.newest()) == (2, 2)
    assert master.unwrap(old, b"n") == key
    new = master.wrap(master.unwrap(old, b"n"), b"n")
    assert new.version == 2
    master.retire()
    assert master.unwrap(new, b"n") == key
    with pytest.raises(TooOld):
        master.unwrap(old, b"n")


def test_a_wrap_that_was_changed_does_not_open(master: MasterKey) -> None:
    wrapped = master.wrap(cipher.new_key(), b"n")
    head, _, tail = wrapped.text.rpartition(":")
    changed = ("B" if tail[0] != "B" else "C") + tail[1:]
    with pytest.raises(Damaged):
        master.unwrap(Wrapped(f"{head}:{changed}" if head else changed, wrapped.version), b"n")


def test_the_file_is_made_for_its_owner_alone_and_only_once(tmp_path: Path) -> None:
    path = tmp_path / "master_key"
    FileKey(path, is_made=True).prepare()
    first = path.read_text()
    FileKey(path, is_made=True).prepare()
    assert path.read_text() == first
    FileKey(path).rotate()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["master_key"]


@pytest.mark.parametrize(
    "content",
    ["", "lowest 1\n", "lowest 1\n1 kort\n", "1 " + "A" * 43 + "=\n", "\xe5\xe4\xf6", "lowest x\n1 y\n"],
)
def test_a_file_that_is_no_key_is_no_key(tmp_path: Path, content: str) -> None:
    path = tmp_path / "master_key"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(KeyAway):
        FileKey(path).newest()


def test_a_key_that_is_lost_is_not_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "master_key"
    master = FileKey(path, is_made=True)
    master.prepare()
    wrapped = master.wrap(cipher.new_key(), b"n")
    path.unlink()
    for attempt in (lambda: master.unwrap(wrapped, b"n"), lambda: master.wrap(b"k" * 32, b"n")):
        with pytest.raises(KeyAway):
            attempt()
    assert not path.exists()
    master.prepare()
    with pytest.raises(Damaged):
        master.unwrap(wrapped, b"n")


def test_the_service_is_asked_and_the_key_stays_there(vault: Vault, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(TOKEN)
    settings = Settings(data_dir=tmp_path, vault_address=vault.address, vault_token_file=token)
    master = master_key_of(settings)
    assert isinstance(master, Transit)
    wrapped = master.wrap(cipher.new_key(), b"n")
    assert wrapped.text.startswith("vault:v1:")
    assert vault.calls == ["/v1/transit/encrypt/nt-process"]
    assert not (tmp_path / "master_key").exists()


@pytest.mark.parametrize("fault", ["sealed", "token", "no token", "no key", "stopped"])
def test_a_service_that_does_not_answer_is_away(vault: Vault, tmp_path: Path, fault: str) -> None:
    token = tmp_path / "token"
    token.write_text("hvs.annan" if fault == "token" else TOKEN)
    vault.is_sealed = fault == "sealed"
    if fault == "stopped":
        vault.stop()
    name = "saknas" if fault == "no key" else "nt-process"
    master = Transit(vault.address, "transit", name, None if fault == "no token" else token)
    with pytest.raises(KeyAway) as away:
        master.wrap(b"k" * 32, b"n")
    assert TOKEN not in f"{away.value} {away.value.why}"


def test_without_a_place_for_the_key_nothing_is_made(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url="postgresql://nt@localhost/nt", demo=False)  # type: ignore[arg-type]
    master = master_key_of(settings)
    master.prepare()
    with pytest.raises(KeyAway):
        master.newest()


def test_the_operator_rotates_and_retires_by_command(
    the_room: Room, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_room.seal()
    monkeypatch.setenv("NT_DATABASE_URL", databases.app_url.render_as_string(hide_password=False))
    monkeypatch.setenv("NT_MASTER_KEY_FILE", str(tmp_path / "master_key"))
    monkeypatch.setenv("NT_LANG", "en")
    said = {name: CliRunner().invoke(sealed, [name]).output for name in ("status", "rotate", "retire")}
    assert said == {
        "status": "The newest version is 1.\nVersion 1: 1 keys.\n",
        "rotate": "Version 2: 1 keys wrapped again.\n",
        "retire": "Nothing older than version 2 opens anything now.\n",
    }
    assert the_room.reveal("secretary") == PRICE
