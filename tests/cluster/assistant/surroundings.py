"""The objects around a request, such that they agree with its status: Work, Application, pods, Secret. Pure."""

from typing import Any, NamedTuple

from tests.assistant_evaluation.inhabitants import SENTINEL, WEBAPP, Inhabitant
from tests.cluster.truth import objects

__all__ = ["Planned", "surroundings"]

Json = dict[str, Any]

_APPLICATIONS = ("grafana", "loki", "cert-manager")


class Planned(NamedTuple):
    """One object to create, and the status to write into it; None for what has none or carries it along."""

    body: Json
    status: Json | None = None


def surroundings(one: Inhabitant, contract: Json) -> list[Planned]:
    """Return what there is of a request.

    Args:
        one: The request.
        contract: Its contract, which says where everything lives.
    """
    if not one.phase or one.phase == "Scheduled":
        return []
    named = contract["application"]
    application = objects.application(named["namespace"], named["name"], sync=one.sync, health=one.health)
    found = [*_works(one), Planned(application), *_pods(one, contract)]
    if one.kind == WEBAPP:
        return found
    found.append(Planned(_controller(one, contract)))
    for secret in contract["secrets"]:
        body = objects.secret(secret["namespace"])
        body["metadata"]["name"] = secret["name"]
        found.append(Planned({**body, "stringData": {"config": SENTINEL}}))
    return found + _sub_applications(one, contract)


def _works(one: Inhabitant) -> list[Planned]:
    work = objects.work(one.namespace, one.name)
    work["metadata"]["name"] = one.name
    placement = objects.work_placement(one.namespace)
    placement["metadata"] |= {"name": f"{one.name}.a", "labels": {"kratix.io/work": one.name}}
    written = objects.condition("WriteSucceeded", "True", "WorkloadsWrittenToStateStore")
    return [Planned(work), Planned(placement, {"conditions": [written]})]


def _pods(one: Inhabitant, contract: Json) -> list[Planned]:
    good, total = one.pods or (0, 0)
    workloads = contract["workloads"]
    labels = workloads["selector"]["matchLabels"]
    return [
        Planned(
            objects.pod(workloads["namespace"], f"{one.known_as}-{number}", labels),
            objects.pod_status(ready=True) if number < good else _sick(one),
        )
        for number in range(total)
    ]


def _sick(one: Inhabitant) -> Json:
    reason, code, restarts = one.sick
    container: Json = {
        "name": "main",
        "ready": False,
        "restartCount": restarts,
        "image": "vcluster",
        "imageID": "",
        "state": {"waiting": {"reason": reason, "message": f"the kubelet says {reason}"}},
    }
    if restarts:
        ended = {"exitCode": code, "reason": "OOMKilled" if code == 137 else "Error"}
        container["lastState"] = {"terminated": ended}
    phase = "Pending" if not restarts else "Running"
    return {**objects.pod_status(ready=False), "phase": phase, "containerStatuses": [container]}


def _controller(one: Inhabitant, contract: Json) -> Json:
    workloads = contract["workloads"]
    found = objects.stateful_set(workloads["namespace"], paused=one.reason == "Paused")
    found["metadata"]["name"] = workloads["controllers"][0]["name"]
    return found


def _sub_applications(one: Inhabitant, contract: Json) -> list[Planned]:
    good, total = one.sub_apps or (0, 0)
    where = contract["subApplications"]
    return [
        Planned(
            objects.application(
                where["namespace"],
                f"{one.derived}-{name}",
                health="Degraded" if number < total - good else "Healthy",
                destination=where["destination"]["name"],
            )
        )
        for number, name in enumerate(_APPLICATIONS[:total])
    ]
