"""Logging: one JSON object per line in a cluster, text for people. Nothing secret leaves through here (docs/logs.md).

Keys: ``time``, ``level``, ``logger``, ``message``, and what the caller binds: of a request always ``request``
(namespace/name), ``uid`` and ``generation``; then ``phase``, ``source``, ``cause`` and the like.
Level rules: ``info`` for what changes a status or the life of the sidecar, ``warning`` for what an operator should
mend, ``error`` for defects of our own, ``debug`` for the rest.

Text of others is never trusted: a line is one line, whatever was in it, and no longer than 8 KiB; control and
formatting characters are escaped; what looks like a credential is blanked, by its look and by the name of its key.
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
"""A bound key of one of these names is never worth its risk: `data` and `stringData` are those of a Secret."""

_HIDDEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    r"\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Control, formatting and invisible characters and half surrogates: they forge lines, colours and directions."""

_MAX_TEXT: Final = 2048
_MAX_TRACE: Final = 4096
_MAX_ITEMS: Final = 20
_MAX_DEPTH: Final = 4
_MAX_LINE: Final = 8192


def redact(text: str, limit: int = _MAX_TEXT) -> str:
    """Mask what looks like a credential, as the rules do, and cut what is too long.

    Args:
        text: Any text.
        limit: Characters at most.
    """
    shown = masked(text, limit)
    return shown if len(text) <= limit else shown[: limit - 3] + "..."


def _plain(value: object, depth: int = _MAX_DEPTH) -> object:
    """Turn a bound value into bounded JSON without anything secret."""
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
    except Exception:  # noqa: BLE001 - a log call with wrong arguments must not hide what it wanted to say
        return redact(f"{record.msg!s} (its arguments do not fit)")


def _trace(record: logging.LogRecord, formatter: logging.Formatter) -> str:
    if not record.exc_info:
        return ""
    text = formatter.formatException(record.exc_info)
    # the end of a traceback names the error, so of a long one the beginning goes
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
            # who it is about is worth more than what else was bound
            kept: dict[str, object] = {
                key: bound[key] for key in ("request", "uid", "generation", "source") if key in bound
            }
            line = _json({**fixed, **kept, "cut": sorted(bound.keys() - kept.keys())[:_MAX_ITEMS]})
        return line


def _json(value: dict[str, object]) -> str:
    # surrogates must go before the encoder sees them; what it leaves as it is (C1, direction marks) after it
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
    """Text for people: one line, but for the lines of a traceback, which are indented."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        bound = " ".join(f"{key}={value}" for key, value in _bound(record).items())
        line = _escaped(f"{_message(record)} {bound}".rstrip())[:_MAX_LINE]
        trace = "".join(f"\n    {_escaped(part)}" for part in _trace(record, self).split("\n") if part)
        return f"{moment} {record.levelname:<7} {line}{trace}"


class BoundLogger(logging.LoggerAdapter[logging.Logger]):
    """A logger with an identity bound once; further keys come by ``extra``."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:  # noqa: ANN401 - the base class says Any
        """Merge the bound keys with those of this call."""
        kwargs["extra"] = {**(self.extra or {}), **(kwargs.get("extra") or {})}
        return msg, kwargs


def bind(logger: logging.Logger, **keys: object) -> BoundLogger:
    """Return the logger with these keys on every line."""
    return BoundLogger(logger, keys)


def configure(form: str, level: str, stream: TextIO | None = None) -> None:
    """Send the logs of this process to one stream.

    Args:
        form: ``json`` or ``console``.
        level: ``debug``, ``info``, ``warning`` or ``error``.
        stream: Where to; standard error if absent.
    """
    destination = logging.StreamHandler(stream or sys.stderr)
    destination.setFormatter(JsonFormatter() if form == "json" else ConsoleFormatter())
    root = logging.getLogger()
    root.handlers[:] = [destination]
    root.setLevel(level.upper())
    logging.getLogger("urllib3").setLevel(logging.WARNING)
