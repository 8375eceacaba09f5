"""Requests that nobody wrote: made by the schema that we publish, and well-formed ones with a mistake made in them."""

import copy
from pathlib import Path
from typing import Any, Final

import yaml
from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema

from platform_status_contract.validation import load_schema
from tests.golden.mistakes import mistakes

__all__ = ["requests_by_schema", "requests_with_a_mistake"]

Json = dict[str, Any]

_SCHEMA: Final = "vclusterorchestratorv2-request-v1alpha1"
_EXAMPLES: Final = Path(__file__).parents[3] / "promise" / "examples"
_WRITTEN_BY_PEOPLE: Final = ("name", "generateName", "namespace", "labels", "annotations")
"""Of the metadata. The rest is Kubernetes' own, which refuses some of it in a new object, whatever it holds."""


def _schema() -> Json:
    """The schema of what people write: without status, and without what makes a large document of nothing."""
    schema = load_schema(_SCHEMA)
    del schema["properties"]["status"], schema["examples"]
    metadata = schema["properties"]["metadata"]["properties"]
    schema["properties"]["metadata"]["properties"] = {name: metadata[name] for name in _WRITTEN_BY_PEOPLE}
    spec = schema["properties"]["spec"]["properties"]
    for holder, names in (
        (spec["vcluster"], ("backingStore", "exportKubeConfig", "helmOverrides")),
        (spec["argocdApplication"], ("syncPolicy",)),
    ):
        for name in names:
            holder["properties"][name] = {"type": "object", "maxProperties": 0}
    return schema


def _sensible(request: Json, pair: tuple[str | None, str | None], *, changed: bool) -> Json:
    """Give it names and addresses that are some: by its pattern alone nearly every octet is one of 999."""
    metadata = request["metadata"]
    metadata["namespace"] = "vcluster-media"
    if not changed:
        return request
    metadata.update({"generateName": "media-"} if "generateName" in metadata else {})
    for section in ("labels", "annotations"):
        if metadata.get(section):
            metadata[section] = {"example.org/team": "media"}
    exposure = request["spec"].setdefault("exposure", {})
    exposure.pop("subnet", None)
    exposure.pop("vip", None)
    exposure.update({key: value for key, value in zip(("subnet", "vip"), pair, strict=True) if value is not None})
    for rule in request["spec"].get("networkPolicies", {}).get("extraEgress", ())[:-1]:
        rule["cidr"] = "10.0.7.0/24"
    return request


_OCTETS = st.integers(0, 255)
_VIPS = st.tuples(st.just("10.0"), _OCTETS, _OCTETS).map(lambda parts: ".".join(map(str, parts)))
_SUBNETS = st.tuples(_VIPS, st.integers(8, 33)).map(lambda parts: f"{parts[0]}/{parts[1]}")

requests_by_schema: st.SearchStrategy[Json] = st.builds(
    _sensible,
    from_schema(_schema()),
    st.tuples(st.none() | _SUBNETS, st.none() | _VIPS),
    changed=st.booleans(),
)
"""Whatever the schema allows; half of them with names and addresses that somebody may mean."""

_GOOD: Final = [
    *(yaml.safe_load(path.read_text("utf-8")) for path in sorted(_EXAMPLES.glob("*.yaml"))),
    *(
        yaml.safe_load(case.path.read_bytes())
        for case in mistakes("request")
        if case.path.stem in ("good-everything", "good-small-network-with-an-address")
    ),
]
_ODD: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 99, 100, 1.5, 65535, 65536, 2**31, 2**63, 1e300),
    *("", " ", "a", "A", "a_b", "a.b", "-a", "y", "1e3", "on", "null", "a\n", "ä", "\u202e", "{{ .x }}", "{", "0", "3"),
    *("m" * 42, "m" * 43, "m" * 63, "m" * 64, "m" * 254, "m" * 4097),
    *("10.0.4.210", "10.0.4.999", "10.0.4.010", "10.0.5.1", "10.0.4.0/24", "10.0.4.0/25", "10.0.4.0/33", "::/0"),
    *("500m", "1.5", "2Gi", "3GB", "0Gi", "TCP", "tcp", "dev", "https://a.b", "2026-02-26T10:30:00Z"),
    *([], {}, [None], {"a": "b"}, {"a": None}, ["a"], {"a b": "c"}),
)
_odd: st.SearchStrategy[Any] = st.sampled_from(_ODD).map(copy.deepcopy)
"""One of them, of its own: what is put into a request may be changed there."""

_STRANGE_KEYS: Final = ("x", "name", "Name", "nmae", "spec", "replica", "", "a b", "y", "vip", "null")


def _places(value: object, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a document but the root."""
    steps = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    return [place for step, child in steps for place in ((*at, step), *_places(child, (*at, step)))]


def _go(value: Any, place: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - JSON
    for step in place:
        value = value[step]
    return value


@st.composite
def _mistaken(draw: st.DrawFn) -> Json:
    request: Json = copy.deepcopy(draw(st.sampled_from(_GOOD)))
    request["metadata"]["namespace"] = "vcluster-media"
    for _ in range(draw(st.integers(0, 2))):
        places = [place for place in _places(request) if place != ("metadata", "namespace")]
        if not places:
            break
        place = draw(st.sampled_from(places))
        holder, step = _go(request, place[:-1]), place[-1]
        match draw(st.sampled_from(["drop", "odd", "odd", "add", "swap"])):
            case "drop":
                del holder[step]
            case "odd":
                holder[step] = draw(_odd)
            case "add" if isinstance(holder[step], dict):
                holder[step][draw(st.sampled_from(_STRANGE_KEYS))] = draw(_odd)
            case "swap":
                holder[step] = copy.deepcopy(_go(request, draw(st.sampled_from(places))))
    return request


requests_with_a_mistake: st.SearchStrategy[Json] = _mistaken()
"""A good request in which a key was dropped or added, or a value became an odd one or that of another field; or not."""
