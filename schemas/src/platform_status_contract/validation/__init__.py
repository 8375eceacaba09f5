"""Validation of documents against the JSON Schema files, with actionable one-line problems.

Belongs here: loading the schemas, validating a document, and the reference page generated from the schemas; files are
read by `hctl validate`. May not: rules, or access to a cluster. This is the only package that imports jsonschema;
`model` and `rules` never import it (design.md section 3).

Reading order: `schemas` (the files), `problems` (the output), `expectations` (a schema in words), `explain` (from an
error of jsonschema to a problem), `validate`.

Further modules: `reference`, `reference_keys`, `reference_words`.
"""

from .problems import SchemaProblem
from .schemas import (
    CONTRACT,
    PLATFORM_POLICY,
    STATUS,
    STATUS_CONTRACT,
    SchemaName,
    UnknownSchemaError,
    load_schema,
    resolved_schema,
    schema_names,
    validator_of,
)
from .validate import validate, validate_with

__all__ = [
    "CONTRACT",
    "PLATFORM_POLICY",
    "STATUS",
    "STATUS_CONTRACT",
    "SchemaName",
    "SchemaProblem",
    "UnknownSchemaError",
    "load_schema",
    "resolved_schema",
    "schema_names",
    "validate",
    "validate_with",
    "validator_of",
]
