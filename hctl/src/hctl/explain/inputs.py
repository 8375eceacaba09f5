"""The objects behind each source, with name, resourceVersion and a description of their fields."""

from datetime import datetime

from msgspec import Struct

from hctl.texts import inert
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import mapping
from platform_status_contract.model.times import parse_time
from platform_status_contract.observing.records import Key
from platform_status_contract.rules.assessment import Assessment
from platform_status_contract.rules.clock import Clock
from platform_status_contract.sources.registry import source_of
from platform_status_contract.sources.source import Basis

from .world import World

__all__ = ["Input", "inputs_of"]


class Input(Struct, frozen=True):
    """One object behind a verdict, or a collection that could not be read.

    Attributes:
        kind: Its kind.
        namespace: Its namespace.
        name: Its name; empty for a whole collection.
        version: metadata.resourceVersion; empty if the object is absent.
        created: metadata.creationTimestamp; None if unknown.
        found: ``present``, ``absent`` or ``unread``.
        says: A description of its fields.
        culprit: Whether it is, by the rules, one of those that prevent its source from being good.
        hidden: Why only this user could not read it: ``you may not read``, ``no answer about``; else empty.
    """

    kind: str
    namespace: str
    name: str
    version: str = ""
    created: datetime | None = None
    found: str = "present"
    says: str = ""
    culprit: bool = False
    hidden: str = ""

    @property
    def called(self) -> str:
        """Its name in a sentence."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.name else f"{self.kind}s in {self.namespace}"


def inputs_of(
    assessment: Assessment, world: World, contract: Contract, request: Key, now: datetime
) -> tuple[Input, ...]:
    """Return the objects behind an assessment, by name."""
    described = source_of(assessment).describe(assessment, world, contract, request, Clock(now))
    return tuple(_input(world, basis) for basis in described)


def _input(world: World, basis: Basis) -> Input:
    kind, key = basis.kind, basis.key
    namespace, name = (inert(part, 253) for part in key)
    refused = world.unread(kind.source, key if name else None)
    if refused is not None:
        return Input(kind.kind, namespace, name, found="unread", says=refused.message, hidden=refused.hidden)
    if basis.absent:
        return Input(kind.kind, namespace, name, found="absent", says="does not exist", culprit=basis.culprit)
    metadata = mapping((world.object(kind.source, key) or {}).get("metadata"))
    return Input(
        kind=kind.kind,
        namespace=namespace,
        name=name,
        version=inert(metadata.get("resourceVersion"), 64),
        created=parse_time(metadata.get("creationTimestamp")),
        says=inert(basis.says, 600),
        culprit=basis.culprit,
    )
