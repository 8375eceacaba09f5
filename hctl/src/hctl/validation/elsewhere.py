"""What a Promise puts out where its sidecar sees nothing: on the Destinations of another cluster. Pure.

Labels say which Destinations are chosen, not which cluster each is. So only what contradicts is told: a label that the
sidecar's Destination has, with another value.
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
"""Containers that send nothing elsewhere, but for what the templates of `render` say."""


def elsewhere_findings(root: Located, template: Located, manifests: Sequence[Located]) -> Iterator[Finding]:
    """Check where the objects go that a contract observes.

    Args:
        root: The Promise.
        template: A StatusContract in it.
        manifests: Its templates of kind Manifests.
    """
    contract = template.inside("spec", "contract")
    here = next(destinations_of_sidecars(root.value), None)
    # What Argo CD delivers goes where the Application says.
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
            found = f"objects that spec.destinationSelectors sends to {_told(away)}"
            expected = f"some that go to {_told(here)}: the sidecar sees no other cluster than its own"
            hint = "observe works, and what stands there for them, such as the Application that delivers them"
            yield contract.find((part,), "elsewhere", found, expected, hint, severity=severity, at_key=True)


def _all_ours(root: Located) -> bool:
    """Whether no container may send anything elsewhere by a file of its own."""
    pipelines = root.inside("spec", "workflows", "resource", "configure").items()
    containers = (container for pipeline in pipelines for container in pipeline.inside("spec", "containers").items())
    return all(_args(container)[:1] and _args(container)[0] in _OURS for container in containers)


def _args(container: Located) -> list[str]:
    return [str(item.value) for item in container.inside("args").items()]


def _contradict(labels: Mapping[str, object], here: Mapping[str, str]) -> bool:
    """Whether no Destination can have both; what an expression says may be anything."""
    both = {key: str(labels[key]) for key in here if key in labels}
    return any("${" not in value and value != here[key] for key, value in both.items())


def _told(labels: Mapping[str, object]) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items())
