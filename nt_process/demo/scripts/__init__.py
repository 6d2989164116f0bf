"""The cases that are told in advance. Together they take every action of every process and enter every state."""

from __future__ import annotations

from nt_process.demo.scripts import benefit, clinic, orphan

SCRIPTS = orphan.SCRIPTS + clinic.SCRIPTS + benefit.SCRIPTS
