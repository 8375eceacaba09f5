"""Reads one context from the kubeconfig files, by the rules of kubectl.

The loader of the ``kubernetes`` package is not used: it ignores impersonation, continues without credentials if a
plugin fails, and supports fewer fields than kubectl. Here every field is honoured, or the file is rejected.
"""

import os
from pathlib import Path
from typing import Any, Final

import yaml
from msgspec import Struct
from msgspec.structs import replace

from .entries import Cluster, KubeconfigContext, User, entry
from .errors import AccessError, one_line

__all__ = ["Chosen", "choose"]

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Chosen(Struct, frozen=True):
    """One context with its entries; paths in them are absolute.

    Attributes:
        context: Name of the context.
        namespace: Its namespace, empty for none.
        cluster: Its cluster.
        user: Its user.
        user_name: Name of the user in the file.
        cluster_name: Name of the cluster in the file.
    """

    context: str
    namespace: str
    cluster: Cluster
    user: User
    user_name: str
    cluster_name: str


def choose(path: str, context: str = "") -> Chosen:
    """Choose a context.

    Args:
        path: The file; several are joined by the path separator. Of entries with the same name the first file's is
            used.
        context: Name of the context, empty for the current one.

    Raises:
        AccessError: The file cannot be read, or lacks the context, its cluster or its user.
    """
    try:
        return _choose(_existing(path), context)
    except AccessError as error:
        raise AccessError(f"kubeconfig {one_line(path)} cannot be used: {error}") from error


def _existing(path: str) -> list[tuple[str, dict[str, Any]]]:
    files = [(part, content) for part in path.split(os.pathsep) if part and (content := _read(part)) is not None]
    if not files:
        raise AccessError("it does not exist")
    return files


def _choose(files: list[tuple[str, dict[str, Any]]], context: str) -> Chosen:
    currents = [content.get("current-context") for _, content in files]
    current = next((found for found in currents if isinstance(found, str) and found), "")
    wanted = context or current
    if not wanted:
        raise AccessError("it sets no current context; choose one with --context, or with `kubectl config use-context`")
    said = f"context {one_line(wanted)!r}"
    _, chosen = _find(files, "contexts", KubeconfigContext, wanted)
    if chosen is None:
        raise AccessError(f"it has no {said}; `kubectl config get-contexts` lists them")
    if not chosen.cluster:
        raise AccessError(f"{said} names no cluster; set one with `kubectl config set-context`")
    cluster_folder, cluster = _find(files, "clusters", Cluster, chosen.cluster)
    if cluster is None:
        raise AccessError(f"{said} names the cluster {one_line(chosen.cluster)!r}, which is not in the file")
    user_folder, user = _find(files, "users", User, chosen.user) if chosen.user else (Path(), User())
    if user is None:
        raise AccessError(f"{said} names the user {one_line(chosen.user)!r}, which is not in the file")
    return Chosen(
        wanted,
        chosen.namespace,
        _absolute(cluster, cluster_folder, "certificate_authority"),
        _absolute(user, user_folder, "client_certificate", "client_key", "token_file"),
        chosen.user,
        chosen.cluster,
    )


def _read(part: str) -> dict[str, Any] | None:
    """Read one file; None if it does not exist."""
    try:
        content = yaml.load(Path(part).read_bytes(), _LOADER)  # noqa: S506 - both of them are safe loaders
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AccessError(f"{one_line(part)} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # The parser's message is left out, because it may quote a line that holds a token.
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1} of " if mark is not None else ""
        raise AccessError(f"{where}{one_line(part)} is not YAML") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise AccessError(f"{one_line(part)} is not a kubeconfig: found a {type(content).__name__}")
    for key, expected in (("apiVersion", "v1"), ("kind", "Config")):
        if content.get(key) not in (None, "", expected):
            raise AccessError(f"{one_line(part)} is not a kubeconfig: its {key} is not {expected}")
    for key in ("clusters", "contexts", "users"):
        if not isinstance(content.get(key) or [], list):
            raise AccessError(f"{one_line(part)}: found {key} of another type; expected a list")
    return content


def _find(files: list[tuple[str, dict[str, Any]]], key: str, kind: Any, name: str) -> tuple[Path, Any]:  # noqa: ANN401 - one of three
    for part, content in files:
        found = entry(content.get(key) or [], key.removesuffix("s"), kind, name)
        if found is not None:
            return Path(part).absolute().parent, found
    return Path(), None


def _absolute(found: Any, folder: Path, *fields: str) -> Any:  # noqa: ANN401 - a Cluster or a User
    changed: dict[str, Any] = {field: str(folder / getattr(found, field)) for field in fields if getattr(found, field)}
    plugin = getattr(found, "plugin", None)
    if plugin is not None and os.sep in plugin.command:
        # A command without a slash is looked up on the PATH.
        changed["plugin"] = replace(plugin, command=str(folder / plugin.command))
    return replace(found, **changed)
