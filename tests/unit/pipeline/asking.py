"""Requests that tenants may think of: fields that a policy speaks of, with values within its bounds and beside them."""

from typing import Any

from hypothesis import strategies as st

from platform_status_contract.model.policy import Bound, Scalar
from platform_status_contract.policy.paths import Every, Step, Steps, parse_path

__all__ = ["anything", "asked"]

Json = dict[str, Any]

_SPACES = ("vcluster-media", "vcluster-shop", "team-b", "team-b--x", "old-team", "requests")
_NAMES = ("media", "shop", "vcluster-media", "team-b--x", "team-b--x--y", "in-cluster", "kube-x", "relic", "argocd")
_HOMES = (
    ("media", "vcluster-media"),
    ("vcluster-media", "vcluster-media"),
    ("team-b--x", "team-b"),
    ("relic", "old-team"),
    ("media", "requests"),
)
_NEAR = (
    *("", "a", "{{ .x }}", "a${x}", "\u2025/x", "a\u200bb"),
    *("../x", "%2e", "\\", "10.0.4.9", "10.0.7.0/8", "https://git.example.com/media/x", "null"),
)
_QUANTITIES = ("1", "4", "4001m", "8Gi", "8193Mi", "16Gi", "17G", "0.5", "1e3", "-1", "Gi", "999999999999999Ti")

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.sampled_from(_NEAR),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(("enabled", "x")), inner, max_size=2),
    max_leaves=4,
)
"""A small JSON value."""


def _values(bound: Bound) -> st.SearchStrategy[Any]:
    homes = (("media", "vcluster-media"), ("team-b--x", "team-b"))
    filled = [_filled(value, *home) for value in bound.allowed or () for home in homes]
    wide: dict[str, st.SearchStrategy[Any]] = {
        "integer": st.integers(-2, 12) | st.sampled_from((443, 6443, 65535, 65536, 2**40)),
        "boolean": st.booleans(),
        "quantity": st.sampled_from(_QUANTITIES) | st.integers(-1, 20),
        "name": st.sampled_from(_NAMES),
        "namespace": st.sampled_from((*_SPACES, *_NAMES, "openshift-config", "shared")),
    }
    within = [st.sampled_from(filled)] if filled else []
    return st.one_of(*within, wide.get(bound.type, st.sampled_from(_NEAR)))


def _filled(value: Scalar, name: str, space: str) -> Scalar:
    if not isinstance(value, str):
        return value
    return value.replace("{name}", name).replace("{namespace}", space).replace("*", "x")


def _within(bound: Bound, name: str, space: str) -> st.SearchStrategy[Any]:
    """Mostly what a bound allows the request."""
    allowed = [_filled(value, name, space) for value in bound.allowed or ()]
    usual: dict[str, st.SearchStrategy[Any]] = {
        "integer": st.integers(1, 5),
        "boolean": st.booleans(),
        "quantity": st.sampled_from(("1", 2, "500m", "1Gi")),
        "name": st.just(name),
        "namespace": st.sampled_from((space, f"{space}--x", f"vcluster-{name}")),
    }
    good = st.sampled_from(allowed) if allowed else usual.get(bound.type, st.sampled_from(("a", "b")))
    return st.one_of(good, good, good, good, _values(bound))


def _put(value: Any, steps: Steps, leaf: Any) -> Any:  # noqa: ANN401 - any JSON
    """Put a leaf into a value; what is in its way is replaced."""
    if not steps:
        return leaf
    step, rest = steps[0], steps[1:]
    if step is Every.ITEM:
        first = value[0] if isinstance(value, list) and value else {}
        return [_put(first, rest, leaf)]
    made = dict(value) if isinstance(value, dict) else {}
    key = step if isinstance(step, str) else "any"
    made[key] = _put(made.get(key), rest, leaf)
    return made


@st.composite
def asked(draw: st.DrawFn, bounds: tuple[Bound, ...], strange: bool = True) -> Json:  # noqa: FBT001, FBT002 - hypothesis
    """A request of the kind of the bounds.

    Args:
        draw: Hypothesis'.
        bounds: The bounds.
        strange: Whether values of any type may stand anywhere.
    """
    at_home = draw(st.booleans())
    anywhere = st.tuples(st.sampled_from(_NAMES), st.sampled_from(_SPACES))
    name, space = draw(st.sampled_from(_HOMES) if at_home else anywhere)
    made: Json = {
        "apiVersion": "platform.integratn.tech/v1alpha1",
        "kind": "VClusterOrchestratorV2",
        "metadata": {"name": draw(st.sampled_from((name, "media", "x"))), "namespace": space},
        "spec": {"name": name},
    }
    for bound in draw(st.lists(st.sampled_from(bounds), max_size=5)):
        made = _put(made, parse_path(bound.path), draw(_within(bound, name, space) if at_home else _values(bound)))
    if strange and draw(st.booleans()):
        bound = draw(st.sampled_from(bounds))
        steps: list[Step] = list(parse_path(bound.path))
        above = steps[: draw(st.integers(1, len(steps)))] if steps[0] == "spec" else steps
        made = _put(made, (*above, *draw(st.sampled_from(((), ("x",))))), draw(anything))
    return made
