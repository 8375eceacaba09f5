"""The known kinds of requests, with their schemas. Pure.

One kind is built in; the others are read from CRDs, plain or in Promises.
"""

import functools
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from msgspec import Struct

from platform_status_contract.model.lookup import mapping
from platform_status_contract.validation import resolved_schema
from platform_status_contract.validation.schemas import Schema

from .located import Located
from .openapi import translate

__all__ = ["KRATIX", "OURS", "KindId", "RequestKind", "api_of", "builtin_kinds", "crd_of", "kinds_of", "split_version"]

KRATIX: Final = "platform.kratix.io"
OURS: Final = "status.integratn.tech"
_BUILT_IN: Final = "vclusterorchestratorv2-request-v1alpha1"


class KindId(NamedTuple):
    """An API group and a kind."""

    group: str
    kind: str


class RequestKind(Struct, frozen=True):
    """A kind of requests.

    Attributes:
        name: Group and kind.
        versions: Served version -> schema of a whole request; the stored version is last.
        plural: Its plural; empty without a CRD.
        scope: Namespaced or Cluster; empty without a CRD.
    """

    name: KindId
    versions: dict[str, Schema]
    plural: str = ""
    scope: str = ""

    @property
    def stored(self) -> Schema:
        """The schema of the stored version, which Kratix reads."""
        return self.versions[list(self.versions)[-1]]


def split_version(api_version: object) -> tuple[str, str]:
    """Return group and version of an apiVersion; empty if missing."""
    group, slash, version = api_version.partition("/") if isinstance(api_version, str) else ("", "", "")
    return (group, version) if slash else ("", group)


@functools.cache
def _built_in_schema() -> Schema:
    schema: Schema = _without_names_of_keys(resolved_schema(_BUILT_IN))
    return schema


def _without_names_of_keys(node: Any) -> Any:  # noqa: ANN401 - any JSON
    """Remove propertyNames for label names, because a CEL rule of the CRD checks the same with an id of its own."""
    if isinstance(node, list):
        return [_without_names_of_keys(item) for item in node]
    if isinstance(node, dict):
        return {key: _without_names_of_keys(value) for key, value in node.items() if key != "propertyNames"}
    return node


def metadata_schema() -> Schema:
    """Return the schema of metadata; the module `metadata` checks the names."""
    schema: Schema = dict(_built_in_schema()["properties"]["metadata"])
    schema.pop("anyOf", None)
    properties: dict[str, Any] = schema["properties"]
    # The API server writes null for missing values, and accepts it again.
    properties = {key: _or_null(value) for key, value in properties.items()}
    return {**schema, "properties": {**properties, "name": {"type": "string"}, "namespace": {"type": "string"}} | _MAPS}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]} if isinstance(schema.get("type"), str) else schema


_MAPS: Final = {"labels": {"type": ["object", "null"]}, "annotations": {"type": ["object", "null"]}}


def builtin_kinds() -> dict[KindId, RequestKind]:
    """Return the kinds whose schemas are part of the contract."""
    schema = _built_in_schema()
    group, version = split_version(schema["properties"]["apiVersion"]["const"])
    name = KindId(group, schema["properties"]["kind"]["const"])
    properties = {**schema["properties"], "metadata": metadata_schema()}
    return {name: RequestKind(name, {version: {**schema, "properties": properties}})}


def api_of(root: Located) -> tuple[str, str, str]:
    """Return group, version and kind of an object; empty if missing."""
    value = mapping(root.value)
    kind = value.get("kind")
    return (*split_version(value.get("apiVersion")), kind if isinstance(kind, str) else "")


def crd_of(root: Located) -> Located | None:
    """Return an object that is a CRD, or the CRD in the API of a Promise; else None."""
    group, _, kind = api_of(root)
    if (group, kind) == ("apiextensions.k8s.io", "CustomResourceDefinition"):
        return root
    if (group, kind) == (KRATIX, "Promise"):
        api = root.inside("spec", "api")
        return api if isinstance(api.value, dict) else None
    return None


def kinds_of(crd: Located) -> Iterator[RequestKind]:
    """Yield the kind that a CRD defines, with its served versions; a schema that cannot be read allows any value."""
    spec = mapping(mapping(crd.value).get("spec"))
    group, kind = spec.get("group"), mapping(spec.get("names")).get("kind")
    if not (isinstance(group, str) and isinstance(kind, str) and group and kind):
        return
    versions: dict[str, Schema] = {}
    found = spec.get("versions")
    served = [mapping(version) for version in (found if isinstance(found, list) else ())]
    for version in sorted(served, key=lambda version: version.get("storage") is True):
        if version.get("served") is False:
            continue
        name, schema = version.get("name"), mapping(version.get("schema")).get("openAPIV3Schema")
        if isinstance(name, str):
            versions[name] = _whole(translate(schema)[0], group, name, kind)
    if versions:
        plural, scope = mapping(spec.get("names")).get("plural"), spec.get("scope")
        texts = (value if isinstance(value, str) else "" for value in (plural, scope))
        yield RequestKind(KindId(group, kind), versions, *texts)


def _whole(schema: Schema, group: str, version: str, kind: str) -> Schema:
    properties: Mapping[str, Any] = mapping(schema.get("properties"))
    required = [key for key in schema.get("required", []) if key not in ("apiVersion", "kind", "metadata")]
    return {
        **schema,
        "required": ["apiVersion", "kind", "metadata", *required],
        "properties": {
            **properties,
            "apiVersion": {"const": f"{group}/{version}"},
            "kind": {"const": kind},
            "metadata": metadata_schema(),
            # Kratix replaces the schema of the status in the CRD by its own.
            "status": {"type": "object"},
        },
    }
