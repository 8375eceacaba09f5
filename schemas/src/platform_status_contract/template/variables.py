"""The variables of a template, resolved one after the other. Pure."""

from collections.abc import Mapping

from platform_status_contract.template.problems import Problem
from platform_status_contract.template.walk import Walk

__all__ = ["know_variables"]


def know_variables(walk: Walk, variables: Mapping[str, str], constants: Mapping[str, str]) -> None:
    """Let a walk know the variables of a template, each of which may use the ones before it.

    Args:
        walk: Knows the other names already; takes the problems.
        variables: Name -> text of the template.
        constants: Values that replace those of variables, as text.
    """
    known: dict[str, object] = {}
    for name in sorted(constants.keys() - variables.keys()):
        walk.problems.append(
            Problem(f"spec.variables.{name}", "is not a variable of the template", "name one that it has")
        )
    for name, text in variables.items():
        walk.know("variables", dict(known))
        # A variable may be null; only keys and items are dropped.
        known[name] = constants[name] if name in constants else walk.value(text, f"spec.variables.{name}")
    walk.know("variables", known)
