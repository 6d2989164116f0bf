"""Much made at once, and none of it in circles: the search for what is not needed any more waits until it is done.

Python looks for circles of objects whenever many have been made. Among some hundred thousand that live, that takes as
long as making them, and finds nothing.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def collected_later() -> Iterator[None]:
    """For work in a process of its own or in the worker; whatever is in no circle is freed as always."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
