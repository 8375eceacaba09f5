"""`contract.outputs` of a template: kinds whose documents in the output of the workflow are all observed.

The container `contract` finds the documents, marks them, and writes an entry of `objects` for each kind and place; a
resolved contract has no `outputs`. Everything here is a literal: the sidecar's RBAC rules are generated from it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from .conditions import MAX_OBJECTS, EntryName, check_conditions
from .objects import ApiVersion, Kind, PausedWhen, ReadyWhen, Resource

__all__ = [
    "GENERATION_ANNOTATION",
    "PROMISE_LABEL",
    "REQUEST_LABEL",
    "OutputKind",
    "OutputsPart",
    "entry_of_output",
]

GENERATION_ANNOTATION: Final = "status.integratn.tech/request-generation"
"""Annotation with the generation of the request that a document was written for."""

PROMISE_LABEL: Final = "status.integratn.tech/promise"
"""Label with the Promise whose workflow wrote a document."""

REQUEST_LABEL: Final = "status.integratn.tech/request"
"""Label that identifies the request of a document."""


class OutputKind(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """A kind whose documents are observed; see `objects.ObjectEntry`.

    Attributes:
        name: Name of its entry.
        api_version: Group and version by which the objects are read; a document may have another version.
        kind: The kind.
        resource: The plural of the kind.
        scope: Whether objects of the kind are namespaced.
        ready: What counts as ready.
        paused: How to detect that an object is paused.
    """

    name: EntryName
    api_version: ApiVersion
    kind: Kind
    resource: Resource
    scope: Literal["Namespaced", "Cluster"]
    ready: ReadyWhen | None = None
    paused: PausedWhen | None = None


class OutputsPart(Struct, frozen=True, forbid_unknown_fields=True):
    """`outputs`.

    Attributes:
        kinds: The kinds; documents of others are not observed.

    Raises:
        ValueError: Two kinds would share a condition; msgspec makes it a ValidationError.
    """

    kinds: Annotated[tuple[OutputKind, ...], Meta(min_length=1, max_length=MAX_OBJECTS)]

    def __post_init__(self) -> None:
        check_conditions((kind.name for kind in self.kinds), ())


def entry_of_output(kind: Mapping[str, Any], namespace: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """Make the entry of `objects` that observes the documents of a kind in one namespace.

    Args:
        kind: One of `kinds`, as a JSON value.
        namespace: Their namespace; ignored if the kind is not namespaced.
        labels: The labels that select them.
    """
    where = {"namespace": namespace} if kind.get("scope") == "Namespaced" else {}
    found = {"selector": {"matchLabels": dict(labels)}, "generationAnnotation": GENERATION_ANNOTATION}
    return {**kind, **where, **found}
