"""Keeps what an engine wrote, cleaned of what differs from run to run for no reason, as a golden case."""

import copy
import re
from pathlib import Path
from typing import Any

import yaml

from localplane.versions import APISERVER

__all__ = ["Recorder"]

_REPOSITORY = re.compile(r"(?:file:///\S*?/repositories|http://127\.0\.0\.1:\d+)/([a-z0-9-]+)/bare\.git")
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

    def keep(self, situation: str, *items: dict[str, Any]) -> None:
        """Write objects as the documents of SITUATION.yaml."""
        if self._folder is None:
            return
        kept = [copy.deepcopy(item) for item in items]
        for document in kept:
            for name in ("managedFields", "uid"):
                document["metadata"].pop(name, None)
        text = yaml.safe_dump_all(kept, width=140)
        text = _FOLDER.sub("/data/", _REPOSITORY.sub(r"https://git.example.org/\1.git", text))
        head = f"# {self._version} on kube-apiserver {APISERVER.version}: {situation}\n"
        (self._folder / f"{situation}.yaml").write_text(head + text, encoding="utf-8")
