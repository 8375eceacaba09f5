"""The platform's policy (kind PlatformPolicy): what every request gets, and what its author may ask for.

Types only: patterns and ranges live in the JSON Schema, and what it cannot say in `policy.read`.
"""

from typing import Any, Literal

from msgspec import Struct, field

__all__ = [
    "Bound",
    "Chart",
    "Defaults",
    "KindBounds",
    "LeafType",
    "LegacyName",
    "MetricsServer",
    "NameRules",
    "NetworkDefaults",
    "PipelineAccounts",
    "Policy",
    "PolicySpec",
    "Project",
    "Scalar",
    "SubRequests",
]

Scalar = str | int | bool
"""A value that a bound allows; a text may hold one ``*`` and the placeholders {name}, {namespace}, {request}."""

LeafType = Literal["string", "integer", "boolean", "quantity", "name", "namespace", "free"]


class Bound(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """What one field may be set to.

    Attributes:
        path: The field: keys with dots between them, ``[]`` for every item of a list, ``*`` for every key of a mapping.
        type: Type of its value. ``name`` and ``namespace`` are checked by `NameRules`; ``free`` allows any value.
        allowed: The values, or texts with one ``*``; None: any value of the type. Empty: the field may not be set.
        minimum: Smallest whole number.
        maximum: Largest whole number, or largest quantity.
        max_length: Longest text in characters.
        templates: Whether a text may hold ``{{`` or ``${``: only where nothing evaluates it later.
        required: Whether the field must be set where its mapping is: an empty selector would select everything.
        reason: Why more than one value is allowed, for reviewers of the policy.
    """

    path: str
    type: LeafType
    allowed: tuple[Scalar, ...] | None = None
    minimum: int | None = None
    maximum: int | str | None = None
    max_length: int = 253
    templates: bool = False
    required: bool = False
    reason: str = ""


class KindBounds(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The bounds of one kind of requests; a field of ``spec`` without a bound may not be set.

    Attributes:
        group: Its API group.
        kind: The kind.
        bounds: The bounds.
        observes: Namespaces, ``application:NAMESPACE/NAME``, ``cluster:NAMESPACE/CLUSTER`` and ``object:KINDS/NAME``
            that a contract of such a request may look at, beside the targets of `NameRules`; none: anywhere.
    """

    group: str
    kind: str
    bounds: tuple[Bound, ...]
    observes: tuple[str, ...] = ()


class LegacyName(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """A name that is older than the policy: this request has it, and no other may."""

    namespace: str
    name: str
    target_namespace: str | None = None


class NameRules(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """How names outside a tenant's namespace are kept distinct without a lookup.

    Attributes:
        short_names: Which request may have a name without ``--``: the one in the namespace ``vcluster-NAME``; or the
            one with the name NAME in `requests_namespace`; or any.
        requests_namespace: The namespace of all requests, where `short_names` says so.
        reserved: Names that no request may have; one ``*`` stands for anything.
        target_namespaces: Namespaces that any request may name as its target.
        legacy_names: Names that are older than the policy.
    """

    short_names: Literal["Namespace", "RequestsNamespace", "Free"] = "Namespace"
    requests_namespace: str = ""
    reserved: tuple[str, ...] = ()
    target_namespaces: tuple[str, ...] = ()
    legacy_names: tuple[LegacyName, ...] = ()


class Project(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """What the Argo CD Project of a request allows, whatever the request says.

    Attributes:
        repositories: Its ``sourceRepos``.
        namespaced_kinds: The kinds that the chart makes, or any.
    """

    repositories: tuple[str, ...]
    namespaced_kinds: Literal["Chart", "Any"] = "Chart"


class Chart(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """The chart of a request that names none; None: the default of the product.

    Attributes:
        repo_url: Helm repository.
        chart: Name of the chart.
        target_revision: Its version.
    """

    repo_url: str | None = field(default=None, name="repoURL")
    chart: str | None = None
    target_revision: str | None = None


class MetricsServer(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The address of the host cluster's metrics-server.

    Attributes:
        namespace: Its namespace.
        port: Port of its pods, which differs from that of its Service.
    """

    namespace: str = "kube-system"
    port: int = 10250


class NetworkDefaults(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """The network policies of every request.

    Attributes:
        always: Whether a request that names no network policies gets the usual set.
        default_deny: Whether no pod of the target namespace but Kratix's may be reached, or reach anything, beyond what
            a policy allows; then `always` holds too.
        ingress: Further rules for who may reach the pods, as a NetworkPolicy has them; without `default_deny` everybody
            may.
        egress: Further rules for what they may reach.
        metrics_server: What a control plane may reach whose Helm values have that integration on.
    """

    always: bool = False
    default_deny: bool = False
    ingress: tuple[dict[str, Any], ...] = ()
    egress: tuple[dict[str, Any], ...] = ()
    metrics_server: MetricsServer = MetricsServer()


class Defaults(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """What every request gets; a request overrides what its bounds let it name.

    Any text but those of `chart` and `network_policies` may hold placeholders, see
    `platform_status_pipeline.vcluster.defaults`.

    Attributes:
        helm_values: Helm values under those of the request.
        chart: Where the chart comes from.
        cluster_labels: Labels of the cluster's Secret in Argo CD.
        cluster_annotations: Annotations of that Secret.
        namespace_labels: Labels of the target namespace.
        network_policies: The network policies.
        etcd_certificates: When certificates for a deployed etcd are made by cert-manager: where Helm values mount them;
            for every deployed etcd; or never, and a request that mounts them is refused.
    """

    helm_values: dict[str, Any] = {}
    chart: Chart = Chart()
    cluster_labels: dict[str, str] = {}
    cluster_annotations: dict[str, str] = {}
    namespace_labels: dict[str, str] = {}
    network_policies: NetworkDefaults = NetworkDefaults()
    etcd_certificates: Literal["Mounted", "Always", "Never"] = "Mounted"


class SubRequests(Struct, frozen=True, forbid_unknown_fields=True):
    """Kinds that only the pipeline and GitOps may write: a tenant who created one directly would bypass the bounds.

    Attributes:
        group: API group of the kinds.
        resources: Their plurals.
        creators: The only users who may create one, or change its spec.
    """

    group: str
    resources: tuple[str, ...]
    creators: tuple[str, ...]


class PipelineAccounts(Struct, frozen=True, forbid_unknown_fields=True):
    """The ServiceAccounts of the Promise's own pipelines: a pod that runs as one of them can write Works.

    Attributes:
        creators: The only users who may create pods and Jobs that name one: Kratix and the job controller.
    """

    creators: tuple[str, ...]


class PolicySpec(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The policy itself; `contact` names whom to ask for an exception."""

    contact: str
    names: NameRules
    project: Project
    kinds: tuple[KindBounds, ...]
    defaults: Defaults = Defaults()
    sub_requests: SubRequests | None = None
    pipeline_accounts: PipelineAccounts | None = None


class PolicyMetadata(Struct, frozen=True, forbid_unknown_fields=True):
    """The name of a policy, as problems quote it."""

    name: str


class Policy(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The whole document."""

    api_version: Literal["status.integratn.tech/v1"]
    kind: Literal["PlatformPolicy"]
    metadata: PolicyMetadata
    spec: PolicySpec = field()

    def bounds_of(self, group: str, kind: str) -> tuple[Bound, ...] | None:
        """The bounds of a kind; None if the policy does not cover it."""
        found = [entry.bounds for entry in self.spec.kinds if (entry.group, entry.kind) == (group, kind)]
        return found[0] if found else None
