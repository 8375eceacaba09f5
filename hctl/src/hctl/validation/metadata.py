"""Checks metadata by the rules of the API server: names, labels, annotations, and namespaces made of a request. Pure.

The Promise makes a namespace by its template of kind Manifests. It is the shortest name that is made of a request, and
the rule of a CRD cannot read the other half of it, the namespace of the request itself.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from hctl.texts import inert
from platform_status_contract.model.lookup import mapping
from platform_status_contract.template.walk import DIRECTIVES, Walk, know_variables
from platform_status_contract.validation.problems import describe, quote

from .findings import Finding
from .located import Located

__all__ = ["is_label", "is_name", "metadata_findings", "namespace_findings"]

_MAX_NAME: Final = 63
"""Characters of a name, because Kratix uses the name of every request as a label value."""

_SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z")
_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
_WORD: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\Z")
_MAX_PREFIX: Final = 253
_MAX_ANNOTATIONS: Final = 256 * 1024
_SUBDOMAIN_WORDS: Final = "a DNS name: lower case letters, digits, '-' and '.', a letter or digit at both ends"
_NAMES: Final = ("apiVersion", "kind", "metadata", "spec", "variables")
_MAX_LABEL: Final = 63


def is_name(key: str) -> bool:
    """Whether a text is a valid key of a label or an annotation."""
    prefix, slash, name = key.rpartition("/")
    if slash and not (len(prefix) <= _MAX_PREFIX and _SUBDOMAIN.match(prefix)):
        return False
    return bool(_WORD.match(name))


def is_label(text: str) -> bool:
    """Whether a text is a DNS label, as the name of a namespace is."""
    return bool(_LABEL.match(text))


def metadata_findings(root: Located) -> Iterator[Finding]:
    """Check the metadata of an object for values that the API server or Kratix would reject."""
    metadata = mapping(mapping(root.value).get("metadata"))
    name, generated = metadata.get("name"), metadata.get("generateName")
    if "name" not in metadata and not generated:
        yield root.wants(("metadata", "name"), "metadata", "the name of the request", at_key=True)
    if isinstance(name, str):
        if len(name) > _MAX_NAME:
            expected = f"at most {_MAX_NAME}: Kratix uses it as a label value"
            yield root.find(("metadata", "name"), "name-length", f"{len(name)} characters", expected)
        elif not _SUBDOMAIN.match(name):
            yield root.wants(("metadata", "name"), "metadata", _SUBDOMAIN_WORDS)
    if isinstance(generated, str) and generated and not _SUBDOMAIN.match(f"{generated}x"):
        yield root.wants(("metadata", "generateName"), "metadata", f"the beginning of {_SUBDOMAIN_WORDS}")
    namespace = metadata.get("namespace")
    if isinstance(namespace, str) and not is_label(namespace):
        yield root.wants(("metadata", "namespace"), "metadata", "the name of a namespace: a DNS label")
    for section in ("labels", "annotations"):
        yield from _section(root, section, mapping(metadata.get(section)))


def _section(root: Located, section: str, entries: object) -> Iterator[Finding]:
    size = 0
    for key, value in mapping(entries).items():
        path = ("metadata", section, key)
        if not is_name(key):
            expected = (
                "a name of at most 63 letters, digits, '-', '_' and '.', optionally with a DNS name and '/' before it"
            )
            yield root.find(path, "metadata", f"the key {quote(key)}", expected, at_key=True)
        if not isinstance(value, str):
            yield root.find(path, "schema", describe(value), "a string", "put the value in quotes")
        elif section == "labels" and value and not _WORD.match(value):
            expected = "at most 63 letters, digits, '-', '_' and '.', a letter or digit at both ends"
            yield root.wants(path, "metadata", expected)
        else:
            size += len(key) + len(value)
    if section == "annotations" and size > _MAX_ANNOTATIONS:
        yield root.find(
            ("metadata", section), "metadata", f"{size} characters", "at most 256 KiB of annotations", at_key=True
        )


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
