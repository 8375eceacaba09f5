"""``hctl schema``: the JSON Schema of what ``-o json`` says."""

import sys

from hctl.documents.schemas import DOCUMENTS, schema_text
from hctl.errors import ExitCode, UsageError
from hctl.texts import inert

__all__ = ["show_schema"]


def show_schema(document: str) -> ExitCode:
    """Print a schema.

    Raises:
        UsageError: There is no such document.
    """
    if document not in DOCUMENTS:
        raise UsageError(f"no document {inert(document, 60)!r}; expected one of {', '.join(DOCUMENTS)}")
    sys.stdout.write(schema_text(document))
    return ExitCode.READY
