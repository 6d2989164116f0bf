"""Structured logs that cannot carry a secret: only known keys get out, and the event is a fixed text.

The last processor before the renderer drops every key that is not on the list below and names what it
dropped. An exception is written as its type and the places it passed through, never with its message or
its variables, because those may quote what a person typed. Libraries are heard from warnings upwards,
and only with the text that stands in their code.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

from nt_process.settings import Settings

ALLOWED_KEYS = frozenset(
    {
        "timestamp", "level", "event", "process", "logger", "request_id", "endpoint", "method", "status",
        "duration_ms", "case", "process_key", "action", "command", "job", "kind", "count", "due", "sent",
        "failed", "created", "updated", "unchanged", "rejected", "attempt", "delay_seconds", "child", "pid",
        "port", "version", "error", "passed", "dropped", "person", "address",
    }
)  # fmt: skip
MAX_FRAMES = 12

Entry = MutableMapping[str, Any]


def configure_logging(settings: Settings, process: str = "nt") -> None:
    """Send the logs of this process to standard error, as JSON lines or as text to read."""
    shared: list[structlog.typing.Processor] = [
        _process_name(process),
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        describe_exception,
        allow_known_keys,
    ]
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if settings.log_format == "text":
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=[_library_text, *shared], processor=renderer)
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _process_name(name: str) -> structlog.typing.Processor:
    def add(_logger: object, _method: str, entry: Entry) -> Entry:
        entry["process"] = name
        return entry

    return add


def _library_text(_logger: object, _method: str, entry: Entry) -> Entry:
    """Replace a library's finished sentence by the text in its code, which quotes nothing."""
    record: logging.LogRecord = entry["_record"]
    entry["event"], entry["logger"] = str(record.msg), record.name
    return entry


def describe_exception(_logger: object, _method: str, entry: Entry) -> Entry:
    """Turn `exc_info` into `error` (the type) and `passed` (file, line and function of the last frames)."""
    given = entry.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else None
    if isinstance(given, tuple):
        error = given[1]
    elif given and error is None:
        error = sys.exc_info()[1]
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
        entry["error"] = type(error).__qualname__
        entry["passed"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return entry


def allow_known_keys(_logger: object, _method: str, entry: Entry) -> Entry:
    """Keep what is on the list; of anything else, only its name."""
    dropped = sorted(key for key in entry if key not in ALLOWED_KEYS and not key.startswith("_"))
    kept = {key: value for key, value in entry.items() if key in ALLOWED_KEYS or key.startswith("_")}
    if dropped:
        kept["dropped"] = dropped
    return kept
