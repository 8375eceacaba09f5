"""Keeps what an engine wrote, cleaned of what differs from run to run for no reason, as a golden case."""

import copy
import re
from pathlib import Path
from typing import Any

import yaml

from localplane.versions import APISERVER

__all__ = ["Recorder"]

_SERVER = r"(?:file:///\S*?/repositories|http://127\.0\.0\.1:\d+)"
_REPOSITORY = re.compile(_SERVER + r"/([a-z0-9-]+)/bare\.git")
_TREE = re.compile(_SERVER + r"/([a-z0-9-]+)/tree\b")
_FOLDER = re.compile(r"/\S+/(?=kustomization-\d+/)")
"""Where kustomize-controller unpacks."""


class Recorder:
    """Writes objects into a folder, or does nothing.

    Args:
        folder: Where to; None keeps nothing.
        version: Name and version of the engine.
    """

    def __init__(self, folder: Path | None, version: str) -> None:
        self._folder = folder
        self._version = version

    def keep(self, case: str, *items: dict[str, Any], writer: str = "") -> None:
        """Write objects as the documents of CASE.yaml.

        Args:
            case: Path of the file in the folder, without its suffix.
            items: The objects.
            writer: Who wrote their statuses; empty is the engine.
        """
        if self._folder is None:
            return
        kept = [copy.deepcopy(item) for item in items]
        for document in kept:
            for name in ("managedFields", "uid"):
                document["metadata"].pop(name, None)
        text = yaml.safe_dump_all(kept, width=140)
        text = _FOLDER.sub("/data/", _REPOSITORY.sub(r"https://git.example.org/\1.git", text))
        text = _TREE.sub(r"https://charts.example.org/\1", text)
        head = f"# {writer or self._version} on kube-apiserver {APISERVER.version}: {case.rpartition('/')[2]}\n"
        (self._folder / f"{case}.yaml").write_text(head + text, encoding="utf-8")
