"""Starting the demo where it cannot start: one clear message, and nothing left behind."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from nt_process.demo_server import DemoError, run_demo, stop_demo
from nt_process.kernel.messages import translator
from nt_process.settings import Settings


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var")
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        with pytest.raises(DemoError) as caught:
            run_demo(settings, port)
    for language in ("sv", "en"):
        text = caught.value.text(translator(language))
        assert str(port) in text
        assert "make demo ARGS=" in text
    assert not (tmp_path / "var" / "pg").exists()
    assert not stop_demo(settings)


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=r"192\.0\.2\.1, port 8080"):
        run_demo(Settings(data_dir=tmp_path / "var"), 8080, "192.0.2.1")
