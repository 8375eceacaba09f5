"""A simulated GitOps agent of the platform cluster: it applies what Kratix has written, namespaces first."""

from collections.abc import Sequence

from kratix_double import workload
from kratix_double.world import World, is_written
from localplane.client import Client, Object
from platform_status_world.cluster import WorldError, until

__all__ = ["GitOps"]

_PATIENCE = 300.0


class GitOps:
    """Applies the content of WorkPlacements.

    Args:
        client: The client that applies.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._world = World(client)

    def deliver_promise(self, promise: str, namespace: str) -> list[Object]:
        """Wait until the Work of a Promise's own workflow is written, and apply it.

        Args:
            promise: Name of the Promise.
            namespace: Namespace of that Work.

        Returns:
            The documents, as applied.

        Raises:
            WorldError: It was not written in time.
        """
        return self._deliver(namespace, f"kratix.io/promise-name={promise},kratix.io/work-type=promise")

    def deliver_request(self, namespace: str, name: str) -> list[Object]:
        """Wait until the Works of a request are written, and apply them; arguments and errors as above."""
        return self._deliver(namespace, f"kratix.io/resource-name={name},kratix.io/work-type=resource")

    def withdraw(self, documents: Sequence[Object], namespace: str) -> None:
        """Prune what was applied; the namespace stays, because its annotations exclude it."""
        self._world.withdraw([document for document in documents if document["kind"] != "Namespace"], namespace)

    def _deliver(self, namespace: str, selector: str) -> list[Object]:
        placements: list[Object] = []

        def written() -> bool:
            works = self._client.list(workload.API_VERSION, "Work", namespace=namespace, label_selector=selector)
            names = {work["metadata"]["name"] for work in works if work["spec"].get("workloadGroups")}
            every = self._client.list(workload.API_VERSION, "WorkPlacement", namespace=namespace)
            placements[:] = [entry for entry in every if _owner(entry) in names and is_written(entry)]
            return bool(names) and names == {_owner(entry) for entry in placements}

        if not until(written, _PATIENCE):
            raise WorldError(f"Works {selector} in {namespace}: not written after {_PATIENCE:g} s")
        found = [document for entry in placements for document in workload.documents(entry)]
        # This client is an administrator, but admission allows sub-requests only from the account of a GitOps agent.
        documents = [document for document in found if not document["metadata"]["name"].endswith("-sub-requests")]
        documents.sort(key=lambda document: document["kind"] != "Namespace")
        for document in documents:
            where = document["metadata"].get("namespace", namespace)
            if document["kind"] != "Namespace":
                self._world.ensure_namespace(where)
            self._client.apply(document, namespace=where, field_manager="gitops")
        return documents


def _owner(placement: Object) -> str:
    return str(placement["metadata"].get("labels", {}).get("kratix.io/work", ""))
