"""Queries one Prometheus, or a compatible server, for instant vectors; the only I/O of a retrieval."""

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
    """The metric, a label or a value cannot be part of a selector."""


def selector(metric: str, /, **labels: str) -> str:
    """Return ``metric{label="value"}``, in which each value matches exactly the given text.

    As in PromQL, an empty value also selects the series without the label.

    Args:
        metric: Name of the metric; a constant, never from a question.
        labels: Any text for each label. All except printable ASCII is escaped for PromQL's double-quoted strings.

    Raises:
        SelectorError: The metric or a label is not a valid name, or a value is not valid Unicode (a lone surrogate),
            which no series can have.
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
            raise SelectorError(f"{metric}: {label}: {value[:100]!a} is not valid Unicode; give a valid name") from None
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
    """A client of one Prometheus; thread-safe, and a context manager that closes its connections.

    Args:
        address: URL, such as ``http://127.0.0.1:9090`` or ``https://metrics.example.org/prometheus``.
        token_file: File with a bearer token; read for each query, because tokens are renewed. The token is never sent
            to another machine over plain HTTP.
        ca_file: PEM file with the CA certificates to trust; None for those of the system.
        timeout_seconds: Timeout of one query.

    Raises:
        PrometheusError: The URL or the certificates cannot be used.
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
        """The URL in error messages."""
        return self._endpoint.url

    def query(self, expression: str, *, at: datetime | None = None) -> Vector:
        """Evaluate an expression whose result is an instant vector or a scalar.

        Args:
            expression: PromQL; untrusted names only by `selector`.
            at: Time of the evaluation, with a time zone; None for now, by Prometheus' clock.

        Raises:
            PrometheusError: There is no result.
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
        """Close the connections."""
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
            advice = "give a file with a token that may query"
            return PrometheusError(f"{head} denied the query with {status}: {came}; {advice}", QueryFailure.REFUSED)
        if said and (status in _BAD_QUERIES or (status == _OK and said.get("errorType") in {"bad_data", "execution"})):
            asked = clean(expression, _MAX_QUERY)
            return PrometheusError(f"{head} rejected the query {asked}: {came}; fix it", QueryFailure.BAD_QUERY)
        if status == _THROTTLED or status in _SERVER_ERRORS or said:
            return PrometheusError(f"{head} failed with {status}: {came}; try again later", QueryFailure.UNAVAILABLE)
        if status == _OK and isinstance(found, dict) and found.get("status") == "success":
            asked = clean(expression, _MAX_QUERY)
            return PrometheusError(
                f"{head}: the result of the query {asked} is not an instant vector; query one value per series",
                QueryFailure.BAD_QUERY,
            )
        return PrometheusError(
            f"{head} returned {status} and is not a Prometheus: {came}; give the URL above /api/v1/query",
            QueryFailure.NOT_UNDERSTOOD,
        )


def _decoded(body: bytes) -> object:
    """Return the decoded JSON; None if it is invalid, because a valid response is never null."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
