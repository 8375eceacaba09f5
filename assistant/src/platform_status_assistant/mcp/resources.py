"""The resources of the server: contract reference and runbooks from the wheel, and the JSON Schemas of hctl."""

import functools
from importlib.resources import files
from typing import Final

import msgspec
from mcp_types import Resource
from msgspec import Struct

from hctl.public.facts import schema_text

from .tools import TOOLS

__all__ = ["Knowledge", "ResourcePage", "knowledge", "offered", "pages"]

_MARKDOWN: Final = "text/markdown"
_SCHEMA: Final = "application/schema+json"


class Knowledge(Struct, frozen=True, forbid_unknown_fields=True):
    """The texts in Markdown that `assistant/knowledge.py` copies from docs/ into the wheel.

    Attributes:
        contract: The reference of the contract, version 1.
        reasons: The runbook of each reason.
        alerts: The runbook of each alert.
    """

    contract: str
    reasons: dict[str, str]
    alerts: dict[str, str]


@functools.cache
def knowledge() -> Knowledge:
    """Return the texts of the wheel; they are read once."""
    return msgspec.json.decode(files(__package__).joinpath("texts.json").read_bytes(), type=Knowledge)


class ResourcePage(Struct, frozen=True):
    """One resource.

    Attributes:
        title: Its title for people.
        media_type: Media type of the text.
        text: The whole text.
    """

    title: str
    media_type: str
    text: str


@functools.cache
def pages() -> dict[str, ResourcePage]:
    """Return URI -> resource."""
    known = knowledge()
    found = {
        "contract://v1": ResourcePage("The status contract, version 1: every key and reason", _MARKDOWN, known.contract)
    }
    for folder, texts in (("reasons", known.reasons), ("alerts", known.alerts)):
        found |= {
            f"runbook://{folder}/{name}": ResourcePage(f"Runbook: {name}", _MARKDOWN, text)
            for name, text in texts.items()
        }
    for schema in sorted({spec.schema for spec in TOOLS.values()}):
        found[f"schema://{schema}"] = ResourcePage(
            f"JSON Schema of the {schema} document", _SCHEMA, schema_text(schema)
        )
    return found


def offered() -> list[Resource]:
    """Return the resources in the types of the protocol."""
    return [
        Resource(uri=uri, name=uri, title=page.title, mime_type=page.media_type, size=len(page.text.encode()))
        for uri, page in pages().items()
    ]
