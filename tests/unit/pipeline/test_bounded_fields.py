"""Every field of every shipped CRD has a bound or stands under a rule of its own, and the strict policy means it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from platform_status_contract.model.policy import Bound, KindBounds
from platform_status_contract.policy.judge import judge
from platform_status_contract.policy.paths import Every, Node, Steps, grow, parse_path
from platform_status_contract.policy.read import shipped_policy

from .requests import ROOT, read

Json = dict[str, Any]

STRICT = shipped_policy()
CRDS = {
    crd["spec"]["names"]["kind"]: crd
    for file in (*sorted((ROOT / "promise/crds").glob("*.yaml")), ROOT / "promise/webapp/crd.yaml")
    for crd in [read(file)]
}
JUDGED = {entry.kind: entry for entry in STRICT.spec.kinds}
EVERYWHERE: tuple[Any, ...] = (None, [], {}, [["x"]], {"x": {"y": "{{ .z }}"}})
"""What no bound of a scalar allows."""


def schema_of(kind: str) -> Json:
    (version,) = CRDS[kind]["spec"]["versions"]
    found: Json = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return found


def leaves(schema: Json, steps: Steps) -> Iterator[tuple[Steps, Json]]:
    """Every field that holds a value, a list's items and a mapping's keys followed; a free object is a field itself."""
    if schema.get("properties"):
        for name, child in schema["properties"].items():
            yield from leaves(child, (*steps, name))
    elif "items" in schema:
        yield from leaves(schema["items"], (*steps, Every.ITEM))
    elif isinstance(schema.get("additionalProperties"), dict):
        yield (*steps, Every.KEY), schema["additionalProperties"]
    else:
        yield steps, schema


def fields() -> list[Any]:
    return [
        pytest.param(kind, steps, schema, id=f"{kind}-{'.'.join(str(getattr(step, 'value', step)) for step in steps)}")
        for kind in JUDGED
        for steps, schema in leaves(schema_of(kind), ("spec",))
    ]


def bounds() -> list[Any]:
    return [pytest.param(kind, bound, id=f"{kind}-{bound.path}") for kind in JUDGED for bound in JUDGED[kind].bounds]


def is_bounded(node: Node, steps: Steps) -> bool:
    """Whether a bound speaks of a field, of what holds it, or of the keys of it that may be set at all."""
    if node.bound is not None or not steps:
        return True
    step, rest = steps[0], steps[1:]
    if step is Every.KEY and Every.KEY not in node.children:
        return bool(node.keys)  # these keys and no others
    return step in node.children and is_bounded(node.children[step], rest)


@pytest.mark.parametrize(("kind", "steps", "schema"), fields())
def test_every_field_has_a_bound(kind: str, steps: Steps, schema: Json) -> None:
    assert is_bounded(grow(JUDGED[kind].bounds), steps), f"{kind}: no bound of platform.yaml speaks of {steps}"
    assert schema


def test_a_field_without_a_bound_would_be_found() -> None:
    some = KindBounds("g", "k", tuple(bound for bound in JUDGED["WebApp"].bounds if bound.path != "spec.host"))
    assert not is_bounded(grow(some.bounds), ("spec", "host"))


def test_every_shipped_kind_is_judged_or_made_by_gitops_alone() -> None:
    sub = STRICT.spec.sub_requests
    assert sub is not None
    for kind, crd in CRDS.items():
        names = (crd["spec"]["group"], crd["spec"]["names"]["plural"])
        assert (kind in JUDGED) != (names[0] == sub.group and names[1] in sub.resources), kind
    shipped = [crd for file in (ROOT / "promise").rglob("promise.yaml") for crd in [_api(file)]]
    assert {crd["spec"]["names"]["kind"] for crd in shipped} == set(CRDS)


def _api(file: Path) -> Json:
    api: Json = read(file)["spec"]["api"]
    return api


def asked(kind: str, bound: Bound, value: object) -> Json:
    """A request that a tenant may make, but for one field."""
    spec: Json = {"name": "media"} if kind == "VClusterOrchestratorV2" else {"image": "x"}
    made: Json = {
        "apiVersion": "platform.integratn.tech/v1alpha1",
        "kind": kind,
        "metadata": {"name": "media", "namespace": "vcluster-media"},
        "spec": spec,
    }
    steps = parse_path(bound.path)
    at: Any = made
    for step, following in zip(steps, (*steps[1:], None), strict=True):
        key: Any = step if isinstance(step, str) else 0 if step is Every.ITEM else "key"
        below = value if following is None else [None] if following is Every.ITEM else {}
        if isinstance(at, list) or following is None or not isinstance(at.get(key), dict):
            at[key] = below
        at = at[key]
    return made


def refused(kind: str, bound: Bound, value: object) -> bool:
    rule = f"{bound.path} of the platform's policy strict"
    return any(problem.cause.endswith(rule) for problem in judge(STRICT, asked(kind, bound, value)))


def outside(bound: Bound) -> Iterator[object]:
    """Values just outside of what a bound allows, of its own type and of others."""
    yield from EVERYWHERE
    if bound.type in ("string", "name", "namespace") and not bound.templates:
        yield "{{ .kubeconfig }}"
    if bound.type == "string":
        yield "x" * (bound.max_length + 1)
    if bound.type in ("string", "integer") and bound.allowed is not None:
        yield from ("outside", "", 0, -1, "*", True)
        yield from (f"{value}x" for value in bound.allowed if not str(value).endswith("*"))
    if bound.type == "integer":
        yield from ((bound.minimum or 0) - 1, "1", True, 1.5)
        yield from [bound.maximum + 1] if isinstance(bound.maximum, int) else []
    if bound.type == "quantity":
        assert bound.maximum is not None, "a quantity without an end"
        yield from ("999999T", "-1", "1e9", -1, True)
    if bound.type == "boolean":
        yield from ("true", 1)
    if bound.type in ("name", "namespace"):
        yield from ("shop", "argocd", "team-a--x", "kube-system", 1)


@pytest.mark.parametrize(("kind", "bound"), bounds())
def test_the_strict_policy_refuses_what_is_outside(kind: str, bound: Bound) -> None:
    assert bound.type != "free"
    for value in outside(bound):
        if bound.allowed == ("*",) and value == "outside":
            continue
        if bound.allowed == ("*",) and value in ("", "*"):
            continue
        assert refused(kind, bound, value), value


@pytest.mark.parametrize(("kind", "bound"), bounds())
def test_more_than_one_value_needs_a_reason(kind: str, bound: Bound) -> None:
    is_one = bound.allowed is not None and len(bound.allowed) <= 1 and "*" not in "".join(map(str, bound.allowed))
    assert is_one != bool(bound.reason), f"{kind} {bound.path}: one value, or a reason for more"


@pytest.mark.parametrize(("kind", "steps", "schema"), fields())
def test_the_default_of_a_field_is_within_its_bound(kind: str, steps: Steps, schema: Json) -> None:
    if "default" not in schema:
        return
    (bound,) = [bound for bound in JUDGED[kind].bounds if parse_path(bound.path) == steps]
    assert not refused(kind, bound, schema["default"])
