"""The known kinds of requests, with their schemas, and the kind of a document. Pure.

One kind is built in; the others are read from CRDs, plain or in Promises. A document has a kind if both group and kind
match; another group is another kind. The exception is a group that can only be a typing error in the group of a
platform kind.
"""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from msgspec import Struct

from platform_status_contract.model.lookup import mapping
from platform_status_contract.validation import resolved_schema
from platform_status_contract.validation.schemas import Schema

from .located import Located, embedded_templates
from .openapi import translate

__all__ = [
    "KRATIX",
    "OURS",
    "KindId",
    "Known",
    "RequestKind",
    "api_of",
    "builtin_kinds",
    "crd_of",
    "groups_meant",
    "is_golden_path",
    "is_slip",
    "kinds_of",
    "learn",
    "mentions_ours",
    "name_of",
    "near_kinds",
    "split_version",
]

KRATIX: Final = "platform.kratix.io"
OURS: Final = "status.integratn.tech"
_BUILT_IN: Final = "vclusterorchestratorv2-request-v1alpha1"
_MAX_GROUP: Final = 253


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


class Known(Struct, frozen=True):
    """The kinds in all files.

    Attributes:
        kinds: The kinds of requests.
        groups: The groups of the platform: those of kinds in Promises, or with the category of golden paths.
        templates: Name of a template -> the kind that its Promise defines; None if Promises contradict each other.
        manifests: Kind -> the templates of kind Manifests in its Promise.
        only: The kind of the only Promise or CRD that was given with --promise.
        used: The kinds of all documents.
    """

    kinds: dict[KindId, RequestKind]
    groups: frozenset[str]
    templates: dict[str, RequestKind | None]
    manifests: dict[KindId, list[Located]]
    only: RequestKind | None
    used: frozenset[KindId]


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


def learn(files: Sequence[Sequence[Located]], beside: Sequence[Sequence[Located]]) -> Known:
    """Collect the kinds in files.

    Args:
        files: The objects of each file.
        beside: The objects of each file that was given with --promise.
    """
    kinds = builtin_kinds()
    groups = {name.group for name in kinds}
    templates: dict[str, RequestKind | None] = {}
    manifests: dict[KindId, list[Located]] = {}
    given: list[RequestKind] = []
    named = [(root, False) for roots in files for root in roots]
    # The files of --promise are read last, so that they take precedence.
    for root, is_beside in (*named, *((root, True) for roots in beside for root in roots)):
        crd = crd_of(root)
        for kind in kinds_of(crd) if crd is not None else ():
            kinds[kind.name] = kind
            given += [kind] if is_beside else []
            if is_beside or crd is not root or _is_platform(root):
                groups.add(kind.name.group)
            for template, what in embedded_templates(root) if crd is not root else ():
                name = name_of(template) if what == "StatusContract" else ""
                templates[name] = kind if templates.get(name, kind) == kind else None
                if what == "Manifests":
                    manifests.setdefault(kind.name, []).append(template)
    used = frozenset(KindId(group, kind) for group, _, kind in (api_of(root) for root, _ in named))
    return Known(kinds, frozenset(groups), templates, manifests, given[0] if len(given) == 1 else None, used)


def name_of(root: Located) -> str:
    """Return the name of an object; empty if it has none."""
    name = mapping(mapping(root.value).get("metadata")).get("name")
    return name if isinstance(name, str) else ""


def is_golden_path(crd: Located, known: Known) -> bool:
    """Whether a plain CRD is a golden path: by its group, its category, or because the files have a request of it."""
    spec = mapping(mapping(crd.value).get("spec"))
    is_used = any((spec.get("group"), mapping(spec.get("names")).get("kind")) == name for name in known.used)
    is_ours = any(spec.get("group") == name.group for name in builtin_kinds())
    return is_ours or is_used or _is_platform(crd)


def _is_platform(crd: Located) -> bool:
    categories = crd.inside("spec", "names", "categories").value
    return isinstance(categories, list) and "platform" in categories


def near_kinds(name: str, known: Sequence[str]) -> list[str]:
    """Return the known kinds that equal or resemble a name; empty if none does."""
    return [kind for kind in known if kind.lower() == name.lower()] or get_close_matches(name[:64], known, 1, 0.8)


def is_slip(group: str, known: Sequence[str]) -> bool:
    """Whether a group differs from a known one by a single character added, missing or wrong."""
    one_sign = max(0.5, 1 - 1.01 / max(len(group), 1))
    return group not in known and len(group) < _MAX_GROUP and bool(get_close_matches(group, known, 1, one_sign))


def groups_meant(root: Located, known: Known) -> list[str]:
    """Return the groups of the platform kind that a document probably means, if its own group has a typing error."""
    group, version, kind = api_of(root)
    groups = sorted(name.group for name in known.kinds if name.kind == kind and name.group in known.groups)
    if not group:
        # The core group has only version v1, and no kind of the platform.
        is_core = version == "v1" and not any(name.kind == kind for name in builtin_kinds())
        return [] if is_core else groups
    return groups if is_slip(group, groups) else []


def mentions_ours(data: bytes, known: Known) -> bool:
    """Whether a file that is no YAML could be one of the platform's: it names a group, or the kind of a request."""
    # A file in UTF-16 has a NUL beside each character.
    text = data.decode("utf-8", "replace").replace("\0", "")
    if any(group in text for group in {OURS, KRATIX, *known.groups}):
        return True
    kinds = {"Promise", *(name.kind for name in known.kinds)}
    return any(re.search(rf"""\bkind["']?\s*:\s*["']?{re.escape(kind)}\b""", text) for kind in kinds)
