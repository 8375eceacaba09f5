"""Asking the API server what it thinks of a file, without it keeping anything.

Each document goes as the text that stands in the file: the server reads YAML itself, so what its parser makes of a
text, a key that appears twice, a time without quotes, is its own verdict and not that of a parser of ours.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from localplane.client import Client
from platform_status_kube.errors import TransportError

__all__ = ["REQUESTS", "Server", "documents_of"]

REQUESTS: Final = "platform.integratn.tech/v1alpha1", "VClusterOrchestratorV2"

_DRY: Final = {"dryRun": "All", "fieldValidation": "Strict"}
_PARTED: Final = re.compile(r"^(?:---|\.\.\.)(?=\s|\Z)", re.MULTILINE)
_NAMESPACE: Final = re.compile(r'(\bnamespace"?: *"?)(vcluster-(?:media|music|films))\b')
_LIST: Final = re.compile(r"^kind: \w*List$", re.MULTILINE)
_CRDS: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class Server:
    """Asks in one namespace; a request of another is moved into it."""

    def __init__(self, admin: Client, namespace: str) -> None:
        self._admin = admin
        self._namespace = namespace
        self._path = admin.collection(*REQUESTS, namespace)

    def moved(self, text: str) -> str:
        """Write a file's requests into the namespace."""
        return _NAMESPACE.sub(rf"\g<1>{self._namespace}", text)

    def request(self, document: str) -> str:
        """Offer a request, as it stands in a file.

        Returns:
            Why it is refused; empty if it is accepted.
        """
        if _LIST.search(document):  # kubectl unpacks it
            listed = yaml.load(document, _Texts)  # noqa: S506 - see `status`
            return "; ".join(filter(None, map(self.made, _items(listed))))
        return self._send("POST", self._path, self.moved(document).encode(), "application/yaml")

    def made(self, request: dict[str, Any]) -> str:
        """Offer a request that was made up; likewise."""
        metadata = request.get("metadata")
        namespace = {"namespace": self._namespace}
        moved = {**request, "metadata": {**metadata, **namespace}} if isinstance(metadata, dict) else request
        return self._send("POST", self._path, json.dumps(moved).encode(), "application/json")

    def status(self, document: str) -> str:
        """Offer the status in a file to its request, which must exist; likewise."""
        found = yaml.load(document, _Texts)  # noqa: S506 - a SafeLoader that leaves times and numbers to the server
        patch = {"status": found.get("status")}
        path = f"{self._path}/{found['metadata']['name']}/status"
        return self._send("PATCH", path, json.dumps(patch).encode(), "application/merge-patch+json")

    def crd(self, crd: dict[str, Any]) -> str:
        """Offer a CRD, as the webhook of Kratix does with that of a Promise; likewise."""
        return self._send("POST", _CRDS, json.dumps(crd).encode(), "application/json")

    def _send(self, method: str, path: str, payload: bytes, content_type: str) -> str:
        try:
            self._admin.http.request(method, path, query=_DRY, body=payload, content_type=content_type)
        except TransportError as error:
            return error.said or str(error.status)
        return ""


def _items(listed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Unpack a list as kubectl does: lists in it too, and what the items of a typed one are stands in its own head."""
    if "items" not in listed:
        yield listed
    head = {"apiVersion": listed["apiVersion"], "kind": listed["kind"].removesuffix("List")}
    for item in listed.get("items", ()):
        yield from _items(head | item)


class _Texts(yaml.SafeLoader):
    """Times stay texts, as for kubectl."""


_Texts.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def documents_of(text: str) -> Iterator[str]:
    """Part a stream as kubectl does, by its lines of three dashes; what holds nothing is left out."""
    for document in _PARTED.split(text):
        if any(line.strip() and not line.strip().startswith("#") for line in document.splitlines()):
            yield document
