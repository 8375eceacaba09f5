"""Flux as far as healthCheckExprs go: which expression is asked when, and what an error means (its RFC 0009)."""

from collections.abc import Mapping

from platform_status_contract.template.cel import CelError, Environment

__all__ = ["CURRENT", "FAILED", "IN_PROGRESS", "UNKNOWN", "Flux"]

CURRENT, FAILED, IN_PROGRESS = "Current", "Failed", "InProgress"
UNKNOWN = "Unknown"
"""An expression failed: Flux goes on waiting, as for what is in progress, and logs an error each time."""

_ORDER = (("inProgress", IN_PROGRESS), ("failed", FAILED), ("current", CURRENT))
_KEYS = ("apiVersion", "kind", "metadata", "spec", "status")
_INT64 = 2**63


class Flux:
    """Evaluates the expressions of one kind."""

    def __init__(self, expressions: Mapping[str, str]) -> None:
        environment = Environment(_KEYS)
        self._programs = {
            name: environment.compile(text) for name, text in expressions.items() if name not in ("apiVersion", "kind")
        }

    def truths(self, resource: Mapping[str, object]) -> dict[str, object]:
        """Return what each expression says.

        Raises:
            CelError: If one fails.
        """
        variables = {key: _number(value) for key, value in resource.items()}
        return {name: program.evaluate(variables) for name, program in self._programs.items()}

    def status(self, resource: Mapping[str, object]) -> str:
        """Return what Flux makes of a resource.

        Before any expression it compares `status.observedGeneration`, which is Kratix's, with the generation.
        """
        status, metadata = resource.get("status"), resource.get("metadata")
        observed = status.get("observedGeneration") if isinstance(status, Mapping) else None
        if observed is not None and isinstance(metadata, Mapping):
            if not isinstance(observed, int) or isinstance(observed, bool):
                return UNKNOWN
            if observed != metadata["generation"]:
                return IN_PROGRESS
        try:
            truths = self.truths(resource)
        except CelError:
            return UNKNOWN
        for name, verdict in _ORDER:
            found = truths.get(name, False)
            if not isinstance(found, bool):
                return UNKNOWN
            if found:
                return verdict
        return IN_PROGRESS


def _number(value: object) -> object:
    """Convert as Go's JSON does: a whole number that no int64 holds is a double."""
    if isinstance(value, Mapping):
        return {key: _number(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_number(entry) for entry in value]
    if isinstance(value, int) and not isinstance(value, bool) and not -_INT64 <= value < _INT64:
        return float(value)
    return value
