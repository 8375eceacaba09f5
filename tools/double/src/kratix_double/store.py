"""The state store of a Destination: the files for a GitOps agent (kratix.md sections 1 and 6)."""

import hashlib
import threading
from collections.abc import Mapping
from typing import Any

from kratix_double.workload import unpack

__all__ = ["StateStore", "folder_of"]

_ID_CHARACTERS = 5
_VERSION_CHARACTERS = 40


def folder_of(placement: Mapping[str, Any]) -> str:
    """Return the folder of a WorkPlacement in its Destination (mode nestedByMetadata), with a slash at the end."""
    metadata, spec = placement["metadata"], placement["spec"]
    pipeline = metadata["labels"]["kratix.io/pipeline-name"]
    parts = ("resources", metadata["namespace"], spec["promiseName"], spec["resourceName"], pipeline)
    return "/".join((*parts, spec["id"][:_ID_CHARACTERS], ""))


class StateStore:
    """Files by path; thread-safe, and shared by two doubles that play an upgrade."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[str, bytes] = {}

    @property
    def files(self) -> dict[str, bytes]:
        """Path -> content of every stored file."""
        with self._lock:
            return dict(self._files)

    def write(self, placement: Mapping[str, Any]) -> str:
        """Replace the folder of a WorkPlacement by its content: files that it no longer contains are deleted.

        Returns:
            The new version, for `versionID`.
        """
        folder = folder_of(placement)
        wanted = {folder + entry["filepath"]: unpack(entry["content"]) for entry in placement["spec"]["workloads"]}
        with self._lock:
            self._files = {**self._without(folder), **wanted}
        content = "".join(entry["content"] for entry in placement["spec"]["workloads"])
        generation = placement["metadata"]["generation"]
        return hashlib.sha256(f"{generation}\n{content}".encode()).hexdigest()[:_VERSION_CHARACTERS]

    def remove(self, placement: Mapping[str, Any]) -> None:
        """Delete the folder of a deleted WorkPlacement."""
        with self._lock:
            self._files = self._without(folder_of(placement))

    def _without(self, folder: str) -> dict[str, bytes]:
        return {path: content for path, content in self._files.items() if not path.startswith(folder)}
