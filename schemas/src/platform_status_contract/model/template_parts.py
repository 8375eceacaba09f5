"""The parts of a StatusContract before resolution: closed mappings whose strings may hold expressions.

`template.ContractTemplate` keeps its parts as plain mappings, because the resolver walks them independently of their
shape; these structs define the shape, so that a typo in a part is reported at its place in the template.

An expression is checked after decoding, not by a pattern in its type: msgspec 0.22 crashes the interpreter at exit when
it frees a union of a patterned string and a container (msgspec issue 717 shows the symptom). A test checks this.
"""

import re
from typing import Annotated, Literal

from msgspec import Meta, Struct

from .conditions import EntryName, Role
from .objects import ApiVersion, Kind, PausedWhen, ReadyWhen, Resource
from .selectors import Selector
from .status import KeyName

__all__ = [
    "ApplicationPart",
    "ControllerPart",
    "DestinationPart",
    "Expression",
    "KeyName",
    "MatchExpressionPart",
    "ObjectPart",
    "SecretPart",
    "SelectorPart",
    "SubApplicationsPart",
    "Text",
    "ThresholdsPart",
    "WorkloadsPart",
    "check_expressions",
    "may_be_null",
]

Expression = str
"""A string that is one expression, ``${...}``; it takes the expression's value, whatever its type."""

Text = Annotated[str, Meta(min_length=1, max_length=4096)]
"""A string; any expression in it is replaced by its value."""

_Value = Annotated[str, Meta(max_length=4096)]
_Labels = Annotated[dict[str, _Value], Meta(max_length=64)]
_SecondsPart = Annotated[int, Meta(ge=0, le=604800)] | Expression
_EXPRESSION = re.compile(r"^\$\{[\s\S]*\}\Z")
_WHOLE = re.compile(r"[A-Za-z]+(\[[0-9]+\])?(\.controllers\[[0-9]+\])?|annotations[.\[].*", re.DOTALL)


def check_expressions(**values: object) -> None:
    """Reject a string in the place of another type, unless it is one expression.

    Args:
        values: Field name -> its value; the items of a tuple are checked too, other types than strings are ignored.

    Raises:
        ValueError: Names the field.
    """
    for name, value in values.items():
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, str) and not _EXPRESSION.match(item):
                raise ValueError(f"{name}: a string must be one expression ${{...}} here")


def may_be_null(path: str) -> bool:
    """Whether a null may drop what stands at a path of a contract: a whole source, a controller, an annotation.

    Within them a missing key is not neutral: without a label more is selected, without a minimum less is required.

    Args:
        path: Below ``spec.contract``, such as ``workloads[0].selector.matchLabels.app``.
    """
    return _WHOLE.fullmatch(path) is not None


class ApplicationPart(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """`application`, see `contract.Application`."""

    namespace: Text
    name: Text
    generation_annotation: Text | None = None
    may_be_empty: bool | Expression | None = None

    def __post_init__(self) -> None:
        check_expressions(mayBeEmpty=self.may_be_empty)


class MatchExpressionPart(Struct, frozen=True, forbid_unknown_fields=True):
    """One of `matchExpressions`, see `contract.MatchExpression`; its values may not be known before resolution."""

    key: Text
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: Annotated[tuple[_Value, ...], Meta(max_length=64)] | Expression | None = None

    def __post_init__(self) -> None:
        check_expressions(values=self.values if isinstance(self.values, str) else None)


class SelectorPart(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """`selector`, see `contract.Selector`."""

    match_labels: _Labels | Expression | None = None
    match_expressions: (
        Annotated[tuple[MatchExpressionPart | Expression, ...], Meta(max_length=64)] | Expression | None
    ) = None

    def __post_init__(self) -> None:
        check_expressions(matchLabels=self.match_labels, matchExpressions=self.match_expressions)


class DestinationPart(Struct, frozen=True, forbid_unknown_fields=True):
    """`destination`, see `contract.DestinationMatch`."""

    server: Text | None = None
    names: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=16)] | Expression | None = None
    name: Text | None = None

    def __post_init__(self) -> None:
        check_expressions(names=self.names if isinstance(self.names, str) else None)
        if self.server is None and self.names is None and self.name is None:
            raise ValueError("destination needs server, names or both")


class SubApplicationsPart(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """`subApplications`, see `contract.SubApplications`."""

    namespace: Text
    destination: DestinationPart | Expression
    selector: SelectorPart | Expression | None = None
    minimum: Annotated[int, Meta(ge=0, le=10000)] | Expression | None = None
    may_be_empty: bool | Expression | None = None
    namespaces: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=8)] | Expression | None = None

    def __post_init__(self) -> None:
        check_expressions(
            destination=self.destination,
            selector=self.selector,
            minimum=self.minimum,
            mayBeEmpty=self.may_be_empty,
            namespaces=self.namespaces if isinstance(self.namespaces, str) else None,
        )


class ControllerPart(Struct, frozen=True, forbid_unknown_fields=True):
    """One of `controllers`, see `contract.Controller`."""

    kind: Literal["StatefulSet", "Deployment", "DaemonSet"]
    name: Text
    zero: Literal["allowed"] | None = None


class WorkloadsPart(Struct, frozen=True, forbid_unknown_fields=True):
    """`workloads` or one of them, see `contract.Workloads`."""

    namespace: Text
    selector: SelectorPart | Expression | None = None
    controllers: Annotated[tuple[ControllerPart | Expression, ...], Meta(max_length=16)] | Expression | None = None
    minimum: Annotated[int, Meta(ge=0, le=10000)] | Expression | None = None

    def __post_init__(self) -> None:
        check_expressions(selector=self.selector, controllers=self.controllers, minimum=self.minimum)


class SecretPart(Struct, frozen=True, forbid_unknown_fields=True):
    """One of `secrets`, see `contract.SecretReference`."""

    role: Role
    namespace: Text
    name: Text


class ObjectPart(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One of `objects`, see `objects.ObjectEntry`; what is no Text is a literal: rights are made from it."""

    name: EntryName
    api_version: ApiVersion
    kind: Kind
    resource: Resource
    scope: Literal["Namespaced", "Cluster"]
    namespace: Text | None = None
    object: Text | None = None
    selector: SelectorPart | Expression | None = None
    minimum: Annotated[int, Meta(ge=1, le=10000)] | Expression | None = None
    generation_annotation: Text | None = None
    watch_selector: Selector | None = None
    ready: ReadyWhen | None = None
    paused: PausedWhen | None = None

    def __post_init__(self) -> None:
        check_expressions(selector=self.selector, minimum=self.minimum)
        if (self.object is None) == (self.selector is None):
            raise ValueError("needs either object or selector")
        if self.object is not None and self.minimum is not None:
            raise ValueError("names one object, so minimum says nothing")
        if (self.scope == "Namespaced") != (self.namespace is not None):
            raise ValueError("needs a namespace exactly if its scope is Namespaced")


class ThresholdsPart(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """`thresholds`, see `contract.Thresholds`."""

    progress_deadline_seconds: _SecondsPart | None = None
    degraded_after_seconds: _SecondsPart | None = None
    failed_after_seconds: _SecondsPart | None = None
    min_ready_ratio: Annotated[float, Meta(ge=0, le=1)] | Expression | None = None

    def __post_init__(self) -> None:
        check_expressions(
            progressDeadlineSeconds=self.progress_deadline_seconds,
            degradedAfterSeconds=self.degraded_after_seconds,
            failedAfterSeconds=self.failed_after_seconds,
            minReadyRatio=self.min_ready_ratio,
        )
