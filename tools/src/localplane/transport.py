"""Requests to one API server, and the URLs of a kind."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Self, TypeAlias

from platform_status_kube.access import Access
from platform_status_kube.connection import Connection
from platform_status_kube.errors import NotFoundError
from platform_status_kube.http_transport import HttpTransport, Timeouts

__all__ = ["Object", "Resource", "Transport"]

Object: TypeAlias = dict[str, Any]
_CONNECTIONS = 4


class Resource(NamedTuple):
    """The discovery information of a kind.

    Attributes:
        plural: Its name in a URL.
        namespaced: Whether its objects are namespaced.
    """

    plural: str
    namespaced: bool


class Transport:
    """Sends requests to one API server as one user. Nothing is retried. Thread-safe.

    Args:
        access: URL and credentials.
        timeout: Timeout of a request in seconds.
        connections: Size of the connection pool.

    Attributes:
        access: As given.
        http: The connection pool, for requests that are not JSON.
    """

    def __init__(self, access: Access, *, timeout: float = 30, connections: int = _CONNECTIONS) -> None:
        self.access = access
        self._connection = Connection(lambda: access, connections=connections)
        self.http = HttpTransport(self._connection, user_agent="localplane", timeouts=Timeouts(answer=timeout))
        self._resources: dict[tuple[str, str], Resource] = {}

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        content_type: str = "application/json",
    ) -> Any:  # noqa: ANN401 - any JSON
        """Send one request.

        Args:
            method: HTTP method.
            path: Path below the server, such as ``/readyz``.
            query: Query parameters; empty ones are omitted.
            body: Sent as JSON; None: no body.
            content_type: Content type of the body.

        Returns:
            The decoded JSON; the text if the response is not JSON.
        """
        payload = None if body is None else json.dumps(body).encode()
        answer = self.http.request(method, path, query=query, body=payload, content_type=content_type)
        if answer.headers.get("content-type", "").startswith("application/json"):
            return json.loads(answer.body)
        return answer.body.decode(errors="replace")

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
        """Return the path of a kind's objects; without a namespace, of all namespaces.

        Raises:
            NotFoundError: The API server does not serve the kind, for example because its CRD is missing.
        """
        resource = self.resource(api_version, kind)
        scope = f"/namespaces/{namespace}" if resource.namespaced and namespace else ""
        return f"{_root(api_version)}{scope}/{resource.plural}"

    def resource(self, api_version: str, kind: str) -> Resource:
        """Return the discovery information of a kind, which is cached.

        Raises:
            NotFoundError: The API server does not serve the kind.
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
            raise NotFoundError(message, status=404, reason="NotFound", said=message) from None

    def close(self) -> None:
        """Close all connections."""
        self.http.close()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
