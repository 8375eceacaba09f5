"""Checks the metadata of an object by the rules of the API server: names, labels, annotations. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from platform_status_contract.model.lookup import mapping
from platform_status_contract.validation.problems import describe, quote

from .findings import Finding
from .located import Located

__all__ = ["is_label", "is_name", "metadata_findings"]

_MAX_NAME: Final = 63
"""Characters of a name, because Kratix uses the name of every request as a label value."""

_SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z")
_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
_WORD: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\Z")
_MAX_PREFIX: Final = 253
_MAX_ANNOTATIONS: Final = 256 * 1024
_SUBDOMAIN_WORDS: Final = "a DNS name: lower case letters, digits, '-' and '.', a letter or digit at both ends"


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
