"""Finds observed objects that a Promise sends to another cluster, which its sidecar cannot read. Pure.

Labels select Destinations, but do not identify clusters. So only a contradiction is reported: a label of the sidecar's
Destination with another value.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from hctl.reading.promises import destinations_of_sidecars
from platform_status_contract.model.lookup import mapping

from .findings import Finding, Severity
from .located import Located

__all__ = ["elsewhere_findings"]

_PARTS: Final = ("workloads", "secrets", "objects", "outputs")
_OURS: Final = frozenset({"contract", "delete", "render", "wait"})
"""Containers that send nothing to another cluster, except for the templates of `render`."""


def elsewhere_findings(root: Located, template: Located, manifests: Sequence[Located]) -> Iterator[Finding]:
    """Check the Destinations of the objects that a contract observes.

    Args:
        root: The Promise.
        template: A StatusContract in it.
        manifests: Its templates of kind Manifests.
    """
    contract = template.inside("spec", "contract")
    here = next(destinations_of_sidecars(root.value), None)
    # The Application itself selects the cluster of the objects that Argo CD delivers.
    if here is None or mapping(contract.value).get("application"):
        return
    selectors = root.inside("spec", "destinationSelectors").items()
    chosen = [mapping(item.inside("matchLabels").value) for item in selectors]
    away = next((labels for labels in chosen if _contradict(labels, here)), None)
    outputs = [output for one in manifests for output in one.inside("spec", "outputs").items()]
    folders = [
        mapping(output.inside("destination").value) for output in outputs if "destination" in mapping(output.value)
    ]
    if away is None or any(not _contradict(labels, here) for labels in folders):
        return
    severity = Severity.ERROR if _all_ours(root) else Severity.WARNING
    for part in _PARTS:
        if mapping(contract.value).get(part):
            found = f"objects that spec.destinationSelectors sends to {_spelled(away)}"
            expected = f"some that go to {_spelled(here)}: the sidecar reads only its own cluster"
            hint = "observe works, and an object in its own cluster, such as the Application that delivers them"
            yield contract.find((part,), "elsewhere", found, expected, hint, severity=severity, at_key=True)


def _all_ours(root: Located) -> bool:
    """Whether no container can send anything to another cluster by a file of its own."""
    pipelines = root.inside("spec", "workflows", "resource", "configure").items()
    containers = (container for pipeline in pipelines for container in pipeline.inside("spec", "containers").items())
    return all(_args(container)[:1] and _args(container)[0] in _OURS for container in containers)


def _args(container: Located) -> list[str]:
    return [str(item.value) for item in container.inside("args").items()]


def _contradict(labels: Mapping[str, object], here: Mapping[str, str]) -> bool:
    """Whether no Destination can have both labels; an expression can have any value."""
    both = {key: str(labels[key]) for key in here if key in labels}
    return any("${" not in value and value != here[key] for key, value in both.items())


def _spelled(labels: Mapping[str, object]) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items())
