#!/usr/bin/env python3
"""Compare the documents that an installed Promise made of its requests with those that another Promise would make.

It only reads files: the requests, and the WorkPlacements, in which Kratix keeps what it wrote to the state store. An
agent that prunes deletes a document that the new Promise does not make (docs/upgrade.md, step 0).

Examples:
    kubectl get vclusterorchestratorv2 -A -o yaml > requests.yaml
    kubectl get workplacements -A -o yaml > placements.yaml
    python promise/compare.py --promise dist/promise/promise.yaml requests.yaml placements.yaml
    python promise/compare.py --annotate requests.yaml placements.yaml > annotate.sh     # --release reverts it

It prints a line per document: stays, changes (with the fields), comes; in capitals if action is needed: LEAVES, STORE
(the virtual cluster would use another data store, so it would start empty), REFUSED, UNKNOWN. No values are printed.

Exit codes: 0 nothing in capitals, 1 something in capitals, 2 wrong command line, 3 a file cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import shlex
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from platform_status_contract.template.yaml_text import dump, load_all
from platform_status_pipeline.cli import main as run_container
from platform_status_pipeline.errors import FolderError
from platform_status_pipeline.kratix.folders import read_mapping

PROMISE = Path(__file__).resolve().parent / "promise.yaml"
SYNC_OPTIONS, FLUX_PRUNE = "argocd.argoproj.io/sync-options", "kustomize.toolkit.fluxcd.io/prune"
MANAGER = "flux-client-side-apply"
KEEP = ("Prune=false", "Delete=false")
STORE = ("backingStore", "persistence", "volumeClaim")
"""Parts of a path that name the data store of a virtual cluster."""

Json = dict[str, Any]


class Identity(NamedTuple):
    """The identity of an object for a GitOps agent; the version of its API is not part of it."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        kind = f"{self.kind}.{self.group}" if self.group else self.kind
        return f"{kind} {self.namespace}/{self.name}" if self.namespace else f"{kind} {self.name}"


def main(argv: list[str] | None = None) -> int:
    """Compare, or print commands.

    Args:
        argv: Command line without the program's name; None: that of this process.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("requests", type=Path, help="YAML or JSON of the requests")
    parser.add_argument("placements", type=Path, help="YAML or JSON of the WorkPlacements of all namespaces")
    parser.add_argument("--promise", type=Path, default=PROMISE, help="the new Promise, default promise/promise.yaml")
    commands = parser.add_mutually_exclusive_group()
    commands.add_argument("--annotate", action="store_true", help="only print commands to prevent pruning")
    commands.add_argument("--release", action="store_true", help="only print commands to revert that")
    options = parser.parse_args(argv)
    try:
        promise = read_mapping(options.promise)
        requests = [item for item in _objects(options.requests) if item.get("kind") == _kind(promise)]
        placements = _objects(options.placements)
        if options.annotate or options.release:
            name = promise["metadata"]["name"]
            lines = [_command(*found, release=options.release) for found in _every(requests, placements, name)]
        else:
            lines = [line for request in requests for line in _compared(request, placements, promise)]
    except (KeyError, TypeError, AttributeError) as error:
        sys.stderr.write(f"a file is not what kubectl get -o yaml prints: {error!r}\n")
        return 3
    except (FolderError, ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 3
    if not requests:
        sys.stderr.write(f"{options.requests}: found no {_kind(promise)}, expected some\n")
        return 3
    sys.stdout.writelines(f"{line}\n" for line in lines)
    # A word in capitals means a loss.
    if options.annotate or options.release:
        return 0
    return int(any(line.split()[0].isupper() for line in lines if line.startswith(" ")))


def _kind(promise: Json) -> str:
    kind: str = promise["spec"]["api"]["spec"]["names"]["kind"]
    return kind


def _compared(request: Json, placements: list[Json], promise: Json) -> Iterator[str]:
    namespace, name = request["metadata"]["namespace"], request["metadata"]["name"]
    yield f"{namespace}/{name}:"
    held = [entry for entry in placements if _is_of(entry, namespace, name, promise["metadata"]["name"])]
    if not held:
        yield "  UNKNOWN  no WorkPlacement of this request is in the file, so there is no comparison"
        return
    new, refusal = _made(request, promise)
    if refusal:
        yield from (f"  REFUSED  {line}" for line in refusal)
        return
    for pipeline in sorted({entry["metadata"]["labels"]["kratix.io/pipeline-name"] for entry in held}):
        if pipeline not in _pipelines(promise):
            yield f"  LEAVES   the whole Work of pipeline {pipeline}, because the new Promise has none of this name"
    old = {_identity(document): document for document in _documents(held)}
    for word, text in sorted(_lines(old, {_identity(document): document for document in new})):
        yield f"  {word:8} {text}"


def _lines(old: dict[Identity, Json], new: dict[Identity, Json]) -> Iterator[tuple[str, str]]:
    for identity in old.keys() | new.keys():
        if identity not in new:
            yield "LEAVES", str(identity)
        elif identity not in old:
            yield "comes", str(identity)
        elif paths := sorted(_differences(old[identity], new[identity])):
            store = [path for path in paths if any(f".{part}" in path for part in STORE)]
            yield ("STORE" if store else "changes"), f"{identity}: {', '.join(store or paths)}"
        else:
            yield "stays", str(identity)


def _differences(old: object, new: object, path: str = "") -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() | new.keys():
            yield from _differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif old != new:
        yield path


def _every(requests: list[Json], placements: list[Json], promise: str) -> Iterator[tuple[Identity, Json]]:
    """Yield every document of the requests, and the documents of sub-requests."""
    done: set[Identity] = set()
    for request in requests:
        where = request["metadata"]["namespace"], request["metadata"]["name"]
        left = _documents(entry for entry in placements if _is_of(entry, *where, promise))
        while left:
            document = left.pop()
            identity = _identity(document)
            if identity not in done:
                done.add(identity)
                left += _documents(entry for entry in placements if _is_of(entry, identity.namespace, identity.name))
                yield identity, document


def _command(identity: Identity, document: Json, *, release: bool) -> str:
    """Return a command with its own field manager: Flux reverts fields that kubectl sets under its default one."""
    own = document["metadata"].get("annotations") or {}
    options = [option.strip() for option in own.get(SYNC_OPTIONS, "").split(",")]
    kept = ",".join([*(option for option in options if option and option not in KEEP), *KEEP])
    values = {SYNC_OPTIONS: own.get(SYNC_OPTIONS), FLUX_PRUNE: own.get(FLUX_PRUNE)}
    if not release:
        values = {SYNC_OPTIONS: kept, FLUX_PRUNE: "disabled"}
    kind = identity.kind.lower() + (f".{identity.group}" if identity.group else "")
    where = ["-n", identity.namespace] if identity.namespace else []
    command = ["kubectl", "annotate", f"{kind}/{identity.name}", *where, "--overwrite", f"--field-manager={MANAGER}"]
    return shlex.join([*command, *(f"{key}-" if value is None else f"{key}={value}" for key, value in values.items())])


def _made(request: Json, promise: Json) -> tuple[list[Json], list[str]]:
    """Run the Promise's own containers on a request; returns their documents, or the refusals."""
    with tempfile.TemporaryDirectory() as folder, Path(folder, "log").open("w+", encoding="utf-8") as log:
        places = {f"KRATIX_{name.upper()}_DIR": str(Path(folder, name)) for name in ("input", "output", "metadata")}
        for path in places.values():
            Path(path).mkdir()
        Path(places["KRATIX_INPUT_DIR"], "object.yaml").write_text(dump(request), "utf-8")
        for pipeline in promise["spec"]["workflows"]["resource"]["configure"]:
            for container in pipeline["spec"]["containers"]:
                # The value as a pod reads it; ours do not refer to other variables.
                own = {entry["name"]: str(entry["value"]).replace("$$", "$") for entry in container.get("env", ())}
                kratix = {"KRATIX_DRY_RUN": "true", "KRATIX_PROMISE_NAME": promise["metadata"]["name"]}
                if run_container(container["args"], {**places, **own, **kratix}, log):
                    log.seek(0)
                    return [], log.read().splitlines()
        files = sorted(Path(places["KRATIX_OUTPUT_DIR"]).rglob("*.yaml"))
        return [document for file in files for document in _maps(load_all(file.read_text("utf-8")))], []


def _pipelines(promise: Json) -> list[str]:
    return [pipeline["metadata"]["name"] for pipeline in promise["spec"]["workflows"]["resource"]["configure"]]


def _objects(path: Path) -> list[Json]:
    """Read objects; a List is expanded."""
    documents = _maps(load_all(path.read_text("utf-8")))
    return [item for document in documents for item in _maps(document.get("items", [document]))]


def _maps(values: Iterable[Any]) -> list[Json]:
    return [value for value in values if isinstance(value, dict)]


def _is_of(placement: Json, namespace: str, name: str, promise: str = "") -> bool:
    spec = placement.get("spec") or {}
    where = (placement.get("metadata") or {}).get("namespace"), spec.get("resourceName")
    return where == (namespace, name) and promise in ("", spec.get("promiseName"))


def _documents(placements: Iterable[Json]) -> list[Json]:
    texts = [
        gzip.decompress(base64.b64decode(workload["content"])).decode()
        for placement in placements
        for workload in placement["spec"].get("workloads", ())
    ]
    return [document for text in texts for document in _maps(load_all(text)) if document.get("kind")]


def _identity(document: Json) -> Identity:
    group, slash, _ = document["apiVersion"].rpartition("/")
    metadata = document["metadata"]
    return Identity(group if slash else "", document["kind"], metadata.get("namespace", ""), metadata["name"])


if __name__ == "__main__":
    sys.exit(main())
