"""Checks the namespaces that the Promise of a request makes of it, by its template of kind Manifests. Pure.

A namespace is the shortest name that is made of a request; the rule of a CRD cannot read the other half, the namespace
of the request itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from hctl.texts import inert
from platform_status_contract.model.lookup import mapping
from platform_status_contract.template.walk import DIRECTIVES, Walk, know_variables

from .findings import Finding
from .located import Located
from .metadata import is_label

__all__ = ["namespace_findings"]

_NAMES: Final = ("apiVersion", "kind", "metadata", "spec", "variables")
_MAX_LABEL: Final = 63


def namespace_findings(root: Located, templates: Sequence[Located]) -> Iterator[Finding]:
    """Check the namespaces in templates, resolved for a request.

    Args:
        root: The request as it is stored.
        templates: The templates of kind Manifests in its Promise.
    """
    request = mapping(root.value)
    made = (
        text
        for template in templates
        for text in _namespaces(template, {key: request[key] for key in _NAMES if key in request})
    )
    for text in dict.fromkeys(made):
        if not is_label(text):
            rule = "name-length" if len(text) > _MAX_LABEL else "metadata"
            expected = f"a name of which it becomes a DNS label of at most {_MAX_LABEL} characters"
            yield root.find(
                ("metadata", "name"), rule, f"the namespace {inert(text, 300)} ({len(text)} characters)", expected
            )


def _namespaces(template: Located, request: dict[str, object]) -> Iterator[str]:
    """Yield those that can be resolved: a request in a file may lack its namespace, which kubectl adds."""
    walk = Walk(_NAMES, request, fix="")
    variables: Mapping[str, Any] = mapping(template.inside("spec", "variables").value)
    know_variables(walk, variables, {})
    if walk.problems or _has_arguments(template):
        return
    for output in template.inside("spec", "outputs").items():
        for manifest in output.inside("manifests").items():
            metadata = mapping(manifest.inside("metadata").value)
            # A manifest with a directive may not be made at all.
            if any(key.startswith(DIRECTIVES) for key in mapping(metadata.get("annotations"))):
                continue
            is_namespace = mapping(manifest.value).get("kind") == "Namespace"
            before = len(walk.problems)
            text = walk.value(metadata.get("name" if is_namespace else "namespace"), "")
            if isinstance(text, str) and len(walk.problems) == before:
                yield text


def _has_arguments(template: Located) -> bool:
    """Whether the container of a template has arguments beside its command, such as other values of the variables."""
    outer = template.outer
    if outer is None:
        return False
    whole, (*container, _, _, _) = Located(outer.file, outer.document, outer.document.value), outer.at
    return len(whole.inside(*container, "args").items()) > 1
