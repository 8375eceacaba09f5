r"""`contract.objects`: any kind of object as a source (docs/contract/v1.md).

apiVersion, kind, resource and scope are literals in the template, because the sidecar's RBAC rules are generated from
them. Whatever could leak data is rejected here: Secrets, ConfigMaps, RBAC, subresources, and fields outside ``status``.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from .conditions import EntryName, condition_type
from .selectors import LabelName, Namespace, ObjectName, Selector

__all__ = [
    "MAX_OBJECTS_OF_A_KIND",
    "ApiVersion",
    "ConditionName",
    "Kind",
    "ObjectEntry",
    "PausedWhen",
    "ReadyWhen",
    "Resource",
    "Scalar",
]

MAX_OBJECTS_OF_A_KIND: Final = 20_000
"""A kind of which a cluster has more objects is watched only by a `watch_selector`."""

ApiVersion = Annotated[
    str,
    Meta(
        pattern=r"^(?!rbac\.authorization\.k8s\.io/)([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
        r"[a-z]([-a-z0-9]*[a-z0-9])?\Z",
        max_length=317,
    ),
]
"""``apiVersion`` of an object; the core group has only a version. RBAC is rejected."""

Kind = Annotated[str, Meta(pattern=r"^(?!(Secret|ConfigMap)\Z)[A-Za-z]([-A-Za-z0-9]*[A-Za-z0-9])?\Z", max_length=63)]
"""A kind that a CRD may define, `postgresql` too; Secret and ConfigMap are rejected."""

Resource = Annotated[str, Meta(pattern=r"^(?!(secrets|configmaps)\Z)[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z", max_length=63)]
"""The plural of a kind, as in a URL: no subresource, no ``*``."""

ConditionName = Annotated[
    str, Meta(pattern=r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\Z", max_length=253)
]
"""Type of a condition that another controller writes."""

_STEPS = r"(\.[A-Za-z_][-A-Za-z0-9_]{0,62}){1,8}\Z"

StatusField = Annotated[str, Meta(pattern=rf"^status{_STEPS}", max_length=253)]
"""Path of a field below ``status``, with dots."""

PausedField = Annotated[str, Meta(pattern=rf"^(spec|status){_STEPS}", max_length=253)]
"""Path of the field that shows whether the object is paused."""

Scalar = bool | int | Annotated[str, Meta(max_length=64)]
"""A value that a field is compared with; ``true`` is not ``1``, and neither is ``"true"``."""


class ReadyWhen(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What counts as ready; if nothing is given, the preset of the kind, else the standard rules.

    Attributes:
        condition: Type of the condition that must be True, instead of Ready.
        field: A field to read instead of a condition; only below ``status``.
        values: Its values that are good; `in` in the document.
        failed: Its values that are bad, whatever other evidence there is.
        exists: True for kinds without a status: the object only has to exist.
        preset: The preset of a kind that cannot be identified by its group.

    Raises:
        ValueError: More than one of them is given; msgspec makes it a ValidationError.
    """

    condition: ConditionName | None = None
    field: StatusField | None = None
    values: Annotated[tuple[Scalar, ...], Meta(min_length=1, max_length=16)] | None = msgspec.field(
        name="in", default=None
    )
    failed: Annotated[tuple[Scalar, ...], Meta(min_length=1, max_length=16)] | None = None
    exists: Literal[True] | None = None
    preset: Literal["crossplane", "kro", "request"] | None = None

    def __post_init__(self) -> None:
        given = [self.condition, self.field, self.exists, self.preset]
        if sum(item is not None for item in given) > 1:
            raise ValueError("ready takes one of condition, field, exists and preset")
        if (self.field is None) != (self.values is None) or (self.failed is not None and self.field is None):
            raise ValueError("ready: field, in and failed go together, and failed may be left out")


class PausedWhen(Struct, frozen=True, forbid_unknown_fields=True):
    """How to detect that the object is paused.

    Attributes:
        field: The field, below ``spec`` or ``status``.
        equals: Its value while the object is paused.
    """

    field: PausedField
    equals: Scalar


class ObjectEntry(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """One object, or those that a selector matches, with one condition.

    Attributes:
        name: Name of the entry, from which `condition` is derived.
        api_version: Group and version.
        kind: The kind.
        resource: The plural of the kind; guessing it would be an error.
        scope: Whether objects of the kind stand in a namespace.
        namespace: Where the objects stand.
        object: The exact name of the one object.
        selector: Else, which objects count.
        minimum: Fewer objects than this is not ready.
        generation_annotation: Annotation that carries the generation an object was written for; absent: not compared.
        watch_selector: Which objects of the kind are watched in the whole cluster; a literal. Others do not count.
        ready: What counts as ready.
        paused: How to tell that somebody has paused the object, beside what is known of its kind.

    Raises:
        ValueError: Name and selector, or scope and namespace, contradict each other; msgspec makes it a
            ValidationError.
    """

    name: EntryName
    api_version: ApiVersion
    kind: Kind
    resource: Resource
    scope: Literal["Namespaced", "Cluster"]
    namespace: Namespace | None = None
    object: ObjectName | None = None
    selector: Selector | None = None
    minimum: Annotated[int, Meta(ge=1, le=10000)] = 1
    generation_annotation: LabelName | None = None
    watch_selector: Selector | None = None
    ready: ReadyWhen = ReadyWhen()
    paused: PausedWhen | None = None

    def __post_init__(self) -> None:
        if (self.object is None) == (self.selector is None):
            raise ValueError(f"objects: {self.name} needs either object or selector")
        if self.object is not None and self.minimum != 1:
            raise ValueError(f"objects: {self.name} names one object, so minimum says nothing")
        if (self.scope == "Namespaced") != (self.namespace is not None):
            raise ValueError(f"objects: {self.name} needs a namespace exactly if its scope is Namespaced")

    @property
    def condition(self) -> str:
        """Type of the condition of the entry."""
        return condition_type(self.name)

    @property
    def group(self) -> str:
        """API group; empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def version(self) -> str:
        """Version of the API group."""
        return self.api_version.rpartition("/")[2]

    @property
    def plural(self) -> str:
        """The plural of the kind, as in a URL."""
        return self.resource
