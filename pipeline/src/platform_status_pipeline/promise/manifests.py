"""The sidecar's manifests: parts in YAML, resolved for one Promise. Pure.

A part is a file of Kubernetes manifests whose strings may hold CEL in ``${...}``, which may use `NAMES`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from platform_status_contract.model.policy import Policy
from platform_status_contract.policy.names import scope_of
from platform_status_contract.sources.objects.kinds import ObjectKind
from platform_status_contract.template.problems import Problem
from platform_status_contract.template.walk import Walk
from platform_status_pipeline import __version__
from platform_status_pipeline.errors import RequestRefusedError
from platform_status_pipeline.promise.admission import FILE, admission
from platform_status_pipeline.promise.facts import PromiseFacts
from platform_status_pipeline.promise.watches import told, watch_rules
from platform_status_pipeline.template.manifests import Document, Identity, misfits, resolved

__all__ = ["NAMES", "Document", "Parts", "SidecarOptions", "account_of", "render_sidecar"]

Parts = Mapping[str, Sequence[Document]]
"""File name -> the manifests in it."""

NAMES: Final = ("promise", "request", "sidecar", "shards", "each")
"""The names that an expression in a part may use."""

_PROMISE_LABEL: Final = "kratix.io/promise-name"
_FIX: Final = "mend the part, see pipeline/README.md"


class SidecarOptions(Struct, frozen=True):
    """The platform's options for a sidecar.

    Attributes:
        image: Its image.
        image_pull_secret: Secret in its namespace with the credentials of the image's registry; empty for none.
        namespace: Its namespace.
        replicas: Number of replicas; only the elected leader writes.
        shards: Number of shards that share the requests.
        service_monitor: Whether to write a ServiceMonitor; its CRD may be missing.
        skip_namespace: Whether to leave out the Namespace, because it exists already.
        admission: Whether the Promise's policy is also checked at apply; needs Kubernetes 1.30 or newer.
        scraped_from: Namespace of Prometheus, the only one whose pods may reach the port; empty: any.
        api_server: Networks of the API server, the only ones that it may reach; none: any.
        notify_url: Where it posts each change of a phase; empty: nowhere.
        notify_secret: Secret in its namespace with the key that signs them, and ca.crt if the receiver needs one.
    """

    image: str = f"REGISTRY.invalid/platform-status/sidecar:{__version__}"
    image_pull_secret: str = ""
    namespace: str = "platform-status-system"
    replicas: int = 1
    shards: int = 1
    service_monitor: bool = False
    skip_namespace: bool = False
    admission: bool = True
    scraped_from: str = ""
    api_server: tuple[str, ...] = ()
    notify_url: str = ""
    notify_secret: str = "platform-status-notify"  # noqa: S105 - the name of one


def account_of(promise: str) -> str:
    """Name of every object that belongs to the sidecar of a Promise, its ServiceAccount among them."""
    return f"{promise}-status"


def render_sidecar(
    parts: Parts,
    promise: PromiseFacts,
    options: SidecarOptions,
    kinds: Sequence[ObjectKind] = (),
    policy: Policy | None = None,
) -> dict[str, list[Document]]:
    """Resolve the parts for one Promise, and write the admission policy of its requests.

    Args:
        parts: The parts.
        promise: The Promise.
        options: The platform's options.
        kinds: The kinds that the Promise's contracts name.
        policy: The policy for its requests; None: nothing is checked at apply.

    Returns:
        File name -> its manifests, in the order of the parts; a file without manifests is left out.

    Raises:
        RequestRefusedError: Each problem names the file, the manifest, the path in it and the expression.
    """
    walk = Walk(NAMES, _values(promise, options, kinds, policy), fix=_FIX)
    files = {
        name: [
            manifest
            for index, document in enumerate(documents)
            for manifest in resolved(walk, document, f"{name}[{index}] ({document.get('kind')})", fix=_FIX)
        ]
        for name, documents in parts.items()
    }
    seen: set[Identity] = set()
    for name, documents in files.items():
        for document in documents:
            walk.problems += misfits(document, name, seen, fix=_FIX)
            walk.problems += _unlabelled(document, name)
    if walk.problems:
        raise RequestRefusedError(walk.problems)
    if options.admission and policy is not None:
        files[FILE] = admission(promise, policy)
    return {name: documents for name, documents in files.items() if documents}


def _values(
    promise: PromiseFacts, options: SidecarOptions, kinds: Sequence[ObjectKind], policy: Policy | None
) -> dict[str, object]:
    scope = scope_of(policy, promise.group, promise.kind) if policy is not None else None
    suffixes = [f"-{number}-of-{options.shards}" for number in range(1, options.shards + 1)]
    return {
        "promise": {"name": promise.name},
        "request": {
            "group": promise.group,
            "version": promise.version,
            "plural": promise.plural,
            "kind": promise.kind,
            "resource": promise.resource,
        },
        "sidecar": {
            "name": account_of(promise.name),
            "namespace": options.namespace,
            "lease": f"{options.namespace}/{promise.name}",
            "image": options.image,
            "imagePullSecret": options.image_pull_secret,
            "replicas": options.replicas,
            "serviceMonitor": options.service_monitor,
            "skipNamespace": options.skip_namespace,
            "scrapedFrom": options.scraped_from,
            "apiServer": list(options.api_server),
            "notifyUrl": options.notify_url,
            "notifyPort": _port(options.notify_url),
            "notifySecret": options.notify_secret,
            "objects": told(kinds),
            "scope": "" if scope is None else json.dumps(scope),
            "watches": watch_rules(kinds),
        },
        # The sidecar appends the same suffix to the name of its Lease (sidecar/README.md, Shards).
        "shards": [
            {"number": number, "of": options.shards, "suffix": suffix, "lease": promise.name + suffix}
            for number, suffix in enumerate(suffixes if options.shards > 1 else [""], start=1)
        ],
    }


def _port(url: str) -> int:
    """The port that a URL is reached at, 0 without one."""
    parts = urlsplit(url)
    return parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)


def _unlabelled(document: Document, file: str) -> Iterator[Problem]:
    metadata = document.get("metadata")
    if isinstance(metadata, Mapping) and _PROMISE_LABEL in (metadata.get("labels") or {}):
        yield Problem(
            file,
            f"{document.get('kind')} {metadata.get('name')} has the label {_PROMISE_LABEL}, by which Kratix deletes it "
            "before the last request is gone",
            "take the label off",
        )
