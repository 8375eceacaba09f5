"""Where the schema and the typed model do not say the same, and why we leave it so.

The schema is the authority. The model is what the sidecar decodes with, so it is more tolerant where a cluster holds
what nobody meant to write, and stricter where msgspec is. One test per entry proves that the difference is real; a
property test proves that there is no other.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

__all__ = ["DIFFERENCES", "Difference", "Effect"]


class Effect(StrEnum):
    """What the difference does to a document."""

    SCHEMA_ONLY = "valid for the schema, refused by the model"
    MODEL_ONLY = "refused by the schema, decoded by the model"
    NOT_WRITTEN = "valid for both, but may be missing when the model writes the document again"


class Difference(Struct, frozen=True):
    """One known difference.

    Attributes:
        name: Stable name, also of its test.
        where: Which keys of which documents.
        effect: What it does.
        reason: Why it stays.
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
        "JSON Schema counts 3.0 as a whole number; msgspec, like Go, tells 3.0 from 3. Write 3.",
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
        "The schema says which types keep Kratix from crashing; the model passes over what is not ours.",
    ),
    Difference(
        "request-ranges",
        "VClusterOrchestratorV2 request: patterns, ranges, lengths and unknown keys",
        Effect.MODEL_ONLY,
        "The model of the request knows types only, so that the pipeline can tell everything that is wrong at once.",
    ),
    Difference(
        "unknown-keys",
        "status, its contract apart: keys that v1 does not know",
        Effect.NOT_WRITTEN,
        "Readers ignore what a newer writer adds; nobody writes a whole status back.",
    ),
    Difference(
        "names-of-objects",
        "objects and secrets, in contract and template: names or roles whose conditions differ in case only, such as "
        "my-db and mydb; together more than 16 conditions",
        Effect.SCHEMA_ONLY,
        "JSON Schema cannot compare the items of a list but as a whole.",
    ),
    Difference(
        "namespaces-of-workloads",
        "workloads of a contract: two parts for one namespace",
        Effect.SCHEMA_ONLY,
        "JSON Schema cannot compare the items of a list but as a whole; a pod would count twice.",
    ),
    Difference(
        "default-values",
        "every key that holds its default value",
        Effect.NOT_WRITTEN,
        "A default may be left out where we write: it says nothing.",
    ),
)
"""All of them; docs/contract/v1.md shows this table."""
