"""Where the contracts of a kind may look, as the platform's policy says it: a ConfigMap beside the sidecar.

It is called after the kind, ``plural.group``, and its namespace is `cluster.connection.sidecar_namespace`: neither
comes out of a status, which a tenant may have written.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec import Struct

from hctl.reading.fields import name_of
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import under
from platform_status_contract.observing.records import Key
from platform_status_contract.rules.scope import out_of_scope
from platform_status_contract.sources.registry import KINDS, declared_kinds, out_of_reach
from platform_status_contract.sources.source import ObservedKind

from .case import Json, kind_of

__all__ = ["FIELDS", "ContractScope", "scope_in"]

FIELDS: Final = ("scope", "objects")
"""What stands in the ConfigMap: the arguments of the sidecar of these names."""

_CONFIG_MAP: Final = ("", "ConfigMap")


class ContractScope(Struct, frozen=True):
    """Where contracts may look.

    Attributes:
        namespaces: As `rules.scope` takes them; None: anywhere.
        kinds: What they may name, by identity; None: anything.
    """

    namespaces: tuple[str, ...] | None = None
    kinds: Mapping[str, ObservedKind] | None = None

    def beyond(self, contract: Contract, request: Key) -> str:
        """Say what a contract looks at that it may not look at, as the sidecar says it; empty if there is nothing."""
        named = "" if self.kinds is None else out_of_reach(contract, self.kinds)
        return named or out_of_scope(contract, self.namespaces, *request)


def scope_in(objects: Iterable[Json], resource: str) -> ContractScope:
    """Read the scope out of the objects of a case.

    Args:
        objects: All of them; no contract can name a ConfigMap, so one of that name is the platform's.
        resource: ``plural.group`` of the request.

    Returns:
        No limit if there is no ConfigMap; no namespace at all if it does not hold what the Promise ships.
    """
    found = next((item for item in objects if kind_of(item) == _CONFIG_MAP and name_of(item) == resource), None)
    if found is None:
        return ContractScope()
    namespaces, kinds = (under(found, "data", field) for field in FIELDS)
    try:
        return ContractScope(
            msgspec.json.decode(namespaces if isinstance(namespaces, str) else "", type=tuple[str, ...]),
            {**KINDS, **declared_kinds(kinds if isinstance(kinds, str) and kinds else "[]")},
        )
    except msgspec.MsgspecError:
        return ContractScope(())
