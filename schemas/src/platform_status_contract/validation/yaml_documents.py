"""YAML documents; the one module that imports PyYAML, which is an extra."""

from typing import Any

import yaml

from .errors import DocumentError
from .problems import quote

__all__ = ["parse_yaml"]


class _Loader(yaml.SafeLoader):
    """SafeLoader that refuses a key that stands twice: one of the two would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen: set[str] = set()
        for key, _ in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"found the key {quote(name)} twice in one mapping", key.start_mark
                )
            seen |= {name} - {"", "<<"}
        return super().construct_mapping(node, deep=deep)


def parse_yaml(text: str) -> list[object]:
    """Parse the documents in a YAML text; empty ones between two ``---`` are left out.

    Raises:
        DocumentError: It is not YAML, names a key twice, or holds no document.
    """
    try:
        documents = [document for document in yaml.load_all(text, _Loader) if document is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise DocumentError(f"is not YAML that we accept: {where}{error.problem}", malformed=True) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        what = "nesting too deep" if isinstance(error, RecursionError) else str(error).partition("\n")[0]
        raise DocumentError(f"is not YAML that we accept: {what}", malformed=True) from error
    if not documents:
        raise DocumentError("holds no document", malformed=True)
    return documents
