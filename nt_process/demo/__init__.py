"""The demo world: about 150 invented cases, made by running the real commands over three years of simulated time.

Everyone and every medicine in it is invented. The same day of first start gives the same world.
"""

from __future__ import annotations

from nt_process.demo.people import users_text
from nt_process.demo.world import load

__all__ = ["load", "users_text"]
