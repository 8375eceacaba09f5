"""The golden path of the lane: assembled from its parts, and resolved for one request as its pipeline does it."""

import subprocess
import sys
import threading
from pathlib import Path

import yaml

from platform_status_pipeline.template import outputs, resolve
from tests.gitops.manifests import Json

__all__ = ["API_VERSION", "KIND", "assembled", "contract_of", "manifests_of"]

API_VERSION, KIND = "platform.integratn.tech/v1alpha1", "FluxApp"

_PARTS = Path(__file__).with_name("promise")
_ALONE = threading.Lock()
"""In a pipeline nothing else resolves; msgspec crashes where threads decode a type for the first time at once."""

_ASSEMBLE = Path(__file__).parents[2] / "promise/assemble.py"


def assembled(folder: Path) -> str:
    """Write promise.yaml into a folder, as `make promise` does, and return the folder."""
    command = [sys.executable, str(_ASSEMBLE), str(_PARTS), "--out", str(folder / "promise.yaml")]
    subprocess.run(command, check=True)  # noqa: S603 - this Python, our own
    return str(folder)


def contract_of(request: Json) -> Json:
    """Return the contract of a request."""
    with _ALONE:
        return resolve.resolve(resolve.read_template(_read("contract.yaml")), request).contract


def manifests_of(request: Json) -> list[Json]:
    """Return what a request becomes."""
    with _ALONE:
        found = outputs.resolve(outputs.read(_read("manifests.yaml")), request).files
    return [document for documents in found.values() for document in documents]


def _read(name: str) -> object:
    return yaml.safe_load((_PARTS / name).read_text("utf-8"))
