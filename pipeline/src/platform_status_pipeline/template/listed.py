"""`outputs` of a StatusContract: what the workflow puts out becomes entries of `objects`, and is marked. Pure.

The marks say which request a document belongs to and which generation of it. So several documents are found, and an
edit is seen to arrive.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from platform_status_contract.model.outputs import (
    GENERATION_ANNOTATION,
    PROMISE_LABEL,
    REQUEST_LABEL,
    OutputKind,
    OutputsPart,
    entry_of_output,
)
from platform_status_contract.template.problems import Problem, found
from platform_status_contract.template.yaml_marks import Manifest, manifests_of, marked
from platform_status_contract.template.yaml_text import YamlError
from platform_status_pipeline.errors import TemplateError

__all__ = ["ListedOutputs", "list_outputs"]

_MAX_LABEL: Final = 63
_DIGITS: Final = 12
_KUSTOMIZE: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_FIX: Final = "mend the container that writes it"
_OURS: Final = "spec.contract.outputs"


class ListedOutputs(Struct, frozen=True):
    """What the outputs of a run became.

    Attributes:
        entries: Entries of `objects`, as JSON values.
        files: Path below the output -> its text with the marks; files without a document that is observed are left out.
    """

    entries: list[dict[str, Any]]
    files: dict[str, str]


class _Output(Struct, frozen=True):
    """A document that is observed: its kind, its file, and where it goes."""

    kind: OutputKind
    path: str
    directory: str
    manifest: Manifest

    @property
    def place(self) -> tuple[str, str]:
        """Destination and namespace: one entry each."""
        namespace = self.manifest.value["metadata"].get("namespace")
        return self.directory, namespace if self.kind.scope == "Namespaced" else ""


def list_outputs(
    outputs: OutputsPart,
    files: Mapping[str, str],
    directories: Collection[str],
    promise: str,
    request: Mapping[str, Any],
) -> ListedOutputs:
    """Find the documents of some kinds, and mark them for one generation of a request.

    Args:
        outputs: The kinds.
        files: Path below the output -> text, of every file there.
        directories: Folders at the top that have a Destination of their own.
        promise: Name of the Promise.
        request: The request as it stands in the cluster.

    Returns:
        An entry for each kind, Destination and namespace; with as many objects as documents, or more, it is ready.

    Raises:
        TemplateError: A document cannot be found again in the cluster, or there is none. All problems are told at once.
    """
    problems: list[Problem] = []
    every = [item for path, text in sorted(files.items()) for item in _read(path, text, outputs, directories, problems)]
    if not every and not problems:
        kinds = ", ".join(kind.kind for kind in outputs.kinds)
        fix = "let the container run in the pipeline that writes them, after the one that does"
        problems.append(Problem(_OURS, f"found no document of {kinds} in the output", fix))
    if not promise:
        problems.append(Problem(_OURS, "found no name of the Promise", "set KRATIX_PROMISE_NAME, as Kratix does"))
    metadata = request.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    labels = {PROMISE_LABEL: promise, REQUEST_LABEL: _label_of(metadata)}
    stamps = {GENERATION_ANNOTATION: str(metadata.get("generation"))}
    texts: dict[str, str] = {}
    for path in dict.fromkeys(item.path for item in every):
        chosen = [item.manifest for item in every if item.path == path]
        try:
            texts[path] = marked(files[path], chosen, {"labels": labels, "annotations": stamps})
        except YamlError as error:
            problems.append(Problem(f"output {path}", str(error), _FIX))
    if problems:
        raise TemplateError(problems)
    return ListedOutputs([entry for kind in outputs.kinds for entry in _entries(kind, every, labels)], texts)


def _read(
    path: str, text: str, outputs: OutputsPart, directories: Collection[str], problems: list[Problem]
) -> Iterator[_Output]:
    """Find the documents of a file that are observed; what cannot be is a problem."""
    where, (top, _, below) = f"output {path}", path.partition("/")
    if path.rpartition("/")[2] in _KUSTOMIZE:
        fix = "put out what kustomize makes of it: names and namespaces are not known before"
        problems.append(Problem(where, "found a folder for kustomize", fix))
        return
    try:
        manifests = manifests_of(text)
    except YamlError as error:
        problems.append(Problem(where, f"not YAML: {error}", _FIX))
        return
    for manifest in manifests:
        value = manifest.value
        group = str(value.get("apiVersion")).rpartition("/")[0]
        if (group, value.get("kind")) == ("", "Secret"):
            fix = "make an ExternalSecret, or have it made in the cluster"
            problems.append(Problem(where, "found a Secret, and what is made here is stored in Git", fix))
        for kind in outputs.kinds:
            if (group, value.get("kind")) == (kind.api_version.rpartition("/")[0], kind.kind):
                misfits = list(_misfits(kind, value, where))
                problems += misfits
                if not misfits:
                    yield _Output(kind, path, top if below and top in directories else "", manifest)


def _misfits(kind: OutputKind, document: Mapping[str, Any], where: str) -> Iterator[Problem]:
    """Tell why a document cannot be found again in the cluster, or cannot be marked."""
    metadata = document.get("metadata")
    if not isinstance(metadata, Mapping) or not isinstance(metadata.get("name"), str) or not metadata["name"]:
        generated = isinstance(metadata, Mapping) and "generateName" in metadata
        told = "generateName" if generated else "no name"
        yield Problem(f"{where}: {kind.kind}", f"found {told}, expected metadata.name", _FIX)
        return
    where = f"{where}: {kind.kind} {metadata['name'][:100]}"
    namespace = metadata.get("namespace")
    if kind.scope == "Namespaced" and not (isinstance(namespace, str) and namespace):
        told = "no namespace" if namespace is None else found(namespace)
        yield Problem(where, f"found {told}, expected metadata.namespace", _FIX)
    for part in ("labels", "annotations"):
        if not isinstance(metadata.get(part) or {}, Mapping):
            yield Problem(f"{where}: metadata.{part}", f"found {found(metadata[part])}, expected a mapping", _FIX)


def _entries(kind: OutputKind, every: Collection[_Output], labels: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Make the entries of a kind; one that has a single document names it, so that it is missed by name."""
    literals = msgspec.to_builtins(kind)
    places = sorted({item.place for item in every if item.kind is kind})
    for number, place in enumerate(places, 1):
        names = {item.manifest.value["metadata"]["name"] for item in every if item.kind is kind and item.place == place}
        entry = entry_of_output(literals, place[1], labels)
        if number > 1:
            entry["name"] = f"{kind.name}-{number}"
        if len(names) == 1:
            del entry["selector"]
            yield {**entry, "object": names.pop()}
        else:
            yield {**entry, "minimum": len(names)}


def _label_of(metadata: Mapping[str, Any]) -> str:
    """Name a request in a label; a name that is too long ends in a hash."""
    name = f"{metadata.get('namespace')}.{metadata.get('name')}"
    if len(name) <= _MAX_LABEL:
        return name
    return f"{name[: _MAX_LABEL - _DIGITS - 1].rstrip('.-')}-{hashlib.sha256(name.encode()).hexdigest()[:_DIGITS]}"
