"""YAML in and out, as JSON values, with the semantics of Go's YAML libraries in both directions.

PyYAML implements YAML 1.1, Kratix' Go libraries a mixture. In: only null, true, false and numbers are special, so a
time or a version stays a string. Out: every string that some parser could read as another type is quoted. Duplicate
keys and aliases are errors, because they hide the content of a file.
"""

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import yaml

__all__ = ["YamlError", "dump", "load", "load_all", "nodes_of", "scalar_value"]

_PLAIN = re.compile(r"[A-Za-z/_]")
_ONE_LETTER_BOOLEANS = frozenset("yYnN")


class YamlError(ValueError):
    """The text is not YAML for a JSON value; the message has the position."""


class _Loader(yaml.SafeLoader):
    """Loads JSON values only."""


class _Dumper(yaml.SafeDumper):
    """Dumps JSON values only, in block style, with indented lists, without aliases."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - PyYAML's signature
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(?:null|Null|NULL|~|)$", ["n", "N", "~", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            key = key_node.value
        if key in result:
            raise YamlError(f"line {key_node.start_mark.line + 1}: the key {key!r} appears twice")
        result[key] = loader.construct_object(value_node, deep=True)
    return result


def _integer(loader: _Loader, node: yaml.ScalarNode) -> int:
    try:
        return int(loader.construct_scalar(node), 10)
    except ValueError as error:
        # Python reads no number of more than 4300 digits, and a tag may stand before any text.
        raise YamlError(
            f"line {node.start_mark.line + 1}: {node.value[:20]!r} is no number, or too large a one"
        ) from error


def _float(loader: _Loader, node: yaml.ScalarNode) -> float:
    value = float(loader.construct_scalar(node))
    if not math.isfinite(value):
        raise YamlError(f"line {node.start_mark.line + 1}: {node.value} is too large a number")
    return value


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:int", _integer)
_Loader.add_constructor("tag:yaml.org,2002:float", _float)
for _tag in ("timestamp", "binary", "set", "omap", "pairs"):
    _Loader.yaml_constructors.pop(f"tag:yaml.org,2002:{_tag}", None)


def _string(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    # All styles but double quotes fold some kinds of line break.
    quoted = "'" if text.isprintable() else '"'
    plain = quoted == "'" and _PLAIN.match(text) and text not in _ONE_LETTER_BOOLEANS
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else quoted)


_READER = _Loader("")


class _LiteralDumper(_Dumper):
    """Writes multi-line text as a literal block, for files that people read."""


def _literal(dumper: _LiteralDumper, text: str) -> yaml.ScalarNode:
    if "\n" not in text.rstrip("\n"):
        return _string(dumper, text)
    # PyYAML falls back to double quotes for a text that a literal block cannot represent.
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")


_Dumper.add_representer(str, _string)
_LiteralDumper.add_representer(str, _literal)


def scalar_value(text: str, tag: str = "", *, plain: bool) -> object:
    """Return the value of a YAML scalar, for callers that build documents from events.

    Args:
        text: The scalar.
        tag: Its tag; empty: none. A tag that is not YAML's own makes it a string.
        plain: Whether it is unquoted.

    Returns:
        None, bool, int, float or str.

    Raises:
        ValueError: The number is too large, or the text does not match its tag.
    """
    resolved = tag or str(_READER.resolve(yaml.ScalarNode, text, (plain, not plain)))  # type: ignore[no-untyped-call]  # PyYAML's stubs leave it untyped
    match resolved.rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text, 10)
        case "float":
            value = float(text)
            if not math.isfinite(value):
                raise ValueError(f"{text} is too large a number")
            return value
    return text


def load(text: str) -> object:
    """Read one YAML document.

    Args:
        text: The document.

    Returns:
        A JSON value: None, bool, int, float, str, list or a dict with string keys.

    Raises:
        YamlError: The text is not YAML, or has several documents, duplicate keys, aliases or unknown tags.
    """
    with _told():
        _refuse_aliases(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader with fewer types


def load_all(text: str) -> list[object]:
    """Read a stream of YAML documents; documents without content are skipped.

    Args:
        text: The stream.

    Returns:
        JSON values, as `load` returns them.

    Raises:
        YamlError: As for `load`, except that several documents are allowed.
    """
    with _told():
        _refuse_aliases(text)
        documents = list(yaml.load_all(text, Loader=_Loader))
        return [document for document in documents if document is not None]


def nodes_of(text: str) -> list[tuple[object, yaml.Node]]:
    """Read a stream of YAML documents, each with its node, which has the position in the text.

    Args:
        text: The stream.

    Returns:
        JSON values as `load` returns them, and their nodes.

    Raises:
        YamlError: As for `load_all`.
    """
    with _told():
        _refuse_aliases(text)
        loader, found = _Loader(text), list[tuple[object, yaml.Node]]()
        while loader.check_node():
            node = cast("yaml.Node", loader.get_node())  # never None: an empty document has a null node
            found.append((loader.construct_document(node), node))
        return found


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except YamlError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise YamlError(" ".join(str(error).split())) from error


def _refuse_aliases(text: str) -> None:
    """Refuse aliases before any value is built: a few lines of them can expand to gigabytes."""
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise YamlError(f"line {line}: aliases are not allowed")


def dump(*documents: object, literal: bool = False, escape: bool = False) -> str:
    """Write JSON values as a stream of YAML documents; equal values give equal text.

    Args:
        documents: The documents; keys keep their order.
        literal: Whether multi-line text becomes a literal block.
        escape: Whether non-ASCII characters are escaped: untrusted text may contain terminal control sequences.

    Returns:
        The text, with a final newline.
    """
    return "---\n".join(
        yaml.dump(
            document,
            Dumper=_LiteralDumper if literal else _Dumper,
            sort_keys=False,
            allow_unicode=not escape,
            default_flow_style=False,
            width=1_000_000,
        )
        for document in documents
    )
