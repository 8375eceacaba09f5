"""Requests to one API server: connections, errors, and where the objects of a kind are served."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeAlias
from urllib.parse import urlencode

import urllib3

from localplane.connections import Connection
from localplane.errors import UnreachableError, api_error

__all__ = ["Object", "Resource", "Transport"]

Object: TypeAlias = dict[str, Any]


class Resource(NamedTuple):
    """How a kind is served.

    Attributes:
        plural: Its name in a URL.
        namespaced: Whether its objects live in namespaces.
    """

    plural: str
    namespaced: bool


class Transport:
    """Sends requests to one API server as one user. Nothing is retried. Safe to share between threads.

    Args:
        connection: Where the API server is and who is asking.
        timeout: Seconds to wait for an answer.
    """

    def __init__(self, connection: Connection, *, timeout: float = 30) -> None:
        self.connection = connection
        self.timeout = timeout
        self._pool = connection.pool()
        self._resources: dict[tuple[str, str], Resource] = {}

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        content_type: str = "application/json",
    ) -> Any:  # noqa: ANN401 - the answer is whatever JSON that path serves
        """Send one request.

        Args:
            method: HTTP method.
            path: Path below the server, such as ``/readyz``.
            query: Query parameters; empty ones are left out.
            body: Sent as JSON, unless None.
            content_type: Content type of the body.

        Returns:
            The decoded JSON; text if the answer was no JSON.
        """
        payload = None if body is None else json.dumps(body).encode()
        with self.answer(method, path, query or {}, payload, content_type, self.timeout) as answer:
            return _decode(answer)

    def path(
        self,
        api_version: str,
        kind: str,
        name: str,
        namespace: str | None = None,
        subresource: str | None = None,
    ) -> str:
        """Return the path of one object."""
        path = f"{self.collection(api_version, kind, namespace or 'default')}/{name}"
        return f"{path}/{subresource}" if subresource else path

    def collection(self, api_version: str, kind: str, namespace: str | None = None) -> str:
        """Return the path of a kind's objects; of all namespaces if none is given.

        Raises:
            NotFoundError: If the API server serves no such kind, for example because its CRD is missing.
        """
        resource = self.resource(api_version, kind)
        scope = f"/namespaces/{namespace}" if resource.namespaced and namespace else ""
        return f"{_root(api_version)}{scope}/{resource.plural}"

    def resource(self, api_version: str, kind: str) -> Resource:
        """Look a kind up in discovery, once.

        Raises:
            NotFoundError: If the API server serves no such kind.
        """
        known = self._resources.get((api_version, kind))
        if known is not None:
            return known
        served: Object = self.request("GET", _root(api_version))
        for entry in served["resources"]:
            if "/" not in entry["name"]:
                found = Resource(entry["name"], entry["namespaced"])
                self._resources[(api_version, entry["kind"])] = found
        try:
            return self._resources[(api_version, kind)]
        except KeyError:
            message = f"{api_version} has no kind {kind}; is its CRD installed?"
            body = {"reason": "NotFound", "message": message}
            raise api_error(method="GET", path=_root(api_version), status=404, body=body) from None

    @contextmanager
    def answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        payload: bytes | None,
        content_type: str,
        timeout: float,
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """Send one request and hand out the answer's body as it comes.

        Args:
            method: HTTP method.
            path: Path below the server.
            query: Query parameters; empty ones are left out.
            payload: The body, if any.
            content_type: Content type of the body.
            timeout: Seconds to wait for each part of the answer.
        """
        headers = self.connection.headers()
        headers["Accept"] = "application/json"
        if payload is not None:
            headers["Content-Type"] = content_type
        parameters = urlencode({name: value for name, value in query.items() if value})
        url = f"{self.connection.server}{path}" + (f"?{parameters}" if parameters else "")
        try:
            answer = self._pool.request(
                method,
                url,
                body=payload,
                headers=headers,
                timeout=urllib3.Timeout(connect=5, read=timeout),
                preload_content=False,
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise UnreachableError(f"{method} {self.connection.server}{path}: no answer: {error}") from error
        try:
            if answer.status >= HTTPStatus.BAD_REQUEST:
                refused = api_error(method=method, path=path, status=answer.status, body=_decode(answer))
                raise refused  # noqa: TRY301 - the except below closes the connection, whatever is raised
            yield answer
            # Only a connection whose answer was read to its end can serve again.
            answer.drain_conn()
        except BaseException:
            answer.close()
            raise
        finally:
            answer.release_conn()

    def close(self) -> None:
        """Close all connections."""
        self._pool.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def _decode(answer: urllib3.BaseHTTPResponse) -> Any:  # noqa: ANN401 - the answer is whatever JSON was served
    try:
        body = answer.data
    except urllib3.exceptions.HTTPError as error:
        raise UnreachableError(f"the API server's answer broke off: {error}") from error
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        return json.loads(body)
    return body.decode(errors="replace")
