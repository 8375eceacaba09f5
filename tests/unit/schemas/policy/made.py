"""Policies and requests made by hand."""

from typing import Any

from platform_status_contract.model.policy import Policy
from platform_status_contract.policy.judge import judge
from platform_status_contract.policy.read import read_policy

__all__ = ["document", "fields", "policy", "request"]

Json = dict[str, Any]
GROUP, KIND = "platform.integratn.tech", "VClusterOrchestratorV2"


def document(*bounds: Json, **spec: Any) -> Json:  # noqa: ANN401 - any JSON
    """A policy with bounds of one kind; keyword arguments are further fields of spec."""
    kinds = [{"group": GROUP, "kind": KIND, "bounds": list(bounds) or [{"path": "spec.name", "type": "name"}]}]
    made = {"contact": "Ann", "names": {}, "project": {"repositories": ["https://charts.example.com"]}, "kinds": kinds}
    return {
        "apiVersion": "status.integratn.tech/v1",
        "kind": "PlatformPolicy",
        "metadata": {"name": "ours"},
        "spec": {**made, **spec},
    }


def policy(*bounds: Json, **spec: Any) -> Policy:  # noqa: ANN401 - any JSON
    """The same, read."""
    return read_policy(document(*bounds, **spec))


def request(spec: Any, **metadata: Any) -> Json:  # noqa: ANN401 - any JSON
    """A request in the namespace team-a."""
    return {
        "apiVersion": f"{GROUP}/v1alpha1",
        "kind": KIND,
        "metadata": {"name": "r", "namespace": "team-a", **metadata},
        "spec": spec,
    }


def fields(made: Policy, asked: object) -> list[str]:
    """The fields that a policy refuses."""
    return [problem.field for problem in judge(made, asked)]
