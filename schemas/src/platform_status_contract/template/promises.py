"""The shape of a Promise that Kratix accepts (kratix.md sections 1 and 2). Pure.

Kratix decodes a Pipeline strictly: one unknown field makes the Promise invalid. So the shapes below forbid unlisted
keys. Metadata is a whole ObjectMeta, as clients and the API server write it. Fields of a container that Kubernetes
defines (env, resources, ...) are not checked here; only a real API server can do that.
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

__all__ = ["MAX_PIPELINE_NAME", "VERSION_LABEL", "promise_schema"]

MAX_PIPELINE_NAME: Final = 60
"""Length of ``<promise>-<type>-<action>-<pipeline>``, which becomes the name of a ServiceAccount and of Jobs."""

VERSION_LABEL: Final = "kratix.io/promise-version"
"""Label of a Promise with its revision."""

_Any = dict[str, Any]
_Label = Annotated[
    str,
    Meta(
        max_length=63,
        pattern=r"^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?\Z",
        extra_json_schema={"x-expected": "the value of a label: at most 63 letters, digits, '-', '_' and '.'"},
    ),
]
_Name = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=63,
        pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z",
        extra_json_schema={"x-expected": "a name of at most 63 lower case letters, digits and '-'"},
    ),
]
_ObjectName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=63,
        pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z",
        extra_json_schema={"x-expected": "a name of at most 63 lower case letters, digits, '-' and '.'"},
    ),
]
_Time = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})\Z",
        extra_json_schema={"x-expected": "a time such as 2026-02-26T10:00:00Z, or null"},
    ),
]


class _Container(Struct, rename="camel", forbid_unknown_fields=True):
    name: _Name
    image: Annotated[str, Meta(min_length=1)]
    args: list[str] = []
    command: list[str] = []
    env: list[_Any] = []
    env_from: list[_Any] = []
    volume_mounts: list[_Any] = []
    image_pull_policy: Literal["Always", "IfNotPresent", "Never", ""] = ""
    security_context: _Any = {}
    resources: _Any = {}


class _Rbac(Struct, rename="camel", forbid_unknown_fields=True):
    service_account: str = ""
    permissions: list[_Any] = []


class _JobOptions(Struct, rename="camel", forbid_unknown_fields=True):
    backoff_limit: Annotated[int, Meta(ge=0)] | None = None


class _PipelineSpec(Struct, rename="camel", forbid_unknown_fields=True):
    containers: Annotated[list[_Container], Meta(min_length=1)]
    image_pull_secrets: list[_Any] = []
    job_options: _JobOptions | None = None
    node_selector: dict[str, str] = {}
    rbac: _Rbac | None = None
    restart_policy: Literal["Never", "OnFailure", ""] = ""
    tolerations: list[_Any] = []
    volumes: list[_Any] = []


class _Metadata(Struct, rename="camel", forbid_unknown_fields=True):
    name: _ObjectName
    labels: dict[str, _Label] = {}
    annotations: dict[str, str] = {}
    namespace: str = ""
    generate_name: str = ""
    finalizers: list[str] = []
    owner_references: list[_Any] = []
    creation_timestamp: _Time | None = None
    deletion_timestamp: _Time | None = None
    deletion_grace_period_seconds: int | None = None
    generation: int = 0
    managed_fields: list[_Any] = []
    resource_version: str = ""
    self_link: str = ""
    uid: str = ""


class _Pipeline(Struct, rename="camel", forbid_unknown_fields=True):
    api_version: Literal["platform.kratix.io/v1alpha1"]
    kind: Literal["Pipeline"]
    metadata: _Metadata
    spec: _PipelineSpec


class _Actions(Struct, forbid_unknown_fields=True):
    configure: list[_Pipeline] = []
    delete: Annotated[list[_Pipeline], Meta(max_length=1)] = []


class _Config(Struct, rename="camel", forbid_unknown_fields=True):
    pipeline_namespace: str = ""
    reconciliation_interval: str = ""


class _Workflows(Struct, forbid_unknown_fields=True):
    promise: _Actions = msgspec.field(default_factory=_Actions)
    resource: _Actions = msgspec.field(default_factory=_Actions)
    config: _Config | None = None


class _Required(Struct, forbid_unknown_fields=True):
    name: _Name
    version: str


class _Selector(Struct, rename="camel", forbid_unknown_fields=True):
    match_labels: dict[str, _Label] = {}


class _Spec(Struct, rename="camel", forbid_unknown_fields=True):
    api: _Any = {}
    workflows: _Workflows = msgspec.field(default_factory=_Workflows)
    required_promises: list[_Required] = []
    dependencies: list[_Any] = []
    destination_selectors: list[_Selector] = []


class _Promise(Struct, rename="camel", forbid_unknown_fields=True):
    api_version: Literal["platform.kratix.io/v1alpha1"]
    kind: Literal["Promise"]
    metadata: _Metadata
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _Any = {}


def promise_schema() -> dict[str, Any]:
    """Return the shape of a Promise as a JSON Schema without references, to report every problem with its path.

    An optional field may be null too: Kratix decodes null as absent, and clients write it.
    """
    schema = msgspec.json.schema(_Promise)
    definitions = schema.pop("$defs")

    def inlined(node: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(node, list):
            return [inlined(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return inlined(definitions[node["$ref"].rpartition("/")[2]])
        result = {key: inlined(item) for key, item in node.items() if key not in ("title", "default")}
        if "properties" in node:
            required = node.get("required", ())
            result["properties"] = {
                key: item if key in required else _or_null(item) for key, item in result["properties"].items()
            }
        return result

    result: dict[str, Any] = inlined(schema)
    return result


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in schema:
        (schema,) = (branch for branch in schema["anyOf"] if branch.get("type") != "null")
    enum = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    kind = {"type": [schema["type"], "null"]} if "type" in schema else {}
    return {**schema, **enum, **kind}
