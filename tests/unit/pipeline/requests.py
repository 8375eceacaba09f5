"""Requests to plan: the Promise's examples, small ones made by hand, and every one that the schema allows."""

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from platform_status_contract.template.yaml_text import load
from platform_status_contract.validation import load_schema

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((ROOT / "promise" / "examples").glob("*.yaml"))
TEMPLATE = ROOT / "promise" / "contract.yaml"
REQUEST_SCHEMA = "vclusterorchestratorv2-request-v1alpha1"


def example(name: str) -> dict[str, Any]:
    """Read an example of the Promise as it would stand in a cluster."""
    return in_cluster(read(ROOT / "promise" / "examples" / f"{name}.yaml"))


def read(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping."""
    document = load(path.read_text("utf-8"))
    assert isinstance(document, dict)
    return document


def in_cluster(document: dict[str, Any]) -> dict[str, Any]:
    """Add what the API server adds."""
    return {**document, "metadata": {"generation": 1, **document["metadata"]}}


def request(**spec: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Make a request; keyword arguments are fields of spec."""
    return {
        "apiVersion": "platform.integratn.tech/v1alpha1",
        "kind": "VClusterOrchestratorV2",
        "metadata": {"name": "media", "namespace": "requests", "generation": 3},
        "spec": {"name": "media", "targetNamespace": "vcluster-media", **spec},
    }


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=3),
    max_leaves=6,
)
_CHART_KEYS = (
    *("controlPlane", "statefulSet", "persistence", "volumeClaim", "volumeClaimTemplates", "enabled", "backingStore"),
    *("etcd", "embedded", "deploy", "external", "database", "exportKubeConfig", "additionalSecrets", "secret", "name"),
    *("namespace", "highAvailability", "replicas", "integrations"),
)


def _helm_values() -> st.SearchStrategy[dict[str, Any]]:
    """Helm values that hit the very keys that our code reads, with values of every shape."""
    leaf = _JSON | st.sampled_from(["true", "false", "auto", 1, 3])
    return st.dictionaries(
        st.sampled_from(_CHART_KEYS),
        st.recursive(
            leaf,
            lambda inner: (
                st.dictionaries(st.sampled_from(_CHART_KEYS), inner, max_size=4) | st.lists(inner, max_size=2)
            ),
            max_leaves=10,
        ),
        max_size=4,
    )


def _of(schema: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - a JSON Schema
    """A strategy for one part of the request's schema; free objects become Helm values."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of(*(_of_kind(kind, schema) for kind in kinds))


def _of_kind(kind: str, schema: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401, PLR0911 - a JSON Schema, by its kinds
    if kind == "object" and "properties" in schema:
        required = set(schema.get("required", ()))
        parts = {name: _of(part) for name, part in schema["properties"].items()}
        return st.fixed_dictionaries(
            {name: part for name, part in parts.items() if name in required},
            optional={name: part for name, part in parts.items() if name not in required},
        )
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        keys = st.from_regex(schema.get("propertyNames", {}).get("pattern", r"^[a-z]+$"), fullmatch=True)
        return st.dictionaries(
            keys.filter(lambda key: len(key) <= 317), _of(schema["additionalProperties"]), max_size=3
        )
    if kind == "object":
        return _helm_values()
    if kind == "array":
        return st.lists(_of(schema["items"]), max_size=3)
    if kind == "integer":
        return st.integers(schema.get("minimum", 0), schema.get("maximum", 2**31 - 1))
    if kind == "boolean":
        return st.booleans()
    low, high = schema.get("minLength", 0), schema.get("maxLength", 64)
    texts = st.from_regex(schema["pattern"], fullmatch=True) if "pattern" in schema else st.text(max_size=high)
    return texts.filter(lambda text: low <= len(text) <= high)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """Any request that the JSON Schema allows, as it would stand in a cluster."""
    spec = draw(_of(load_schema(REQUEST_SCHEMA)["properties"]["spec"]))
    label = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True)
    metadata: dict[str, Any] = {"name": draw(label), "namespace": draw(label), "generation": draw(st.integers(1, 99))}
    annotations = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "platform.integratn.tech/base-domain": st.sampled_from(["example.com", "a.b.c"]) | st.text(max_size=8),
                "platform.integratn.tech/reconcile-at": st.text(max_size=30),
            },
        )
    )
    if annotations:
        metadata["annotations"] = annotations
    return {
        "apiVersion": "platform.integratn.tech/v1alpha1",
        "kind": "VClusterOrchestratorV2",
        "metadata": metadata,
        "spec": spec,
    }
