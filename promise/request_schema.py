#!/usr/bin/env python3
"""Generate the JSON Schema of the request from the Promise's CRD, which is the authority.

Examples:
    python promise/request_schema.py            # write the schema
    python promise/request_schema.py --check    # exit 1 with the fix if the schema is stale
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import yaml

from hctl.validation.openapi import translate

HERE = Path(__file__).resolve().parent
CRD = HERE / "crds" / "vclusterorchestratorv2s.yaml"
SCHEMA = (
    HERE.parent / "schemas/src/platform_status_contract/jsonschema/vclusterorchestratorv2-request-v1alpha1.schema.json"
)
EXAMPLES = HERE / "examples"
ID = "https://status.integratn.tech/schemas/vclusterorchestratorv2-request/v1alpha1.json"

_STRINGS: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "string"}}
_OBJECTS: dict[str, Any] = {"type": "array", "items": {"type": "object"}}
_TIME: dict[str, Any] = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})$",
    "x-expected": "a time, such as 2026-02-26T10:30:00Z",
    "description": "Written by Kubernetes.",
}
_LABEL_NAMES = {
    "maxLength": 317,
    "pattern": "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$",
}
_METADATA: dict[str, Any] = {
    "type": "object",
    "description": "Metadata of the request, as Kubernetes defines it.",
    "additionalProperties": False,
    "anyOf": [{"required": ["name"]}, {"required": ["generateName"]}],
    "properties": {
        "name": {
            "type": "string",
            "description": "Name of the request: a DNS label of at most 63 characters.",
            "pattern": "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
            "examples": ["media"],
        },
        "generateName": {"type": "string", "description": "What a generated name begins with.", "maxLength": 58},
        "namespace": {
            "type": "string",
            "description": "Namespace of the request.",
            "pattern": "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
            "examples": ["vcluster-media"],
        },
        "generation": {"type": "integer", "description": "Counts the changes of spec.", "minimum": 1},
        "labels": {**_STRINGS, "description": "Labels; Kratix adds its own."},
        "annotations": {
            **_STRINGS,
            "description": "platform.integratn.tech/base-domain and platform.integratn.tech/reconcile-at are read.",
        },
        "selfLink": {"type": "string", "description": "Written by older versions of Kubernetes."},
        "uid": {"type": "string", "description": "Written by Kubernetes."},
        "resourceVersion": {"type": "string", "description": "Written by Kubernetes."},
        "creationTimestamp": _TIME,
        "deletionTimestamp": _TIME,
        "deletionGracePeriodSeconds": {"type": "integer", "description": "Written by Kubernetes."},
        "finalizers": {"type": "array", "items": {"type": "string"}, "description": "Kratix adds its own."},
        "ownerReferences": {**_OBJECTS, "description": "Owners."},
        "managedFields": {**_OBJECTS, "description": "Written by Kubernetes."},
    },
}


def main(argv: list[str] | None = None) -> int:
    """Write or check the schema.

    Args:
        argv: Command line without the program's name; None: that of this process.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the schema is stale")
    arguments = parser.parse_args(argv)
    text = schema_text(yaml.safe_load(CRD.read_text("utf-8")), examples())
    if not arguments.check:
        SCHEMA.write_text(text, "utf-8")
        return 0
    if SCHEMA.is_file() and SCHEMA.read_text("utf-8") == text:
        return 0
    sys.stderr.write(f"{SCHEMA.name} is stale: it differs from {CRD.name}; run: python promise/request_schema.py\n")
    return 1


def examples() -> list[dict[str, Any]]:
    """Read the Promise's examples, sorted by file name."""
    return [yaml.safe_load(path.read_text("utf-8")) for path in sorted(EXAMPLES.glob("*.yaml"))]


def schema_text(crd: dict[str, Any], requests: list[dict[str, Any]]) -> str:
    """Convert a CRD with one version.

    Args:
        crd: The CustomResourceDefinition.
        requests: Examples of requests.

    Returns:
        The JSON Schema as text, with a final newline.

    Raises:
        ValueError: The API server would reject the schema of the CRD.
    """
    (version,) = crd["spec"]["versions"]
    kind, group = crd["spec"]["names"]["kind"], crd["spec"]["group"]
    root = version["schema"]["openAPIV3Schema"]
    properties = root["properties"]
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": f"{kind} request, {version['name']}",
        "description": root["description"],
        "$comment": "Generated from the CRD by promise/request_schema.py; rules in CEL that JSON Schema cannot say are "
        "listed in $comment where they apply.",
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": False,
        "x-kubernetes-validations": root["x-kubernetes-validations"],
        "properties": {
            "apiVersion": {"const": f"{group}/{version['name']}", "description": "The API and its version."},
            "kind": {"const": kind, "description": "The kind."},
            "metadata": _METADATA,
            "spec": _translate(properties["spec"], "spec"),
            "status": _translate(properties["status"], "status"),
        },
        "examples": requests,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _translate(part: dict[str, Any], path: str) -> dict[str, Any]:
    schema, problems = translate(part)
    if problems:
        raise ValueError("\n".join(f"{path}: {problem.message}" for problem in problems))
    return _with_comments(schema)


def _with_comments(schema: dict[str, Any]) -> dict[str, Any]:
    """List the rules that JSON Schema cannot express; uniqueness of label names it can."""
    rules = [rule["message"] for rule in schema.get("x-kubernetes-validations", ())]
    if schema.get("x-kubernetes-list-type") == "map":
        rules.append(f"unique by {', '.join(schema['x-kubernetes-list-map-keys'])}")
    result = {"type": schema["type"], **schema} | (
        {"$comment": "Also checked by the API server: " + "; ".join(rules)} if rules else {}
    )
    if any("label names" in rule for rule in rules):
        result["propertyNames"] = _LABEL_NAMES
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            result[word] = _with_comments(schema[word])
    if "properties" in schema:
        result["properties"] = {name: _with_comments(inner) for name, inner in schema["properties"].items()}
    return result


if __name__ == "__main__":
    sys.exit(main())
