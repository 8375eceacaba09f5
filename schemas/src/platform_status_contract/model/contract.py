r"""`.status.contract`, version v1: what to observe for one request (design.md section 4).

An unknown key is an error at every depth: it might name something to observe, and without that the request could be
Ready by mistake. Information that is only to be shown belongs under `annotations`.
Patterns end in ``\Z``: Python's ``$`` also matches before a line feed at the end, the ``$`` of JSON Schema does not.
"""

import re
from typing import Annotated, Literal

from msgspec import Meta, Struct

from .conditions import MAX_OBJECTS, MAX_SECRETS, Role, check_conditions, role_condition
from .objects import ObjectEntry
from .selectors import (
    SAFE_TEXT,
    DisplayText,
    LabelName,
    LabelValue,
    MatchExpression,
    Namespace,
    ObjectName,
    Selector,
)

__all__ = [
    "SAFE_TEXT",
    "Application",
    "Contract",
    "Controller",
    "DestinationMatch",
    "DisplayText",
    "LabelName",
    "LabelValue",
    "MatchExpression",
    "Namespace",
    "ObjectEntry",
    "ObjectName",
    "Seconds",
    "SecretReference",
    "Selector",
    "SubApplications",
    "Thresholds",
    "Workloads",
]

_MAX_HOST = 253
_HOST = re.compile(r"^(?=.*[a-z])[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+\Z")

Seconds = Annotated[int, Meta(ge=0, le=604800)]
"""A duration in whole seconds, at most a week."""


ClusterName = Annotated[str, Meta(min_length=1, max_length=253, pattern=SAFE_TEXT)]
"""Name of a cluster in Argo CD."""


class Application(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """The Argo CD Application that delivers this request.

    Attributes:
        namespace: Namespace of the Application.
        name: Its exact name.
        generation_annotation: Annotation on it with the generation that it was written for; absent: not compared.
        may_be_empty: Whether it may be healthy without any resource.
    """

    namespace: Namespace
    name: ObjectName
    generation_annotation: LabelName | None = None
    may_be_empty: bool = False


class DestinationMatch(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The ``spec.destination`` of a sub-application; the server or one of the names has to match.

    They are compared exactly, except for slashes at the end of a server, which Argo CD ignores too.

    Attributes:
        server: URL of the cluster's API server.
        names: Names of the cluster in Argo CD; several, if the name depends on how the cluster was registered.
        name: A further name.

    Raises:
        ValueError: None is given; msgspec makes it a ValidationError.
    """

    server: Annotated[str, Meta(min_length=1, max_length=2048, pattern=SAFE_TEXT)] | None = None
    names: Annotated[tuple[ClusterName, ...], Meta(min_length=1, max_length=16)] | None = None
    name: ClusterName | None = None

    def __post_init__(self) -> None:
        if self.server is None and self.names is None and self.name is None:
            raise ValueError("destination needs server, names or both")

    @property
    def servers(self) -> tuple[str, ...]:
        """The server as Argo CD compares it, as a list of at most one."""
        trimmed = (self.server or "").rstrip("/")
        return (trimmed,) if trimmed else ()

    @property
    def all_names(self) -> tuple[str, ...]:
        """Every name once: the given names, then the names that platforms derive from the host of the server.

        The name of a cluster is chosen when it is registered; ADR 0028 defines which names are derived.
        """
        given = (*(self.names or ()), *(() if self.name is None else (self.name,)))
        return tuple(dict.fromkeys((*given, *_names_of(self.server or ""))))


def _names_of(server: str) -> tuple[str, ...]:
    """The host of a server, and the same with the dots of its domain as hyphens; nothing for an address."""
    host = server.partition("://")[2].partition("/")[0].partition(":")[0].lower()
    label, dot, domain = host.partition(".")
    if not dot or len(host) > _MAX_HOST or not _HOST.match(host):
        return ()
    return (host, f"{label}.{domain.replace('.', '-')}")


class SubApplications(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """The Applications that target what this request created.

    Attributes:
        namespace: Namespace of those Applications.
        destination: How their destination is recognised.
        selector: Optional, added to the match.
        minimum: With fewer of them the request is not ready.
        may_be_empty: Whether one of them may be healthy without any resource.
        namespaces: Further namespaces of such Applications.
    """

    namespace: Namespace
    destination: DestinationMatch
    selector: Selector | None = None
    minimum: Annotated[int, Meta(ge=0, le=10000)] = 0
    may_be_empty: bool = False
    namespaces: Annotated[tuple[Namespace, ...], Meta(min_length=1, max_length=8)] | None = None

    @property
    def all_namespaces(self) -> tuple[str, ...]:
        """Every namespace, each once."""
        return tuple(dict.fromkeys((self.namespace, *(self.namespaces or ()))))

    @property
    def where(self) -> str:
        """The namespaces as text for a message."""
        several = self.all_namespaces
        return f"namespaces {', '.join(several)}" if len(several) > 1 else f"namespace {self.namespace}"


class Controller(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A controller that must have all its desired pods.

    Attributes:
        kind: Its kind.
        name: Its name.
        zero: Whether a controller scaled to zero is good; else it counts as paused.
    """

    kind: Literal["StatefulSet", "Deployment", "DaemonSet"]
    name: ObjectName
    zero: Literal["allowed"] | None = None


class Workloads(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which pods of one namespace count for this request.

    Attributes:
        namespace: Namespace of the pods.
        selector: Optional; without one every pod of the namespace counts.
        controllers: The controllers that create the pods and define how many there should be.
        minimum: With fewer pods the request is not ready; for workloads whose controllers are not named.
    """

    namespace: Namespace
    selector: Selector | None = None
    controllers: Annotated[tuple[Controller, ...], Meta(max_length=16)] | None = None
    minimum: Annotated[int, Meta(ge=0, le=10000)] = 0


def check_namespaces(namespaces: tuple[str, ...]) -> None:
    """Reject a second part of `workloads` for one namespace: a pod could count twice.

    Raises:
        ValueError: Names the namespace.
    """
    for index, namespace in enumerate(namespaces):
        if namespace in namespaces[:index]:
            raise ValueError(f"workloads: a second part for namespace {namespace}; a selector can hold both")


class SecretReference(Struct, frozen=True, forbid_unknown_fields=True):
    """A Secret that must exist; only its metadata is ever read.

    Attributes:
        role: Its purpose, from which `condition` is derived.
        namespace: Its namespace.
        name: Its exact name.
    """

    role: Role
    namespace: Namespace
    name: ObjectName

    @property
    def condition(self) -> str:
        """Type of the condition for all Secrets of its role."""
        return role_condition(self.role)


class Thresholds(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """When slow progress becomes Degraded, and Degraded becomes Failed.

    Attributes:
        progress_deadline_seconds: From `health.since.started`; also how long an update may take.
        degraded_after_seconds: How long a bad source is tolerated in phase Ready.
        failed_after_seconds: How long workloads may be down, or Argo CD Degraded, before Failed.
        min_ready_ratio: With a smaller share of ready pods the workloads count as down.
    """

    progress_deadline_seconds: Seconds = 900
    degraded_after_seconds: Seconds = 0
    failed_after_seconds: Seconds = 600
    min_ready_ratio: Annotated[float, Meta(ge=0, le=1)] = 0.5


class Contract(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """What to observe for one request, resolved by the pipeline for one generation of it.

    Raises:
        ValueError: It observes nothing, so that the request would be Ready without evidence, or two conditions would
            differ only in case; msgspec makes it a ValidationError.
    """

    version: Literal["v1"]
    generation: Annotated[int, Meta(ge=1, le=9007199254740991)]
    display_name: DisplayText
    name: DisplayText
    application: Application | None = None
    sub_applications: SubApplications | None = None
    workloads: Workloads | Annotated[tuple[Workloads, ...], Meta(max_length=8)] | None = None
    secrets: Annotated[tuple[SecretReference, ...], Meta(max_length=MAX_SECRETS)] | None = None
    objects: Annotated[tuple[ObjectEntry, ...], Meta(max_length=MAX_OBJECTS)] | None = None
    works: bool = False
    thresholds: Thresholds = Thresholds()
    annotations: Annotated[dict[LabelName, Annotated[str, Meta(max_length=1024)]], Meta(max_length=16)] | None = None

    def __post_init__(self) -> None:
        if not self.observes_something:
            raise ValueError(
                "observes nothing; "
                "name at least one of application, subApplications, workloads, secrets, objects, works"
            )
        check_conditions((entry.name for entry in self.objects or ()), (secret.role for secret in self.secrets or ()))
        check_namespaces(tuple(part.namespace for part in self.workload_parts))

    @property
    def workload_parts(self) -> tuple[Workloads, ...]:
        """The workloads, one part a namespace; a contract may give a single part without a list."""
        if self.workloads is None:
            return ()
        return self.workloads if isinstance(self.workloads, tuple) else (self.workloads,)

    @property
    def tells_arrival(self) -> bool:
        """Whether an observed object names the generation that it was written for; only `objects` are checked."""
        named = [self.application, *(self.objects or ())]
        return not self.objects or any(part.generation_annotation for part in named if part)

    @property
    def observes_something(self) -> bool:
        """Whether at least one source is named; a contract that observes nothing is invalid (design.md section 4)."""
        parts = (self.application, self.sub_applications, self.workloads, self.secrets, self.objects, self.works)
        return any(map(bool, parts))
