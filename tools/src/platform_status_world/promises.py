"""A Promise as a document, and the facts that Kratix needs of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kratix_double.requests import Promise
from platform_status_world.cluster import WorldError

__all__ = ["PromiseDocument", "read_promise"]

_SYSTEM = "kratix-platform-system"


@dataclass(frozen=True)
class PromiseDocument:
    """A Promise.

    Attributes:
        document: The document, as applied.
    """

    document: dict[str, Any]

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.document["metadata"]["name"])

    @property
    def crd(self) -> dict[str, Any]:
        """The CRD of its requests, as in the document."""
        crd: dict[str, Any] = self.document["spec"]["api"]
        return crd

    @property
    def facts(self) -> Promise:
        """The facts for the double."""
        spec = self.crd["spec"]
        stored = next(version["name"] for version in spec["versions"] if version["storage"])
        return Promise(
            name=self.name,
            api_version=f"{spec['group']}/{stored}",
            kind=spec["names"]["kind"],
            plural=spec["names"]["plural"],
            version=self.document["metadata"].get("labels", {}).get("kratix.io/promise-version", "not-set"),
        )

    @property
    def system_namespace(self) -> str:
        """The namespace of its own workflow and its Work."""
        return _SYSTEM

    def pipelines(self, kind: str, action: str) -> list[dict[str, Any]]:
        """Return the pipelines of a workflow.

        Args:
            kind: promise or resource.
            action: configure or delete.
        """
        found: list[dict[str, Any]] = self.document["spec"].get("workflows", {}).get(kind, {}).get(action, [])
        return found


def read_promise(path: Path) -> PromiseDocument:
    """Read a Promise.

    Raises:
        WorldError: The file does not contain a Promise.
    """
    document = yaml.safe_load(path.read_text("utf-8"))
    if not isinstance(document, dict) or document.get("kind") != "Promise":
        raise WorldError(f"{path}: expected a Promise; `make promise` writes one")
    return PromiseDocument(document)
