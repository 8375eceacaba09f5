"""The differences between the schema and the typed model, and the reason for each.

The schema is the authority. The sidecar decodes with the model, so the model tolerates more of what a cluster may
contain by accident, and is stricter where msgspec is. One test per entry proves that the difference is real; a
property test proves that there are no others.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

__all__ = ["DIFFERENCES", "Difference", "Effect"]


class Effect(StrEnum):
    """The effect of a difference on a document."""

    SCHEMA_ONLY = "valid for the schema, refused by the model"
    MODEL_ONLY = "refused by the schema, decoded by the model"
    NOT_WRITTEN = "valid for both, but may be missing when the model writes the document again"


class Difference(Struct, frozen=True):
    """One known difference.

    Attributes:
        name: Stable name, also of its test.
        where: The keys and documents concerned.
        effect: The effect.
        reason: Why the difference stays.
    """

    name: str
    where: str
    effect: Effect
    reason: str


DIFFERENCES: Final = (
    Difference(
        "whole-number-with-point",
        "every whole number, written 3.0",
        Effect.SCHEMA_ONLY,
        "JSON Schema counts 3.0 as a whole number; msgspec, like Go, distinguishes 3.0 from 3. Write 3.",
    ),
    Difference(
        "null-for-optional",
        "every optional key without a default value; not the timers, nor other entries of a map",
        Effect.MODEL_ONLY,
        "A status writer of Kratix can store null but not remove a key, so readers take null for absent; "
        "documents that people write should leave the key out.",
    ),
    Difference(
        "kratix-keys",
        "status: the keys that Kratix owns",
        Effect.MODEL_ONLY,
        "The schema requires the types with which Kratix does not crash; the model ignores foreign keys.",
    ),
    Difference(
        "request-ranges",
        "VClusterOrchestratorV2 request: patterns, ranges, lengths and unknown keys",
        Effect.MODEL_ONLY,
        "The model of the request checks types only, so that the pipeline can report all problems at once.",
    ),
    Difference(
        "unknown-keys",
        "status, except its contract: keys that are not in v1",
        Effect.NOT_WRITTEN,
        "Readers ignore the keys of newer writers; no component writes a whole status back.",
    ),
    Difference(
        "names-of-objects",
        "objects and secrets, in contract and template: names or roles whose conditions differ in case only, such as "
        "my-db and mydb; together more than 16 conditions",
        Effect.SCHEMA_ONLY,
        "JSON Schema can compare the items of a list only as a whole.",
    ),
    Difference(
        "namespaces-of-workloads",
        "workloads of a contract: two parts for one namespace",
        Effect.SCHEMA_ONLY,
        "JSON Schema can compare the items of a list only as a whole; a pod would count twice.",
    ),
    Difference(
        "credentials-in-endpoints",
        "endpoints of a status: a password, key or token behind the host",
        Effect.MODEL_ONLY,
        "No pattern describes a credential; `validate` compares with what is masked in messages.",
    ),
    Difference(
        "default-values",
        "every key that holds its default value",
        Effect.NOT_WRITTEN,
        "A writer may omit a key with its default value.",
    ),
)
"""All known differences; docs/contract/v1.md has this table."""
