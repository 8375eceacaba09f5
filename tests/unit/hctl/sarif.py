"""The part of SARIF 2.1.0 that hctl writes, as a closed schema: what the standard requires, and no key besides ours.

No package that we install brings the schema of OASIS; the names in brackets are the sections of the standard.
"""

from typing import Any, Final

__all__ = ["SARIF"]

Schema = dict[str, Any]


def _object(required: str = "", **properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


_TEXT: Final[Schema] = {"type": "string", "minLength": 1}
_POSITIVE: Final[Schema] = {"type": "integer", "minimum": 1}
_ID: Final[Schema] = {"type": "string", "pattern": r"^[a-z0-9-]+\Z"}

_MESSAGE = _object("text", text=_TEXT)  # 3.11
_RULE = _object(  # 3.49
    "id shortDescription fullDescription help",
    id=_ID,
    name={"type": "string", "pattern": r"^([A-Z][a-z0-9]*)+\Z"},
    shortDescription=_MESSAGE,
    fullDescription=_MESSAGE,
    help=_MESSAGE,
)
_ARTIFACT = _object("uri", uri=_TEXT, uriBaseId={"const": "%SRCROOT%"}, description=_MESSAGE)  # 3.4
_LOCATION = _object(  # 3.28, 3.29, 3.30, 3.33
    "physicalLocation",
    physicalLocation=_object(
        "artifactLocation region",
        artifactLocation=_ARTIFACT,
        region=_object("startLine startColumn", startLine=_POSITIVE, startColumn=_POSITIVE),
    ),
    logicalLocations={
        "type": "array",
        "uniqueItems": True,
        "items": _object("fullyQualifiedName", fullyQualifiedName={"type": "string"}, kind=_TEXT),
    },
)
_RESULT = _object(  # 3.27
    "ruleId level message locations",
    ruleId=_ID,
    ruleIndex={"type": "integer", "minimum": 0},
    level={"enum": ["none", "note", "warning", "error"]},
    message=_MESSAGE,
    locations={"type": "array", "items": _LOCATION, "minItems": 1},
    properties={"type": "object"},
)
_RUN = _object(  # 3.14
    "tool results",
    tool=_object(
        "driver",
        driver=_object(
            "name rules",
            name=_TEXT,
            semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
            rules={"type": "array", "items": _RULE, "uniqueItems": True},
        ),
    ),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    originalUriBaseIds={"type": "object", "additionalProperties": _object(description=_MESSAGE)},
    results={"type": "array", "items": _RESULT},
)

SARIF: Final = _object(  # 3.13
    "version runs",
    **{"$schema": {"type": "string", "pattern": "^https://"}},
    version={"const": "2.1.0"},
    runs={"type": "array", "items": _RUN},
)
"""A log."""
