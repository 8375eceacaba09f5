"""Reading documents from files: JSON always, YAML where PyYAML is installed (the extra `cli`)."""

import json
from pathlib import Path
from typing import Any, TextIO

from platform_status_contract import REPOSITORY

from .errors import DocumentError
from .problems import quote

__all__ = ["parse", "read"]

_LARGEST = 8 * 2**20


def read(name: str, stdin: TextIO) -> str:
    """Read the text of a file.

    Args:
        name: Path of the file; ``-`` for standard input.
        stdin: Standard input.

    Raises:
        DocumentError: It cannot be read, is no UTF-8, or has more than 8 Mi characters.
    """
    try:
        if name == "-":
            text = stdin.read(_LARGEST + 1)
        else:
            with Path(name).open(encoding="utf-8") as file:
                text = file.read(_LARGEST + 1)
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}", malformed=False) from error
    except UnicodeDecodeError as error:
        raise DocumentError(f"found bytes that are not UTF-8 at offset {error.start}", malformed=True) from error
    if len(text) > _LARGEST:
        raise DocumentError("found more than 8 Mi characters, expected a document", malformed=True)
    return text


def parse(text: str, name: str) -> list[object]:
    """Parse the documents in a text.

    Args:
        text: JSON or YAML; YAML may hold several documents.
        name: Name of the file; ``.json`` at its end rules YAML out.

    Returns:
        At least one document.

    Raises:
        DocumentError: It is neither, names a key twice, or YAML is needed and PyYAML is missing.
    """
    try:
        return [json.loads(text, object_pairs_hook=_unique)]
    except (ValueError, RecursionError) as error:
        if name.endswith(".json") or isinstance(error, _TwiceError | RecursionError):
            what = "nesting too deep" if isinstance(error, RecursionError) else str(error)
            raise DocumentError(f"is not JSON that we accept: {what}", malformed=True) from error
    try:
        from .yaml_documents import parse_yaml  # noqa: PLC0415 - PyYAML is an extra
    except ImportError as error:
        message = f"is not JSON, and YAML needs PyYAML; in a checkout of {REPOSITORY}: pip install './schemas[cli]'"
        raise DocumentError(message, malformed=False) from error
    return parse_yaml(text)


class _TwiceError(ValueError):
    """A key stands twice in one mapping: one of the two would silently win."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _TwiceError(f"found the key {quote(key)} twice in one mapping")
        found[key] = value
    return found
