"""Writing `problems` to the live status of a request, because a failed Job loses its status.yaml (kratix.md section 2).

A JSON merge patch of that one key: it never touches a key of Kratix or of the sidecar (kratix.md sections 3 and 11).
Only kubernetes.config and its REST client are used; the models cost memory and time. What a kubeconfig means is
platform_status_kube's to say.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct

__all__ = ["Target", "patch_problems", "target_of"]

_TIMEOUT_SECONDS = 10
_TOO_MANY = 300


class Target(Struct, frozen=True):
    """Which request to patch.

    Attributes:
        group: API group.
        version: API version.
        plural: Plural of the kind.
        namespace: Its namespace.
        name: Its name.
    """

    group: str
    version: str
    plural: str
    namespace: str
    name: str

    @property
    def path(self) -> str:
        """Path of its status subresource."""
        parts = (self.group, self.version, "namespaces", self.namespace, self.plural, self.name, "status")
        return "/apis/" + "/".join(quote(part, safe="") for part in parts)


def target_of(request: Mapping[str, Any], environment: Mapping[str, str]) -> Target | None:
    """Say which object in the cluster a request is.

    Args:
        request: The request.
        environment: Kratix names the plural in KRATIX_CRD_PLURAL; without it it is guessed from the kind.

    Returns:
        The target, None if the request does not say enough.
    """
    metadata = request.get("metadata")
    if not isinstance(metadata, Mapping):
        return None
    group, _, version = str(request.get("apiVersion") or "").partition("/")
    plural = environment.get("KRATIX_CRD_PLURAL") or f"{str(request.get('kind') or '').lower()}s"
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if not (group and version and len(plural) > 1 and isinstance(name, str) and isinstance(namespace, str)):
        return None
    return Target(group, version, plural, namespace, name)


def patch_problems(
    target: Target,
    problems: list[str],
    environment: Mapping[str, str],
    settle: Callable[[], None],
    say: Callable[[str], None],
) -> bool:
    """Replace `.status.problems` of the live request; a failure is said, never raised.

    Args:
        target: The request.
        problems: The lines.
        environment: KUBECONFIG is used outside a cluster; the one in the home folder never is, so that a run by hand
            changes no cluster by surprise.
        settle: Waits until Kratix has written its starting status: it does so about 1.1 s after it made the Job, once
            only, and a write of ours before that would make it lose the race for good (kratix.md section 11.4).
        say: Takes one line for the log.

    Returns:
        Whether the API server took it.
    """
    try:
        _patch(target, {"status": {"problems": problems}}, environment.get("KUBECONFIG", ""), settle)
    except Exception as error:  # noqa: BLE001 - the problems are told on stderr; no failure here may hide them
        say(f"status.problems could not be written: {_reason(error)}")
        return False
    return True


def _patch(target: Target, body: dict[str, Any], kubeconfig: str, settle: Callable[[], None]) -> None:
    # Imported here: a good run needs none of it.
    from kubernetes.client.configuration import Configuration  # noqa: PLC0415 - see above
    from kubernetes.client.rest import RESTClientObject  # noqa: PLC0415 - see above
    from kubernetes.config import ConfigException, load_incluster_config  # noqa: PLC0415 - see above
    from urllib3 import HTTPHeaderDict  # noqa: PLC0415 - see above

    from platform_status_kube.kubeconfig import access  # noqa: PLC0415 - see above

    configuration = Configuration()
    headers = HTTPHeaderDict({"Content-Type": "application/merge-patch+json", "Accept": "application/json"})
    try:
        load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]  # has no types
    except ConfigException:
        if not kubeconfig:
            raise RuntimeError("no access to the Kubernetes API, neither in a cluster nor by KUBECONFIG") from None
        found = access(kubeconfig)
        found.configure(configuration)
        for name, value in found.impersonation:
            headers.add(name, value)
    configuration.retries = False
    bearer = configuration.auth_settings().get("BearerToken")
    if bearer and bearer["value"]:
        headers[bearer["key"]] = bearer["value"]
    settle()
    response = RESTClientObject(configuration).request(  # type: ignore[no-untyped-call]  # has no types
        "PATCH",
        f"{configuration.host}{target.path}",
        headers=headers,
        body=body,
        _request_timeout=_TIMEOUT_SECONDS,
    )
    if response.status >= _TOO_MANY:
        raise RuntimeError(f"the API server answered {response.status} {response.reason or ''}".rstrip())


def _reason(error: Exception) -> str:
    status, reason = getattr(error, "status", None), getattr(error, "reason", None)
    text = f"{status} {reason}" if status else str(error) or type(error).__name__
    return " ".join(text.split())[:1000]
