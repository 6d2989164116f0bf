"""Settings come from the environment, keep secrets to themselves and name what is wrong."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nt_process.settings import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("NT_")]:
        monkeypatch.delenv(name)


def test_a_fixed_clock_is_an_instant_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NT_NOW", "2026-02-19T08:30:00+01:00")
    assert load_settings().now() == datetime(2026, 2, 19, 7, 30, tzinfo=UTC)
    assert load_settings().now().utcoffset() == timedelta(0)


def test_without_one_the_clock_runs() -> None:
    before = datetime.now(UTC)
    assert before <= load_settings().now() <= datetime.now(UTC)


def test_every_faulty_variable_is_named_and_no_value_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NT_NOW", "2026-02-19T08:30:00")
    monkeypatch.setenv("NT_LOG_FORMAT", "hemlig")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    text = str(caught.value)
    assert "NT_NOW" in text
    assert "NT_LOG_FORMAT" in text
    assert "hemlig" not in text


def test_passwords_are_not_printed_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NT_DATABASE_URL", "NT_MIGRATION_URL", "NT_SMTP_URL", "NT_SECRET_KEY"):
        monkeypatch.setenv(name, "smtp://user:hemlig@host/db")
    settings = load_settings()
    assert "hemlig" not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()
    assert settings.secret_key() == "smtp://user:hemlig@host/db"


def test_secrets_come_from_files_that_a_vault_has_put_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "NT_SECRET_KEY").write_text("from a file\n", encoding="utf-8")
    (tmp_path / "nt_smtp_url").write_text("smtps://user:hemlig@host\n", encoding="utf-8")
    monkeypatch.setenv("NT_SECRETS_DIR", str(tmp_path))
    settings = load_settings()
    assert settings.secret_key() == "from a file"
    assert settings.smtp_url is not None
    assert settings.smtp_url.get_secret_value() == "smtps://user:hemlig@host"
    monkeypatch.setenv("NT_SECRETS_DIR", str(tmp_path / "absent"))
    with pytest.raises(SettingsError):
        load_settings()


@pytest.mark.parametrize("name", ["NT_OIDC_ISSUER", "NT_VAULT_ADDRESS"])
def test_what_is_believed_is_not_asked_for_in_the_clear(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for address in ("https://idp.example/realm/", "http://127.0.0.1:8200", "http://localhost:8200"):
        monkeypatch.setenv(name, address)
        assert load_settings()
    for address in ("http://idp.example", "http://127.0.0.1.example:80", "ftp://idp.example"):
        monkeypatch.setenv(name, address)
        with pytest.raises(SettingsError, match=name):
            load_settings()


def test_the_secret_key_is_made_once_for_all_processes_and_is_private(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: Settings(data_dir=tmp_path / "var").secret_key(), range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 40
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret_key"]
