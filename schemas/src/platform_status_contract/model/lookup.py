"""Reading any JSON value at a path, whatever stands there: what a cluster or a user wrote is never trusted to fit.

Each function is total. Where the shape does not fit, the answer is None or empty, and the caller decides what that
means. A caller that must tell absent from wrong asks for the value itself.
"""

from collections.abc import Iterator, Mapping
from typing import TypeVar

__all__ = ["environment_texts", "items", "mapping", "meaning", "under"]

_Meaning = TypeVar("_Meaning")


def under(value: object, *path: str) -> object:
    """Return the value under a path of JSON objects; None if a step is missing or not an object."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def mapping(value: object) -> Mapping[str, object]:
    """Return a JSON object, or an empty one in the place of anything else."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """Return a JSON list, or an empty one in the place of anything else."""
    return value if isinstance(value, list) else []


def meaning(words: Mapping[str, _Meaning], value: object) -> _Meaning | None:
    """Return what a word stands for; None for anything that is not one of the words."""
    return words.get(value) if isinstance(value, str) else None


def environment_texts(promise: object, variable: str) -> Iterator[tuple[str, str]]:
    """Find the texts that a Promise gives to the containers of its requests in an environment variable.

    Args:
        promise: A JSON value.
        variable: Name of the variable.

    Yields:
        The path of each, and the text as its container sees it: Kubernetes replaces ``$$`` by ``$``.
    """
    for i, pipeline in enumerate(items(under(promise, "spec", "workflows", "resource", "configure"))):
        for j, container in enumerate(items(under(pipeline, "spec", "containers"))):
            for entry in items(under(container, "env")):
                text = under(entry, "value")
                if under(entry, "name") == variable and isinstance(text, str):
                    path = f"spec.workflows.resource.configure[{i}].spec.containers[{j}].env.{variable}"
                    yield path, text.replace("$$", "$")
