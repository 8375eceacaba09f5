"""A state store that remembers each commit, and a GitOps agent that applies one and prunes what left it.

The agent keeps to what Argo CD and Flux have in common: whether an object is kept is read off the live one, and what is
not pruned now may be later. As Argo CD does, it prunes first. It keeps what both of them would keep; what is deleted
though it is wanted it does not make anew, so that a loss is seen.
"""

import queue
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import yaml

from kratix_double.works import StateStore
from localplane.client import Client, Object
from platform_status_kube.errors import ForbiddenError, NotFoundError

__all__ = ["Agent", "Commit", "CommittedStore", "Identity"]

_OPTIONS, _FLUX = "argocd.argoproj.io/sync-options", "kustomize.toolkit.fluxcd.io/prune"


class Commit(NamedTuple):
    """What the state store held after one change of it.

    Attributes:
        what: The folder, and whether it was written or removed.
        files: Path -> content of every file.
    """

    what: str
    files: Mapping[str, bytes]


class CommittedStore(StateStore):
    """A state store whose changes are commits, in order.

    Attributes:
        commits: Those that nobody has taken yet.
    """

    def __init__(self) -> None:
        super().__init__()
        self.commits: queue.SimpleQueue[Commit] = queue.SimpleQueue()

    def write(self, placement: Mapping[str, Any]) -> str:
        """Write a folder, and remember the commit if it changed anything."""
        before = self.files
        version = super().write(placement)
        self._remember("written", placement, before)
        return version

    def remove(self, placement: Mapping[str, Any]) -> None:
        """Remove a folder, and remember the commit if there was one."""
        before = self.files
        super().remove(placement)
        self._remember("removed", placement, before)

    def _remember(self, verb: str, placement: Mapping[str, Any], before: Mapping[str, bytes]) -> None:
        if (after := self.files) != before:
            pipeline = placement["metadata"]["labels"]["kratix.io/pipeline-name"]
            self.commits.put(Commit(f"{placement['spec']['resourceName']}/{pipeline} {verb}", after))


class Identity(NamedTuple):
    """By what the agent knows an object."""

    api_version: str
    kind: str
    namespace: str | None
    name: str


class Agent:
    """Applies and prunes.

    Args:
        client: Who acts.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._tracked: dict[Identity, Object] = {}

    def sync(self, files: Mapping[str, bytes]) -> None:
        """Make the cluster hold what these files say."""
        documents = [document for path in sorted(files) for document in yaml.safe_load_all(files[path])]
        wanted = {_identity(document): document for document in documents}
        for identity in sorted(self._tracked.keys() - wanted.keys(), key=str):
            live = self._find(identity)
            if live is None:
                del self._tracked[identity]
            elif not _kept(live):
                self._client.delete(*identity[:2], identity.name, namespace=identity.namespace, missing_ok=True)
        for identity, document in sorted(wanted.items(), key=lambda item: item[0].kind != "Namespace"):
            if document != self._tracked.get(identity):
                # An agent reports a namespace that is gone, and goes on.
                with suppress(NotFoundError, ForbiddenError):
                    self._client.apply(document, field_manager="gitops")
        self._tracked |= wanted

    def _find(self, identity: Identity) -> Object | None:
        return self._client.find(*identity[:2], identity.name, namespace=identity.namespace)


def _kept(live: Object) -> bool:
    annotations = live["metadata"].get("annotations", {})
    options = [option.strip() for option in annotations.get(_OPTIONS, "").split(",")]
    return "Prune=false" in options and annotations.get(_FLUX) == "disabled"


def _identity(document: Object) -> Identity:
    metadata = document["metadata"]
    return Identity(document["apiVersion"], document["kind"], metadata.get("namespace"), metadata["name"])
