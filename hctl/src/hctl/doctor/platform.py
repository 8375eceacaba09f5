"""Checks Kratix, its Destinations, sidecars, GitOps, images, the user's rights, and Argo CD's timeout. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from hctl.reading.fields import (
    USUAL_DESTINATION,
    condition,
    container_statuses,
    destinations_of_sidecars,
    name_of,
    namespace_of,
    text,
)
from hctl.reading.freshness import SILENT_AFTER
from hctl.texts import duration
from platform_status_contract.model.lookup import items, mapping, under
from platform_status_contract.model.times import parse_time

from .facts import CheckFacts, CheckFound, CheckLine, CheckState, named

__all__ = [
    "ARGO",
    "FLUX",
    "SYSTEM",
    "check_delivery",
    "check_destinations",
    "check_images",
    "check_kratix",
    "check_leases",
    "check_rights",
    "check_timeout",
]

SYSTEM: Final = "kratix-platform-system"
"""Namespace of Kratix."""

ARGO: Final = "argoproj.io"
FLUX: Final = "kustomize.toolkit.fluxcd.io"

_CONTROLLER: Final = "kratix-platform-controller-manager"
_UNPULLED: Final = frozenset(
    (
        *("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"),
        *("ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed"),
    )
)
_TIMEOUT: Final = {"timeout.reconciliation": "120s", "timeout.reconciliation.jitter": "60s"}
"""Argo CD's defaults for keys that its ConfigMap lacks."""

_LEAST_SILENCE: Final = 15 * 60
_UNITS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION: Final = re.compile(r"(?:\d{1,9}(?:\.\d{1,9})?(?:ms|h|m|s))+|0", re.ASCII)
_PART: Final = re.compile(r"([\d.]+)(ms|h|m|s)", re.ASCII)


def check_kratix(facts: CheckFacts) -> CheckLine:
    """Check that Kratix is installed and available, and report its version."""
    check = "kratix"
    if facts.look("promises").missing:
        return CheckLine(
            check, CheckState.FAILURE, "Kratix is not installed", "kubectl api-resources --api-group=platform.kratix.io"
        )
    found = facts.look("kratix")
    if found.unread:
        return _unread(check, found, "deployments.apps", SYSTEM)
    look = f"kubectl get deployments -n {SYSTEM}"
    manager = next((item for item in found.objects if name_of(item) == _CONTROLLER), None)
    if manager is None:
        told = f"its kinds are installed, but no Deployment {_CONTROLLER} in {SYSTEM} shows the version"
        return CheckLine(check, CheckState.WARNING, told, look)
    containers = items(under(manager, "spec", "template", "spec", "containers"))
    images = [text(item, "image") for item in containers if text(item, "name") == "manager"] or ["an unnamed image"]
    if not under(manager, "status", "availableReplicas"):
        return CheckLine(check, CheckState.FAILURE, f"no replica of {images[0]} is available", look)
    return CheckLine(check, CheckState.OK, f"{images[0]} runs")


def check_destinations(facts: CheckFacts) -> CheckLine:
    """Check that a writable Destination has the labels that each Promise with a sidecar selects."""
    check, found = "destinations", facts.look("destinations")
    if found.missing:
        return CheckLine(
            check, CheckState.FAILURE, "the cluster has no kind Destination", "hctl doctor, once Kratix is installed"
        )
    if found.unread:
        return _unread(check, found, "destinations.platform.kratix.io")
    look = "kubectl get destinations.platform.kratix.io --show-labels"
    broken = [name_of(item) for item in found.objects if condition(item, "Ready").get("status") == "False"]
    if broken:
        return CheckLine(check, CheckState.FAILURE, f"Kratix cannot write to {named(broken)}", look)
    promises = facts.look("promises").objects
    for wanted in [labels for each in promises for labels in destinations_of_sidecars(each)] or [USUAL_DESTINATION]:
        spelled = ",".join(f"{key}={value}" for key, value in sorted(wanted.items()))
        fitting = [item for item in found.objects if wanted.items() <= _labels(item).items()]
        if not fitting:
            told = f"no Destination has the label {spelled}, so the sidecar is not deployed"
            return CheckLine(
                check, CheckState.FAILURE, told, f"kubectl label destinations.platform.kratix.io NAME {spelled}"
            )
    guessed = facts.look("promises").unread
    if guessed:
        told = f"a Destination exists; whether Promises select another could not be read ({guessed})"
        return CheckLine(check, CheckState.NOT_READABLE, told, "kubectl auth can-i list promises.platform.kratix.io")
    return CheckLine(
        check, CheckState.OK, f"{named(map(name_of, found.objects))}: all labels that Promises select exist"
    )


def _labels(item: object) -> dict[str, str]:
    pairs = mapping(under(item, "metadata", "labels"))
    return {key: value for key, value in pairs.items() if isinstance(value, str)}


def check_leases(facts: CheckFacts) -> CheckLine:
    """Check that each sidecar renews its Lease."""
    check, found, space = "sidecars", facts.look("leases"), facts.sidecars
    if found.unread:
        return _unread(check, found, "leases.coordination.k8s.io", space)
    look = f"kubectl get deployments,pods,leases -n {space}"
    if not found.objects:
        return CheckLine(check, CheckState.FAILURE, f"no sidecar has a Lease in {space}", look)
    silent = list(_silent(facts, found))
    if silent:
        return CheckLine(check, CheckState.FAILURE, f"sidecars are silent: {named(silent)}", look)
    return CheckLine(
        check, CheckState.OK, f"{named(map(name_of, found.objects))} renewed within {duration(SILENT_AFTER)}"
    )


def _silent(facts: CheckFacts, found: CheckFound) -> Iterator[str]:
    for lease in found.objects:
        renewed = parse_time(under(lease, "spec", "renewTime"))
        if renewed is None:
            yield f"{name_of(lease)} was never renewed"
            continue
        age = (facts.now - renewed).total_seconds()
        if age > SILENT_AFTER:
            yield f"{name_of(lease)} was not renewed for {duration(age)}"
        elif age < -SILENT_AFTER:
            yield f"{name_of(lease)} was renewed in the future"


def check_delivery(facts: CheckFacts) -> CheckLine:
    """Check that a GitOps agent applies the output of Kratix."""
    agents = [name for group, name in ((ARGO, "Argo CD"), (FLUX, "Flux")) if group in facts.groups]
    if agents:
        return CheckLine("delivery", CheckState.OK, f"{' and '.join(agents)} found")
    told = "neither Argo CD nor Flux is installed, so nothing in this cluster applies the output of Kratix"
    return CheckLine("delivery", CheckState.FAILURE, told, "kubectl api-resources --api-group=argoproj.io")


def check_images(facts: CheckFacts) -> CheckLine:
    """Check the pods of sidecars and pipelines for images that cannot be pulled; no registry is contacted."""
    check = "images"
    pulled: set[str] = set()
    looks = [facts.look(name) for name in ("pods", "pipeline pods")]
    for item in (item for found in looks for item in found.objects):
        for status in container_statuses(item):
            if text(status, "state", "waiting", "reason", limit=100) in _UNPULLED:
                space, name = namespace_of(item), name_of(item)
                told = f"{text(status, 'image')} cannot be pulled: {text(status, 'state', 'waiting', 'reason')}"
                return CheckLine(check, CheckState.FAILURE, told, f"kubectl describe pod {name} -n {space}")
            pulled |= {text(status, "image")} if under(status, "imageID") else set()
    unread = [found.unread for found in looks if found.unread]
    if unread:
        told = f"the pods that would show it could not be read ({unread[0]})"
        return CheckLine(check, CheckState.NOT_READABLE, told, "kubectl auth can-i list pods -A")
    if not pulled:
        told = "no pod of a sidecar or pipeline has started, so nothing shows whether its image can be pulled"
        return CheckLine(check, CheckState.NOT_READABLE, told, f"kubectl get pods -n {facts.sidecars}")
    return CheckLine(check, CheckState.OK, f"{named(pulled)} pulled")


def check_rights(facts: CheckFacts) -> CheckLine:
    """Check that the user has the rights that explain and diagnose need."""
    check = "your rights"
    if facts.rights is None:
        return CheckLine(check, CheckState.NOT_READABLE, "your rights could not be read", "kubectl auth can-i --list")
    missing = [right for right, has in facts.rights.items() if not has]
    if missing:
        told = f"you may not {named(missing)}: explain and diagnose cannot use these objects"
        return CheckLine(check, CheckState.WARNING, told, f"kubectl auth can-i {missing[0]}")
    return CheckLine(check, CheckState.OK, f"you may {named(facts.rights)}")


def check_timeout(facts: CheckFacts) -> CheckLine:
    """Compute --argocd-silent-after of the sidecar from the reconciliation timeout of Argo CD."""
    check, found = "argocd timeout", facts.look("argocd-cm")
    if ARGO not in facts.groups:
        return CheckLine(check, CheckState.OK, "Argo CD is not installed")
    if found.unread:
        return _unread(check, found, "configmaps", facts.argocd)
    if not found.objects:
        told = f"there is no ConfigMap argocd-cm in {facts.argocd}"
        return CheckLine(check, CheckState.NOT_READABLE, told, "hctl doctor --argocd-namespace NAMESPACE")
    data = mapping(under(found.objects[0], "data"))
    given = {key: text(data, key, limit=64) or usual for key, usual in _TIMEOUT.items()}
    seconds = [_seconds(value) for value in given.values()]
    look = f"kubectl get configmap argocd-cm -n {facts.argocd} -o yaml"
    if None in seconds:
        return CheckLine(
            check,
            CheckState.WARNING,
            f"{named(f'{key} {value}' for key, value in given.items())}: not a duration",
            look,
        )
    timeout, jitter = (each or 0.0 for each in seconds)
    if not timeout:
        told = "Argo CD compares only after a change: leave --argocd-silent-after off, because silence means nothing"
        return CheckLine(check, CheckState.WARNING, told, look)
    least = max(_LEAST_SILENCE, 3 * (timeout + jitter))
    told = f"Argo CD compares every {duration(timeout)}, with a jitter of {duration(jitter)}"
    return CheckLine(check, CheckState.OK, f"{told}: --argocd-silent-after={least:.0f}")


def _seconds(value: str) -> float | None:
    """Parse a Go duration; None if it is invalid."""
    if not _DURATION.fullmatch(value):
        return None
    return sum(float(amount) * _UNITS[unit] for amount, unit in _PART.findall(value))


def _unread(check: str, found: CheckFound, resource: str, namespace: str = "") -> CheckLine:
    where = f" -n {namespace}" if namespace else ""
    told = f"{resource}{f' in {namespace}' if namespace else ''}: {found.unread}"
    return CheckLine(check, CheckState.NOT_READABLE, told, f"kubectl auth can-i list {resource}{where}")
