"""The JSON Schema files: the promise about ``-o json``."""

from importlib.resources import files
from typing import Final

__all__ = ["DOCUMENTS", "schema_text"]

DOCUMENTS: Final = ("status", "list", "diagnosis", "explanation", "dump", "validation", "doctor")


def schema_text(document: str) -> str:
    """Return the JSON Schema (2020-12) of a document, as text.

    Args:
        document: One of `DOCUMENTS`.
    """
    return files("hctl").joinpath("jsonschema", f"{document}-v1.schema.json").read_text(encoding="utf-8")
