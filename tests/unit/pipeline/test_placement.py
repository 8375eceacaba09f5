"""Pipeline name, destinations and API names of a Promise: what is changed, what is refused, what is warned of."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from platform_status_pipeline.errors import RequestRefusedError
from platform_status_pipeline.kratix.folders import labels_of
from platform_status_pipeline.promise.placement import Placement, over, place, warnings
from tests.unit.pipeline.promises import ours, refusals, widget

Json = dict[str, Any]

LABELS = {"capability.vcluster": "true"}


def installed() -> Json:
    """A Promise of the older implementation's shape: other names, fewer short ones, no promise workflow."""
    promise = ours()
    promise["spec"]["destinationSelectors"] = [{"matchLabels": dict(LABELS)}]
    names = promise["spec"]["api"]["spec"]["names"]
    promise["spec"]["api"]["spec"]["names"] = {key: names[key] for key in ("kind", "plural", "singular")}
    del promise["spec"]["workflows"]["promise"]
    promise["spec"]["workflows"]["resource"]["configure"][0]["metadata"]["name"] = "vco-v2-configure"
    return promise


def differences(old: object, new: object, path: str = "") -> dict[str, object]:
    """Path -> new value of all that differs."""
    if isinstance(old, dict) and isinstance(new, dict):
        pairs = [(f"{path}.{key}".strip("."), old.get(key), new.get(key)) for key in {**old, **new}]
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = [(f"{path}[{index}]", *both) for index, both in enumerate(zip(old, new, strict=True))]
    else:
        return {} if old == new else {path: new}
    return {where: value for name, a, b in pairs for where, value in differences(a, b, name).items()}


def test_a_placement_changes_the_pipeline_the_selectors_and_the_sidecars_destination_and_nothing_else() -> None:
    promise = ours()
    placed = place(promise, Placement("vco-v2-configure", {"a.example/b": "", "c": "d"}))
    sidecar = "spec.workflows.promise.configure[0].spec.containers[0].env"
    image = promise["spec"]["workflows"]["promise"]["configure"][0]["spec"]["containers"][0]["env"]
    assert differences(promise, placed) == {
        "spec.destinationSelectors[0].matchLabels.environment": None,
        "spec.destinationSelectors[0].matchLabels.a.example/b": "",
        "spec.destinationSelectors[0].matchLabels.c": "d",
        sidecar: [*image, {"name": "SIDECAR_DESTINATION", "value": "a.example/b=,c=d"}],
        "spec.workflows.resource.configure[0].metadata.name": "vco-v2-configure",
    }
    assert refusals(placed) == []
    assert place(placed, Placement(labels={"c": "d"}))["spec"]["workflows"]["promise"]["configure"][0]["spec"][
        "containers"
    ][0]["env"] == [*image, {"name": "SIDECAR_DESTINATION", "value": "c=d"}]


def test_no_placement_leaves_the_promise_alone() -> None:
    assert place(ours(), Placement()) == ours()


def test_the_longest_name_fits_and_one_character_more_does_not() -> None:
    longest = 60 - len("vcluster-orchestrator-v2-resource-configure-")
    assert refusals(place(ours(), Placement("x" * longest))) == []
    with pytest.raises(RequestRefusedError, match=rf"with {longest + 1} characters, expected at most {longest}:"):
        place(ours(), Placement("x" * (longest + 1)))


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a.b", "a b", "a\n", "ä", "a_b"])
def test_a_pipeline_name_that_kubernetes_refuses_is_refused(name: str) -> None:
    with pytest.raises(RequestRefusedError, match=r"pipeline: found .*, expected lower case letters, digits and '-'"):
        place(ours(), Placement(name))


def test_a_promise_without_one_pipeline_cannot_have_it_named() -> None:
    with pytest.raises(RequestRefusedError, match=r"pipeline: found the pipelines \[\] in .*, expected one"):
        place(widget(), Placement("configure"))
    two = ours()
    two["spec"]["workflows"]["resource"]["configure"] *= 2
    with pytest.raises(RequestRefusedError, match='found the pipelines \\["configure", "configure"\\]'):
        place(two, Placement("other"))


# -- over an installed Promise


def test_an_installed_promise_gives_its_pipeline_its_selectors_and_the_names_of_its_api() -> None:
    placement = over(ours(), installed(), Placement())
    names = installed()["spec"]["api"]["spec"]["names"]
    assert placement == Placement("vco-v2-configure", LABELS, names)
    placed = place(ours(), placement)
    assert placed["spec"]["api"]["spec"]["names"] == names
    assert warnings(installed(), placement) == []


def test_what_is_given_wins_over_the_installed_promise_and_is_warned_of() -> None:
    placement = over(ours(), installed(), Placement("configure", {"environment": "platform"}))
    assert (placement.pipeline, placement.labels) == ("configure", {"environment": "platform"})
    pipeline, selectors = warnings(installed(), placement)
    assert "delete the Works of pipeline vco-v2-configure" in pipeline
    assert 'from {"capability.vcluster": "true"} to {"environment": "platform"}' in selectors


def test_the_labels_of_several_selectors_are_wanted_together() -> None:
    promise = installed()
    promise["spec"]["destinationSelectors"].append({"matchLabels": {"zone": "a"}})
    assert over(ours(), promise, Placement()).labels == {**LABELS, "zone": "a"}


def _set(*path: str | int, value: object) -> Callable[[Json], None]:
    def change(promise: Json) -> None:
        part: Any = promise
        for key in path[:-1]:
            part = part[key]
        part[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_set("kind", value="Pipeline"), 'found kind "Pipeline", expected "Promise"'),
        (_set("metadata", "name", value="widget"), 'found metadata.name "widget"'),
        (_set("metadata", value=None), "found metadata.name null"),
        (_set("spec", value=[]), "found spec.api.spec.group null"),
        (_set("spec", "api", "spec", "group", value="example.org"), 'found spec.api.spec.group "example.org"'),
        (_set("spec", "api", "spec", "names", "plural", value="others"), 'found spec.api.spec.names.plural "others"'),
        (_set("spec", "api", "spec", "versions", 0, "name", value="v1"), r'stored as \["v1"\], the new one serves'),
        (_set("spec", "workflows", value={}), r"found the pipelines \[\] in .*, expected one"),
        (_set("spec", "workflows", "resource", "configure", value=[{}, 1]), r'pipelines \["None", "None"\]'),
        (_set("spec", "destinationSelectors", value=None), "found no labels in spec.destinationSelectors"),
        (_set("spec", "destinationSelectors", value=[{"matchLabels": {"a": True}}]), "matchLabels.a true, expected a"),
        (_set("spec", "destinationSelectors", value=[3, {"matchLabels": []}]), "found no labels"),
    ],
)
def test_an_installed_promise_that_does_not_fit_is_refused(change: Callable[[Json], None], told: str) -> None:
    promise = deepcopy(installed())
    change(promise)
    with pytest.raises(RequestRefusedError, match=f"installed Promise: .*{told}"):
        over(ours(), promise, Placement())


def test_what_an_installed_promise_lacks_can_be_given() -> None:
    promise = installed()
    del promise["spec"]["destinationSelectors"], promise["spec"]["workflows"]
    placement = over(ours(), promise, Placement("configure", LABELS))
    assert (placement.pipeline, placement.labels) == ("configure", LABELS)


# -- labels


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("environment=platform", {"environment": "platform"}),
        ("capability.vcluster=true", {"capability.vcluster": "true"}),
        ("a=,example.com/b_c.d=X-1", {"a": "", "example.com/b_c.d": "X-1"}),
        ("a=1,a=1", {"a": "1"}),
    ],
)
def test_labels_are_read(text: str, labels: dict[str, str]) -> None:
    assert labels_of(text) == labels


@pytest.mark.parametrize(
    "text",
    ["", "a", "=b", "a=b,", "a=b=c", "a b=c", "/a=b", "A.com/a=b", "a/b/c=d", f"{'a' * 64}=b", f"a={'b' * 64}", "a=b\n",
     "-a=b", "a=-b", f"{'a' * 254}/a=b", "a=1,a=2"],
)  # fmt: skip
def test_what_is_no_label_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"found .*, expected"):
        labels_of(text)
