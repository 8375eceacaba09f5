"""Asks one Prometheus, or what answers like it, for instant vectors; the only I/O of a retrieval."""

import re
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from platform_status_contract.rules.texts import clean

from .exchange import Endpoint, PrometheusAnswer, PrometheusError, QueryFailure, read_secret
from .samples import Sample, Vector, read_vector

__all__ = ["Prometheus", "PrometheusError", "QueryFailure", "Sample", "SelectorError", "Vector", "selector"]

_METRIC: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*", re.ASCII)
_LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
_ASTRAL: Final = 0x10000
_SPELT: Final = {'"': '\\"', "\\": "\\\\"}


class SelectorError(ValueError):
    """No series can be asked for like that."""


def selector(metric: str, /, **labels: str) -> str:
    """Render ``metric{label="value"}`` in which each value is exactly the text that was given.

    An empty value also selects the series that lack the label; that is what PromQL makes of it.

    Args:
        metric: Name of the metric; written by us, never taken from a question.
        labels: Any text for each label. Everything but printable ASCII is escaped, as PromQL's double-quoted strings
            understand it.

    Raises:
        SelectorError: The metric or a label is no name, or a value is no Unicode text (a lone surrogate), which no
            series can have.
    """
    if not _METRIC.fullmatch(metric):
        raise SelectorError(f"metric {metric!a}: expected a name such as platform_resource_phase")
    matchers = []
    for label, value in labels.items():
        if not _LABEL.fullmatch(label) or label == "__name__":
            raise SelectorError(f"label {label!a} of {metric}: expected a name such as namespace")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise SelectorError(f"{metric}: {label}: {value[:100]!a} is no Unicode text; give a name that is") from None
        matchers.append(f'{label}="{"".join(map(_spelt, value))}"')
    return f"{metric}{{{','.join(matchers)}}}" if matchers else metric


def _spelt(char: str) -> str:
    if char in _SPELT:
        return _SPELT[char]
    if char.isascii() and char.isprintable():
        return char
    number = ord(char)
    return f"\\U{number:08x}" if number >= _ASTRAL else f"\\u{number:04x}"


_OK: Final = 200
_UNAUTHORIZED: Final = 401
_REFUSALS: Final = {_UNAUTHORIZED, 403}
_BAD_QUERIES: Final = {400, 413, 414, 422}
_THROTTLED: Final = 429
_SERVER_ERRORS: Final = range(500, 600)
_MAX_QUERY: Final = 200


class Prometheus:
    """One Prometheus; may be shared by threads, and closes its connections as a context manager.

    Args:
        address: Such as ``http://127.0.0.1:9090`` or ``https://metrics.example.org/prometheus``.
        token_file: Holds a bearer token; read anew for each query, because tokens are renewed. Never sent in plain HTTP
            to another machine.
        ca_file: PEM certificates of the authorities that are trusted; None: those of the machine.
        timeout_seconds: For one query.

    Raises:
        PrometheusError: The address or the certificates cannot be used.
    """

    def __init__(
        self,
        address: str,
        *,
        token_file: str | Path | None = None,
        ca_file: str | Path | None = None,
        timeout_seconds: float = 10.0,
    ) -> None:
        self._token_file = token_file
        self._endpoint = Endpoint(address, ca_file=ca_file, timeout_seconds=timeout_seconds)

    @property
    def url(self) -> str:
        """The address, as errors name it."""
        return self._endpoint.url

    def query(self, expression: str, *, at: datetime | None = None) -> Vector:
        """Evaluate an expression that yields an instant vector or a scalar.

        Args:
            expression: PromQL. Put names of others into it by `selector` only.
            at: For which moment, with its time zone; None: now, by Prometheus' clock.

        Raises:
            PrometheusError: There is no answer.
        """
        query = {"query": expression}
        if at is not None:
            query["time"] = f"{at.timestamp():.3f}"
        secret = read_secret(self._token_file) if self._token_file is not None else ""
        answer = self._endpoint.ask("/api/v1/query", query, secret)
        found = _decoded(answer.body)
        if answer.status == _OK:
            vector = read_vector(found, at or datetime.now(UTC))
            if vector is not None:
                return vector
        raise self._error(answer, found, expression)

    def close(self) -> None:
        """Let go of the connections."""
        self._endpoint.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _error(self, answer: PrometheusAnswer, found: object, expression: str) -> PrometheusError:
        said: dict[Any, Any] = found if isinstance(found, dict) and found.get("status") == "error" else {}
        came = answer.redact(said.get("error")) or answer.excerpt() or "nothing"
        head, status = f"Prometheus {self.url}", answer.status
        if status in _REFUSALS:
            advice = "name a file with a token that may query"
            return PrometheusError(f"{head} refused the query with {status}: {came}; {advice}", QueryFailure.REFUSED)
        if said and (status in _BAD_QUERIES or (status == _OK and said.get("errorType") in {"bad_data", "execution"})):
            asked = clean(expression, _MAX_QUERY)
            return PrometheusError(f"{head} does not accept the query {asked}: {came}; mend it", QueryFailure.BAD_QUERY)
        if status == _THROTTLED or status in _SERVER_ERRORS or said:
            return PrometheusError(f"{head} failed with {status}: {came}; try again later", QueryFailure.UNAVAILABLE)
        if status == _OK and isinstance(found, dict) and found.get("status") == "success":
            asked = clean(expression, _MAX_QUERY)
            return PrometheusError(
                f"{head}: the query {asked} yields no instant vector; ask for one value a series",
                QueryFailure.BAD_QUERY,
            )
        return PrometheusError(
            f"{head} answered {status} and is no Prometheus: {came}; give the address above /api/v1/query",
            QueryFailure.NOT_UNDERSTOOD,
        )


def _decoded(body: bytes) -> object:
    """Return the JSON, None if it is none; a real answer is never null."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
