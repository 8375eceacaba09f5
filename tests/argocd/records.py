"""Keeps what Argo CD wrote, cleaned of what differs from run to run for no reason, as a golden case."""

import copy
import re
from pathlib import Path
from typing import Any

import yaml

from localplane.versions import APISERVER, ARGO_CD

__all__ = ["Recorder"]

_REPOSITORY = re.compile(r"file:///\S*?/repositories/([a-z0-9-]+)/bare\.git")


class Recorder:
    """Writes objects into a folder, or does nothing.

    Args:
        folder: Where to; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def keep(self, situation: str, item: dict[str, Any]) -> None:
        """Write an Application as SITUATION.yaml."""
        if self._folder is None:
            return
        kept = copy.deepcopy(item)
        for name in ("managedFields", "uid"):
            kept["metadata"].pop(name, None)
        text = yaml.safe_dump(kept, width=140)
        text = _REPOSITORY.sub(r"https://git.example.org/\1.git", text)
        head = f"# Argo CD {ARGO_CD.version} on kube-apiserver {APISERVER.version}: {situation}\n"
        (self._folder / f"{situation}.yaml").write_text(head + text, encoding="utf-8")
