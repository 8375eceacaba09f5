"""Kubernetes manifests with ``${...}`` in them. Pure.

Two annotations steer a manifest, and are taken off: `WHEN` keeps it only if its value is true; `EACH` makes one
manifest per item of a list, which its expressions know as `each`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from platform_status_contract.template.problems import Problem, found
from platform_status_contract.template.walk import DIRECTIVES, Walk

__all__ = ["EACH", "WHEN", "Document", "Identity", "misfits", "resolved"]

Document = dict[str, Any]

Identity = tuple[object, ...]
"""apiVersion, kind, namespace and name of a manifest."""

WHEN: Final = f"{DIRECTIVES}when"
EACH: Final = f"{DIRECTIVES}each"


def resolved(walk: Walk, manifest: Mapping[str, Any], path: str, *, fix: str) -> Iterator[Document]:
    """Resolve one manifest; `EACH` makes several of it, `WHEN` may make none.

    Args:
        walk: Knows the names, `each` among them; takes the problems.
        manifest: The manifest as it was written.
        path: Where it stands, for problems.
        fix: What to do about a problem.
    """
    manifest, directives = _without_directives(manifest)
    items: object = [None]
    if EACH in directives:
        items = walk.value(directives[EACH], f"{path}.{EACH}")
        if not isinstance(items, list):
            walk.problems.append(Problem(f"{path}.{EACH}", f"yields {found(items)}, expected a list", fix))
            return
    for item in items if isinstance(items, list) else ():
        walk.know("each", item)
        wanted = walk.value(directives.get(WHEN, True), f"{path}.{WHEN}")
        if not isinstance(wanted, bool):
            walk.problems.append(Problem(f"{path}.{WHEN}", f"yields {found(wanted)}, expected true or false", fix))
        elif wanted:
            yield walk.mapping(manifest, path)


def misfits(document: Mapping[str, Any], where: str, seen: set[Identity], *, fix: str) -> Iterator[Problem]:
    """Tell what is wrong with a resolved manifest whatever its kind.

    Args:
        document: The manifest.
        where: File or folder that it goes to, for problems.
        seen: The manifests before it; this one is added.
        fix: What to do about a problem.
    """
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    kind, version = document.get("kind"), document.get("apiVersion")
    if not (isinstance(metadata, Mapping) and all(isinstance(part, str) and part for part in (version, kind, name))):
        told = ", ".join(f"{key} {found(value)}" for key, value in (("kind", kind), ("name", name)))
        yield Problem(where, f"found {told}, expected apiVersion, kind and metadata.name", fix)
        return
    identity = (version, kind, metadata.get("namespace"), name)
    if identity in seen:
        yield Problem(where, f"{kind} {name} appears twice", fix)
    seen.add(identity)


def _without_directives(manifest: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, object]]:
    metadata = manifest.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    if not isinstance(metadata, Mapping) or not isinstance(annotations, Mapping):
        return manifest, {}
    directives = {key: value for key, value in annotations.items() if key.startswith(DIRECTIVES)}
    if not directives:
        return manifest, {}
    kept = {key: value for key, value in annotations.items() if key not in directives}
    stripped = {key: kept if key == "annotations" else value for key, value in metadata.items()}
    if not kept:
        del stripped["annotations"]
    return {**manifest, "metadata": stripped}, directives
