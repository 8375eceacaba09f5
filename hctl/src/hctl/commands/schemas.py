"""``hctl schema``: the JSON Schemas of the output of ``-o json``, and of the documents of the contract."""

import json
import sys

from hctl.documents.reports import DOCUMENTS, schema_text
from hctl.errors import ExitCode, UsageError
from hctl.texts import inert
from platform_status_contract.validation import UnknownSchemaError
from platform_status_contract.validation.schemas import bundled_schema, schema_names

__all__ = ["show_schema"]


def show_schema(document: str) -> ExitCode:
    """Print a schema, including the schemas that it refers to.

    Args:
        document: Name of a document of ``-o json``, or of a schema of the contract.

    Raises:
        UsageError: There is no such document.
    """
    if document in DOCUMENTS:
        sys.stdout.write(schema_text(document))
        return ExitCode.READY
    try:
        schema = bundled_schema(document)
    except UnknownSchemaError as error:
        names = ", ".join((*DOCUMENTS, *schema_names()))
        raise UsageError(f"no document {inert(document, 60)!r}; expected one of {names}") from error
    sys.stdout.write(f"{json.dumps(schema, indent=2)}\n")
    return ExitCode.READY
