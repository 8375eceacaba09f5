"""StatusContract: the template that a Promise author writes (design.md section 4).

Any string may hold CEL expressions in ``${...}``. A string that is one expression takes the expression's value,
whatever its type; null drops a whole source (`template_parts.may_be_null`). Unknown fields are errors: because of a
typo a source would not be observed.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from .conditions import MAX_OBJECTS, MAX_SECRETS, check_conditions
from .outputs import OutputsPart
from .template_parts import (
    ApplicationPart,
    Expression,
    KeyName,
    ObjectPart,
    SecretPart,
    SubApplicationsPart,
    Text,
    ThresholdsPart,
    WorkloadsPart,
    check_expressions,
)

__all__ = [
    "API_VERSION",
    "KIND",
    "ContractTemplate",
    "Expression",
    "StatusContract",
    "TemplateMetadata",
    "TemplateSpec",
]

API_VERSION = "status.integratn.tech/v1"
KIND = "StatusContract"


class TemplateMetadata(Struct, frozen=True, forbid_unknown_fields=True):
    """Identity of the template; it is a file, never an object in a cluster."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z", max_length=63)]
    annotations: dict[str, str] = {}
    labels: dict[str, str] = {}


class ContractTemplate(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """The contract before resolution; version and generation are filled in by the `contract` container.

    A part is either its mapping, whose strings may be expressions, or one expression that yields the mapping or null.
    The parts stay plain mappings for the resolver; their shape is checked against `template_parts`.

    Raises:
        ValueError: A part has an unknown key or a wrong value, or no source is named; msgspec makes it a
            ValidationError.
    """

    display_name: Text
    name: Text
    application: dict[str, Any] | Expression | None = None
    sub_applications: dict[str, Any] | Expression | None = None
    workloads: (
        dict[str, Any] | Annotated[tuple[dict[str, Any] | Expression, ...], Meta(max_length=8)] | Expression | None
    ) = None
    secrets: Annotated[tuple[dict[str, Any] | Expression, ...], Meta(max_length=MAX_SECRETS)] | Expression | None = None
    objects: Annotated[tuple[dict[str, Any], ...], Meta(max_length=MAX_OBJECTS)] | None = None
    outputs: OutputsPart | None = None
    works: bool | Expression | None = None
    thresholds: dict[str, Any] | Expression | None = None
    annotations: dict[str, Annotated[str, Meta(max_length=4096)]] | Expression | None = None

    def __post_init__(self) -> None:
        parts = (self.application, self.sub_applications, self.outputs)
        lists = (self.workloads or None, self.secrets or None, self.objects or None, self.works or None)
        if all(source is None for source in (*parts, *lists)):
            raise ValueError(
                "observes nothing; "
                "name at least one of application, subApplications, workloads, secrets, objects, outputs, works"
            )
        check_expressions(
            application=self.application,
            subApplications=self.sub_applications,
            workloads=self.workloads,
            secrets=self.secrets,
            works=self.works,
            thresholds=self.thresholds,
            annotations=self.annotations,
        )
        _check("application", self.application, ApplicationPart)
        _check("subApplications", self.sub_applications, SubApplicationsPart)
        for index, part in enumerate(self.workloads if isinstance(self.workloads, tuple) else ()):
            _check(f"workloads[{index}]", part, WorkloadsPart)
        _check("workloads", self.workloads, WorkloadsPart)
        _check("thresholds", self.thresholds, ThresholdsPart)
        for index, secret in enumerate(self.secrets if isinstance(self.secrets, tuple) else ()):
            _check(f"secrets[{index}]", secret, SecretPart)
        for index, entry in enumerate(self.objects or ()):
            _check(f"objects[{index}]", entry, ObjectPart)
        secrets = self.secrets if isinstance(self.secrets, tuple) else ()
        roles = (str(secret["role"]) for secret in secrets if isinstance(secret, dict))
        check_conditions((str(entry["name"]) for entry in self.objects or ()), roles)


def _check(name: str, part: object, shape: type[Struct]) -> None:
    if not isinstance(part, dict):
        return
    try:
        msgspec.convert(part, shape)
    except msgspec.ValidationError as error:
        raise ValueError(f"{name}: {error}") from error


class TemplateSpec(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What to resolve.

    Attributes:
        variables: Named expressions, each may use the ones before it as ``variables.NAME``.
        contract: The contract.
        endpoints: Name -> URL, may hold expressions.
        credentials: Name -> name of a Secret or an item, may hold expressions; never a secret value.
    """

    contract: ContractTemplate
    variables: dict[KeyName, Text] = {}
    endpoints: dict[KeyName, Text] = {}
    credentials: dict[KeyName, Text] = {}


class StatusContract(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The template document."""

    api_version: Literal["status.integratn.tech/v1"]
    kind: Literal["StatusContract"]
    metadata: TemplateMetadata
    spec: TemplateSpec
