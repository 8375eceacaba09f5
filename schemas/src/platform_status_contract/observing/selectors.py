"""Label selectors: evaluation, and their text form in a query."""

from collections.abc import Iterator, Mapping

from platform_status_contract.model.contract import MatchExpression, Selector

from .records import Labels

__all__ = ["label_keys", "label_query", "matches"]


def matches(selector: Selector | None, labels: Labels) -> bool:
    """Evaluate a label selector as Kubernetes does; no selector, or an empty one, matches everything."""
    if selector is None:
        return True
    found = dict(labels)
    wanted = selector.match_labels or {}
    if any(found.get(key) != value for key, value in wanted.items()):
        return False
    return all(_holds(expression, found) for expression in selector.match_expressions or ())


def _holds(expression: MatchExpression, labels: Mapping[str, str]) -> bool:
    values = expression.values or ()
    match expression.operator:
        case "In":
            return expression.key in labels and labels[expression.key] in values
        case "NotIn":
            return expression.key not in labels or labels[expression.key] not in values
        case "Exists":
            return expression.key in labels
        case _:  # DoesNotExist, the last of a closed set
            return expression.key not in labels


def label_query(selector: Selector | None) -> str:
    """Return a selector in the text form of the API server's query parameter."""
    if selector is None:
        return ""
    parts = [f"{key}={value}" for key, value in sorted((selector.match_labels or {}).items())]
    for requirement in selector.match_expressions or ():
        values = ",".join(requirement.values or ())
        parts.append(
            {
                "In": f"{requirement.key} in ({values})",
                "NotIn": f"{requirement.key} notin ({values})",
                "Exists": requirement.key,
                "DoesNotExist": f"!{requirement.key}",
            }[requirement.operator]
        )
    return ",".join(parts)


def label_keys(selector: Selector | None) -> Iterator[str]:
    """List the label keys of a selector."""
    if selector is not None:
        yield from selector.match_labels or ()
        yield from (expression.key for expression in selector.match_expressions or ())
