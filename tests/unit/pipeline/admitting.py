"""The admission policy of a Promise, asked offline: its variables, its conditions and its validations, as CEL."""

import functools
from typing import Any

from hctl.validation.crd_rules import rules_environment
from platform_status_contract.model.policy import Policy
from platform_status_contract.template.cel import Program
from platform_status_pipeline.promise.admission import admission
from platform_status_pipeline.promise.facts import PromiseFacts, read_promise

from .promises import ours

__all__ = ["PROMISE", "Admission"]

Json = dict[str, Any]

PROMISE = read_promise(ours())


@functools.cache
def _compiled(expression: str) -> Program:
    return rules_environment("object", "oldObject", "request", "variables").compile(expression)


class Admission:
    """What an API server does with the objects of a policy."""

    def __init__(self, policy: Policy, promise: PromiseFacts = PROMISE) -> None:
        self.objects = admission(promise, policy)
        self.spec: Json = self.objects[0]["spec"]

    def refusals(self, made: object) -> list[str]:
        """What is said of an object that is created, one text for each validation that it does not keep."""
        given: Json = {"object": made, "oldObject": None, "request": {"operation": "CREATE"}, "variables": {}}
        for variable in self.spec["variables"]:
            given["variables"][variable["name"]] = _compiled(variable["expression"]).evaluate(given)
        return [
            str(_compiled(rule["messageExpression"]).evaluate(given))
            for rule in self.spec["validations"]
            if _compiled(rule["expression"]).evaluate(given) is not True
        ]

    def judges(self, made: Json, old: Json) -> bool:
        """Whether a change from one object to another is judged at all."""
        given = {"object": made, "oldObject": old, "request": {"operation": "UPDATE"}, "variables": {}}
        return all(_compiled(item["expression"]).evaluate(given) is True for item in self.spec["matchConditions"])
