"""Decodes responses of Prometheus from any JSON; an invalid sample is left out and reported, never guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from platform_status_contract.rules.texts import clean

__all__ = ["Sample", "Vector", "read_number", "read_sample", "read_vector", "visible"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = 0.0, 253402300799.0  # 1970 to 9999
_MAX_WARNINGS: Final = 5
_MAX_WARNING: Final = 200
_MAX_LABEL: Final = 1000
_MAX_NUMBER: Final = 64


@dataclass(frozen=True, slots=True)
class Sample:
    """One series and its value.

    Attributes:
        labels: Its labels, through `visible`: unprintable characters are escaped, so two series never look alike.
        value: The value; may be NaN or infinite.
        at: Time of the evaluation, by Prometheus' clock. The scrape time is another value: query
            ``timestamp(METRIC)``.
    """

    labels: Mapping[str, str]
    value: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Vector:
    """The result of one query.

    Attributes:
        samples: The samples, in Prometheus' order. Empty means that nothing is known, not that all is well.
        warnings: Warnings of Prometheus, and of the decoder; each one inert line.
        asked_at: Time of the query by our clock, or the requested time of the evaluation.
    """

    samples: tuple[Sample, ...]
    warnings: tuple[str, ...]
    asked_at: datetime


def read_vector(answer: object, asked_at: datetime) -> Vector | None:
    """Decode the JSON of a successful response.

    Args:
        answer: Any JSON.
        asked_at: See `Vector`.

    Returns:
        The vector; None if it is not a Prometheus response with an instant vector or a scalar.
    """
    if not isinstance(answer, dict) or answer.get("status") != "success":
        return None
    data = answer.get("data")
    result = data.get("result") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(result, list):
        return None
    kind = data.get("resultType")
    if kind == "scalar":
        result = [{"metric": {}, "value": result}]
    elif kind != "vector":
        return None
    read = [read_sample(one) for one in result]
    samples = tuple(sample for sample in read if sample is not None)
    warnings = [text for key in ("warnings", "infos") for text in _texts(answer.get(key))]
    if left_out := len(read) - len(samples):
        warnings.insert(0, f"{left_out} of {len(read)} series could not be read and are left out")
    return Vector(samples, tuple(warnings), asked_at)


def read_sample(one: object) -> Sample | None:
    """Decode one entry of `data.result`, any JSON; None if it is not a sample."""
    if not isinstance(one, dict):
        return None
    labels, pair = one.get("metric"), one.get("value")
    if not isinstance(labels, dict) or not isinstance(pair, list) or len(pair) != 2:  # noqa: PLR2004 - time, value
        return None
    at, value = pair
    number = read_number(value)
    if number is None or isinstance(at, bool) or not isinstance(at, (int, float)) or not _FIRST <= at <= _LAST:
        return None
    if not all(isinstance(key, str) and isinstance(text, str) for key, text in labels.items()):
        return None
    known = {visible(key): visible(text) for key, text in labels.items()}
    return Sample(MappingProxyType(known), number, _EPOCH + timedelta(seconds=at))


def read_number(value: object) -> float | None:
    """Decode a value, which Prometheus writes as a string; None if it is invalid."""
    if not isinstance(value, str) or len(value) > _MAX_NUMBER or not value.isascii() or "_" in value:
        return None
    try:
        return float(value)
    except ValueError:
        return None


def visible(text: str) -> str:
    """Return a text with unprintable characters escaped, so that different texts stay different; limited in length."""
    shown = text if text.isprintable() else "".join(map(_escaped, text[:_MAX_LABEL]))
    return shown if len(shown) <= _MAX_LABEL else shown[: _MAX_LABEL - 1] + "\u2026"


def _escaped(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")


def _texts(found: object) -> list[str]:
    texts = [clean(text, _MAX_WARNING) for text in found[:_MAX_WARNINGS]] if isinstance(found, list) else []
    return [text for text in texts if text]
