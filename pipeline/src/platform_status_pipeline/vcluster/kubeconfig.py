"""The Secret with the kubeconfig that the status promises, among the Helm values that make the chart write it."""

from collections.abc import Mapping
from typing import Any

from platform_status_pipeline.vcluster.exposure import Address
from platform_status_pipeline.vcluster.merge import dig, merge
from platform_status_pipeline.vcluster.names import Names

__all__ = ["with_promised_secret"]


def with_promised_secret(merged: Mapping[str, Any], names: Names, address: Address) -> dict[str, Any]:
    """Complete the Helm values by the one Secret that the status promises.

    Args:
        merged: The values, the user's helmOverrides merged last.
        names: The names of the request.
        address: Where its API server is reached.

    Returns:
        New values.
    """
    export = merged.get("exportKubeConfig")
    return {**merged, "exportKubeConfig": _promised(export if isinstance(export, Mapping) else {}, names, address)}


def _promised(export: Mapping[str, Any], names: Names, address: Address) -> dict[str, Any]:
    """Make sure that the chart writes the Secret that `status.credentials.kubeconfigSecret` names.

    vcluster writes every one of `additionalSecrets`, in its own namespace if an entry names none, under the key
    ``config``. An entry inherits nothing from the settings beside the list, so the user's are repeated in ours.
    """
    secrets = export.get("additionalSecrets")
    others: list[Any] = list(secrets) if isinstance(secrets, list) else []
    promised: dict[str, Any] = {"name": names.kubeconfig, "namespace": names.target, "server": address.url}
    for setting in ("context", "server", "insecure", "serviceAccount"):
        if export.get(setting):
            promised[setting] = export[setting]
    for index, secret in enumerate(others):
        if dig(secret, "name") == names.kubeconfig and dig(secret, "namespace") in {None, "", names.target}:
            promised = merge(promised, {key: value for key, value in secret.items() if value})
            del others[index]
            break
    return {**export, "additionalSecrets": [promised, *others]}
