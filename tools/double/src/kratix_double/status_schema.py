"""Kratix's changes to the CRD of a Promise before it creates it (kratix.md section 3). Pure."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

__all__ = ["STATUS_SCHEMA", "treat"]

_STRING: dict[str, Any] = {"type": "string"}
_INTEGER: dict[str, Any] = {"type": "integer", "format": "int64"}

_CONDITION: dict[str, Any] = {
    "type": "object",
    "properties": {
        # The API server enforces the format: a time without T or zone makes it reject the whole write (section 11.13).
        "lastTransitionTime": {"type": "string", "format": "datetime"},
        "message": _STRING,
        "reason": _STRING,
        "status": _STRING,
        "type": _STRING,
    },
}
_PIPELINE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": _STRING,
        "phase": _STRING,
        "message": _STRING,
        "nextRetryAt": _STRING,
        "attempts": _INTEGER,
        "lastTransitionTime": _STRING,
    },
}

STATUS_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "x-kubernetes-preserve-unknown-fields": True,
    "properties": {
        "message": _STRING,
        "observedGeneration": _INTEGER,
        "workflows": _INTEGER,
        "workflowsSucceeded": _INTEGER,
        "workflowsFailed": _INTEGER,
        "promiseVersion": _STRING,
        "resourceBindingVersion": _STRING,
        "lastSuccessfulConfigureWorkflowTime": _STRING,
        "conditions": {"type": "array", "items": _CONDITION},
        "kratix": {
            "type": "object",
            "properties": {
                "workflows": {
                    "type": "object",
                    "properties": {
                        "lastSuccessfulConfigureWorkflowTime": _STRING,
                        "suspendedGeneration": _INTEGER,
                        "pipelines": {"type": "array", "items": _PIPELINE},
                    },
                },
            },
        },
    },
}
"""The schema that replaces the author's: unknown top-level keys stay, unknown fields of a condition or of `kratix` are
pruned, no field is required, and no list is a map list."""

_DEFAULT_COLUMNS: list[dict[str, str]] = [
    {"name": "message", "type": "string", "jsonPath": ".status.message"},
    {"name": "status", "type": "string", "jsonPath": '.status.conditions[?(@.type=="Reconciled")].message'},
]


def treat(crd: Mapping[str, Any]) -> dict[str, Any]:
    """Return the CRD as Kratix would create it.

    In every version `.status` of the schema is replaced wholesale, `subresources` becomes the status subresource alone
    (scale is lost), and printer columns are kept only if the author gave any.

    Args:
        crd: A CustomResourceDefinition from the Promise; not changed.

    Raises:
        ValueError: A version has no `schema.openAPIV3Schema.properties`; Kratix writes to a nil map there.
    """
    treated = deepcopy(dict(crd))
    name = treated.get("metadata", {}).get("name", "?")
    for version in treated["spec"]["versions"]:
        properties = version.get("schema", {}).get("openAPIV3Schema", {}).get("properties")
        if not isinstance(properties, dict):
            raise ValueError(  # noqa: TRY004 - the document is wrong, not a caller's type
                f"CRD {name}, version {version.get('name')}: schema.openAPIV3Schema.properties is missing, and Kratix"
                " injects the status schema there; add `properties: {spec: {type: object}}`"
            )
        properties["status"] = deepcopy(dict(STATUS_SCHEMA))
        version["subresources"] = {"status": {}}
        if not version.get("additionalPrinterColumns"):
            version["additionalPrinterColumns"] = deepcopy(_DEFAULT_COLUMNS)
    return treated
