"""Logging: one JSON object per line in a cluster, plain text on a console, never with a secret (docs/logs.md).

Keys: ``time``, ``level``, ``logger``, ``message``, and those that the caller binds: for a request always ``request``
(namespace/name), ``uid`` and ``generation``; then ``phase``, ``source``, ``cause`` and the like.
Levels: ``info`` for changes of a status and of the sidecar's own state, ``warning`` for what an operator should fix,
``error`` for defects of the sidecar, ``debug`` for the rest.

Text from others is untrusted: each record is one line of at most 8 KiB; control and formatting characters are escaped;
a value is masked if it looks like a credential, or if its key names one.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, TextIO

import msgspec

from platform_status_contract.rules.masking import MASK, masked

__all__ = ["BoundLogger", "bind", "configure", "redact"]

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_FIXED: Final = ("time", "level", "logger", "message")

_SECRET_KEYS: Final = frozenset(
    ("authorization", "data", "stringdata", "token", "password", "secret", "credentials", "kubeconfig", "cookie")
)
"""Values under these keys are always masked: they may hold a credential; Secrets have `data` and `stringData`."""

_HIDDEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    r"\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Control, formatting and invisible characters and lone surrogates: they can forge lines, colours and directions."""

_MAX_TEXT: Final = 2048
_MAX_TRACE: Final = 4096
_MAX_ITEMS: Final = 20
_MAX_DEPTH: Final = 4
_MAX_LINE: Final = 8192


def redact(text: str, limit: int = _MAX_TEXT) -> str:
    """Mask credentials, as the rules do, and cut the text to a length.

    Args:
        text: Any text.
        limit: Characters at most.
    """
    shown = masked(text, limit)
    return shown if len(text) <= limit else shown[: limit - 3] + "..."


def _plain(value: object, depth: int = _MAX_DEPTH) -> object:
    """Turn a bound value into JSON of limited size without credentials."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)[:_MAX_TEXT]
    if depth and isinstance(value, Mapping):
        return {
            redact(str(key), 100): MASK if _is_secret(str(key)) else _plain(item, depth - 1)
            for key, item in islice(value.items(), _MAX_ITEMS)
        }
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [_plain(item, depth - 1) for item in islice(value, _MAX_ITEMS)]
    return redact(str(value))


def _is_secret(key: str) -> bool:
    return key.lower().replace("_", "").replace("-", "") in _SECRET_KEYS


def _bound(record: logging.LogRecord) -> dict[str, object]:
    return {
        key: MASK if _is_secret(key) else _plain(value)
        for key, value in vars(record).items()
        if key not in _STANDARD and key not in _FIXED
    }


def _message(record: logging.LogRecord) -> str:
    try:
        return redact(record.getMessage())
    except Exception:  # noqa: BLE001 - a log call with wrong arguments must not lose its message
        return redact(f"{record.msg!s} (its arguments do not fit)")


def _trace(record: logging.LogRecord, formatter: logging.Formatter) -> str:
    if not record.exc_info:
        return ""
    text = formatter.formatException(record.exc_info)
    # The last lines of a traceback name the error, so a long one is cut at the beginning.
    return redact(text if len(text) <= _MAX_TRACE else "..." + text[-_MAX_TRACE:], _MAX_TRACE + 3)


def _escaped(text: str) -> str:
    return _HIDDEN.sub(lambda found: _spelled(found.group()), text)


def _spelled(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True))


class JsonFormatter(logging.Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        fixed: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        trace = _trace(record, self)
        if trace:
            fixed["traceback"] = trace
        bound = _bound(record)
        line = _json({**fixed, **bound})
        if len(line) > _MAX_LINE:
            # The line is too long: keep the keys that identify the request, and drop the others.
            kept: dict[str, object] = {
                key: bound[key] for key in ("request", "uid", "generation", "source") if key in bound
            }
            line = _json({**fixed, **kept, "cut": sorted(bound.keys() - kept.keys())[:_MAX_ITEMS]})
        return line


def _json(value: dict[str, object]) -> str:
    # Escape surrogates before encoding, since the encoder rejects them, and C1 and direction marks afterwards.
    return _escaped(msgspec.json.encode(_encodable(value)).decode())


def _encodable(value: object) -> object:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    return value


class ConsoleFormatter(logging.Formatter):
    """Plain text: one line a record; the lines of a traceback are indented."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        bound = " ".join(f"{key}={value}" for key, value in _bound(record).items())
        line = _escaped(f"{_message(record)} {bound}".rstrip())[:_MAX_LINE]
        trace = "".join(f"\n    {_escaped(part)}" for part in _trace(record, self).split("\n") if part)
        return f"{moment} {record.levelname:<7} {line}{trace}"


class BoundLogger(logging.LoggerAdapter[logging.Logger]):
    """A logger with keys that are bound once; a call adds further keys with ``extra``."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:  # noqa: ANN401 - the base class says Any
        """Merge the bound keys with those of this call."""
        kwargs["extra"] = {**(self.extra or {}), **(kwargs.get("extra") or {})}
        return msg, kwargs


def bind(logger: logging.Logger, **keys: object) -> BoundLogger:
    """Return the logger with these keys on every line."""
    return BoundLogger(logger, keys)


def configure(form: str, level: str, stream: TextIO | None = None) -> None:
    """Write the logs of this process to one stream.

    Args:
        form: ``json`` or ``console``.
        level: ``debug``, ``info``, ``warning`` or ``error``.
        stream: The stream; standard error if absent.
    """
    destination = logging.StreamHandler(stream or sys.stderr)
    destination.setFormatter(JsonFormatter() if form == "json" else ConsoleFormatter())
    root = logging.getLogger()
    root.handlers[:] = [destination]
    root.setLevel(level.upper())
    logging.getLogger("urllib3").setLevel(logging.WARNING)
