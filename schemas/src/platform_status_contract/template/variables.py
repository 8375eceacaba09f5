"""The variables of a template, resolved in order. Pure."""

from collections.abc import Mapping

from platform_status_contract.template.problems import Problem
from platform_status_contract.template.walk import Walk

__all__ = ["know_variables"]


def know_variables(walk: Walk, variables: Mapping[str, str], constants: Mapping[str, str]) -> None:
    """Add the variables of a template to a walk; each may use the ones before it.

    Args:
        walk: Has the other names already; collects the problems.
        variables: Name -> text of the template.
        constants: Values that override those of variables, as text.
    """
    known: dict[str, object] = {}
    for name in sorted(constants.keys() - variables.keys()):
        walk.problems.append(
            Problem(f"spec.variables.{name}", "is not a variable of the template", "name one that it has")
        )
    for name, text in variables.items():
        walk.know("variables", dict(known))
        # A variable may be null; null drops only keys and items.
        known[name] = constants[name] if name in constants else walk.value(text, f"spec.variables.{name}")
    walk.know("variables", known)
