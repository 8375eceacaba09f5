"""Adding labels and annotations to the text of an existing manifest, without any other change.

Parsing and dumping would change the meaning of an unquoted ``yes`` or ``0644`` for Kubernetes, and drop comments. So
the text is edited at the position of the metadata, then parsed again to check that nothing else has changed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast

import yaml
from msgspec import Struct

from .yaml_text import YamlError, load_all, nodes_of

__all__ = ["Manifest", "manifests_of", "marked"]

_PARTS: Final = ("labels", "annotations")


class Manifest(Struct, frozen=True):
    """One manifest of a text.

    Attributes:
        value: Its content as a JSON value.
        node: Its YAML node, with its position in the text.
    """

    value: dict[str, Any]
    node: yaml.MappingNode


class _Edit(Struct, frozen=True, order=True):
    start: int
    end: int
    text: str


def manifests_of(text: str) -> list[Manifest]:
    """List the manifests of a stream of YAML or JSON; a List is expanded, and non-mappings are skipped.

    Raises:
        YamlError: As `load_all`.
    """
    return [manifest for value, node in nodes_of(text) for manifest in _opened(value, node)]


def _opened(value: object, node: yaml.Node) -> Iterator[Manifest]:
    if not isinstance(value, dict) or not isinstance(node, yaml.MappingNode):
        return
    items = _below(node, "items")
    if str(value.get("kind", "")).endswith("List") and isinstance(items, yaml.SequenceNode):
        for item, at in zip(value["items"], items.value, strict=True):
            yield from _opened(item, at)
    else:
        yield Manifest(value, node)


def marked(text: str, chosen: Iterable[Manifest], marks: Mapping[str, Mapping[str, str]]) -> str:
    """Set labels and annotations of some manifests in a text.

    Args:
        text: The text.
        chosen: The manifests to change, from `manifests_of`; each has metadata with at least one key.
        marks: ``labels`` and ``annotations`` -> the entries to set; other entries stay.

    Raises:
        YamlError: The metadata is written in a style that cannot be edited.
    """
    edits = {edit for manifest in chosen for edit in _edits(text, manifest, marks)}
    result = text
    for edit in sorted(edits, reverse=True):
        result = result[: edit.start] + edit.text + result[edit.end :]
    if _rest_of(text, marks) != _rest_of(result, marks):
        raise YamlError("metadata is written in a style that cannot be edited; write it as a plain block")
    return result


def _rest_of(text: str, marks: Mapping[str, Mapping[str, str]]) -> list[object] | None:
    """Return everything that no mark may change; None if the text is not YAML."""
    try:
        return [_without(document, marks) for document in load_all(text)]
    except YamlError:
        return None


def _edits(text: str, manifest: Manifest, marks: Mapping[str, Mapping[str, str]]) -> Iterator[_Edit]:
    # A manifest has metadata with a name.
    metadata = cast("yaml.MappingNode", _below(manifest.node, "metadata"))
    for part in _PARTS:
        found = _below(metadata, part)
        if isinstance(found, yaml.MappingNode) and found.value:
            for key, value in marks[part].items():
                old = _below(found, key)
                yield _into(found, key, json.dumps(value)) if old is None else _instead(text, old, json.dumps(value))
        elif found is not None:
            yield _instead(text, found, json.dumps(marks[part]))
        else:
            yield _into(metadata, part, json.dumps(marks[part]))


def _into(mapping: yaml.MappingNode, key: str, value: str) -> _Edit:
    """Add a key before the first key of a mapping."""
    first: yaml.Node = mapping.value[0][0]
    start = first.start_mark.index
    end = ", " if mapping.flow_style else f"\n{' ' * first.start_mark.column}"
    return _Edit(start, start, f"{json.dumps(key)}: {value}{end}")


def _instead(text: str, old: yaml.Node, value: str) -> _Edit:
    """Replace a value; the value of a block ends with its line."""
    start, end = old.start_mark.index, old.end_mark.index
    before = " " if text[start - 1 : start] == ":" else ""
    return _Edit(start, end, before + value + ("\n" if text[start:end].endswith("\n") else ""))


def _below(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _without(value: Any, marks: Mapping[str, Mapping[str, str]]) -> Any:  # noqa: ANN401 - any JSON
    """Remove the keys of the marks from all metadata."""
    if isinstance(value, list):
        return [_without(item, marks) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _without(item, marks) for key, item in value.items()}
    if not isinstance(kept.get("metadata"), dict):
        return kept
    for part in _PARTS:
        old = kept["metadata"].pop(part, None)
        rest = {key: item for key, item in (old if isinstance(old, dict) else {}).items() if key not in marks[part]}
        kept["metadata"] |= {part: rest} if rest else {}
    return kept
